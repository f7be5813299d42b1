"""A check that most components want: their units run now and come back after a reboot."""

from __future__ import annotations

from collections.abc import Iterable

from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.verdict import Verdict, failed, passed, worst

_PROPERTIES = "Id,ActiveState,SubState,UnitFileState"
_AT_BOOT = frozenset({"enabled", "static", "generated"})
"""systemctl(1), is-enabled: states in which a unit starts at boot, by itself or pulled in by another.

``enabled-runtime`` is not among them: it is gone after a reboot."""


def units_check(
    component: str,
    hosts: Iterable[str],
    units: Iterable[str],
    *,
    barrier: bool = False,
    at_boot: bool = True,
) -> Check:
    """``component.units``: each of these units is running and enabled at boot, on each of these hosts.

    Without ``at_boot`` a cluster manager starts them, and they must not start before it does.
    """
    wanted = tuple(units)
    when = "started at boot" if at_boot else "left to the cluster manager at boot"
    well = "running and enabled" if at_boot else "running, not enabled"
    return Check(
        f"{component}.units",
        f"{', '.join(wanted)}: running, and {when}",
        asks={host: Ask(("systemctl", "show", f"--property={_PROPERTIES}", "--", *wanted)) for host in hosts},
        judge=each_host(
            lambda answer: _judge(answer, wanted, at_boot=at_boot), all_well=f"{well} everywhere"
        ),
        barrier=barrier,
    )


def _judge(answer: Output, wanted: tuple[str, ...], *, at_boot: bool) -> Verdict:
    if answer.code != 0:
        return failed(answer.stderr.strip() or "systemctl gave no answer")
    blocks = [
        dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        for block in answer.stdout.strip().split("\n\n")
    ]
    if len(blocks) != len(wanted):
        return failed(f"systemctl told of {len(blocks)} units instead of {len(wanted)}")
    # The answers come in the order of the question; Id is the real name where a unit has aliases.
    return worst(
        ((unit, _one(found, at_boot=at_boot)) for unit, found in zip(wanted, blocks, strict=True)),
        all_well="running and enabled" if at_boot else "running",
    )


def _one(found: dict[str, str], *, at_boot: bool) -> Verdict:
    state, enabled = found.get("ActiveState", ""), found.get("UnitFileState", "")
    if state != "active":
        return failed(f"{state or 'unknown state'} ({found.get('SubState', '')})")
    if at_boot and enabled not in _AT_BOOT:
        return failed(f"running, but {enabled or 'without a unit file'}: it will be missing after a reboot")
    if not at_boot and enabled in _AT_BOOT:
        return failed(f"{enabled}: it will start at boot, before the cluster manager says where")
    return passed("running")
