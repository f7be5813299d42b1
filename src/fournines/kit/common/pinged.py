"""Daemons that answer to messages alone: how a cluster manager asks them whether they work.

A health page they have none. oslo.messaging answers for them, with the loop and the threads that carry out
everything else: the option ``rpc_ping_enabled`` in their file. Who hangs does not answer, nor who has lost
its queue.
"""

from __future__ import annotations

from typing import Final

from fournines.kit import program
from fournines.kit.declare import Resource
from fournines.kit.step import File

_PROGRAM: Final = program.installed(None, "ping")
HERE: Final = "$(uname -n)"
"""In a queue's name: the host that asks."""


def asking() -> File:
    """The step that brings what asks."""
    return program.install(None, "ping")


def pinged(
    name: str,
    unit: str,
    conf: str,
    queue: str,
    *,
    group: str = "",
    hosts: tuple[str, ...] = (),
    database: bool = False,
) -> Resource:
    """The resource of a daemon that is asked at its queue, by the account that its file ``conf`` has."""
    asked = f"/usr/bin/python3 -I -B {_PROGRAM} {conf} {queue}"
    return daemon(name, unit, asked, group=group, hosts=hosts, database=database)


def daemon(
    name: str,
    unit: str,
    asked: str,
    *,
    group: str = "",
    hosts: tuple[str, ...] = (),
    database: bool = False,
) -> Resource:
    """The resource of a daemon that works while the command ``asked`` succeeds.

    It is started once it answers; loading OpenStack's libraries takes long where all hosts do it at once.
    """
    return Resource(
        name,
        unit,
        asked=asked,
        patience=12,
        monitor=20,
        start=180,
        stop=60,
        grace=20,
        group=group,
        hosts=hosts,
        database=database,
    )
