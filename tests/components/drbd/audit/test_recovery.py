"""Split brains, starts without the peer, and disks that are not told to write down."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.drbd.audit.rules.example import FENCED, res


def found(text: str) -> set[str]:
    report = audit([File("node1/etc/drbd.d/mysql.res", text)], strict=True)
    return {finding.rule for finding in report.findings} & {"DR021", "DR022", "DR023"}


_CALLS = "net {\n    after-sb-1pri call-pri-lost-after-sb;\n}"
_HANDLER = 'handlers {\n    pri-lost-after-sb "reboot -f";\n}'


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        (_CALLS, {"DR021"}),
        (f"{_CALLS}\n{_HANDLER}", set()),
        ("net {\n    after-sb-1pri consensus;\n}", set()),
        ("startup {\n    wfc-timeout 15;\n}", {"DR022"}),
        ("startup {\n    wfc-timeout 0;\n}", set()),
        ("startup {\n    wfc-timeout 600;\n}", set()),
        (f"startup {{\n    wfc-timeout 15;\n}}\n{FENCED}", set()),
        ("startup {\n    wfc-timeout 15;\n}\noptions {\n    quorum majority;\n}", set()),
        ("disk {\n    disk-flushes no;\n    md-flushes no;\n}", {"DR023"}),
        ("disk {\n    no-disk-flushes;\n}", {"DR023"}),
        ("disk {\n    disk-barrier no;\n}", set()),
        ("disk {\n    disk-flushes yes;\n}", set()),
    ],
)
def test_resources(body: str, rules: set[str]) -> None:
    assert found(res(body)) == rules


def test_the_handler_may_be_common() -> None:
    assert found(f"common {{\n{_HANDLER}\n}}\n{res(_CALLS)}") == set()
