"""Drills of APIs: the program behind one of them is hurt on one host, and what its clients may notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from fournines.drill.scenario import RETURN, Bounds, Scenario
from fournines.errors import DrillError
from fournines.kit.common.unit_faults import HANG, WORDS
from fournines.kit.context import Context
from fournines.kit.declare import Endpoint
from fournines.kit.fault import Fault

GONE: Final = 0.5
"""Seconds. A program that is gone refuses connections, and the balancer goes on to the next one at once."""
HANGS: Final = 2.0
"""Seconds. A request that has come to a program which hangs is given up by its client; the next goes to
another host, if only because fewer requests wait there."""


def promised(drill: Scenario, fault: Fault, context: Context) -> Scenario:
    """A fault's drill, with what clients of the API may notice whose program on one host it hurts.

    Where no other host serves that API at the same time, what they notice is measured and not judged.
    """
    api = next((one for one in context.declared(Endpoint) if one.name == fault.serves), None)
    if api is None or api.health is None or not api.http:
        return drill
    if api.one_host or len(api.hosts) == 1:
        return replace(drill, api=api.name)
    bound = HANGS if _word(fault) == HANG else GONE
    return replace(drill, api=api.name, bounds=Bounds(http=bound), after=Bounds(http=RETURN.http))


def of_apis(words: Sequence[str], faults: Mapping[str, Fault]) -> Iterator[str]:
    """The ids of the faults by these words of every API of a site: one word after the other, API by API.

    Raises:
        DrillError: there is no such word, or no API that is hurt by it.
    """
    for word in words:
        if word not in WORDS:
            raise DrillError(f"no API can be hurt by {word!r}", try_this=f"one of {', '.join(WORDS)}")
        found = [fault.id for fault in faults.values() if fault.serves and _word(fault) == word]
        if not found:
            raise DrillError(f"this site has no API to be hurt by {word}")
        yield from found


def _word(fault: Fault) -> str:
    return fault.id.rpartition(".")[2]
