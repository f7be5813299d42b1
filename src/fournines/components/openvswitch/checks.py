"""What the switch promises."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from fournines.components.openvswitch.deploy import DAEMONS, question
from fournines.components.openvswitch.model import HOSTS, Options, tunnels
from fournines.components.openvswitch.on_host import bridge
from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.program import argv, complaint
from fournines.kit.verdict import Verdict, failed, passed, unknown, worst


def checks(context: Context) -> Iterator[Check]:
    """Both daemons run."""
    yield units_check(
        "openvswitch",
        HOSTS.names(context.site),
        ("openvswitch-switch.service", *DAEMONS),
        barrier=True,
    )


def bridge_checks(context: Context) -> Iterator[Check]:
    """The way out is as wanted, and the tunnels' ends reach one another."""
    site = context.site
    wanted = {host.name: asked for host in HOSTS(site) if (asked := question(context, host)) is not None}
    if wanted:
        yield Check(
            "openvswitch.bridge",
            "The bridge to the outside has its port, its datapath and its address",
            asks={host: Ask(argv(bridge), stdin=asked) for host, asked in wanted.items()},
            judge=each_host(_judge_bridge),
            barrier=True,
        )
    ring = _ring(context)
    if ring:
        yield Check(
            "openvswitch.tunnel-ends",
            "The ends of the tunnels reach one another",
            asks={
                host: Ask(("ping", "-n", "-c", "3", "-i", "0.2", "-W", "1", address))
                for host, (_, address) in ring.items()
            },
            judge=partial(_judge_ring, asked={host: other for host, (other, _) in ring.items()}),
            barrier=True,
        )


def _ring(context: Context) -> dict[str, tuple[str, str]]:
    """Each host asks the next one: its name and its address in the tunnels' network."""
    site = context.site
    network = tunnels(site, context.options("openvswitch", Options))
    hosts = HOSTS(site)
    return {
        host.name: (other.name, str(site.address(other, network)))
        for host, other in zip(hosts, (*hosts[1:], *hosts[:1]), strict=True)
        if other != host
    }


def _judge_bridge(answer: Output) -> Verdict:
    said = ", ".join(answer.stdout.split("\n")).strip(", ")
    if answer.code == 0 and said:
        return passed(said)
    return failed(said or complaint(answer))


def _judge_ring(answers: Answers, asked: dict[str, str]) -> Verdict:
    return worst(
        (
            (asked[host], unknown(f"{host} cannot be asked") if answer is None else _answered(answer))
            for host, answer in answers.items()
        ),
        all_well=f"{len(answers)} hosts, each from another one",
    )


def _answered(answer: Output) -> Verdict:
    if answer.code == 0 and " bytes from " in answer.stdout:
        return passed("reached")
    return failed((answer.stderr.strip() or answer.stdout.strip() or "no answer").splitlines()[-1])
