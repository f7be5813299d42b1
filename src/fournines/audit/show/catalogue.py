"""The rules themselves: a table, one rule's full story, and the page of the documentation."""

from __future__ import annotations

import json
from itertools import groupby
from textwrap import indent, wrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fournines.kit.audit.rule import Rule

FAMILIES = {
    "KA": "keepalived", "HA": "HAProxy", "CO": "Corosync", "PA": "Pacemaker", "DR": "DRBD", "GA": "Galera",
    "RM": "RabbitMQ", "OS": "OpenStack services", "SY": "The site as a whole",
}  # fmt: skip
"""What the first two letters of an id stand for, in the order of the documentation."""


def ordered(rules: Iterable[Rule]) -> list[Rule]:
    """Family by family, by number."""
    order = list(FAMILIES)
    return sorted(rules, key=lambda r: (order.index(r.id[:2]) if r.id[:2] in order else len(order), r.id))


def as_list(rules: Iterable[Rule]) -> str:
    """One line a rule."""
    return "".join(f"{rule.id}  {rule.severity.word:<7}  {rule.title}\n" for rule in ordered(rules))


def as_json(rules: Iterable[Rule]) -> str:
    """Every rule with its examples."""
    return json.dumps([_as_dict(rule) for rule in ordered(rules)], indent=2, ensure_ascii=False)


def _as_dict(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "severity": rule.severity.word,
        "title": rule.title,
        "consequence": rule.consequence.value,
        "why": rule.why,
        "fix": rule.fix,
        "source": rule.source,
        "bad": dict(rule.bad),
        "good": dict(rule.good),
    }


def explained(rule: Rule, *, width: int = 100) -> str:
    """The full story of a rule, with a bad and a good example."""
    lines = [
        f"{rule.id} ({rule.severity.word}): {rule.title}",
        f"On the night: {rule.consequence.value.lower()}",
        "",
    ]
    for head, text in (("Why: ", rule.why), ("Write instead: ", rule.fix), ("Source: ", rule.source)):
        lines += wrap(head + text + ".", width, break_long_words=False, break_on_hyphens=False)
        lines.append("")
    lines.append("Seen here:")
    lines += _files(rule.bad, mark=rule.points_at)
    lines.append("Not here:")
    lines += _files(rule.good, mark="")
    return "\n".join(lines).rstrip() + "\n"


def _files(texts: Mapping[str, str], *, mark: str) -> list[str]:
    lines = []
    for path, text in texts.items():
        lines.append(f"  {path}")
        for line in text.rstrip("\n").split("\n"):
            arrow = "  > " if mark and f" {line}".rstrip().endswith(f" {mark}") else "    "  # behind a prompt
            lines.append(f"{arrow}| {line}".rstrip())
        lines.append("")
    return lines


def as_page(rules: Iterable[Rule]) -> str:
    """The documentation's page of all rules."""
    kept = ordered(rules)
    parts = [
        "# The rules of `nines audit`",
        "",
        "<!-- Written by `nines audit --rules --markdown`; a test fails when it is not up to date. -->",
        "",
        f"{len(kept)} rules. `nines audit --explain KA005` prints one of them in the terminal.",
        "",
    ]
    for prefix, group in groupby(kept, key=lambda rule: rule.id[:2]):
        family = list(group)
        parts += [f"## {FAMILIES.get(prefix, prefix)}", "", "| id | severity | rule |", "|---|---|---|"]
        parts += [f"| [{r.id}](#{r.id.lower()}) | {r.severity.word} | {_cell(r.title)} |" for r in family]
        parts.append("")
        for rule in family:
            parts += _section(rule)
    return "\n".join(parts).rstrip() + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _section(rule: Rule) -> list[str]:
    lines = [
        f"### {rule.id}",
        "",
        f"**{rule.title}** ({rule.severity.word}; {rule.consequence.value.lower()})",
        "",
        f"{_sentence(rule.why)} Write instead: {rule.fix}.",
        "",
        f"Source: {rule.source}.",
        "",
    ]
    for head, texts in (("Seen here", rule.bad), ("Not here", rule.good)):
        lines += [f"<details><summary>{head}</summary>", ""]
        for path, text in texts.items():
            lines += [f"`{path}`", "", indent(text.rstrip("\n"), "    "), ""]
        lines += ["</details>", ""]
    return lines


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
