"""What rsyslog promises."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.rsyslog.deploy import ROTATE
from fournines.components.rsyslog.model import CHECK_LOG, CHECK_TAG
from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.verdict import Verdict, failed, passed

_LINE = f"""\
word="line $(cat /proc/sys/kernel/random/uuid)"
logger --tag {CHECK_TAG} -- "$word" || exit 1
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    own=$(grep -c -F -e "$word" {CHECK_LOG} 2>/dev/null)
    [ "${{own:-0}}" -gt 0 ] && break
    sleep 0.1
done
echo "own ${{own:-0}}"
echo "syslog $(grep -s -c -F -e "$word" /var/log/syslog || true)"
"""


def checks(context: Context) -> Iterator[Check]:
    """A message arrives in its own file, once; the rotation's configuration holds; both run."""
    hosts = context.site.hosts
    yield Check(
        "rsyslog.arrives",
        "A message of a declared program arrives in that program's file, and only there",
        asks=dict.fromkeys(hosts, Ask(("sh", "-c", _LINE))),
        judge=each_host(_judge_line, all_well="a test message arrived once on every host"),
        barrier=True,
    )
    yield Check(
        "rsyslog.rotates",
        "logrotate accepts the whole configuration, and ours is part of it",
        asks=dict.fromkeys(
            hosts, Ask(("sh", "-c", "logrotate --debug --state /dev/null /etc/logrotate.conf 2>&1"))
        ),
        judge=each_host(_judge_rotation, all_well="valid everywhere"),
    )
    yield units_check("rsyslog", hosts, ("rsyslog.service", "logrotate.timer"))


def _judge_line(answer: Output) -> Verdict:
    counts = dict(line.split(" ", 1) for line in answer.stdout.splitlines() if " " in line)
    if answer.code != 0 or "own" not in counts:
        return failed(answer.stderr.strip() or "the test message could not be sent")
    if counts["own"] == "0":
        return failed(f"the test message did not reach {CHECK_LOG} within 2 s")
    if counts["own"] != "1" or counts.get("syslog", "0") not in ("0", ""):
        return failed(
            f"the test message came {counts['own']} times, and {counts.get('syslog')} times into syslog"
        )
    return passed("arrived once")


def _judge_rotation(answer: Output) -> Verdict:
    errors = [line for line in answer.stdout.splitlines() if line.startswith("error:")]
    if answer.code != 0 or errors:
        return failed(errors[0] if errors else (answer.stdout.strip().splitlines() or ["no answer"])[-1])
    if f"reading config file {ROTATE.rsplit('/', 1)[-1]}" not in answer.stdout:
        return failed(f"{ROTATE} is not read")
    return passed("valid")
