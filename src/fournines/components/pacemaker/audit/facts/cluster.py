"""A cluster as a whole: everything the texts of one site tell the same Pacemaker."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from fournines.components.pacemaker.audit.facts.homes import homes
from fournines.components.pacemaker.audit.facts.model import (
    Collection,
    Constraint,
    Member,
    MetaChange,
    Primitive,
    Property,
    Story,
    false,
    true,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fournines.kit.audit.evidence import Evidence, Fact
    from fournines.kit.audit.source import Place

_FENCERS = ("stonith:", "stonith create", "fence_", "sbd", "stonith-watchdog-timeout")
"""Words of a text that knows of a fence device, even where it is written in a way that is not read."""

T = TypeVar("T", bound="Fact")


@dataclass(frozen=True, eq=False)
class Cluster:
    """What one Pacemaker is told. Later settings of the same name count, as they do for the tools."""

    stories: tuple[Story, ...]
    properties: tuple[Property, ...]
    primitives: tuple[Primitive, ...]
    collections: tuple[Collection, ...]
    constraints: tuple[Constraint, ...]
    members: tuple[Member, ...]
    changes: tuple[MetaChange, ...] = ()

    @cached_property
    def whole(self) -> bool:
        """Whether what is not said here is not said anywhere."""
        return any(story.whole for story in self.stories)

    @cached_property
    def builds(self) -> bool:
        """Whether the texts build the cluster from nothing, or are all of it.

        Text with the cluster's properties and its resources tells the whole story, be it in blocks of a page.
        """
        told = any(p.scope == "cluster" for p in self.properties) and bool(self.primitives)
        crm = all(story.form == "crm" for story in self.stories)
        return self.whole or (crm and told) or any(story.builds for story in self.stories)

    def setting(self, name: str, scope: str = "cluster") -> Property | None:
        """The setting that counts: the last one."""
        found = [p for p in self.properties if p.name == name and p.scope == scope]
        return found[-1] if found else None

    def mentions(self, *words: str) -> bool:
        """Whether any of the texts has one of these words at all."""
        return any(word in story.text for story in self.stories for word in words)

    @cached_property
    def release(self) -> int | None:
        """Pacemaker's major version, as its CIB tells it."""
        said = self.setting("dc-version")
        head = said.value.split(".")[0] if said else ""
        return int(head) if head.isdecimal() else None

    @cached_property
    def fence_devices(self) -> tuple[Primitive, ...]:
        """The resources that can switch a host off."""
        return tuple(
            primitive for primitive in self.primitives if primitive.fencing and not primitive.pretends
        )

    @cached_property
    def unfenced(self) -> bool:
        """Whether fencing is off, or on and without a device as far as everything is known."""
        stonith = self.setting("stonith-enabled")
        if stonith and false(stonith.value):
            return True
        watchdog = self.setting("have-watchdog")
        if watchdog and true(watchdog.value):
            return False  # sbd runs
        return self.builds and not self.fence_devices and not self.mentions(*_FENCERS)

    @cached_property
    def voters(self) -> tuple[str, ...]:
        """The nodes with a vote, as far as they are named."""
        return tuple(dict.fromkeys(m.name for m in self.members if not m.remote))

    @cached_property
    def ids(self) -> frozenset[str]:
        """Every id a constraint may name."""
        found = {p.id for p in self.primitives} | {c.id for c in self.collections}
        return frozenset(found | {alias for c in self.collections for alias in c.aliases})

    def primitive(self, name: str) -> Primitive | None:
        """The resource of this id."""
        return self._by_id.get(name)

    @cached_property
    def _by_id(self) -> dict[str, Primitive]:
        return {p.id: p for p in reversed(self.primitives)}

    @cached_property
    def _named(self) -> dict[str, list[Collection]]:
        table: dict[str, list[Collection]] = {}
        for collection in self.collections:
            for name in (collection.id, *collection.aliases):
                table.setdefault(name, []).append(collection)
        return table

    @cached_property
    def _held(self) -> dict[str, list[Collection]]:
        table: dict[str, list[Collection]] = {}
        for collection in self.collections:
            for ref in collection.members:
                table.setdefault(ref.id, []).append(collection)
        return table

    def holders(self, name: str) -> tuple[Collection, ...]:
        """The groups and clones that hold this resource, inner ones first."""
        found: list[Collection] = []
        wanted = [name]
        while wanted:
            for collection in self._held.get(wanted.pop(), ()):
                if collection not in found:
                    found.append(collection)
                    wanted += (collection.id, *collection.aliases)
        return tuple(found)

    def colocated(self, name: str) -> frozenset[str]:
        """What a colocation that names this resource keeps beside it, the resource among them."""
        return frozenset[str]().union(*self._colocated.get(name, ()))

    @cached_property
    def _colocated(self) -> dict[str, list[frozenset[str]]]:
        """The resources of each colocation, under each of them: a set of thousands is kept once."""
        table: dict[str, list[frozenset[str]]] = {}
        for constraint in self.constraints:
            if constraint.kind == "colocation" and not constraint.forbids:
                names = frozenset(ref.id for ref in constraint.refs)
                for name in names:
                    table.setdefault(name, []).append(names)
        return table

    def names_of(self, name: str) -> frozenset[str]:
        """The resource and everything it is part of: what a constraint on any of them means for it."""
        held = self.holders(name)
        return frozenset({name, *(c.id for c in held), *(a for c in held for a in c.aliases)})

    def inside(self, name: str) -> tuple[Primitive, ...]:
        """The resources of a group or clone in their order; of a primitive, itself."""
        found: list[Primitive] = []
        seen: set[str] = set()
        pending = [name]
        while pending:
            current = pending.pop()
            if current in seen:
                continue  # a group that holds itself: broken, and no reason to go round for ever
            seen.add(current)
            own = self.primitive(current)
            if own:
                found.append(own)
            for collection in self._named.get(current, ()) if not own else ():
                pending.extend(ref.id for ref in reversed(collection.members))
        return tuple(found)


