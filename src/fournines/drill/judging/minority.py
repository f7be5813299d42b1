"""What a host does that is cut off from the others: it must refuse to write, not promise and forget."""

from __future__ import annotations

from fournines.kit.check import Ask, Output
from fournines.kit.verdict import Verdict, failed, passed, unknown
from fournines.probe.fleet import LEDGER
from fournines.probe.sql import TABLE

_NOT_PREPARED = "ERROR 1047"
"""ER_UNKNOWN_COM_ERROR, "WSREP has not yet prepared node for application use": a member without quorum."""


def write_alone(run: str) -> Ask:
    """An attempt to write on the cut-off host's own database server, under a client name of its own."""
    statement = f"INSERT INTO {TABLE} (client, seq) VALUES ('{run}-alone', 0);"  # noqa: S608 - a run's own name
    return Ask(("mariadb", "--batch", LEDGER), stdin=statement, timeout=5)


def refused(answer: Output | None) -> Verdict:
    """Pass only where the server itself said that it has no quorum."""
    if answer is None:
        return unknown("the cut-off host could not be asked")
    if answer.code == 0:
        return failed("the database of the cut-off host accepted a write")
    said = (answer.stderr.strip() or answer.stdout.strip()).splitlines()
    words = said[-1] if said else f"exit {answer.code}"
    return passed(words) if _NOT_PREPARED in words else unknown(words)
