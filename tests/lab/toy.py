"""Deploys a toy of its own on the hosts of a lab, over real ssh: ``python -m tests.lab.toy SITE CONTENT``.

A process of its own, because stepping into a lab's network is for good. Prints what changed as JSON, or
the error's kind and text.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import anyio
from tests.engine.simulation import phase

from fournines.cli.shared.site import open_site
from fournines.engine.events import Event, StepChanged
from fournines.engine.run import deploy
from fournines.errors import HostError, NinesError
from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.step import Account, Command, Directory, File, Packages, Sysctl, Unit
from fournines.kit.verdict import Verdict, failed, passed
from fournines.plan.model import Plan

HOSTS = ("controller1", "controller2", "dashboard")
CONF = "/etc/nines-toy/toy.conf"
DAEMON = "nines-toy.service"
ACCEPTS = (
    "sh",
    "-c",
    'grep -q "^delay = [0-9.]*$" "$1" || { echo "$1: no delay" >&2; exit 3; }',
    "toy",
    "{}",
)


def _serves(answer: Output) -> Verdict:
    return passed("serves") if answer.code == 0 else failed("does not serve")


def with_toy(plan: Plan, content: str) -> Plan:
    """The site's plan and one of each kind of step; the package comes from the host's own repository."""
    steps = (
        Packages(("nines-toy",)),
        Account("toy", groups=("toymakers",)),
        Directory("/etc/nines-toy", mode=0o750, group="toymakers"),
        File(CONF, content, mode=0o640, owner="toy", group="toymakers", validate=ACCEPTS),
        Sysctl("net.ipv4.tcp_fin_timeout", "31"),
        Unit(DAEMON, restart_on=(CONF,), rolling=True),
        Command("toy says", ("sh", "-c", "echo hello >/run/toy-said"), ("test", "-s", "/run/toy-said")),
    )
    barrier = Check(
        "toy.serves",
        "The toy serves everywhere",
        asks=dict.fromkeys(HOSTS, Ask(("test", "-e", "/run/nines-toy/serving"))),
        judge=each_host(_serves),
        barrier=True,
        seconds=30,
    )
    added = phase("toy", dict.fromkeys(HOSTS, steps), barrier)
    # After the site's own phases: what a plan no longer has leaves the hosts.
    return replace(plan, phases=(*plan.phases, added), checks=(*plan.checks, barrier))


def main(site: str, content: str) -> None:
    """Deploy, and say what changed."""
    opened = open_site(Path(site))
    changed: list[dict[str, object]] = []

    def listen(event: Event) -> None:
        if isinstance(event, StepChanged):
            changed.append(event.to_json())

    async def run() -> None:
        transport = opened.transport()
        try:
            await deploy(with_toy(opened.plan, content), transport, listen=listen)
        finally:
            await transport.close()

    try:
        anyio.run(run)
    except NinesError as error:
        output = error.output if isinstance(error, HostError) else ""
        print(json.dumps({"error": type(error).__name__, "what": str(error), "output": output}))  # noqa: T201
    else:
        print(json.dumps({"changed": changed}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
