"""How many labelled defects of other people's sites the audit finds, and how many findings are right.

``python tests/audit/corpus.py [--site PART] [--quiet]`` prints, for every site of a corpus laid out as
``<kind>/<nn>-<slug>/meta.json``, the labels missed, the findings nobody labelled, and the two figures.
A label counts as found when a finding stands in the same file (or, for a cross-host label, another of
its files) within three lines and some words agree. Reading the misses is the purpose, figures only say
where to look.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fournines.audit.gather.collect import collect
from fournines.audit.run import audit
from fournines.kit.audit.rule import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.rule import Finding

NEAR = 3
ROOT = Path(__file__).resolve().parents[2]


def corpus_root() -> Path:
    """Where the corpus lies: ``$FOURNINES_CORPUS``, or beside the project."""
    return Path(os.environ.get("FOURNINES_CORPUS", ROOT.parent / "shared" / "corpus"))


@dataclass
class Score:
    """One site: its labels, what was found of them, and the findings behind no label."""

    site: str
    label: str
    labels: list[dict[str, Any]]
    found: dict[int, list[Finding]] = field(default_factory=dict)
    other: list[Finding] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def wanted(self) -> list[int]:
        """Indexes of the labels that count: errors and warnings."""
        return [i for i, label in enumerate(self.labels) if label["severity"] in ("error", "warning")]

    @property
    def loud(self) -> list[Finding]:
        """The findings that count: errors and warnings."""
        return [finding for finding in self.findings if finding.severity >= Severity.WARNING]


_STOP = frozenset(
    [
        "the",
        "and",
        "not",
        "with",
        "for",
        "one",
        "all",
        "two",
        "no",
        "of",
        "is",
        "are",
        "in",
        "on",
        "to",
        "a",
        "an",
        "it",
        "its",
        "that",
        "by",
        "from",
        "this",
        "be",
        "at",
        "or",
        "has",
        "have",
        "host",
        "hosts",
        "node",
        "nodes",
        "both",
        "without",
        "behind",
        "line",
        "file",
        "only",
        "server",
        "servers",
    ]
)


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z0-9_\-]{2,}", text.lower()) if word not in _STOP}


def near(label: dict[str, Any], finding: Finding) -> bool:
    """Whether the finding stands where the label does (either end of a cross-host pair)."""
    line = label["line"]
    for place in (finding.at, *finding.related):
        if place.path == label["file"] and (line is None or abs(place.line - line) <= NEAR):
            return True
    ends = {place.path for place in finding.related}
    return (
        bool(label.get("cross_node"))
        and finding.at.path in (label.get("also") or [])
        and label["file"] in ends
    )


def alike(label: dict[str, Any], finding: Finding) -> float:
    """How many words label and finding share, 0 to 1: to pick among several findings of one line."""
    ours = _words(f"{finding.what} {finding.why} {finding.seen} {finding.fix}")
    theirs = _words(f"{label['what']} {label['why']} {label['consequence']} {label.get('quote') or ''}")
    return len(ours & theirs) / max(1, min(len(ours), len(theirs)))


def score(site: Path, root: Path) -> Score:
    """Audit one site's folder and compare with its labels."""
    meta = json.loads((site / "meta.json").read_text())
    files = [file for file in collect([site]) if file.path != "meta.json"]
    report = audit(files, strict=True)
    result = Score(str(site.relative_to(root)), meta["label"], meta["known_defects"])
    result.findings = list(report.findings)
    taken: set[int] = set()
    for index, label in enumerate(result.labels):
        hits = [f for f in report.findings if near(label, f) and alike(label, f) >= 0.12]
        if hits:
            result.found[index] = sorted(hits, key=lambda f: -alike(label, f))
            taken |= {id(f) for f in hits}
    result.other = [f for f in result.loud if id(f) not in taken]
    return result


def scores(part: str = "") -> Iterator[Score]:
    """The scores of all sites whose path contains ``part``."""
    root = corpus_root()
    for meta in sorted(root.glob("*/*/meta.json")):
        if part in str(meta.parent):
            yield score(meta.parent, root)


def _print(result: Score, *, quiet: bool) -> None:
    say = sys.stdout.write
    wanted = result.wanted
    got = [i for i in wanted if i in result.found]
    say(
        f"\n== {result.site} [{result.label}] labels {len(got)}/{len(wanted)}, unlabelled "
        f"{len(result.other)}\n"
    )
    if quiet:
        return
    for index, label in enumerate(result.labels):
        mark = "ok  " if index in result.found else "MISS" if index in wanted else "info"
        by = ",".join(dict.fromkeys(f.rule for f in result.found.get(index, [])[:3]))
        say(f"  {mark} {label['severity'][:4]} {label['file']}:{label['line']} {label['what']} [{by}]\n")
    for finding in result.other:
        say(f"   ?   {finding.severity.word[:4]} {finding.at} {finding.rule} {finding.what}\n")


def main() -> int:
    """Print the comparison; exit 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", default="", help="only sites whose path contains this")
    parser.add_argument("--quiet", action="store_true", help="figures only")
    options = parser.parse_args()
    if not corpus_root().is_dir():
        sys.stdout.write(f"no corpus at {corpus_root()}\n")
        return 0
    wanted = found = loud = other = 0
    for result in scores(options.site):
        _print(result, quiet=options.quiet)
        wanted += len(result.wanted)
        found += len([i for i in result.wanted if i in result.found])
        loud += len(result.loud)
        other += len(result.other)
    sys.stdout.write(
        f"\nlabelled errors and warnings found: {found}/{wanted}"
        f"\nfindings of error or warning: {loud}, of which behind no label: {other} (each to be proved or "
        f"removed)\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
