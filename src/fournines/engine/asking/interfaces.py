"""Which interface of a host has its address: asked once, before anything that names it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fournines.engine.fanout import on_each
from fournines.engine.wire.transport import Transport
from fournines.errors import HostError
from fournines.kit.check import Output
from fournines.plan.limit import narrowed_like
from fournines.plan.make import make_plan
from fournines.plan.model import Plan
from fournines.spec.model import Host

ADDRESSES = ("ip", "-json", "-4", "address", "show")


async def with_interfaces(plan: Plan, transport: Transport) -> Plan:
    """The plan with the interfaces that its hosts have; the same one where they are as assumed.

    Only hosts are asked whose interface is used by some component and not named in the site file.

    Raises:
        TransportError: one of them could not be reached.
        HostError: none of its interfaces has the address that the site file gives it.
    """
    context = plan.context
    unnamed = [(name, network) for name, network in context.unnamed if plan.concerns(name)]

    async def look(host: str) -> Output:
        return await transport.run(host, ADDRESSES)

    heard = await on_each(dict.fromkeys(name for name, _ in unnamed), look)
    found: dict[str, dict[str, str]] = {}
    for name, network in unnamed:
        by_address = interfaces(name, heard[name])
        found.setdefault(name, {})[network] = _interface(context.site.hosts[name], network, by_address)
    assumed = {(n, w): context.interface(context.site.hosts[n], w) for n, w in unnamed}
    if all(found[name][network] == interface for (name, network), interface in assumed.items()):
        return plan
    return narrowed_like(make_plan(context.site, context.secrets, found), plan)


def interfaces(host: str, answer: Output) -> Mapping[str, str]:
    """Address -> interface, from what ``ip -json address`` printed.

    Raises:
        HostError: it cannot be understood.
    """
    try:
        return {
            info["local"]: link["ifname"]
            for link in json.loads(answer.stdout)
            for info in link.get("addr_info", ())
            if "local" in info
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise HostError(
            "what `ip -json -4 address show` said cannot be understood",
            where=host,
            try_this="install iproute2 there, or name the interfaces: networks.NAME.interface",
            output=answer.stderr or answer.stdout,
        ) from None


def _interface(host: Host, network: str, by_address: Mapping[str, str]) -> str:
    address = str(host.addresses[network])
    if address not in by_address:
        known = ", ".join(f"{a} on {name}" for a, name in by_address.items() if name != "lo") or "none"
        raise HostError(
            f"no interface has its address in {network}, {address}; it has {known}",
            where=host.name,
            try_this=f"give it the address, or write hosts.{host.name}.{network} as the host has it",
        )
    return by_address[address]
