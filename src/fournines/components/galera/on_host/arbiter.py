"""Runs garbd, and ends it when it is left alone with the vote.

When the last data host leaves in good order, garbd stays behind as a primary component of one, without
data: nobody can get a state transfer from it, and it never joins the component that a data host bootstraps
later (seen with 26.4.23: it does not even connect). Ended and started again it looks for the data hosts.

The unit's environment says what to tell garbd: ``GALERA_NODES``, ``GALERA_GROUP``, ``GALERA_OPTIONS``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping

LONELY = "New COMPONENT: primary = yes, bootstrap = no, my_idx = 0, memb_num = 1"


def lonely(line: str) -> bool:
    """Whether garbd says here that it is the only member of a primary component."""
    return line.rstrip().endswith(LONELY)


def command(environment: Mapping[str, str]) -> list[str]:
    """The command that starts garbd as the environment says (garbd(8))."""
    told = {"address": f"gcomm://{environment['GALERA_NODES']}"}
    told |= {"group": environment["GALERA_GROUP"], "options": environment["GALERA_OPTIONS"]}
    return ["/usr/bin/garbd", *(f"--{name}={value}" for name, value in told.items())]


def main() -> int:
    """Pass garbd's words on; 1 when it was ended because it was alone, its own exit code otherwise."""
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
