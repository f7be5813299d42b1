"""The one screen of ``nines status``."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fournines.kit.verdict import Outcome
from fournines.report.status.document import (
    ComponentState,
    HostState,
    Level,
    PoolState,
    StatusDocument,
    VipState,
)
from fournines.report.style import WORST_FIRST, ascii_only, condensed, limit, plain, seconds, verdict

_SPACE = 2
_SHORTEST = 20

_STYLES = {
    Level.OK: "nines.pass",
    Level.WARNING: "nines.warn",
    Level.CRITICAL: "nines.fail",
    Level.UNKNOWN: "nines.unknown",
}


def screen(status: StatusDocument, console: Console) -> RenderableType:
    """How it stands and what to do next, who holds the VIP, what runs where; worst first."""
    head = Text(plain(status.site), style="nines.name")
    head.append(f"  {status.level.value.upper()}", style=f"{_STYLES[status.level]}")
    head.append(f"  {plain(status.why)}")
    asked = Text(f"{status.at:%H:%M:%S} UTC, asked in {seconds(status.seconds)}", style="nines.dim")
    hint = Text("next: ", style="nines.dim").append(plain(status.hint), style="nines.hint")
    return Group(
        head,
        hint,
        asked,
        Text(),
        _front(status.vips, status.pools),
        Text(),
        _hosts(status.hosts),
        Text(),
        _components(status.components, console),
    )


def _grid(*titles: str) -> Table:
    made = Table(
        box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=bool(titles), header_style="nines.dim"
    )
    for title in titles:
        made.add_column(title)
    return made


def _front(vips: Sequence[VipState], pools: Sequence[PoolState]) -> Table:
    """What clients meet: the VIPs and the pools behind them."""
    made = _grid()
    made.add_column(no_wrap=True, style="nines.dim")
    made.add_column(overflow="fold")
    for vip in vips:
        held = Text(
            " and ".join(vip.holders) or "nobody",
            style="nines.name" if len(vip.holders) == 1 else "nines.fail",
        )
        made.add_row(f"VIP {plain(vip.name)}", held.append(f"  {vip.address}", style="nines.dim"))
    for pool in pools:
        if pool.writer:
            made.add_row(f"{plain(pool.name)} writer", Text(pool.writer, style="nines.name"))
    if pools:
        made.add_row("backends up", Text(", ").join(map(_pool, pools)))
    return made


def _pool(pool: PoolState) -> Text:
    style = "nines.fail" if not pool.up else "nines.warn" if pool.down else ""
    text = Text(f"{plain(pool.name)} {len(pool.up)}/{len(pool.up) + len(pool.down)}", style=style)
    return text.append(f" without {', '.join(pool.down)}", style=style) if pool.down else text


def _hosts(hosts: Sequence[HostState]) -> Table:
    made = _grid("host", "up for", "units", "not running")
    made.columns[1].justify = made.columns[2].justify = "right"
    made.columns[-1].overflow = "fold"
    for host in hosts:
        name = Text(host.name, style="nines.name")
        if not host.reachable:
            made.add_row(name, Text("?"), Text("?"), Text("does not answer", style="nines.fail"))
            continue
        running = host.units - len(host.not_running)
        stopped = ", ".join(f"{plain(u.unit)} ({plain(u.state)})" for u in host.not_running)
        up = "?" if host.up_seconds is None else _age(host.up_seconds)
        made.add_row(name, up, f"{running}/{host.units}", Text(stopped, style="nines.fail"))
    return made


def _age(up: int) -> str:
    days = up // 86400
    if days:
        return f"{days} d"
    return limit(up) if up < 100 else seconds(up)  # noqa: PLR2004 - whole seconds below


def _components(components: Sequence[ComponentState], console: Console) -> Table:
    made = _grid("component", "verdict", "hold", "seen")
    rows = [
        (
            Text(plain(component.name), style="nines.name"),
            verdict(component.outcome, ascii_only=ascii_only(console)),
            Text(f"{component.holding}/{component.asked}"),
            Text(condensed(plain(component.seen)), style=_seen_style(component)),
        )
        for component in sorted(components, key=lambda c: WORST_FIRST.index(c.outcome))
    ]
    # One line per component, or it is no longer one screen: --json and `nines verify` have all of it.
    taken = sum(max((row[place].cell_len for row in rows), default=0) + _SPACE for place in range(3))
    room = max(console.width - _SPACE - max(taken, len("component  verdict  hold  ")), _SHORTEST)
    made.columns[-1].no_wrap = True
    for row in rows:
        row[3].truncate(room, overflow="ellipsis")
        made.add_row(*row)
    return made


def _seen_style(component: ComponentState) -> str:
    return "nines.dim" if component.outcome is Outcome.PASS else f"nines.{component.outcome.value}"
