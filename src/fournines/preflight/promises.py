"""What must be true of the hosts before a deployment begins, and the judges of it. Pure.

Each promise is judged host by host; what could not be seen of a host is unknown, never a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from ipaddress import ip_address

from fournines.kit.check import Ask, Check
from fournines.kit.declare import FirewallPort
from fournines.kit.endpoints import accepted
from fournines.kit.step import Unit
from fournines.kit.verdict import Verdict, failed, passed, unknown, worst
from fournines.plan.capacity import HostMemory, memories
from fournines.plan.model import Plan
from fournines.preflight.facts import Facts, Refusal, Seen, packages_of
from fournines.spec.model import Role

DEBIAN = "13"
ARCHITECTURES = ("amd64", "arm64")
"""Those for which Debian 13 has every package of the plan."""
CLOCK_SECONDS = 30.0
"""More than this is no drift: tokens and certificates of such a host would be refused elsewhere."""
GIB = 1 << 30
DISK = {True: 4 * GIB, False: 2 * GIB}
"""Free below /var for a controller (packages, database, images to begin with) and for another host."""
DISK_DEPLOYED = GIB // 2
"""Free below /var where the packages are installed already."""
MIB = 1 << 20
WORK = 256 * MIB
"""What a host needs beside what its components hold: page cache, state transfers, setting packages up."""
_KERNEL = 0.93
"""What is left of a machine's nominal memory after the kernel and the firmware took theirs, at worst."""

Judge = Callable[[str, Facts], Verdict]
Judged = tuple[Check, Verdict]
_STAGES = ("ssh", "root", "python")


def promises(plan: Plan, seen: Seen) -> list[Judged]:
    """Every promise with its verdict, in the order in which an operator would mend them."""
    judges: Mapping[str, tuple[str, Judge]] = {
        "system": (f"every host runs Debian {DEBIAN} with systemd, on a known architecture", _system),
        "addresses": ("each host has the addresses of the site file", partial(_addresses, plan)),
        "vips": ("nobody but the site's hosts has its moving addresses", partial(_vips, plan, seen)),
        "clock": (f"clocks agree with this machine's within {CLOCK_SECONDS:g} s", _clock),
        "memory": (
            "there is memory for what will run there",
            partial(_memory, memories(plan.context.declarations)),
        ),
        "disk": ("there is room enough below /var", partial(_disk, plan)),
        "ports": ("the site's ports are free, or held by the site itself", partial(_ports, plan)),
        "sources": ("the package sources answer, or are not needed", _sources),
        "packages": ("the sources have every package", partial(_packages, plan)),
    }
    stages = {
        "ssh": "ssh reaches every host",
        "root": "the login becomes root without a password",
        "python": "python3 can look at the host",
    }
    hosts = tuple(plan.context.site.hosts)
    found = [_judged(stage, words, hosts, partial(_stage, seen, stage)) for stage, words in stages.items()]
    found += [
        _judged(name, words, hosts, partial(_host, seen, judge)) for name, (words, judge) in judges.items()
    ]
    return [*found, _versions(hosts, seen)]


def _judged(name: str, promise: str, hosts: tuple[str, ...], judge: Callable[[str], Verdict]) -> Judged:
    verdict = worst((host, judge(host)) for host in hosts)
    return _check(name, promise, hosts, verdict), verdict


def _check(name: str, promise: str, hosts: tuple[str, ...], verdict: Verdict) -> Check:
    return Check(f"preflight.{name}", promise, {host: Ask(()) for host in hosts}, judge=lambda _: verdict)


def _stage(seen: Seen, stage: str, host: str) -> Verdict:
    """How far looking at the host came; what comes after a refusal is unknown."""
    found = seen[host]
    if isinstance(found, Facts) or _STAGES.index(found.stage) > _STAGES.index(stage):
        return passed("yes")
    return failed(found.what) if found.stage == stage else unknown(f"not asked: {found.stage} failed")


def _host(seen: Seen, judge: Judge, host: str) -> Verdict:
    found = seen[host]
    return unknown("could not be looked at") if isinstance(found, Refusal) else judge(host, found)


def _system(_: str, facts: Facts) -> Verdict:
    name = facts.system.get("PRETTY_NAME", "no os-release")
    said = f"{name}, {facts.architecture or 'no dpkg'}"
    if (facts.system.get("ID"), facts.system.get("VERSION_ID")) != ("debian", DEBIAN):
        return failed(f"{said}; fournines is made for Debian {DEBIAN}")
    if facts.architecture not in ARCHITECTURES:
        return failed(f"{said}; it must be one of {', '.join(ARCHITECTURES)}")
    return passed(said) if facts.systemd else failed(f"{said}, but not run by systemd")


def _addresses(plan: Plan, host: str, facts: Facts) -> Verdict:
    if facts.addresses is None:
        return unknown("`ip` does not say which addresses there are")
    there = {interface.ip: (name, interface) for name, interface in facts.addresses}
    site = plan.context.site
    wrong, right = [], []
    for network, address in site.hosts[host].addresses.items():
        prefix = site.networks[network].prefix
        if address not in there:
            wrong.append(f"{address} ({network}) is on no interface")
        elif there[address][1].network.prefixlen != prefix:
            wrong.append(f"{there[address][1]} on {there[address][0]} should be /{prefix} ({network})")
        else:
            right.append(f"{there[address][0]} {address}")
    if wrong:
        has = ", ".join(f"{name} {interface}" for name, interface in facts.addresses if name != "lo")
        return failed(f"{', '.join(wrong)}; there is {has or 'no address'}")
    return passed(", ".join(right))


