"""Whether something is made of all that a site file says: what means nothing was meant otherwise. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fournines.kit.component import Component
from fournines.kit.declare import Switch
from fournines.plan.context import declarations
from fournines.plan.participation import misplaced
from fournines.spec.document import Problem
from fournines.spec.model import OF_COMPONENTS, Purpose, Role, Site


def idle(site: Site, parts: Sequence[Component], known: Sequence[Component]) -> Iterator[Problem]:
    """Options, choices and roles of which none of the ``parts`` makes anything: those that take part."""
    yield from _nobodys(site, known)
    yield from _options(site, parts, known)
    yield from _choices(site, parts, known)
    yield from _roles(site, parts, known)


def _nobodys(site: Site, known: Sequence[Component]) -> Iterator[Problem]:
    """Nothing is listed, and nothing named that is to be built without a service."""
    named = [c for c in known if c.name in site.components and c.provides]
    if not site.services and not named:
        yield Problem(
            ("services",),
            "no service is listed: what is built would be used by nobody",
            "write for example [keystone], or name what is to be built: components: {galera: {}}",
        )


def _options(site: Site, parts: Sequence[Component], known: Sequence[Component]) -> Iterator[Problem]:
    """Options of a component that stands aside for another, or has nothing to do here."""
    for component in known:
        name = component.name
        if component in parts or name not in site.components or component.service:
            continue
        others = [(one, c.name) for one in component.provides for c in parts if one in c.provides]
        if component.only_in not in (None, site.mode):
            what, hint = f"{name} runs in mode: {component.only_in} only", "take them away"
        elif others:
            capability, other = others[0]
            what = f"{other} provides {capability} here"
            hint = f"{_instead(site, name, other, parts)}, or write choose: {{{capability}: {name}}}"
        else:
            what, hint = f"nothing here needs {name}", "take them away"
        what += f": the options of {name} mean nothing"
        yield Problem(("components", name), what, hint, at_key=True)


def _instead(site: Site, name: str, other: str, parts: Sequence[Component]) -> str:
    """What to do with options of a component that stands aside for another, which may have the same ones."""
    given = site.components[name]
    theirs = next(one for one in parts if one.name == other).options.model_fields
    if not given or not set(given) <= set(theirs):
        return "take them away"
    there = other in site.components
    return f"write them under {other}, which has them too" if there else f"write {other} in place of {name}"


def _choices(site: Site, parts: Sequence[Component], known: Sequence[Component]) -> Iterator[Problem]:
    """Who is chosen takes part, for somebody who needs it."""
    wanted = {capability for c in parts for capability in c.needed_by_all(site)}
    for capability, name in site.choose.items():
        here = ("choose", capability)
        could = [c for c in known if capability in c.provides]
        chosen = next(c for c in could if c.name == name)
        if chosen.only_in not in (None, site.mode):
            yield misplaced(site, capability, chosen, could)
        elif chosen not in parts and chosen.service:
            yield Problem(here, f"{name} is not listed", f"add {name} to services, or take the choice away")
        elif capability not in wanted and name not in site.components:
            hint = "take the choice away"
            if not chosen.service:
                hint += f"; what is to be built without need is named: components: {{{name}: {{}}}}"
            yield Problem(here, f"nothing here needs {capability}", hint, at_key=True)


def _roles(site: Site, parts: Sequence[Component], known: Sequence[Component]) -> Iterator[Problem]:
    """A role for which something is built: one of a service's, that has to be listed."""
    used = {role for c in parts for role in _of(c)}
    for host in site.hosts.values():
        for index, role in enumerate(host.roles):
            if role in OF_COMPONENTS and role not in used:
                services = [c for c in known if c.service and role in _of(c)]
                own = sorted(services, key=lambda c: len(_of(c)))[:1]  # of fewest roles: it is about this one
                hint = "".join(f"add {c.name} to services, or " for c in own) + "take the role away"
                what = f"nothing in this site is built for the role {role}"
                yield Problem(("hosts", host.name, "roles", str(index)), what, hint)


def _of(component: Component) -> tuple[Role, ...]:
    """The roles that a component is a use of: not those that it only follows (``Where.also``)."""
    stages = (stage.on for stage in component.stages if stage.on)
    return tuple(role for on in (component.on, *stages) for role in on.roles or ())


def idle_networks(site: Site) -> Iterator[Problem]:
    """A network without addresses is handed on by whoever makes virtual networks, or is nobody's."""
    handed_on = {one.external for one in declarations(site) if isinstance(one, Switch)}
    for name, network in site.networks.items():
        if network.purpose is Purpose.PROVIDER and name not in handed_on:
            hint = "take it away" if handed_on else "add neutron to services, or take the network away"
            what = f"no virtual network has a way out through {name}"
            what += (
                f": routers are reached from {', '.join(filter(None, handed_on))}" if any(handed_on) else ""
            )
            yield Problem(("networks", name, "purpose"), what, hint)
