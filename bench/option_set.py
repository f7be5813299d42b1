"""An option set: what somebody else's configuration says, as edits of what a plan renders. Pure.

An edit that finds nothing to change is an error: it would leave our value in a run that is told as theirs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.step import Command, File, Step, Sysctl
from fournines.kit.verdict import Verdict, failed, passed, unknown, worst
from fournines.plan.kernel import SYSCTL_FILE
from fournines.plan.model import Phase, Plan, PlannedStage


class NothingToChangeError(LookupError):
    """The rendered files are not what an edit was written for."""


@dataclass(frozen=True)
class Edit:
    """What stands in a file is put in place of what we write there; ``source`` says where it stands.

    ``path`` is the file's, or the name of a command that is fed a configuration.

    ``pattern`` is a regular expression in which ``^`` and ``$`` are a line's; ``to`` may name its groups. It
    must change something in this file of every host that has the file, or of the ``hosts``, if some are
    named. ``through_vip`` needs the VIP, which a first deployment does not have yet.
    """

    path: str
    pattern: str
    to: str
    source: str
    hosts: frozenset[str] | None = None
    through_vip: bool = False

    def of(self, content: str, where: str) -> str:
        """The file's content with it.

        Raises:
            NothingToChangeError: the content is as it would be afterwards.
        """
        changed = re.sub(self.pattern, self.to, content, flags=re.MULTILINE)
        if changed == content:
            raise NothingToChangeError(f"{where}:{self.path}: nothing to change at {self.pattern!r}")
        return changed


@dataclass(frozen=True)
class OptionSet:
    """Everything that is changed for a run.

    ``runs_with`` maps a check that asks running programs for their settings to what they must answer now.
    ``compare`` are the checks that compare files with ours, which ``peers.files`` does with the set's, and
    those that the set cannot hold. A check that is fed what a command is fed gets the set's as well.
    ``kernel`` are parameters of every host. ``unequal`` says what cannot be had as those others have it.
    """

    name: str
    what: str
    edits: tuple[Edit, ...] = ()
    kernel: Mapping[str, str] = field(default_factory=dict)
    runs_with: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    compare: tuple[str, ...] = ()
    unequal: tuple[str, ...] = ()

    def without_vip(self) -> OptionSet:
        """What of it a first deployment can have."""
        return replace(self, edits=tuple(edit for edit in self.edits if not edit.through_vip))


def applied(options: OptionSet, plan: Plan) -> Plan:
    """The plan with the set's values in its files, and with checks that ask for these values.

    Raises:
        NothingToChangeError: an edit or a parameter or a check has no counterpart in the plan.
    """
    if not options.edits:
        return plan
    whole = [step for phase in plan.phases for steps in phase.steps.values() for step in steps]
    there = (s.path if isinstance(s, File) else s.name for s in whole if isinstance(s, File | Command))
    _all_found("file", {edit.path for edit in options.edits}, there)
    _all_found("parameter", options.kernel, (s.key for s in whole if isinstance(s, Sysctl)))
    _all_found("check", (*options.runs_with, *options.compare), (check.id for check in plan.checks))
    phases = tuple(Phase(tuple(_stage(options, stage) for stage in phase.stages)) for phase in plan.phases)
    fed = dict(_fed(plan.phases, phases))
    phases = tuple(Phase(tuple(_ended(options, stage, fed) for stage in phase.stages)) for phase in phases)
    told = options.runs_with
    checks = (
        _as_told(check, told[check.id]) if check.id in told else check
        for check in _asked(options, plan.checks, fed)
    )
    return replace(plan, phases=phases, checks=(*checks, *_lie_there(plan, phases)))


def _fed(before: Iterable[Phase], after: Iterable[Phase]) -> Iterator[tuple[str, str]]:
    """What commands were fed, and what they are fed with the set's values."""
    for was, becomes in zip(before, after, strict=True):
        for host, steps in becomes.steps.items():
            for old, new in zip(was.steps[host], steps, strict=True):
                if isinstance(old, Command) and isinstance(new, Command) and old != new:
                    yield old.stdin, new.stdin


def _ended(options: OptionSet, stage: PlannedStage, fed: Mapping[str, str]) -> PlannedStage:
    return replace(stage, barrier=tuple(_asked(options, stage.barrier, fed)))


