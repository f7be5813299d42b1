"""What must hold between the parts of a site file, as pure rules over what was readable of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fournines.spec.document import Problem
from fournines.spec.draft import Draft, addresses
from fournines.spec.model import OF_COMPONENTS, Role
from fournines.spec.rules.options import OPTION_RULES
from fournines.spec.vocabulary import Vocabulary
from fournines.spec.words import near

MINIMUM_CONTROLLERS = 2
PASSIVE = "active-passive"
PAIR = 2

Rule = Callable[[Draft], Iterator[Problem]]


def roles(draft: Draft, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Each stands once, and something is built for it; a host may be without any."""
    built = {role for of_component in vocabulary.roles.values() for role in of_component}
    for host in draft.hosts.values():
        for index, role in enumerate(host.roles):
            path = ("hosts", host.name, "roles", str(index))
            if role is not None and role in host.roles[:index]:
                yield Problem(path, f"{role} stands twice", "keep one")
            elif role is Role.ARBITER and host.has(Role.CONTROLLER):
                hint = "take the role arbiter away; a tie is broken by a host that is no controller"
                yield Problem(path, f"{host.name} is a controller and votes already", hint)
            elif role in OF_COMPONENTS and role not in built:
                yield Problem(
                    path,
                    f"nothing is built for the role {role} yet",
                    "take the role away; the host still gets names, firewall, time and logs",
                )


def votes(draft: Draft) -> Iterator[Problem]:
    """At least two controllers, and an odd number of votes; where a role is unreadable, what can be known.

    Two hosts that fence each other break a tie by that: whoever is alone goes on once it has done so.
    """
    if not draft.hosts_known:
        return
    hosts = draft.hosts.values()
    unknown = sum(not host.roles_known for host in hosts)
    controllers = sum(host.has(Role.CONTROLLER) for host in hosts)
    voters = [h.name for h in hosts if h.has(Role.CONTROLLER) or h.has(Role.ARBITER)]
    if controllers + unknown < MINIMUM_CONTROLLERS:
        silent = [host.name for host in hosts if not host.roles]
        forgotten = silent[0] if controllers and len(silent) == 1 else None  # somebody was about to write it
        yield Problem(
            ("hosts", forgotten, "roles") if forgotten else ("hosts",),
            f"controllers: {controllers}; one that fails must leave another",
            f"give {forgotten or 'at least two hosts'} the role controller",
            at_key=not forgotten,
        )
    elif not unknown and len(voters) % 2 == 0 and not (draft.mode == PASSIVE and len(voters) == PAIR):
        arbiters = [host.name for host in hosts if host.has(Role.ARBITER)]
        twice = [name for name in arbiters if draft.hosts[name].has(Role.CONTROLLER)]
        hint = "give a host that is no controller the role arbiter"
        if twice:
            hint += f"; {', '.join(twice)} votes already, as a controller"
        elif arbiters:
            hint = f"take the role arbiter from {arbiters[0]}"
        silent = [host.name for host in hosts if not host.roles]  # somebody was about to write one there
        if len(silent) == 1 and not arbiters:
            hint = f"give {silent[0]} the role controller or arbiter"
        yield Problem(
            ("hosts", silent[0], "roles") if len(silent) == 1 else ("hosts",),
            f"{len(voters)} hosts vote ({', '.join(voters)}): an even number cannot break a tie",
            hint,
            at_key=len(silent) != 1,
        )


def outvoted(draft: Draft) -> Iterator[Problem]:
    """Arbiters break ties, of which there is one at most; more could decide with a minority of the data."""
    controllers = [h.name for h in draft.hosts.values() if h.has(Role.CONTROLLER)]
    arbiters = [h.name for h in draft.hosts.values() if h.has(Role.ARBITER) and not h.has(Role.CONTROLLER)]
    if len(arbiters) < 2 or len(controllers) < MINIMUM_CONTROLLERS:  # noqa: PLR2004 - of one, votes() tells
        return
    if draft.hosts_known and all(host.roles_known for host in draft.hosts.values()):
        roles_of = draft.hosts[arbiters[-1]].roles
        even = len(controllers) % 2 == 0
        what = f"{len(arbiters)} arbiters for {len(controllers)} controllers, which alone have the data"
        yield Problem(
            ("hosts", arbiters[-1], "roles", str(roles_of.index(Role.ARBITER))),
            f"{what}: a tie needs {'one' if even else 'none'}",
            f"leave {'one host' if even else 'no host'} the role arbiter",
        )


def login(draft: Draft) -> Iterator[Problem]:
    """``user@host`` is a command line's; a directory's account may have an @, but names no host of ours."""
    name, _, host = draft.user.partition("@")
    if host in draft.hosts:
        yield Problem(("ssh", "user"), f"{draft.user} names a host of this site", f"write {name} alone")


