"""What holds on every host: names resolve, the kernel has the wanted settings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial

from fournines.components.hosts.model import Options, sysctls
from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.context import Context
from fournines.kit.verdict import Verdict, failed, passed, unknown, worst
from fournines.kit.where import VIP_HOSTS
from fournines.spec.model import Host

_RESOLVE = """\
import socket, sys
print(socket.gethostname())
for name in sys.argv[1:]:
    try:
        print(name, *sorted({found[4][0] for found in socket.getaddrinfo(name, None, socket.AF_INET)}))
    except OSError as error:
        print(name, "-", error)
"""


def checks(context: Context) -> Iterator[Check]:
    """The control plane's names, the interfaces the site file names, and the kernel's settings."""
    site = context.site
    names = {host.name: str(site.address(host)) for host in site.voters}
    names |= {name: str(vip.address) for name, vip in site.vips.items()}
    yield Check(
        "hosts.names",
        "Every host knows its own name, and resolves the voters and the VIPs to their addresses",
        asks={host: Ask(("python3", "-c", _RESOLVE, *names)) for host in site.hosts},
        judge=partial(_judge_names, names=names),
        barrier=True,
    )
    named = {host.name: _named(context, host) for host in site.hosts.values()}
    if any(named.values()):
        yield Check(
            "hosts.interfaces",
            "Every interface that the site file names is there",
            asks={host: Ask(("ip", "-json", "link", "show")) for host, names in named.items() if names},
            judge=partial(_judge_interfaces, named=named),
            barrier=True,
        )
    options = context.options("hosts", Options)
    for what, hosts in _alike(context):
        wanted = sysctls(site, site.hosts[hosts[0]], options)
        yield Check(
            f"hosts.kernel-{what}",
            f"The kernel of every {what} has the settings that notice a dead peer in seconds",
            asks={host: Ask(("sysctl", "--", *wanted)) for host in hosts},
            judge=each_host(
                partial(_judge_sysctls, wanted=wanted), all_well=f"{len(wanted)} settings as wanted"
            ),
        )


def _alike(context: Context) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Hosts that want the same kernel settings."""
    controllers = VIP_HOSTS.names(context.site)
    yield "controller", controllers
    others = tuple(name for name in context.site.hosts if name not in controllers)
    if others:
        yield "other-host", others


def _named(context: Context, host: Host) -> tuple[str, ...]:
    """The interfaces of a host that the site file names."""
    found = (context.site.named_interface(host, network) for network in (*host.addresses, *host.bare))
    return tuple(name for name in found if name)


def _judge_interfaces(answers: Answers, named: Mapping[str, tuple[str, ...]]) -> Verdict:
    return worst(
        (
            (host, unknown("not reachable") if answer is None else _there(answer, named[host]))
            for host, answer in answers.items()
        ),
        all_well="all there",
    )


def _there(answer: Output, names: tuple[str, ...]) -> Verdict:
    try:
        links = {link["ifname"] for link in json.loads(answer.stdout)}
    except (ValueError, KeyError, TypeError):
        return failed(answer.stderr.strip() or "does not say which interfaces it has")
    missing = [name for name in names if name not in links]
    return failed(f"no {', '.join(missing)}") if missing else passed(f"{', '.join(names)} there")


def _judge_names(answers: Answers, names: dict[str, str]) -> Verdict:
    return worst(
        (
            (host, unknown("not reachable") if answer is None else _names_on(host, answer, names))
            for host, answer in answers.items()
        ),
        all_well=f"{len(names)} names resolve alike everywhere",
    )


def _names_on(host: str, answer: Output, names: dict[str, str]) -> Verdict:
    if answer.code != 0 or not answer.stdout.strip():
        return failed(answer.stderr.strip() or "no answer")
    own, *resolved = answer.stdout.splitlines()
    wrong = [] if own == host else [f"calls itself {own}"]
    found = {name: seen for name, _, seen in (line.partition(" ") for line in resolved)}
    wrong += [
        f"{name} is {found.get(name, 'not answered')}, not {address}"
        for name, address in names.items()
        if found.get(name) != address
    ]
    return failed(", ".join(wrong)) if wrong else passed("names resolve")


def _judge_sysctls(answer: Output, wanted: dict[str, str]) -> Verdict:
    found = {
        key.strip(): value.strip()
        for key, _, value in (line.partition("=") for line in answer.stdout.splitlines())
    }
    wrong = [
        f"{key} is {found.get(key, 'missing')}, not {value}"
        for key, value in wanted.items()
        if found.get(key) != value
    ]
    return failed(", ".join(wrong)) if wrong else passed("as wanted")
