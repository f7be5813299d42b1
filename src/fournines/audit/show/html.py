"""The report as one HTML file that opens offline and prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from fournines import __version__
from fournines.kit.audit.rule import Consequence, Severity

if TYPE_CHECKING:
    from fournines.audit.report import Report


def as_html(report: Report, *, title: str) -> str:
    """The report; ``title`` says what was audited."""
    environment = Environment(
        loader=PackageLoader("fournines.audit.show", "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    groups = [
        (consequence.value, [f for f in report.findings if f.consequence is consequence])
        for consequence in Consequence
    ]
    counts = [
        (severity.word, sum(f.severity is severity for f in report.findings))
        for severity in sorted(Severity, reverse=True)
    ]
    return environment.get_template("report.html.j2").render(
        title=title,
        report=report,
        groups=[(name, found) for name, found in groups if found],
        counts=counts,
        version=__version__,
    )
