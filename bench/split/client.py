"""A client on one side of a split network: who answers for the VIP, and does the database there take writes?

Fed as JSON who it is and whom it asks; asks until it is told to end (SIGTERM), and prints what it saw as
JSON. ``bench/split/run.py`` starts one on each side.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from dataclasses import asdict
from ipaddress import IPv4Address

import anyio

from fournines.drill.judging.band import band
from fournines.probe.sample import Sample
from fournines.probe.sql import SqlClient, SqlPlace
from fournines.probe.vip import VipClient
from fournines.probe.watch import Watch, new_clock


async def main() -> None:
    """Ask, and tell."""
    asked = json.load(sys.stdin)
    patience = asked["patience"]
    hosts = {name: IPv4Address(address) for name, address in asked["hosts"].items()}
    listen = 0.05 * patience
    vip = VipClient(IPv4Address(asked["vip"]), hosts, interval=0.1 * patience, listen=listen)
    sql = SqlClient(SqlPlace(**asked["sql"]), asked["client"], interval=0.1 * patience, patience=patience)
    samples: list[Sample] = []
    clock = new_clock()
    zero = time.time() - clock()
    await vip.open()
    await sql.open()
    watch = Watch((vip, sql), clock=clock, note=samples.append)
    async with anyio.create_task_group() as tasks:
        with anyio.open_signal_receiver(signal.SIGTERM) as told:
            tasks.start_soon(watch.run)
            print("asking", flush=True)
            async for _ in told:
                break
        watch.stop()
    await vip.close()
    await sql.close()
    owners = band(one for one in samples if one.probe == vip.name)
    found = {
        "zero": zero,
        "owners": [asdict(one) for one in owners],
        "written": {number: reply.value for number, reply in sql.written.items()},
        "acknowledged": [s.ended for s in samples if s.probe == sql.name and s.good],
    }
    print(json.dumps(found))


if __name__ == "__main__":
    anyio.run(main)