def jump_host(draft: Draft) -> Iterator[Problem]:
    """The jump host is one of the hosts."""
    if draft.through and draft.hosts_known and draft.through not in draft.hosts:
        owners = {str(address): host.name for host, _, address in addresses(draft)}
        owner = owners.get(draft.through)
        hint = f"write {owner}" if owner else near(draft.through, draft.hosts)
        hint += (
            "" if owner or hint.startswith("did") else "; a machine outside is a ProxyJump in ~/.ssh/config"
        )
        yield Problem(("ssh", "through"), f"{draft.through} is not a host of this site", hint)


def fencing(draft: Draft) -> Iterator[Problem]:
    """Where Pacemaker decides, every host of its cluster can be switched off; elsewhere nobody is fenced."""
    if draft.mode != PASSIVE:
        if draft.boards:
            hint = f"write mode: {PASSIVE}, or take it away"
            yield Problem(("fencing",), "nothing fences hosts in this mode", hint, at_key=True)
        return
    strangers = [name for name in draft.boards if name not in draft.hosts] if draft.hosts_known else []
    for name in strangers:
        hint = near(name, draft.hosts)
        yield Problem(("fencing", name), f"{name} is not a host of this site", hint, at_key=True)
    voters = [h for h in draft.hosts.values() if h.has(Role.CONTROLLER) or h.has(Role.ARBITER)]
    without = [host.name for host in voters if host.name not in draft.boards]
    if without and not strangers and not draft.lab:  # a stranger may be one of them, mistyped
        names = ", ".join(without)
        yield Problem(
            ("fencing",) if draft.boards else ("mode",),
            f"nothing fences {names}: what ran there could be started elsewhere while it still runs",
            f"add fencing: {{{without[0]}: {{address: BOARD}}}}, and the same for the others",
            at_key=bool(draft.boards),
        )


def boards(draft: Draft) -> Iterator[Problem]:
    """A board switches off one member of the cluster, and is reached when that member hangs."""
    if draft.mode != PASSIVE:
        return
    own = {name: f"hosts.{name}" for name in draft.hosts} | {
        name: f"vips.{name}" for name in draft.vips or {}
    }
    own |= {str(vip.address): f"vips.{name}.address" for name, vip in (draft.vips or {}).items()}
    own |= {str(address): f"hosts.{host.name}.{network}" for host, network, address in addresses(draft)}
    seen: dict[tuple[str, ...], str] = {}
    for name, board in draft.boards.items():
        host = draft.hosts.get(name)
        if host and host.roles_known and not (host.has(Role.CONTROLLER) or host.has(Role.ARBITER)):
            what = (
                f"{name} is no member of the cluster, which fences only its own: controllers and the arbiter"
            )
            yield Problem(("fencing", name), what, "take it away", at_key=True)
        elif board.address in own:
            yield Problem(
                ("fencing", name, "address"),
                f"{board.address} is {own[board.address]}: it is silent when the host is to be switched off",
                "write the address of the host's management board",
            )
        elif board.address is not None:
            other = seen.setdefault((board.address, *board.way), name)
            if other != name:
                yield Problem(
                    ("fencing", name, "address"),
                    f"the same board and system as {other}: to fence one would switch off the other",
                    "write this host's own board, or its path on the board: system: /redfish/v1/Systems/2",
                )


def services(draft: Draft, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Services are known and stand once."""
    for index, service in enumerate(draft.services):
        path = ("services", str(index))
        if service is None:
            continue
        if service not in vocabulary.services:
            hint = near(service, sorted(vocabulary.services))
            if service in vocabulary.options:
                hint = f"take it away: {service} is built where it is needed, or named under components"
            yield Problem(path, f"{service} is not a service fournines builds", hint)
        elif service in draft.services[:index]:
            yield Problem(path, f"{service} stands twice", "keep one")


def places(draft: Draft, vocabulary: Vocabulary) -> Iterator[Problem]:
    """A service has a host to run on; that there are controllers is another rule's matter."""
    hosts = draft.hosts.values()
    if not draft.hosts_known or not all(host.roles_known for host in hosts):
        return
    for index, service in enumerate(draft.services):
        wanted = vocabulary.roles.get(service or "", ())
        if not wanted or Role.CONTROLLER in wanted or any(h.has(role) for h in hosts for role in wanted):
            continue
        what = f"{service} needs a host with the role {' or '.join(wanted)}"
        yield Problem(("services", str(index)), what, "give one host that role")


def choices(draft: Draft, vocabulary: Vocabulary) -> Iterator[Problem]:
    """What is chosen can be provided, by the one that is chosen."""
    for capability, name in draft.choose.items():
        could = vocabulary.providers.get(capability, ())
        if not could:
            hint = near(capability, vocabulary.providers)
            provided = [what for what, who in vocabulary.providers.items() if capability in who]
            if name in provided:  # the wrong way round
                hint = f"write {name}: {capability}"
            yield Problem(("choose", capability), f"there is no capability {capability}", hint, at_key=True)
        elif isinstance(name, str) and name not in could:
            what = f"{name} does not provide {capability}"
            yield Problem(("choose", capability), what, f"write {' or '.join(could)}")


SITE_RULES: tuple[Rule, ...] = (votes, outvoted, login, jump_host, fencing, boards)
WORD_RULES = (roles, services, places, choices, *OPTION_RULES)
