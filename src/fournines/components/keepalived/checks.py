"""What keepalived promises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

from fournines.components.keepalived.on_host.fitness import DIRECTORY
from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.declare import Endpoint, VipCondition
from fournines.kit.endpoints import served_on
from fournines.kit.verdict import Verdict, failed, passed, unknown
from fournines.kit.where import VIP_HOSTS

_CONNECT = """\
import socket, sys
socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=3).close()
print("reached")
"""
_READY = """\
directory=$1; shift
while [ $# -gt 0 ]; do
    [ "$(cat "$2")" = 0 ] || { echo "$1 does not run"; exit 1; }
    for url in "$3" "$4"; do
        curl --silent --fail --max-time 2 --output /dev/null "$url" || { echo "$1 fails at $url"; exit 1; }
    done
    shift 4
done
for file in "$directory"/*; do
    [ "$(cat "$file")" = 0 ] || { echo "keepalived was told that $(basename "$file") fails"; exit 1; }
done
echo ready
"""


def checks(context: Context) -> Iterator[Check]:
    """One owner of each VIP, who answers; and every other controller could take over."""
    site = context.site
    hosts = VIP_HOSTS.names(site)
    for name, vip in site.vips.items():
        yield Check(
            f"keepalived.owner-{name}",
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
                f"keepalived.reached-{name}",
                f"{name} is reached over the network, where its holder listens",
                asks={client: Ask(("python3", "-c", _CONNECT, str(vip.address), str(endpoint.port)))},
                judge=each_host(_judge_reached),
                barrier=True,
            )
    conditions = context.declared(VipCondition)
    words = [word for c in conditions for word in (c.name, c.flag, c.answers, c.serves)]
    yield Check(
        "keepalived.ready",
        "Every controller fulfils what keepalived demands of a holder: it could take over now",
        asks=dict.fromkeys(hosts, Ask(("sh", "-c", _READY, "sh", str(DIRECTORY), *words))),
        judge=each_host(_judge_ready, all_well=f"all {len(hosts)} controllers"),
    )
    yield units_check("keepalived", hosts, ("keepalived.service", "fournines-fitness.service"))


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


def _judge_ready(answer: Output) -> Verdict:
    if answer.code == 0 and answer.stdout.strip() == "ready":
        return passed("ready")
    return failed((answer.stdout.strip() or answer.stderr.strip() or "not ready").splitlines()[-1])
