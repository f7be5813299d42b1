"""Which VRRP instances of a site belong together: those that answer for the same virtual addresses."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import SyncGroup, VrrpInstance

if TYPE_CHECKING:
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place


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


def group_of(site: Evidence, instance: VrrpInstance) -> VrrpGroup | None:
    """The group an instance is in."""
    return site.derived(_by_member).get(instance.at)


def _by_member(site: Evidence) -> dict[Place, VrrpGroup]:
    return {member.at: group for group in groups(site) for member in group.members}


def sync_groups(site: Evidence, host: str, name: str) -> tuple[SyncGroup, ...]:
    """The ``vrrp_sync_group`` blocks of a host that list an instance of this name."""
    return tuple(site.derived_on(host, _listing).get(name, ()))


def _listing(site: Evidence, host: str) -> dict[str, list[SyncGroup]]:
    found: dict[str, list[SyncGroup]] = defaultdict(list)
    for group in site.on(host, SyncGroup):
        for name in dict.fromkeys(group.members):
            found[name].append(group)
    return found


def synchronized(site: Evidence, host: str, group: SyncGroup) -> tuple[VrrpInstance, ...]:
    """The instances of a host that move together with this group, in the order of the files."""
    found = {i.at: i for name in group.members for i in site.named(host, VrrpInstance, name)}
    return tuple(found[at] for at in sorted(found))


def _groups(site: Evidence) -> tuple[VrrpGroup, ...]:
    found = _by_address(site.all(VrrpInstance))
    shared = [group for group in found if len(group) > 1]
    routers = _Routers(shared)
    rest: list[list[VrrpInstance]] = []
    for group in found:
        if len(group) == 1 and not routers.join(group[0]):
            rest.append(group)
            routers.add(group)
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
    """Instances joined by the addresses they share; of groups that prove to be one the smaller moves."""
    found: dict[int, list[VrrpInstance]] = {}
    home: dict[str, list[VrrpInstance]] = {}
    for instance in instances:
        joined = {id(home[a]): home[a] for a in instance.addresses if a in home}
        target = max(joined.values(), key=len) if joined else []
        found[id(target)] = target
        for other in joined.values():
            if other is not target:
                target.extend(found.pop(id(other)))
                home.update({address: target for member in other for address in member.addresses})
        target.append(instance)
        home.update(dict.fromkeys(instance.addresses, target))
    return list(found.values())


class _Routers:
    """Groups by the router id that all their members use."""

    def __init__(self, groups: list[list[VrrpInstance]]) -> None:
        self._groups: dict[tuple[int, str], list[list[VrrpInstance]]] = defaultdict(list)
        self._hosts: dict[int, set[str]] = {}
        self._passed: dict[tuple[int, str, str], int] = {}
        for group in groups:
            self.add(group)

    def add(self, group: list[VrrpInstance]) -> None:
        """Let others find a group, if it has but one router id."""
        vrid = group[0].vrid
        if vrid is not None and all(member.vrid == vrid for member in group):
            self._hosts[id(group)] = {member.at.host for member in group}
            for interface in {member.interface for member in group}:
                self._groups[vrid, interface].append(group)

    def join(self, instance: VrrpInstance) -> bool:
        """Put an instance into the first group of its router id and interface that its host is not in yet.

        A host that is in a group stays in it: what was passed over is not looked at again.
        """
        if instance.vrid is None:
            return False
        groups = self._groups[instance.vrid, instance.interface]
        key = (instance.vrid, instance.interface, instance.at.host)
        index = self._passed.get(key, 0)
        while index < len(groups) and instance.at.host in self._hosts[id(groups[index])]:
            index += 1
        self._passed[key] = index
        if index == len(groups):
            return False
        groups[index].append(instance)
        self._hosts[id(groups[index])].add(instance.at.host)
        return True
