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
    component: str, hosts: Iterable[str], units: Iterable[str], *, barrier: bool = False
) -> Check:
    """``component.units``: each of these units is running and enabled at boot, on each of these hosts."""
    wanted = tuple(units)
    return Check(
        f"{component}.units",
        f"{', '.join(wanted)}: running, and started at boot",
        asks={host: Ask(("systemctl", "show", f"--property={_PROPERTIES}", "--", *wanted)) for host in hosts},
        judge=each_host(lambda answer: _judge(answer, wanted), all_well="running and enabled everywhere"),
        barrier=barrier,
    )


def _judge(answer: Output, wanted: tuple[str, ...]) -> Verdict:
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
        ((unit, _one(found)) for unit, found in zip(wanted, blocks, strict=True)),
        all_well="running and enabled",
    )


def _one(found: dict[str, str]) -> Verdict:
    state, at_boot = found.get("ActiveState", ""), found.get("UnitFileState", "")
    if state != "active":
        return failed(f"{state or 'unknown state'} ({found.get('SubState', '')})")
    if at_boot not in _AT_BOOT:
        return failed(f"running, but {at_boot or 'without a unit file'}: it will be missing after a reboot")
    return passed("running and enabled")
