"""What memcached promises."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.memcached.model import HOSTS, PORT
from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.context import Context
from fournines.kit.verdict import Verdict, failed, passed

_ROUND_TRIP = """\
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=2)
s.sendall(b"set nines-check 0 5 2\\r\\nok\\r\\nget nines-check\\r\\nquit\\r\\n")
print(b"".join(iter(lambda: s.recv(4096), b"")).decode())
"""


def checks(context: Context) -> Iterator[Check]:
    """One: a value written can be read back, on every controller."""
    yield Check(
        "memcached.round-trip",
        "Every memcached stores a value and gives it back",
        asks={
            host.name: Ask(("python3", "-c", _ROUND_TRIP, str(context.site.address(host)), str(PORT)))
            for host in HOSTS(context.site)
        },
        judge=each_host(_stored_and_read),
        barrier=True,
    )


def _stored_and_read(answer: Output) -> Verdict:
    if answer.code != 0:
        return failed(answer.stderr.strip().splitlines()[-1] if answer.stderr.strip() else "no answer")
    if "STORED" in answer.stdout and "\nok" in answer.stdout:
        return passed("stored and read back")
    return failed(f"answered {answer.stdout.strip()!r}")
