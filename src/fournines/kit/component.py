"""The contract: what a folder under ``components/`` exports as ``COMPONENT``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fournines.kit.check import Check
from fournines.kit.context import Context
from fournines.kit.declare import Declaration
from fournines.kit.fault import Fault
from fournines.kit.step import Step
from fournines.spec.model import Host, Site, Strict


class NoOptions(Strict):
    """A component without options."""


def _nothing(_: object) -> Iterable[Fault]:
    return ()


@dataclass(frozen=True, slots=True)
class Component:
    """One piece of software with everything fournines knows about it.

    ``hosts`` says where it runs in a site; nowhere means it takes no part. ``needs`` and ``provides``
    are capabilities ("database", "messaging", "vip", "identity"): a component is deployed after every
    component that provides what it needs. ``service`` marks what users list under ``services:``.
    """

    name: str
    summary: str
    hosts: Callable[[Site], tuple[Host, ...]]
    declares: Callable[[Site], Iterable[Declaration]]
    steps: Callable[[Context, Host], Iterable[Step]]
    checks: Callable[[Context], Iterable[Check]]
    faults: Callable[[Context], Iterable[Fault]] = _nothing
    options: type[Strict] = NoOptions
    needs: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    service: bool = False
