"""What whoever holds the VIPs promises: each has one owner, who answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.context import Context
from fournines.kit.declare import Endpoint
from fournines.kit.endpoints import served_on
from fournines.kit.verdict import Verdict, failed, passed, unknown
from fournines.kit.where import VIP_HOSTS

_CONNECT = """\
import socket, sys
socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=3).close()
print("reached")
"""


def vip_checks(component: str, context: Context) -> Iterator[Check]:
    """``component.owner-VIP`` and ``component.reached-VIP`` for each VIP of the site."""
    site = context.site
    hosts = VIP_HOSTS.names(site)
    for name, vip in site.vips.items():
        yield Check(
            f"{component}.owner-{name}",
            f"Exactly one controller holds {name} ({vip.address})",
            asks=dict.fromkeys(hosts, Ask(("ip", "-json", "-4", "address", "show"))),
            judge=partial(_judge_owner, address=str(vip.address)),
            barrier=True,
        )
        served = [e for e in context.declared(Endpoint) if name in served_on(site, e)]
        client = context.client_host
        if vip.network not in site.hosts[client].addresses:
            client = hosts[0]
        for endpoint in served[:1]:
            yield Check(
                f"{component}.reached-{name}",
                f"{name} is reached over the network, where its holder listens",
                asks={client: Ask(("python3", "-c", _CONNECT, str(vip.address), str(endpoint.port)))},
                judge=each_host(_judge_reached),
                barrier=True,
            )


def _judge_owner(answers: Answers, address: str) -> Verdict:
    owners = [host for host, answer in answers.items() if answer is not None and _holds(answer, address)]
    silent = [host for host, answer in answers.items() if answer is None or answer.code != 0]
    if len(owners) > 1:
        return failed(f"{' and '.join(owners)} hold it at once")
    if silent:
        said = f"{owners[0]} holds it" if owners else "no other controller holds it"
        return unknown(f"{said}, {', '.join(silent)} cannot be asked")
    return passed(f"on {owners[0]}") if owners else failed("no controller holds it")


def _holds(answer: Output, address: str) -> bool:
    try:
        links = json.loads(answer.stdout or "[]")
    except ValueError:
        return False
    return any(info.get("local") == address for link in links for info in link.get("addr_info", ()))


def _judge_reached(answer: Output) -> Verdict:
    if answer.code == 0 and "reached" in answer.stdout:
        return passed("reached")
    return failed((answer.stderr.strip().splitlines() or ["not reached"])[-1])
