"""Sections in mode http: by what their servers speak, and where nothing says so they are left alone."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.haproxy.audit.rules.example import haproxy, listen


def said(section: str) -> list[str]:
    """What HA054 says of a file with this section; its defaults are mode http."""
    report = audit([File("haproxy.cfg", haproxy(section))], strict=True)
    return [finding.what for finding in report.findings if finding.rule == "HA054"]


@pytest.mark.parametrize(
    ("name", "bind", "server", "protocol"),
    [
        ("db", "*:3306", "10.0.0.1:3306 check", "MySQL"),
        ("queue", "*:5672", "10.0.0.1:5672 check", "AMQP"),
        ("mail", "*:25", "10.0.0.1 check", "SMTP"),  # the port that clients connect to
        ("galera_cluster", "*:3306", "10.0.0.1:3307 check", "MySQL"),
    ],
)
def test_what_the_servers_speak(name: str, bind: str, server: str, protocol: str) -> None:
    (what,) = said(listen(f"server a {server}", name=name, bind=bind))
    assert what == f"{name} speaks {protocol} and is in mode http, inherited from defaults"


@pytest.mark.parametrize(
    ("name", "bind", "server"),
    [
        ("db", "*:3306", "10.0.0.1:3306 check\n    mode tcp"),
        ("web", "*:80", "10.0.0.1:80 check port 3306"),
        ("mysql_exporter", "*:9104", "10.0.0.1:9104 check"),
        ("mysql", "*:8080", "10.0.0.1:8080 check"),  # phpMyAdmin as likely as MySQL
        ("redis", "*:6380", "10.0.0.1:80 check"),
        ("web", "*:443 ssl crt /etc/a.pem", "10.0.0.1:8080 check"),
    ],
)
def test_what_may_speak_http(name: str, bind: str, server: str) -> None:
    assert said(listen(f"server a {server}", name=name, bind=bind)) == []


def test_a_frontend_in_mode_tcp_does_not_help_its_backend() -> None:
    parts = "frontend in\n    mode tcp\n    bind *:3306\n    default_backend out\n"
    assert said(f"{parts}backend out\n    mode http\n    server a 10.0.0.1:3306 check") == [
        "out speaks MySQL and is in mode http"
    ]
