"""Runs garbd, and ends it when it is left alone with the vote.

When the last data host leaves in good order, garbd stays behind as a primary component of one, without
data: nobody can get a state transfer from it, and it never joins the component that a data host bootstraps
later (seen with 26.4.23: it does not even connect). Ended and started again it looks for the data hosts.

It starts when no data host is on its way into the component (``election.arbiter_may_join``): it is of no use
to them, has no say in the election, and asks for a state as well, which keeps a donor from the others.

The unit's environment says what to tell garbd: ``GALERA_NODES``, ``GALERA_GROUP``, ``GALERA_OPTIONS``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from fournines.components.galera.on_host import records
from fournines.components.galera.on_host.election import Answer, arbiter_may_join

PATIENCE = 60.0
"""Seconds after which garbd starts all the same: a component that is about to part may lack its vote."""
PACE = 0.5
"""Seconds between two rounds of asking."""
LONELY = "New COMPONENT: primary = yes, bootstrap = no, my_idx = 0, memb_num = 1"


def lonely(line: str) -> bool:
    """Whether garbd says here that it is the only member of a primary component."""
    return line.rstrip().endswith(LONELY)


def command(environment: Mapping[str, str]) -> list[str]:
    """The command that starts garbd as the environment says (garbd(8))."""
    told = {"address": f"gcomm://{environment['GALERA_NODES']}"}
    told |= {"group": environment["GALERA_GROUP"], "options": environment["GALERA_OPTIONS"]}
    return ["/usr/bin/garbd", *(f"--{name}={value}" for name, value in told.items())]


def wait_for_turn(ask: Callable[[], Mapping[str, Answer]]) -> bool:
    """Wait until the arbiter may join; False when that took too long. ``ask`` asks every data host."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if arbiter_may_join(ask()):
            return True
        time.sleep(PACE)
    return False


def main() -> int:
    """Pass garbd's words on; 1 when it was ended because it was alone, its own exit code otherwise."""
    config = records.Config.load()
    if not wait_for_turn(lambda: records.ask_all(config)):
        sys.stdout.write("fournines: no component without a host on its way into it: starting all the same\n")
        sys.stdout.flush()
    garbd = subprocess.Popen(
        command(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )

    def end(*_: object) -> None:
        # SIGINT, as garb.service says: on SIGTERM garbd does not leave its group in good order.
        os.killpg(garbd.pid, signal.SIGINT)

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    alone = False
    for line in garbd.stdout or ():
        sys.stdout.write(line)
        sys.stdout.flush()
        if lonely(line) and not alone:
            alone = True
            sys.stdout.write("fournines: alone with the vote; starting again to look for the data hosts\n")
            end()
    code = garbd.wait()
    return 1 if alone else code


if __name__ == "__main__":
    sys.exit(main())
