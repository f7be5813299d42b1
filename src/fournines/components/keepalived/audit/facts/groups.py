"""Which VRRP instances of a site belong together: those that answer for the same virtual addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import VrrpInstance

if TYPE_CHECKING:
    from fournines.kit.audit.evidence import Evidence


@dataclass(frozen=True)
class VrrpGroup:
    """Instances of different hosts that mean the same virtual router, in order of their hosts."""

    members: tuple[VrrpInstance, ...]

    @property
    def addresses(self) -> frozenset[str]:
        """Every address some member has."""
        return frozenset().union(*(member.addresses for member in self.members))

    @property
    def by_priority(self) -> tuple[VrrpInstance, ...]:
        """The members whose priority is known, the highest first."""
        known = [member for member in self.members if member.priority is not None]
        return tuple(sorted(known, key=lambda member: -(member.priority or 0)))

    @property
    def vrids(self) -> frozenset[int]:
        """The router ids its members use."""
        return frozenset(member.vrid for member in self.members if member.vrid is not None)


def groups(site: Evidence) -> tuple[VrrpGroup, ...]:
    """The groups of two and more hosts.

    Instances with a common address are one group. A lone instance also joins the group that uses its router
    id on other hosts: its addresses are then the mistake, not its id.
    """
    return site.derived(_groups)


def _groups(site: Evidence) -> tuple[VrrpGroup, ...]:
    found = _by_address(site.all(VrrpInstance))
    lone = [group for group in found if len(group) == 1]
    shared = [group for group in found if len(group) > 1]
    rest: list[list[VrrpInstance]] = []
    for group in lone:
        target = _same_router(group[0], shared + rest)
        if target is None:
            rest.append(group)
        else:
            target.extend(group)
    alone = [_one_a_host(group) for group in (*shared, *rest)]
    return tuple(
        VrrpGroup(tuple(sorted(group, key=lambda member: member.at)))
        for group in alone
        if len({member.at.host for member in group}) > 1
    )


def _one_a_host(group: list[VrrpInstance]) -> list[VrrpInstance]:
    """The first instance of each host: a second one for the same address is a copy of the file."""
    first: dict[str, VrrpInstance] = {}
    for member in group:
        first.setdefault(member.at.host, member)
    return list(first.values())


def _by_address(instances: tuple[VrrpInstance, ...]) -> list[list[VrrpInstance]]:
    found: list[list[VrrpInstance]] = []
    home: dict[str, list[VrrpInstance]] = {}
    for instance in instances:
        joined = [home[address] for address in instance.addresses if address in home]
        target = joined[0] if joined else []
        if not joined:
            found.append(target)
        for other in joined[1:]:
            if other is not target and other in found:
                target.extend(other)
                found.remove(other)
        target.append(instance)
        for member in target:
            home.update(dict.fromkeys(member.addresses, target))
    return found


def _same_router(instance: VrrpInstance, others: list[list[VrrpInstance]]) -> list[VrrpInstance] | None:
    if instance.vrid is None:
        return None
    for group in others:
        hosts = {member.at.host for member in group}
        same = all(member.vrid == instance.vrid for member in group)
        if same and instance.at.host not in hosts and instance.interface in {m.interface for m in group}:
            return group
    return None
