"""What holds on every host: names resolve, the kernel has the wanted settings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from fournines.components.hosts.model import Options, sysctls
from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.context import Context
from fournines.kit.verdict import Verdict, failed, passed, unknown, worst

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
    """Two: the control plane's names, and the kernel's settings."""
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
    options = context.options("hosts", Options)
    for what, hosts in _alike(context):
        wanted = sysctls(site.hosts[hosts[0]], options)
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
    controllers = tuple(host.name for host in context.controllers)
    yield "controller", controllers
    others = tuple(name for name in context.site.hosts if name not in controllers)
    if others:
        yield "other-host", others


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
