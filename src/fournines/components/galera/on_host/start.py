"""Starts mariadbd, as its user: finds out with the other hosts whether to bootstrap or to join.

``start`` decides and becomes mariadbd; exit 75 means that it could not yet, and systemd tries again.
``account`` runs after the start and makes the responder's account. Both are part of mariadb.service.

What mariadbd is told goes into its arguments (``--wsrep-new-cluster``, ``--wsrep-start-position``; MariaDB's
documentation of mariadbd options), not through files that a unit reads: those moved with 11.8.9.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from fournines.components.galera.on_host import records
from fournines.components.galera.on_host.election import (
    Action,
    Answer,
    Claim,
    Phase,
    Position,
    confirm,
    decide,
)

PATIENCE = 60.0
"""Seconds after which the attempt ends, so that a boot does not wait for ever for a host that is missing."""
PACE = 0.5
"""Seconds between two rounds of asking."""
TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h."""
MARIADBD = "/usr/sbin/mariadbd"
OVERRIDE = Path("/var/lib/fournines-galera/bootstrap-here")
"""A person's word, this host's name in it: bootstrap here although a host is missing. Used up by its use."""
DATADIR = Path("/var/lib/mysql")
DATA = DATADIR / "ibdata1"
FILLING = ".fournines-filling"
"""Lies in a data directory that was empty until its system tables are complete: else they are made anew."""
FILL = (
    *("/usr/bin/mariadb-install-db", "--no-defaults", "--skip-test-db"),
    *("--auth-root-authentication-method=socket", "--auth-root-socket-user=mysql"),
)
"""As Debian's package fills the directory that it makes; root and mysql log in by their system users only."""


def main(argv: list[str]) -> int:
    """Run one of the two commands."""
    if argv == ["account"]:
        return _account()
    fill(DATADIR)
    arguments = start(records.Config.load())
    if arguments is not None:
        # the same process goes on as mariadbd, with systemd's socket for sd_notify(3)
        os.execv(MARIADBD, (MARIADBD, *arguments))  # noqa: S606 - no shell
    return TRY_AGAIN


def fill(directory: Path) -> None:
    """Make the system tables where there is nothing: which directory packages fill differs between releases.

    Raises:
        subprocess.CalledProcessError: it failed; systemd tries again, from the beginning.
    """
    found = {path.name for path in directory.iterdir()} - {"lost+found"}
    if found and FILLING not in found:
        return
    _say("the data directory is empty: making its system tables")
    (directory / FILLING).touch()
    for name in found - {FILLING}:  # of an attempt that was killed: nothing else was ever in here
        path = directory / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    _output(*FILL, f"--datadir={directory}")
    (directory / FILLING).unlink()


def start(config: records.Config) -> Sequence[str] | None:
    """Decide, and say in the journal what and why: what to tell mariadbd, or None to try again later."""
    records.STARTING.unlink(missing_ok=True)
    until = time.monotonic() + PATIENCE
    _wait_for_address(config.hosts[config.me], until)
    recovered = _recovered()
    mine = records.position(records.read(records.GRASTATE), recovered, records.read(records.VIEW))
    told = [f"--wsrep-start-position={recovered}"] if recovered else []
    said = ""
    while time.monotonic() < until:
        _publish(Phase.WAITING, mine)
        heard = records.ask_all(config)
        decision = decide(config.me, config.order, mine, heard)
        if decision.why != said:
            said = decision.why
            _say(f"{decision.action.value}: {said}")
        if decision.action is Action.JOIN:
            _publish(Phase.JOINING, None)
            return told
        if decision.action is Action.CLAIM and _claimed(config, mine, until):
            return [*told, _bootstrap()]
        if decision.action is Action.WAIT and _overridden(config, heard):
            return [*told, _bootstrap()]
        time.sleep(PACE)
    _say(
        f"still waiting: {said}. Start mariadb on the hosts it waits for. Only if such a host is lost for"
        f" good: write {config.me} into {OVERRIDE} and lose what only the lost host had"
    )
    return None


def _claimed(config: records.Config, mine: Position, until: float) -> bool:
    """Claim, and ask again until it is clear whether this host goes or gives way."""
    while time.monotonic() < until:
        _publish(Phase.CLAIMING, mine)
        heard = records.ask_all(config)
        if decide(config.me, config.order, mine, heard).action is not Action.CLAIM:
            break
        claim = confirm(config.me, config.order, heard)
        if claim is Claim.GO:
            return True
        if claim is Claim.WITHDRAW:
            break
        time.sleep(PACE)
    _publish(Phase.WAITING, mine)
    return False


def _overridden(config: records.Config, heard: dict[str, Answer]) -> bool:
    """Whether a person said to bootstrap here and nobody else is or becomes primary."""
    taken = {Phase.PRIMARY, Phase.BOOTSTRAPPING, Phase.CLAIMING}
    if records.read(OVERRIDE).strip() != config.me or any(a.phase in taken for a in heard.values()):
        return False
    OVERRIDE.unlink()
    _say("bootstrapping because a person said so")
    return True


def _bootstrap() -> str:
    """Make this host ready to bootstrap; the word that makes mariadbd do it."""
    grastate = records.read(records.GRASTATE)
    if grastate:
        records.write(records.GRASTATE, records.allow_bootstrap(grastate), mode=0o660)
    _publish(Phase.BOOTSTRAPPING, None)
    _say("bootstrapping")
    return "--wsrep-new-cluster"


def _recovered() -> str:
    """``UUID:SEQNO`` as InnoDB knows it, where there is data and its history is known; else nothing.

    Not asked where grastate.dat disowns the data: half a state transfer cannot be recovered, only replaced,
    and an attempt that fails would be repeated for ever.
    """
    if not DATA.exists() or not records.parse_grastate(records.read(records.GRASTATE))[0]:
        return ""
    asked = subprocess.run(
        (MARIADBD, "--wsrep-recover", "--disable-log-error"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    found = records.parse_recovered(asked.stderr)
    if asked.returncode or not found:
        _say(f"the position of the data was not recovered (exit {asked.returncode}):\n{asked.stderr}")
    return found


def _wait_for_address(address: str, until: float) -> None:
    """Wait for this host's own address: at boot the network may come later than we do."""
    while time.monotonic() < until:
        with suppress(OSError), socket.socket() as probe:
            probe.bind((address, 0))
            return
        time.sleep(PACE)


def _publish(phase: Phase, mine: Position | None) -> None:
    records.write(records.STARTING, records.encode(Answer(phase, mine)))


def _account() -> int:
    """Make the responder's account where it is missing: no privilege, and only for its own system user.

    It cannot wait for the deployment's own step: the second host joins only when the first one's responder
    says that it is primary. Replicated as DDL, hence looked for first.
    """
    looked = _sql("SELECT COUNT(*) FROM mysql.global_priv WHERE User='fournines-galera' AND Host='localhost'")
    if looked.strip() == "0":
        _sql("CREATE USER IF NOT EXISTS `fournines-galera`@localhost IDENTIFIED VIA unix_socket")
    return 0


def _sql(statement: str) -> str:
    client = ("/usr/bin/mariadb", "--no-defaults", "--socket=/run/mysqld/mysqld.sock", "-N", "-B")
    return _output(*client, "-e", statement)


def _output(*argv: str) -> str:
    """What a command prints; its errors go to the journal.

    Raises:
        subprocess.CalledProcessError: it failed; the start ends, and systemd tries again.
    """
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def _say(text: str, write: Callable[[str], object] = sys.stderr.write) -> None:
    write(f"fournines: {text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
