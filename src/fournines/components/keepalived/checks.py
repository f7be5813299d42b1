"""What keepalived promises."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.keepalived.on_host.fitness import DIRECTORY
from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.common.unit_check import units_check
from fournines.kit.common.vip_checks import vip_checks
from fournines.kit.context import Context
from fournines.kit.declare import VipCondition
from fournines.kit.verdict import Verdict, failed, passed
from fournines.kit.where import VIP_HOSTS

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
    yield from vip_checks("keepalived", context)
    hosts = VIP_HOSTS.names(context.site)
    conditions = context.declared(VipCondition)
    words = [word for c in conditions for word in (c.name, c.flag, c.answers, c.serves)]
    yield Check(
        "keepalived.ready",
        "Every controller fulfils what keepalived demands of a holder: it could take over now",
        asks=dict.fromkeys(hosts, Ask(("sh", "-c", _READY, "sh", str(DIRECTORY), *words))),
        judge=each_host(_judge_ready, all_well=f"all {len(hosts)} controllers"),
    )
    yield units_check("keepalived", hosts, ("keepalived.service", "fournines-fitness.service"))


def _judge_ready(answer: Output) -> Verdict:
    if answer.code == 0 and answer.stdout.strip() == "ready":
        return passed("ready")
    return failed((answer.stdout.strip() or answer.stderr.strip() or "not ready").splitlines()[-1])
