"""What failed and why, in words: what stands first in every report of a campaign. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from fournines.drill.result import Campaign, DrillRun, Judgement
from fournines.kit.verdict import Outcome
from fournines.probe.machine.stall import longest
from fournines.report.drill.view import outage_id, outages, parts
from fournines.report.style import WORST_FIRST, seconds


@dataclass(frozen=True, slots=True)
class Reason:
    """A promise that was broken or could not be judged: what was promised, what was seen, when (UTC)."""

    id: str
    outcome: Outcome
    promise: str
    seen: str
    at: str = ""


def worst_first(campaign: Campaign) -> tuple[DrillRun, ...]:
    """The runs in the order in which people want to read them: failed ones first, the control run last."""
    ranked = sorted(campaign.drills, key=lambda run: WORST_FIRST.index(run.outcome))
    return (*ranked, campaign.control) if campaign.control else tuple(ranked)


def reasons(run: DrillRun) -> tuple[Reason, ...]:
    """Why the run did not pass, broken promises first."""
    found = [_reason(run, j) for j in run.judgements if j.verdict.outcome is not Outcome.PASS]
    return tuple(sorted(found, key=lambda reason: WORST_FIRST.index(reason.outcome)))


def _reason(run: DrillRun, judgement: Judgement) -> Reason:
    verdict = judgement.verdict
    at = next(_moments(run, judgement), None)
    said = "" if at is None else wall_clock(run, at)
    return Reason(judgement.id, verdict.outcome, judgement.promise, verdict.seen, said)


def _moments(run: DrillRun, judgement: Judgement) -> Iterator[float]:
    """When the outage began that the judgement is about, if it is about one."""
    for series in run.series:
        for part in parts(run):
            if judgement.id == outage_id(series, part):
                found = outages(series, part)
                yield from (o.began for o in found if o.seconds == max(o.seconds for o in found))


def wall_clock(run: DrillRun, at: float) -> str:
    """A moment of the run as a clock on the wall shows it, in UTC: ``18:04:26.4``."""
    try:
        moment = datetime.fromisoformat(run.started) + timedelta(seconds=at)
    except ValueError:
        return ""
    return f"{moment:%H:%M:%S}.{moment.microsecond // 100_000}"


TOLD = 0.005
"""From this share of the time on it is told that somebody waited: what does not round to 0 %."""


def machine_words(run: DrillRun) -> str:
    """How busy the machine under the clients was, in one line."""
    load = run.load
    if load is None:
        return "nobody looked"
    words = {"cpu": "a processor", "io": "the disk", "memory": "memory"}
    waits = [
        f"{share:.0%} for {words[name]}".replace("%", " %")
        for name, share in load.waited.items()
        if name in words and share >= TOLD
    ]
    said = [f"load {load.average:g} on {load.cores} cores"]
    said += [f"waited {', '.join(waits)}"] if waits else []
    stood, who = longest(load.stalls, -inf, inf)
    said.append(f"{who} {seconds(stood)} in all" if who else "nothing stalled")
    return "; ".join([*said, *load.untold])
