"""A check that most components want: their units run now and come back after a reboot."""

from __future__ import annotations

from collections.abc import Iterable

from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.verdict import Verdict, failed, passed, unknown, worst

_PROPERTIES = "Id,ActiveState,SubState,UnitFileState"
_AT_BOOT = frozenset({"enabled", "static", "generated"})
"""systemctl(1), is-enabled: states in which a unit starts at boot, by itself or pulled in by another.

``enabled-runtime`` is not among them: it is gone after a reboot."""

_BY_ITSELF = _AT_BOOT - {"static"}
"""Those in which it does without another: one of ours that the cluster manager alone starts is ``static``."""


def units_check(
    component: str,
    hosts: Iterable[str],
    units: Iterable[str],
    *,
    barrier: bool = False,
    name: str = "units",
) -> Check:
    """``component.units``: each of these units is running and enabled at boot, on each of these hosts.

    Where a component has units on hosts of several kinds, each such check has a ``name``.
    """
    wanted = tuple(units)
    return Check(
        f"{component}.{name}",
        f"{', '.join(wanted)}: running, and started at boot",
        asks=dict.fromkeys(hosts, _ask(wanted)),
        judge=each_host(lambda answer: _judge(answer, wanted), all_well="running and enabled everywhere"),
        barrier=barrier,
    )


def moving_unit_check(component: str, hosts: Iterable[str], unit: str, *, name: str = "units") -> Check:
    """``component.units``: the unit runs on exactly one of these hosts, and starts at boot on none.

    A second copy that somebody starts by hand is one that the cluster manager does not know of. Where a
    component has several units that move, each such check has a ``name``.
    """
    return Check(
        f"{component}.{name}",
        f"{unit}: running on one host, and left to the cluster manager at boot",
        asks=dict.fromkeys(hosts, _ask((unit,))),
        judge=_judge_moving,
    )


def _judge_moving(answers: Answers) -> Verdict:
    silent = [host for host, answer in answers.items() if answer is None]
    blocks = {host: _blocks(answer) for host, answer in answers.items() if answer is not None}
    mute = [host for host, found in blocks.items() if len(found) != 1 or "ActiveState" not in found[0]]
    if mute:
        return failed(f"{', '.join(mute)}: systemctl gave no answer")
    running = [host for host, (found,) in blocks.items() if found["ActiveState"] == "active"]
    early = [host for host, (found,) in blocks.items() if found.get("UnitFileState") in _BY_ITSELF]
    if len(running) > 1:
        return failed(f"it runs on {' and '.join(running)}")
    if early:
        return failed(
            f"it will start at boot on {' and '.join(early)}, before the cluster manager says where"
        )
    if silent:
        where = f"it runs on {running[0]}" if running else "it runs on no host that answers"
        return unknown(f"{where}, {', '.join(silent)} cannot be asked")
    return passed(f"on {running[0]}, enabled nowhere") if running else failed("it runs on no host")


def _ask(units: tuple[str, ...]) -> Ask:
    return Ask(("systemctl", "show", f"--property={_PROPERTIES}", "--", *units))


def _blocks(answer: Output) -> list[dict[str, str]]:
    return [
        dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        for block in answer.stdout.strip().split("\n\n")
    ]


def _judge(answer: Output, wanted: tuple[str, ...]) -> Verdict:
    if answer.code != 0:
        return failed(answer.stderr.strip() or "systemctl gave no answer")
    blocks = _blocks(answer)
    if len(blocks) != len(wanted):
        return failed(f"systemctl told of {len(blocks)} units instead of {len(wanted)}")
    # The answers come in the order of the question; Id is the real name where a unit has aliases.
    return worst(
        ((unit, _one(found)) for unit, found in zip(wanted, blocks, strict=True)),
        all_well="running and enabled",
    )


def _one(found: dict[str, str]) -> Verdict:
    state, enabled = found.get("ActiveState", ""), found.get("UnitFileState", "")
    if state != "active":
        return failed(f"{state or 'unknown state'} ({found.get('SubState', '')})")
    if enabled not in _AT_BOOT:
        return failed(f"running, but {enabled or 'without a unit file'}: it will be missing after a reboot")
    return passed("running")
