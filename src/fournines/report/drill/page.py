"""A campaign as one HTML file that needs nothing else: no script, no font, no picture from anywhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from urllib.parse import quote

import jinja2

from fournines import __version__
from fournines.drill.result import Campaign, DrillRun
from fournines.kit.verdict import Outcome
from fournines.report.drill import view
from fournines.report.drill.apis import api_lines, spread_words
from fournines.report.drill.picture.shapes import Timeline
from fournines.report.drill.picture.spans import close_ups, span
from fournines.report.drill.picture.timeline import timeline
from fournines.report.drill.reasons import machine_words, reasons, wall_clock, worst_first
from fournines.report.style import count, limit, mark, moment, seconds, share

_WORDS = {Outcome.PASS: "pass", Outcome.FAIL: "fail", Outcome.UNKNOWN: "unknown"}


def html(campaign: Campaign, last: Campaign | None = None) -> str:
    """The page. Everything a host or a site file said is escaped; the raw log is linked beside it.

    ``last`` is the campaign before this one, to compare with.
    """
    drills = campaign.drills
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            campaign=campaign,
            last=last,
            apis=api_lines(campaign),
            runs=tuple(enumerate(worst_first(campaign), start=1)),
            version=__version__,
            conclusion=view.conclusion(campaign),
            passed=sum(run.outcome is Outcome.PASS for run in drills),
            healed=sum(run.healed is not None for run in drills),
            kept=view.bounds_kept(campaign),
            acknowledged=sum(a.acknowledged for run in campaign.runs for a in run.accounts),
            lost=sum(found for found in map(view.lost, campaign.runs) if found is not None),
            unread=[run.name for run in campaign.runs if view.lost(run) is None],
            kinds=[kind for kind in view.by_kind(campaign) if kind != "vip"],
            untested=view.untested(campaign),
            environments=view.environments(campaign),
        )
    )


def pictures(run: DrillRun) -> tuple[Timeline, ...]:
    """The whole run, then the close-ups."""
    if not run.series and not run.owners:
        return ()
    return (
        timeline(run, *span(run)),
        *(timeline(run, began, ended, show_stages=False) for began, ended in close_ups(run)),
    )


def _log_link(events: str) -> str:
    """A relative link to the raw log, whatever its name is."""
    return "./" + quote(events)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(files("fournines.report.drill").joinpath("templates"))),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "seconds": seconds,
        "count": count,
        "limit": limit,
        "moment": moment,
        "share": share,
        "spread": spread_words,
        "mark": mark,
        "word": _WORDS.__getitem__,
        "log_link": _log_link,
        "kind": lambda kind: view.KINDS.get(kind, kind),
    }
    environment.globals |= {
        "balances": view.balances,
        "bad_ids": view.bad_ids,
        "earlier": view.earlier,
        "longest": view.longest,
        "lost_of": view.lost,
        "machine_words": machine_words,
        "parts": view.parts,
        "pictures": pictures,
        "reasons": reasons,
        "takeover": view.takeover,
        "wall_clock": wall_clock,
        "worst_of_kind": view.worst_of_kind,
    }
    return environment
