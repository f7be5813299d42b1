"""Which host plays which part right now: questions to hosts, pure readings of the answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fournines.drill.scenario import Part
from fournines.errors import DrillError
from fournines.kit.check import Answers, Ask
from fournines.spec.model import Site

ADDRESSES = Ask(("ip", "-json", "address"))


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays what. ``leaders`` maps a queue to its leader; ``reached`` have the address that is pinged."""

    vip_holders: tuple[str, ...] = ()
    writer: str | None = None
    leaders: Mapping[str, str] = field(default_factory=dict)
    reached: tuple[str, ...] = ()


def vip_holders(answers: Answers, vip: str) -> tuple[str, ...]:
    """The hosts on one of whose interfaces the VIP is."""
    return tuple(
        host
        for host, answer in answers.items()
        if answer is not None and answer.code == 0 and vip in _addresses(answer.stdout)
    )


def _addresses(text: str) -> set[str]:
    try:
        interfaces = json.loads(text)
        return {info["local"] for interface in interfaces for info in interface.get("addr_info", ())}
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()


def leaders_among(queues: Iterable[str], leaders: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """The leader of each of these queues, from those of all queues by (virtual host, queue)."""
    wanted = set(queues)
    return {queue: host for (_, queue), host in leaders.items() if queue in wanted}


def chosen(part: Part, cast: Cast, site: Site, among: Sequence[str] = ()) -> tuple[str, ...]:
    """The hosts to hurt; ``among`` are those of which it is one, where no other part says who.

    Of several that may be hurt one is chosen so that effects stay apart: rather not the VIP's holder, then
    rather not the jump host, through which the other hosts are asked.

    Raises:
        DrillError: nobody, or not exactly one host, plays the part.
    """
    if part in (Part.EVERY_HOST, Part.NOBODY):
        return tuple(site.hosts) if part is Part.EVERY_HOST else ()
    if part is Part.QUEUE_LEADER:
        leading = sorted({host for host in cast.leaders.values() if host in site.hosts})
        return _apart(leading, cast, site, nobody="no host leads a queue of the probes")
    if part is Part.ONE_OF:
        return _apart(among, cast, site, nobody="no host of this site has what is to be hurt")
    if part is Part.DATABASE_WRITER:
        if cast.writer is None or cast.writer not in site.hosts:
            raise DrillError(f"the database that answers through the VIP calls itself {cast.writer!r}")
        return (cast.writer,)
    if part is Part.REACHED:
        return _only(cast.reached, "the address that is pinged")
    holder = _only(cast.vip_holders, "the VIP")
    return holder if part is Part.VIP_HOLDER else _both_others(holder, site)


def _both_others(holder: tuple[str, ...], site: Site) -> tuple[str, ...]:
    controllers = {host.name for host in site.controllers}
    others = sorted(controllers.difference(holder))
    idle = [host.name for host in site.voters if host.name not in controllers]
    return (*_only(tuple(others), "what does not have the VIP"), *_only(tuple(idle), "a vote alone"))


def _only(hosts: tuple[str, ...], what: str) -> tuple[str, ...]:
    if len(hosts) != 1:
        raise DrillError(f"{what} is on {', '.join(hosts) or 'no host'}, not on exactly one")
    return hosts


def _apart(among: Sequence[str], cast: Cast, site: Site, *, nobody: str) -> tuple[str, ...]:
    if not among:
        raise DrillError(nobody)
    return (min(among, key=lambda host: (host in cast.vip_holders, host == site.ssh.through)),)
