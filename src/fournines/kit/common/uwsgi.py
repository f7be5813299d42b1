"""APIs under uwsgi: how they are asked whether they work, and how they are told to answer that.

A process of uwsgi works on as many requests as it has threads (Nova's on one), and a further one waits until
a thread is free. A health question that is a request waits as well: two instances being made were enough for
a balancer to take Nova for dead, and to cut what it was working on. So a thread of every process answers at a
port of its own (``kit.on_host.alive``).
"""

from __future__ import annotations

from typing import Final

from fournines.kit import program
from fournines.kit.declare import HealthCheck
from fournines.kit.endpoints import at
from fournines.kit.step import File
from fournines.spec.model import Host, Site

RESPONDER: Final = program.installed(None, "alive")
_ABOVE: Final = 10_000
"""By how much that port is above the API's own."""


def health(path: str, port: int) -> HealthCheck:
    """The health question of an API that listens at ``port`` and whose page is at ``path``."""
    return HealthCheck(path, alive=port + _ABOVE)


def responder() -> File:
    """The step that brings what answers; the API's unit is restarted on it (``RESPONDER``)."""
    return program.install(None, "alive")


def listens(site: Site, host: Host, port: int) -> dict[str, object]:
    """What ``kit/templates/uwsgi.ini.j2`` needs to know of where an API listens."""
    address = site.address(host)
    return {
        "address": address,
        "port": port,
        "alive": at(address, port + _ABOVE),
        "responder": RESPONDER,
    }
