"""Faults: ways to hurt one host or component, each with its undo.

A component's own faults are commands on the host. Faults that no command on the host can make
(power, freezing, cables) belong to whoever holds that power: the lab.
"""

from __future__ import annotations

from dataclasses import dataclass

from fournines.kit.check import Ask


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to hurt a component on a host.

    ``id`` is ``component.what``; ``what`` a sentence for the report. ``undo`` must be safe to run when
    the fault was never injected, and twice. ``hosts`` are those on which it can be tried; empty: every host
    of its component. ``serves`` is the endpoint behind which the hurt program is, if it is behind one.
    """

    id: str
    what: str
    inject: Ask
    undo: Ask
    hosts: tuple[str, ...] = ()
    serves: str = ""
