"""Sets of values on a lab that is up, one after the other: deployed, its network split, mended, read back.

``bench/split_brain.py`` starts this. A process of its own, because entering a lab's network is for good.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Any

import anyio
from anyio import to_thread
from bench.option_set import OptionSet, applied
from bench.peer_run import carry_out, tell
from bench.split import partition
from bench.split.figures import Side, Split, shifted, since
from bench.split.mend import mend
from bench.split.sets import OURS, guide

from fournines import files, lab
from fournines.cli.shared.site import Opened, open_site
from fournines.drill.hurt.parts import ADDRESSES, vip_holders
from fournines.drill.hurt.power import LabPower
from fournines.drill.readback import numbers_in, rows_of
from fournines.drill.settle import settle
from fournines.engine.asking.ask import ask_all, verdicts
from fournines.engine.wire.transport import Transport
from fournines.errors import LabError, NinesError, TransportError
from fournines.kit.context import Context
from fournines.kit.declare import Database, Endpoint, Mirror
from fournines.kit.probe import TableLedger
from fournines.plan.model import Plan
from fournines.probe.ledger import Account, account
from fournines.probe.sample import Reply
from fournines.probe.watch import new_clock
from fournines.spec.model import Site

BASELINE = 5.0
"""Seconds in which both clients ask while the network is whole."""
HEALS = 300.0
"""Seconds until every check of the site must pass again, so many times the site's patience."""


@dataclass(frozen=True)
class Lab:
    """What a split is made of: the site's lab and plan, and a way to its hosts."""

    opened: Opened
    plan: Plan
    transport: Transport
    seconds: float

    @property
    def context(self) -> Context:
        """The site as every component sees it."""
        return self.plan.context


def main() -> None:
    """Split the network once with each set, leave what was seen in a file for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sets", nargs="+", choices=("ours", "guide"), required=True)
    parser.add_argument("--seconds", type=float, required=True)
    asked = parser.parse_args()
    files.folder(asked.out)
    opened = open_site(asked.site, keep_secrets=True)
    if opened.ssh_config is None:
        sys.exit("only a lab is split")
    for name in asked.sets:
        options = OURS if name == "ours" else guide(opened.plan.context)
        plan = applied(options, opened.plan)
        tell(f"{options.what}: deploying")
        anyio.run(carry_out, opened, plan)
        found = anyio.run(measured, opened, plan, options, asked.seconds)
        files.write(asked.out / f"{options.name}.json", json.dumps(asdict(found), indent=1))


async def measured(opened: Opened, plan: Plan, options: OptionSet, seconds: float) -> Split:
    """One split of the network, from a site that is well to one that is whole again."""
    transport = opened.transport()
    try:
        async with opened.alone(transport, "drill"):
            return await _split(Lab(opened, plan, transport, seconds), options)
    finally:
        with anyio.CancelScope(shield=True):
            await transport.close()


async def _split(here: Lab, options: OptionSet) -> Split:
    site, patience = here.context.site, here.context.site.patience
    await _volumes_as_written(here)
    await _well(here, patience)
    holder = await _holder(here)
    others = tuple(host.name for host in site.voters if host.name != holder)
    address, bridge = _place_for_a_client(site)
    tell(f"  {holder} holds the VIP and is cut off from {', '.join(others)} for {here.seconds:g} s")
    with partition.side_of(bridge, address) as beside:
        clients = [_Client(here, "cut-off", beside), _Client(here, "majority", ())]
        for client in clients:
            await to_thread.run_sync(client.started)
        await anyio.sleep(BASELINE)
        cut_at = time.time()
        partition.cut((partition.CABLE, *_cables(site.name, holder)))
        try:
            await anyio.sleep(here.seconds)
            seen = [await to_thread.run_sync(client.ended) for client in clients]
            lasted = time.time() - cut_at
        finally:
            partition.heal()
    tell("  healed; mending what has parted")
    clock = new_clock()
    told = await mend(here.plan, here.transport, holder)
    settled = await settle(
        lambda checks: verdicts(here.transport, checks),
        here.plan.checks,
        clock=clock,
        within=HEALS * patience,
        unwell=True,
    )
    sides = [
        await _side(here, client, found, cut_at, hosts)
        for client, found, hosts in zip(clients, seen, ((holder,), others), strict=True)
    ]
    return Split(
        options=options.name,
        what=options.what,
        seconds=lasted,
        cut_off=sides[0],
        majority=sides[1],
        healed=settled.at,
        waiting=settled.words,
        predicted=(),
        told=tuple(told),
    )


async def _volumes_as_written(here: Lab) -> None:
    """A deployment leaves a volume's copies to the cluster; what its file says now is told to the kernel."""
    for host in _with_volumes(here.context):
        await here.transport.run(host, ("drbdadm", "adjust", "all"), timeout=60 * here.context.site.patience)


