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


def asked(section: str) -> list[str]:
    """What HA056 says of a file with this section."""
    report = audit([File("haproxy.cfg", haproxy(section))], strict=True)
    return [finding.what for finding in report.findings if finding.rule == "HA056"]


@pytest.mark.parametrize(
    ("option", "server", "spoken"),
    [
        ("mysql-check user haproxy", "10.0.0.1:3306 check port 9200", "HTTP"),
        ("mysql-check", "10.0.0.1:5432 check", "PostgreSQL"),
        ("pgsql-check user a", "10.0.0.1:5432 check port 8008", "HTTP"),
        ("redis-check", "10.0.0.1:11211 check", "memcached"),
        ("httpchk GET /", "10.0.0.1:5672 check", "AMQP"),
    ],
)
def test_checks_in_another_protocol(option: str, server: str, spoken: str) -> None:
    (what,) = asked(listen(f"mode tcp\noption {option}\nserver a {server}", name="it"))
    assert what.endswith(f"where {spoken} is spoken")


@pytest.mark.parametrize(
    ("option", "server"),
    [
        ("mysql-check user haproxy", "10.0.0.1:3307 check"),
        ("mysql-check user haproxy", "10.0.0.1:3306 check"),
        ("httpchk", "10.0.0.1:3306 check port 9200"),
        ("httpchk", "10.0.0.1:5672 check port 15672"),
        ("httpchk", "10.0.0.1:5672 check addr 10.0.0.9"),
        ("httpchk\nhttp-check connect port 8080", "10.0.0.1:5672 check"),
        ("redis-check", "10.0.0.1:9200"),
        ("tcp-check", "10.0.0.1:9200 check"),
    ],
)
def test_checks_that_may_be_meant_so(option: str, server: str) -> None:
    assert asked(listen(f"mode tcp\noption {option}\nserver a {server}", name="it")) == []


@pytest.mark.parametrize(
    ("name", "bind", "server", "protocol"),
    [
        ("imaps", "*:10993", "10.0.0.1:10993 check", "IMAP"),
        ("mail", "*:993", "10.0.0.1:10143 check", "IMAP"),
        ("directory", "*:389", "10.0.0.1:389 check", "LDAP"),
        ("mqtt", "*:3306", "10.0.0.1:3306 check", ""),
        ("web", "*:80", "10.0.0.1:80 check", ""),
    ],
)
def test_whose_connections_idle(name: str, bind: str, server: str, protocol: str) -> None:
    body = f"mode tcp\ntimeout client 20s\ntimeout server 20s\nserver a {server}"
    report = audit([File("haproxy.cfg", haproxy(listen(body, name=name, bind=bind)))], strict=True)
    said = [finding.what for finding in report.findings if finding.rule == "HA044"]
    assert len(said) == bool(protocol)
    assert all(f"({protocol})" in what for what in said)