def _asked(options: OptionSet, checks: Iterable[Check], fed: Mapping[str, str]) -> Iterator[Check]:
    for check in checks:
        if check.id not in options.compare:
            asks = {
                host: replace(ask, stdin=fed.get(ask.stdin, ask.stdin)) for host, ask in check.asks.items()
            }
            yield replace(check, asks=asks)


def _all_found(kind: str, wanted: Iterable[str], there: Iterable[str]) -> None:
    if missing := sorted(set(wanted) - set(there)):
        raise NothingToChangeError(f"no {kind} {', '.join(missing)} in the plan")


def _stage(options: OptionSet, stage: PlannedStage) -> PlannedStage:
    steps = {h: tuple(_step(options, h, step) for step in of_host) for h, of_host in stage.steps.items()}
    return replace(stage, steps=steps)


def _step(options: OptionSet, host: str, step: Step) -> Step:
    if isinstance(step, Sysctl):
        return replace(step, value=options.kernel.get(step.key, step.value))
    if isinstance(step, Command):
        fed = _edited(options.edits, step.name, step.stdin, host)
        return step if fed == step.stdin else replace(step, stdin=fed, unless_stdin=fed)
    if not isinstance(step, File):
        return step
    edits = [edit for edit in options.edits if edit.path == step.path]
    if step.path == SYSCTL_FILE:
        edits += [
            Edit(SYSCTL_FILE, f"^{re.escape(key)} = .*$", f"{key} = {value}", "")
            for key, value in options.kernel.items()
        ]
    return replace(step, content=_edited(edits, step.path, step.content, host))


def _edited(edits: Iterable[Edit], path: str, content: str, host: str) -> str:
    for edit in edits:
        if edit.path == path and (edit.hosts is None or host in edit.hosts):
            content = edit.of(content, host)
    return content


# --- what is asked of hosts instead -------------------------------------------------------------------------


def _as_told(check: Check, wanted: Mapping[str, str]) -> Check:
    """The same question, and these answers are right: lines of a name, a tab or ``=``, and a value."""

    def judge(answer: Output) -> Verdict:
        lines = (re.split(r"\t| = ", line) for line in answer.stdout.splitlines())
        told = {row[0]: row[1] for row in lines if len(row) == 2}  # noqa: PLR2004 - name and value
        wrong = [
            f"{k} is {told.get(k, 'missing')}, not {v}"
            for k, v in wanted.items()
            if not _same(told.get(k), v)
        ]
        return failed("; ".join(wrong)) if wrong else passed("as the option set says")

    return replace(
        check, promise="Each runs with what the option set says", judge=each_host(judge), barrier=False
    )


def _same(seen: str | None, wanted: str) -> bool:
    try:
        return seen is not None and float(seen) == float(wanted)
    except ValueError:
        return seen == wanted


def _lie_there(plan: Plan, phases: tuple[Phase, ...]) -> Iterator[Check]:
    """Every file that the set changes lies on its host as the set says; nothing where it changes none."""
    wanted: dict[str, dict[str, str]] = {}
    for before, after in zip(plan.phases, phases, strict=True):
        for host, steps in after.steps.items():
            for was, step in zip(before.steps[host], steps, strict=True):
                if isinstance(step, File) and step != was:
                    wanted.setdefault(host, {})[step.path] = hashlib.sha256(step.data).hexdigest()
    if wanted:
        yield Check(
            "peers.files",
            "The files on every host are those of the option set",
            asks={host: Ask(("sha256sum", *files)) for host, files in wanted.items()},
            judge=_digests(wanted),
        )


def _digests(wanted: Mapping[str, Mapping[str, str]]) -> Callable[[Answers], Verdict]:
    def of_host(host: str, answer: Output | None) -> Verdict:
        if answer is None:
            return unknown("not reachable")
        told = {
            line.split(maxsplit=1)[1]: line.split()[0] for line in answer.stdout.splitlines() if " " in line
        }
        other = sorted(path for path, digest in wanted[host].items() if told.get(path) != digest)
        return (
            failed(f"other than the set: {', '.join(other)}") if other else passed("as the option set says")
        )

    def judge(answers: Answers) -> Verdict:
        return worst(
            ((h, of_host(h, answer)) for h, answer in answers.items()), all_well="as the option set says"
        )

    return judge