def clusters(site: Evidence) -> tuple[Cluster, ...]:
    """The clusters of a site: each CIB, and the text of each host; copies that say the same are one."""
    return site.derived(_clusters)


def vips(site: Evidence) -> dict[str, Place]:
    """The virtual addresses Pacemaker holds, and where it is told of them."""
    found: dict[str, Place] = {}
    for primitive in site.all(Primitive):
        if primitive.address:
            found.setdefault(primitive.address, primitive.place("ip"))
    return found


def _clusters(site: Evidence) -> tuple[Cluster, ...]:
    found: dict[object, Cluster] = {}
    for (form, *_), stories in homes(site).items():
        for told in _apart(site, stories) if form == "text" else (stories,):
            cluster = _cluster(site, form, told)
            found.setdefault(_told(cluster), cluster)
    return tuple(found.values())


def _apart(site: Evidence, stories: Iterable[Story]) -> list[list[Story]]:
    """One host's texts as one cluster, but for whole ones (properties and resources) of the same resources.

    Two saved configurations, of two days or two sites, are no cluster together.
    """
    table = site.derived(_by_home)
    groups: list[tuple[set[str], list[Story]]] = [(set(), [])]
    places: dict[tuple[str, str], list[Story]] = defaultdict(list)
    for story in stories:
        places[story.at.path, story.at.host].append(story)
    for home, told in places.items():
        whole = any(p.scope == "cluster" for p in table.get((Property, *home), ()))
        ids = {p.id for p in table.get((Primitive, *home), ())} if whole else set()
        group = next((group for group in groups if group[0].isdisjoint(ids)), None)
        if group is None:
            groups.append(group := (set(), []))
        group[0].update(ids)
        group[1].extend(told)
    return [told for _, told in groups]


def _cluster(site: Evidence, form: str, stories: Iterable[Story]) -> Cluster:
    told = tuple(stories)
    places = dict.fromkeys((s.at.path, s.at.host) for s in told)
    cib = site.derived(_cibs) if form == "text" else frozenset()
    table = site.derived(_by_home)

    def of(kind: type[T]) -> tuple[T, ...]:
        return tuple(fact for home in places if home[0] not in cib for fact in table.get((kind, *home), ()))

    changes = of(MetaChange)
    later: dict[str, list[MetaChange]] = defaultdict(list)
    for change in changes:
        later[change.resource].append(change)
    return Cluster(
        told,
        of(Property),
        tuple(_changed(p, later.get(p.id, ())) for p in of(Primitive)),
        tuple(_changed(c, later.get(c.id, ())) for c in _gathered(of(Collection))),
        of(Constraint),
        of(Member),
        changes,
    )


def _gathered(collections: Iterable[Collection]) -> list[Collection]:
    """Groups whole: ``pcs resource create ... --group g`` and ``group add`` add to what is there."""
    found: dict[object, list[Collection]] = defaultdict(list)
    for one in collections:
        found[(one.kind, one.id, one.at.host) if one.kind == "group" else one].append(one)
    return [_joined(*parts) for parts in found.values()]


def _joined(first: Collection, *more: Collection) -> Collection:
    members, known, meta = list(first.members), {ref.id for ref in first.members}, dict(first.meta)
    for part in more:
        members += [ref for ref in part.members if ref.id not in known]
        known |= {ref.id for ref in part.members}
        meta |= part.meta
    return replace(first, members=tuple(members), meta=meta) if more else first


def _cibs(site: Evidence) -> frozenset[str]:
    return frozenset(story.at.path for story in site.all(Story) if story.form == "cib")


def _by_home(site: Evidence) -> dict[tuple[type, str, str], list[Any]]:
    """The facts of the clusters by their type, file and host: hosts times facts is not looked at."""
    found: dict[tuple[type, str, str], list[Any]] = defaultdict(list)
    for kind in (Property, Primitive, Collection, Constraint, Member, MetaChange):
        for fact in site.all(kind):
            found[kind, fact.at.path, fact.at.host].append(fact)
    return found


R = TypeVar("R", Primitive, Collection)


def _changed(one: R, changes: Iterable[MetaChange]) -> R:
    """The resource with the meta attributes that later commands give it."""
    for change in changes:
        places = {**one.places, **dict.fromkeys(change.values, change.at)}
        one = replace(one, meta={**one.meta, **change.values}, places=places)
    return one


def _told(cluster: Cluster) -> object:
    """What makes two copies the same, wherever they lie."""
    return (
        tuple((p.scope, p.name, p.value) for p in cluster.properties if not p.name.startswith("last-lrm")),
        tuple((p.id, p.agent) for p in cluster.primitives),
        tuple((c.id, c.kind) for c in cluster.collections),
        tuple((c.id, c.kind, c.score) for c in cluster.constraints),
        tuple((c.resource, *sorted(c.values.items())) for c in cluster.changes),
        tuple(story.at.path for story in cluster.stories if not cluster.primitives),
    )
