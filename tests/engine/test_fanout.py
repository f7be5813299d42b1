"""The same on many hosts."""

from __future__ import annotations

import anyio
import anyio.lowlevel
import pytest

from fournines.engine.fanout import AT_ONCE, on_each
from fournines.errors import HostError

HOSTS = [f"host{number}" for number in range(3 * AT_ONCE)]


def test_many_hosts_are_worked_on_side_by_side_but_never_all() -> None:
    at_work, most = 0, 0

    async def do(host: str) -> str:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await anyio.lowlevel.checkpoint()
        at_work -= 1
        return host.upper()

    found = anyio.run(on_each, HOSTS, do)
    assert list(found) == HOSTS
    assert found["host7"] == "HOST7"
    assert most == AT_ONCE


def test_every_host_gets_to_its_end_though_others_fail() -> None:
    done = []

    async def do(host: str) -> None:
        await anyio.lowlevel.checkpoint()
        if host in {"host1", "host150"}:
            raise HostError("broken", where=host)
        done.append(host)

    with pytest.raises(HostError, match=r"host1: broken \(and an error on host150\)"):
        anyio.run(on_each, HOSTS, do)
    assert len(done) == len(HOSTS) - 2
