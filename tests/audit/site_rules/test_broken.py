"""A file whose program refuses it is a finding, whatever it is written in."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit

_POLICY = '{"policies": [{"vhost": "/", "name": "x", "pattern": "^$", "definition": {"expires": 1}}]}'
_NETPLAN = "network:\n  version: 2\n  ethernets:\n    eth0:\n      addresses: [10.0.0.1/24]\n"


def said(name: str, text: str) -> list[tuple[str, int]]:
    report = audit([File(name, text)], strict=True)
    return [
        (finding.rule, finding.at.line) for finding in report.findings if finding.rule in ("SY011", "SY012")
    ]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("definitions.json", _POLICY[:60], 1),
        ("definitions.json", _POLICY.replace("[{", "[\n{").replace("}]", "}\n")[:-3], 2),
        ("etc/netplan/01.yaml", _NETPLAN.replace("24]", "24"), 6),
        ("etc/netplan/01.yaml", _NETPLAN + "\t- x\n", 6),
    ],
)
def test_data_that_is_cut_is_an_error(name: str, text: str, line: int) -> None:
    assert said(name, text) == [("SY011", line)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("definitions.json", _POLICY),
        ("definitions.json", _POLICY.replace('"/"', f'"{"v" * 9000}"')),
        ("etc/netplan/01.yaml", _NETPLAN),
        ("etc/netplan/01.yaml", f"# {'long ' * 2000}\n{_NETPLAN}"),
    ],
)
def test_data_that_is_whole_is_not(name: str, text: str) -> None:
    assert said(name, text) == []


def test_what_a_template_fills_in_is_in_doubt() -> None:
    report = audit([File("etc/netplan/01.yaml", _NETPLAN + "{{ more }}\n")], strict=True)
    assert not [finding for finding in report.findings if finding.rule == "SY011"]
    assert [
        item.what for item in report.unknown if item.what.startswith("not all of it could be read: no YAML")
    ]
