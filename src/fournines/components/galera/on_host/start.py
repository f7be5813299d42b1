"""Runs before mariadbd, as its user: finds out with the other hosts whether to bootstrap or to join.

``start`` decides and exits 0; exit 75 means that it could not yet, and systemd tries again. ``account``
runs after the start and makes the responder's account. Both are part of mariadb.service.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable
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
NEW_CLUSTER = Path("/run/mysqld/wsrep-new-cluster")
START_POSITION = Path("/run/mysqld/wsrep-start-position")
OVERRIDE = Path("/var/lib/fournines-galera/bootstrap-here")
"""A person's word, this host's name in it: bootstrap here although a host is missing. Used up by its use."""
DATA = Path("/var/lib/mysql/ibdata1")


def main(argv: list[str]) -> int:
    """Run one of the two commands."""
    if argv == ["account"]:
        return _account()
    return start(records.Config.load())


def start(config: records.Config) -> int:
    """Decide, leave for mariadb.service what it needs, and say in the journal what and why."""
    for left in (NEW_CLUSTER, START_POSITION, records.STARTING):
        left.unlink(missing_ok=True)
    until = time.monotonic() + PATIENCE
    _wait_for_address(config.hosts[config.me], until)
    mine = _position()
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
            return 0
        if decision.action is Action.CLAIM and _claimed(config, mine, until):
            return _bootstrap()
        if decision.action is Action.WAIT and _overridden(config, heard):
            return _bootstrap()
        time.sleep(PACE)
    _say(
        f"still waiting: {said}. Start mariadb on the hosts it waits for. Only if such a host is lost for"
        f" good: write {config.me} into {OVERRIDE} and lose what only the lost host had"
    )
    return TRY_AGAIN


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


def _bootstrap() -> int:
    grastate = records.read(records.GRASTATE)
    if grastate:
        records.write(records.GRASTATE, records.allow_bootstrap(grastate), mode=0o660)
    NEW_CLUSTER.write_text("_WSREP_NEW_CLUSTER=--wsrep-new-cluster\n")
    _publish(Phase.BOOTSTRAPPING, None)
    _say("bootstrapping")
    return 0


def _position() -> Position:
    """This host's position; InnoDB's recovery runs where there is data and its history is known."""
    grastate = records.read(records.GRASTATE)
    recovered = ""
    if DATA.exists() and records.parse_grastate(grastate)[0]:
        # Debian's own way to ask InnoDB; its output is what mariadb.service passes on to mariadbd. It is not
        # run where grastate.dat disowns the data: half a state transfer cannot be recovered, only replaced.
        recovered = _output("/usr/bin/galera_recovery")
        START_POSITION.write_text(f"_WSREP_START_POSITION={recovered.strip()}\n")
    return records.position(grastate, recovered, records.read(records.VIEW))


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
