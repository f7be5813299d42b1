"""``nines show``: the resolved site."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from fournines.cli.shared.site import JsonOption, SiteFile, load_site

if TYPE_CHECKING:
    from rich.table import Table

    from fournines.spec.model import Host, Site

_NARROW = 70
"""Columns below which hosts are lines and components go without their summaries."""


def show(site: SiteFile, *, as_json: JsonOption = False) -> None:
    """Show the resolved site: hosts, addresses, votes, which component runs where and when, what it takes."""
    from rich.console import Console  # noqa: PLC0415 - keeps `nines --help` fast

    from fournines.plan.capacity import figures, lines  # noqa: PLC0415
    from fournines.plan.context import declarations, taking_part  # noqa: PLC0415
    from fournines.plan.notes import notes  # noqa: PLC0415
    from fournines.plan.order import levels  # noqa: PLC0415

    loaded = load_site(site)
    components = taking_part(loaded)
    if as_json:
        resolved = loaded.model_dump(mode="json")
        resolved["components"] = {
            c.name: {
                "hosts": [host.name for host in c.hosts(loaded)],
                "options": c.options_of(loaded).model_dump(mode="json"),
            }
            for c in components
        }
        resolved["capacity"] = figures(loaded, declarations(loaded))
        resolved["notes"] = [*notes(declarations(loaded))]
        resolved["phases"] = [[placed.name for placed in level] for level in levels(loaded, components)]
        typer.echo(json.dumps(resolved, indent=2))
        return
    console = Console()
    console.print(f"[bold]{loaded.name}[/]  {loaded.release}, {loaded.mode}")
    for name, vip in loaded.vips.items():
        serves = ", ".join(loaded.served_by(name)) or "nobody"
        console.print(f"VIP {name} = {vip.address} ({vip.network}), for {serves}")
    console.print(f"cluster network: {loaded.cluster_network}")
    votes = ", ".join(host.name for host in loaded.voters)
    console.print(f"{len(loaded.voters)} votes: {votes}")
    narrow = console.width < _NARROW
    console.print(_hosts_lines(loaded) if narrow else _hosts_table(loaded))
    about = () if narrow else ("what it is",)
    table = _table("phase", "component", "hosts", *about)
    for number, level in enumerate(levels(loaded, components), 1):
        for placed in level:
            names = [host.name for host in placed.component.hosts_of(placed.stage, loaded)]
            where = "all hosts" if len(names) == len(loaded.hosts) else ", ".join(names)
            table.add_row(str(number), placed.name, where, *(placed.component.summary for _ in about))
    console.print(table)
    for line in (*lines(loaded, declarations(loaded)), *notes(declarations(loaded))):
        console.print(line, highlight=False)


def _table(*names: str) -> Table:
    from rich.table import Column, Table  # noqa: PLC0415

    return Table(*(Column(name, overflow="fold") for name in names))


def _hosts_table(site: Site) -> Table:
    table = _table("host", "roles", *site.networks)
    for host in site.hosts.values():
        addresses = [_attachment(site, host, network) for network in site.networks]
        table.add_row(host.name, ", ".join(host.roles), *addresses)
    return table


def _hosts_lines(site: Site) -> str:
    """For a narrow terminal: a table would break every name and address in pieces."""
    lines = []
    for host in site.hosts.values():
        lines.append(f"{host.name}: {', '.join(host.roles)}")
        attached = ((network, _attachment(site, host, network)) for network in site.networks)
        lines += [f"  {network} {address}" for network, address in attached if address]
    return "\n".join(lines)


def _attachment(site: Site, host: Host, network: str) -> str:
    """``10.0.0.11``, with the interface where the file names it; empty where the host is not attached."""
    address = host.addresses.get(network)
    if address is None and network not in host.bare:
        return ""
    interface = site.named_interface(host, network)
    return " ".join(filter(None, [str(address or ""), f"({interface})" if interface else ""]))
