"""What a host does that is cut off from the others: it must refuse to write, not promise and forget."""

from __future__ import annotations

from fournines.kit.check import Ask, Output
from fournines.kit.probe import TableLedger
from fournines.kit.verdict import Verdict, failed, passed, unknown
from fournines.probe.sql import TABLE


def write_alone(ledger: TableLedger, run: str) -> Ask:
    """An attempt to write on the cut-off host's own database server, under a client name of its own."""
    statement = f"INSERT INTO {TABLE} (client, seq) VALUES ('{run}-alone', 0);"  # noqa: S608 - a run's own name
    return Ask(ledger.shell, stdin=statement, timeout=5)


def refused(ledger: TableLedger, answer: Output | None) -> Verdict:
    """Pass only where the server itself said that it has no quorum."""
    if answer is None:
        return unknown("the cut-off host could not be asked")
    if answer.code == 0:
        return failed("the database of the cut-off host accepted a write")
    said = (answer.stderr.strip() or answer.stdout.strip()).splitlines()
    words = said[-1] if said else f"exit {answer.code}"
    return passed(words) if ledger.no_quorum in words else unknown(words)
