"""Several of keystone-manage's commands with Keystone loaded once. Runs on a host, with Keystone's modules.

Arguments: the commands, in their order, without arguments of their own.
Input: the administrator's password, for ``bootstrap``.
Exit status: 0, or that of the first command that failed.

Loading Keystone costs more than what most of its commands do. pysaml2 is half of that: it reads the schemas
of SAML when it is imported. Whatever asks for a federation gets it all the same, at that moment.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable

from fournines.kit.on_host.later import later

_VARIABLE = "OS_BOOTSTRAP_PASSWORD"


def one(command: str, main: Callable[[], int | None]) -> int:
    """Run one command in a process of its own, as if it had been called alone; returns its exit status."""
    sys.stdout.flush()  # else the child would say it again
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.argv = ["keystone-manage", command]
    sys.exit(main())


def each(commands: list[str]) -> int:
    """Run the commands up to the first that fails."""
    later("keystone.federation.idp")
    main = importlib.import_module("keystone.cmd.manage").main
    return next((code for code in (one(command, main) for command in commands) if code), 0)


def bootstrap(password: str) -> int:
    """Make the administrator and his password; returns the command's exit status."""
    os.environ[_VARIABLE] = password
    return each(["bootstrap"])


if __name__ == "__main__":
    os.environ[_VARIABLE] = sys.stdin.readline().rstrip("\n")
    sys.exit(each(sys.argv[1:]))
