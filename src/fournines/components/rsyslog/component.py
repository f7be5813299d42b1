"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.rsyslog.checks import checks
from fournines.components.rsyslog.deploy import steps
from fournines.components.rsyslog.families import FAMILIES
from fournines.components.rsyslog.faults import faults
from fournines.components.rsyslog.model import CHECK_LOG, CHECK_TAG, Options
from fournines.components.rsyslog.relies import RELIES
from fournines.kit.component import Component, Stage, always
from fournines.kit.declare import Declaration, LogFile, Memory
from fournines.kit.where import EVERYWHERE
from fournines.spec.model import Site


def declares(site: Site, _: object) -> Iterator[Declaration]:
    """The file into which its own check writes: the promise is tested the way every program uses it."""
    yield Memory("rsyslog", EVERYWHERE.names(site), rest=5)
    yield LogFile(CHECK_TAG, CHECK_LOG)


COMPONENT = Component(
    name="rsyslog",
    summary="A log file per program, rotated, and nothing twice in the system's log",
    on=EVERYWHERE,
    declares=declares,
    stages=(Stage(steps, checks),),
    faults=faults,
    options=Options,
    needs=always("names"),
    provides=("logs",),
    relies=RELIES,
    families=FAMILIES,
)
