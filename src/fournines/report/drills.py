"""The drills of a site before any is run: what each claims, why others cannot run there, and all faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import fill
from typing import Any

from fournines.drill.scenario import Scenario
from fournines.kit.fault import Fault

_WIDE = 100
_INDENT = "    "


@dataclass(frozen=True)
class Offer:
    """What can be drilled: ``unfit`` says of drills, by name, why they cannot run here.

    ``faults`` are those of the site's components; both are empty where it is not known which site. ``more``
    says by which names there are variants of a drill.
    """

    drills: Sequence[Scenario]
    unfit: Mapping[str, str] = field(default_factory=dict)
    faults: Sequence[Fault] = ()
    more: Mapping[str, str] = field(default_factory=dict)

    def by_component(self) -> Mapping[str, Sequence[Fault]]:
        """The faults of each component, by the first word of their ids."""
        found: dict[str, list[Fault]] = {}
        for fault in self.faults:
            found.setdefault(fault.id.partition(".")[0], []).append(fault)
        return found


def document(offer: Offer) -> dict[str, Any]:
    """The offer for a program."""
    return {
        "format": "fournines/drills/1",
        "drills": [
            {
                "name": one.name,
                "claims": one.sentence,
                "runs_here": one.name not in offer.unfit,
                "why_not": offer.unfit.get(one.name, ""),
                "more": offer.more.get(one.name, ""),
            }
            for one in offer.drills
        ],
        "faults": [{"id": one.id, "what": one.what, "hosts": list(one.hosts)} for one in offer.faults],
    }


def text(offer: Offer) -> str:
    """The offer for a person: a drill's name and below it, as a paragraph, what it claims."""
    return "\n\n".join(_paragraphs(offer))


def _paragraphs(offer: Offer) -> Iterator[str]:
    for one in offer.drills:
        if one.name not in offer.unfit:
            more = f" Also: {offer.more[one.name]}." if one.name in offer.more else ""
            yield f"{one.name}\n{_paragraph(f'{one.sentence}.{more}', _INDENT)}"
    if offer.unfit:
        why = dict.fromkeys(offer.unfit.values())
        said = (_paragraph(f"{', '.join(_lacking(offer, reason))}: {reason}", _INDENT) for reason in why)
        yield "\n".join(("Not here:", *said))
    if offer.faults:
        said = (
            _paragraph(f"{name}: {_words(faults)}", _INDENT) for name, faults in offer.by_component().items()
        )
        yield "\n".join(("Faults of components, each a drill by its id (haproxy.hang):", *said))


def _lacking(offer: Offer, reason: str) -> Iterator[str]:
    return (name for name, why in offer.unfit.items() if why == reason)


def _words(faults: Sequence[Fault]) -> str:
    """What comes behind the component's name in the ids."""
    return ", ".join(fault.id.partition(".")[2] for fault in faults)


def _paragraph(words: str, indent: str) -> str:
    return fill(words, _WIDE, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
