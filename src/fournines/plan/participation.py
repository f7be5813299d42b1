"""Who takes part in a site, and who provides what the others need. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from fournines.kit.component import Component, Joins
from fournines.kit.where import Moded
from fournines.spec.document import Path, Problem
from fournines.spec.model import Mode, Site


@dataclass(frozen=True, slots=True)
class Participation:
    """The components of a site by name, and what is wrong with them as complaints about the site file."""

    components: tuple[Component, ...]
    problems: tuple[Problem, ...]


def participation(site: Site, known: Sequence[Component]) -> Participation:
    """Those of the known components that take part.

    Where several provide a capability, ``choose`` in the site file says which: the others stay out. One that
    joins only where it is ``CHOSEN`` stays out unless it is. A need that nobody provides is a problem, and
    one that two provide, because each of them would be given half of it.
    """
    possible = tuple(c for c in known if c.hosts(site) and _may_join(c, site))
    joined = [c for c in possible if _joins(c, site)]
    for component in joined:
        wanted = set(component.needed_by_all(site))
        joined += [
            c
            for c in possible
            if c.joins is Joins.WANTED and c not in joined and not wanted.isdisjoint(c.provides)
        ]
    joined += _followers(possible, joined)
    taking_part = tuple(component for component in known if component in joined)
    problems = tuple(_unmoved(site, taking_part)) or tuple(_unmet(site, taking_part, known))
    return Participation(taking_part, problems)


def _may_join(component: Component, site: Site) -> bool:
    """Not a service that is not listed, nor one in whose place another is chosen."""
    if component.service and component.name not in site.services:
        return False
    chosen = [site.choose[one] for one in component.provides if one in site.choose]
    return all(name == component.name for name in chosen) and (
        component.joins is not Joins.CHOSEN or any(chosen)
    )


def _joins(component: Component, site: Site) -> bool:
    if component.joins is Joins.WANTED:
        return component.name in site.components or component.name in site.choose.values()
    return component.joins is not Joins.POSSIBLE


def _followers(possible: Sequence[Component], joined: Sequence[Component]) -> list[Component]:
    """Those that join where they can: all that they follow is there, or comes with another of them."""
    waiting = [c for c in possible if c.joins is Joins.POSSIBLE]
    found: list[Component] = []
    while True:
        there = {capability for c in (*joined, *found) for capability in c.provides}
        ready = [c for c in waiting if c not in found and there.issuperset(c.follows)]
        if not ready:
            return found
        found += ready


def _unmet(site: Site, taking_part: Sequence[Component], known: Sequence[Component]) -> Iterator[Problem]:
    """Each capability that is not provided, or twice, once: at the first that needs it."""
    needed: dict[str, Component] = {}
    for component in taking_part:
        for capability in component.needed_by_all(site):
            needed.setdefault(capability, component)
    for capability, by in needed.items():
        names = [c.name for c in taking_part if capability in c.provides]
        if len(names) > 1:
            yield Problem(
                ("choose",) if site.choose else _place(by, site),
                f"{by.name} needs {capability}, which {' and '.join(names)} would both provide",
                f"say which: choose: {{{capability}: {names[0]}}}",
                at_key=bool(site.choose),
            )
        elif not names:
            yield _missing(site, capability, by, [c for c in known if capability in c.provides])


def _missing(site: Site, capability: str, by: Component, could: Sequence[Component]) -> Problem:
    """What to write so that somebody provides it."""
    services = [c.name for c in could if c.service and c.name not in site.services]
    if services:
        option, said = _because(by, site, capability)
        who = f"{by.name} with {option}: {said}" if option else by.name
        hint = f"add {services[0]} to services" + (f", or take {option} away" if option else "")
        place = ("components", by.name, option) if option else _place(by, site)
        return Problem(place, f"{who} needs {services[0]}, which is not listed", hint)
    what = f"{by.name} needs {capability}, which nothing in this site provides"
    elsewhere = [c for c in could if c.only_in not in (None, site.mode)]
    for chosen in (c for c in elsewhere if c.name == site.choose.get(capability)):
        return misplaced(site, capability, chosen, could)
    if elsewhere and len(elsewhere) == len(could):
        hint = f"write mode: {elsewhere[0].only_in}: {elsewhere[0].name} runs in that"
        return Problem(_place(by, site), what, hint)
    homeless = [c for c in could if not c.hosts(site) and c.on.roles]
    if homeless:
        roles = " or ".join(homeless[0].on.roles or ())
        return Problem(_place(by, site), what, f"give a host the role {roles}: {homeless[0].name} runs there")
    in_place = [c.name for c in could if c.joins is Joins.CHOSEN]
    hint = f"choose: {{{capability}: {in_place[0]}}}" if in_place else "take it out"
    return Problem(_place(by, site), what, hint)


def _because(component: Component, site: Site, capability: str) -> tuple[str, object]:
    """The option, as written, without which the component would not need it; empty where it always does."""
    given = site.components.get(component.name, {})
    for option, said in given.items():
        rest = {other: value for other, value in given.items() if other != option}
        without = site.model_copy(update={"components": {**site.components, component.name: rest}})
        try:
            still = capability in component.needed_by_all(without)
        except ValidationError:  # the others do not stand without it
            continue
        if not still:
            return option, said
    return "", None


def misplaced(site: Site, capability: str, chosen: Component, could: Sequence[Component]) -> Problem:
    """A choice that the site's mode does not leave; what stands there instead is known."""
    here = [c.name for c in could if c.only_in in (None, site.mode) and c.joins is not Joins.CHOSEN]
    instead = f": {here[0]} provides {capability} here" if here else ""
    return Problem(
        ("choose", capability),
        f"{chosen.name} runs in mode: {chosen.only_in} only, and the site's is {site.mode}",
        f"take the choice away{instead}; or write mode: {chosen.only_in}",
    )


def _unmoved(site: Site, taking_part: Sequence[Component]) -> Iterator[Problem]:
    """Components that are to be moved from host to host where nobody does."""
    for component in taking_part if site.mode is not Mode.ACTIVE_PASSIVE else ():
        options = component.options_of(site)
        for option in options.moving_options(site) if isinstance(options, Moded) else ():
            yield Problem(
                ("components", component.name, option),
                f"nobody moves {component.name} to another host: the site's mode is {site.mode}",
                f"take it away, or write mode: {Mode.ACTIVE_PASSIVE} for the site, and mode:"
                f" {Mode.ACTIVE_ACTIVE} for the components that stay on all their hosts",
            )


def _place(component: Component, site: Site) -> Path:
    """Where a site file says that a component takes part."""
    if component.name in site.services:
        return ("services", str(site.services.index(component.name)))
    return ("components", component.name) if component.name in site.components else ("services",)


def providers(known: Mapping[str, Component]) -> Mapping[str, tuple[str, ...]]:
    """Each capability with the names of all that can provide it, sorted."""
    capabilities = sorted({capability for c in known.values() for capability in c.provides})
    return {one: tuple(sorted(c.name for c in known.values() if one in c.provides)) for one in capabilities}