def _vips(plan: Plan, seen: Seen, _: str, facts: Facts) -> Verdict:
    looked = [found for found in seen.values() if isinstance(found, Facts)]
    ours = {str(i.ip) for found in looked for _, i in found.addresses or ()}
    strangers = [vip for vip in facts.answering if vip not in ours]
    if not strangers:
        return passed("held by the site" if facts.answering else "free")
    if len(looked) < len(plan.context.site.hosts):
        return unknown(f"{', '.join(strangers)} answers; not every host could be asked whether it has it")
    return failed(f"somebody else answers for {', '.join(strangers)}")


def _clock(_: str, facts: Facts) -> Verdict:
    if facts.offset is None:
        return unknown("its clock could not be read")
    said = f"{facts.offset:+.1f} s"
    return passed(said) if abs(facts.offset) <= CLOCK_SECONDS else failed(f"{said}: set it right first")


def _memory(held: Mapping[str, HostMemory], host: str, facts: Facts) -> Verdict:
    taken = held.get(host, HostMemory({}))
    said = f"{facts.memory // MIB} MiB for {taken.words}"
    if facts.memory >= (taken.full * MIB + WORK) * _KERNEL:
        return passed(said)
    return failed(f"{said} and {WORK // MIB} MiB for work")


def _disk(plan: Plan, host: str, facts: Facts) -> Verdict:
    installed = all(facts.packages.get(name, (None, None))[0] for name in packages_of(plan, host))
    least = DISK_DEPLOYED if installed else DISK[plan.context.site.hosts[host].has(Role.CONTROLLER)]
    said = f"{facts.disk / GIB:.1f} GiB free"
    return passed(said) if facts.disk >= least else failed(f"{said}; at least {least / GIB:g} GiB are needed")


def _ports(plan: Plan, host: str, facts: Facts) -> Verdict:
    """A port that somebody listens at; on a host of the site's own, the site itself may.

    Listening on a loopback address is nobody's concern, and of a range whatever is free is taken.
    """
    if facts.listeners is None:
        return unknown("`ss` does not say who listens")
    ports = [port for port in accepted(plan.context) if host in port.hosts and port.port and not port.last]
    own = _own_units(plan, host, ports) if facts.deployed else frozenset()
    wanted = {(port.protocol, port.port): port.name for port in ports}
    taken = [
        f"{number}/{protocol} ({wanted[protocol, number]}) by {holder}"
        for protocol, address, number, holder in facts.listeners
        if (protocol, number) in wanted and holder not in own and not _loopback(address)
    ]
    if taken:
        return failed(f"taken: {', '.join(dict.fromkeys(taken))}")
    return passed(f"{len(wanted)} {'held by the site or ' if facts.deployed else ''}free")


def _own_units(plan: Plan, host: str, ports: list[FirewallPort]) -> frozenset[str]:
    """The units of the host that may hold a port: those of the plan, and those called as the port is."""
    steps = (step for phase in plan.phases for step in phase.steps.get(host, ()))
    units = {step.name for step in steps if isinstance(step, Unit)}
    return frozenset(units | {f"{port.name}.{kind}" for port in ports for kind in ("service", "socket")})


def _loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False  # * and the like: everywhere


def _sources(_: str, facts: Facts) -> Verdict:
    return failed(facts.trouble) if facts.trouble else passed("yes")


def _packages(plan: Plan, host: str, facts: Facts) -> Verdict:
    wanted = packages_of(plan, host)
    installed = [name for name in wanted if facts.packages.get(name, (None, None))[0]]
    missing = [n for n in wanted if n not in installed and not facts.packages.get(n, (None, None))[1]]
    if missing and facts.trouble:
        return unknown(f"the sources did not answer; not known without them: {', '.join(missing)}")
    if missing:
        return failed(f"no source has {', '.join(missing)}")
    return passed(f"{len(installed)} installed, {len(wanted) - len(installed)} to come")


def _versions(hosts: tuple[str, ...], seen: Seen) -> Judged:
    """Hosts of one site that would run different versions of a package are a surprise waiting."""
    found: dict[str, dict[str, list[str]]] = {}
    for host, facts in seen.items():
        for name, (installed, candidate) in facts.packages.items() if isinstance(facts, Facts) else ():
            if version := installed or candidate:
                found.setdefault(name, {}).setdefault(version, []).append(host)
    differing = {name: of for name, of in found.items() if len(of) > 1}
    words = "all hosts have, or get, the same versions"
    if differing:
        verdict = failed("; ".join(f"{name} {_spread(of)}" for name, of in sorted(differing.items())))
    elif not found or any(isinstance(facts, Refusal) for facts in seen.values()):
        verdict = unknown("not every host could be looked at")
    else:
        verdict = passed(f"{len(found)} packages")
    return _check("versions", words, hosts, verdict), verdict


def _spread(of: Mapping[str, list[str]]) -> str:
    return ", ".join(f"{version} on {' and '.join(hosts)}" for version, hosts in of.items())