def _with_volumes(context: Context) -> tuple[str, ...]:
    return tuple(dict.fromkeys(host for one in context.declared(Mirror) for host in one.hosts))


async def _well(here: Lab, patience: float) -> None:
    found = await settle(
        lambda checks: verdicts(here.transport, checks),
        here.plan.checks,
        clock=new_clock(),
        within=120.0 * patience,
    )
    if found.at is None:
        raise LabError(f"the site is not well before anything is split: {found.words}")


async def _holder(here: Lab) -> str:
    site = here.context.site
    heard = await ask_all(here.transport, [(host.name, ADDRESSES) for host in site.controllers])
    holders = vip_holders({host: answer for (host, _), answer in heard.items()}, str(site.vip.address))
    if len(holders) != 1:
        raise LabError(f"the VIP is on {', '.join(holders) or 'no host'}")
    return holders[0]


def _cables(name: str, host: str) -> tuple[str, ...]:
    found = next(one for one in lab.status(name).hosts if one.name == host)
    return tuple(cable.outside for cable in found.cables)


def _place_for_a_client(site: Site) -> tuple[IPv4Interface, str]:
    """An address in the VIP's network that nobody has, and the bridge of that network."""
    name, network = site.vip.network, site.networks[site.vip.network].range
    of_lab = next(one for one in lab.lab_plan(site, packages=()).networks if one.name == name)
    taken = {of_lab.address, *(vip.address for vip in site.vips.values())}
    taken |= {host.addresses[name] for host in site.hosts.values() if name in host.addresses}
    free = next(one for one in reversed(list(network.hosts())) if one not in taken)
    return IPv4Interface(f"{free}/{network.prefixlen}"), of_lab.bridge


class _Client:
    """``bench/split/client.py`` on one side."""

    def __init__(self, here: Lab, side: str, before: Sequence[str]) -> None:
        self.name = f"split-{side}-{time.time():.0f}"
        self._argv = (*before, sys.executable, "-m", "bench.split.client")
        self._fed = json.dumps(_asks(here.context, self.name, LabPower(here.opened.site.name).patience()))
        self._program: subprocess.Popen[str] | None = None

    def started(self) -> None:
        """Return when it asks.

        Raises:
            LabError: it does not.
        """
        program = subprocess.Popen(self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._program = program
        if program.stdin is None or program.stdout is None:
            raise LabError("a program without pipes")
        program.stdin.write(self._fed)
        program.stdin.close()
        if program.stdout.readline() != "asking\n":
            raise LabError(f"the client {self.name} does not begin")

    def ended(self) -> Mapping[str, Any]:
        """What it saw; it asks no more."""
        program = self._program
        if program is None or program.stdout is None:
            raise LabError(f"the client {self.name} never began")
        program.terminate()
        found: Mapping[str, Any] = json.loads(program.stdout.read())
        program.wait()
        return found


def _asks(context: Context, client: str, patience: float) -> Mapping[str, Any]:
    site = context.site
    ledger = context.one(TableLedger)
    owned = next(one for one in context.declared(Database) if one.name == ledger.database)
    return {
        "client": client,
        "patience": max(site.patience, patience),
        "vip": str(site.vip.address),
        "hosts": {host.name: str(site.address(host, site.vip.network)) for host in site.controllers},
        "sql": {
            "address": str(site.vip.address),
            "port": context.endpoint(ledger.endpoint).port,
            "user": owned.user,
            "password": context.secret(owned.password),
            "database": owned.name,
        },
    }


async def _side(
    here: Lab, client: _Client, found: Mapping[str, Any], cut_at: float, hosts: Iterable[str]
) -> Side:
    written = {int(number): Reply(reply) for number, reply in found["written"].items()}
    return Side(
        hosts=tuple(hosts),
        owners=shifted(found["owners"], found["zero"] - cut_at),
        account=await _balance(here, client.name, written),
        during=since(found, cut_at),
    )


async def _balance(here: Lab, client: str, written: Mapping[int, Reply]) -> Account:
    """What of a client's writes every server has; where one runs on one host at a time, what that has."""
    ledger = here.context.one(TableLedger)
    endpoint: Endpoint = here.context.endpoint(ledger.endpoint)
    read: dict[str, list[int] | None] = {}
    for host in endpoint.hosts:
        try:
            output = await here.transport.run(host, ledger.shell, stdin=rows_of(ledger, client), timeout=60)
            read[host] = numbers_in(output)
        except TransportError:
            read[host] = None
    if endpoint.one_host:
        read = {host: rows for host, rows in read.items() if rows is not None} or read
    return account(client, written, read)


if __name__ == "__main__":
    try:
        main()
    except NinesError as error:
        sys.exit(f"{error}")
