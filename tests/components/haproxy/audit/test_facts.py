"""haproxy.cfg read as HAProxy reads it."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.sources import read
from fournines.components.haproxy.audit.facts import HaproxyConf, Proxy, Service, seconds
from fournines.components.haproxy.audit.facts.lines import assemble
from fournines.components.haproxy.audit.facts.model import HaproxyFile
from fournines.components.haproxy.audit.facts.purpose import Purpose, is_mysql, purpose


def conf(text: str) -> HaproxyConf:
    sources, *_ = read([File("haproxy.cfg", text)])
    return assemble(HaproxyFile(sources[0].top, sources[0]), [])


def only(text: str) -> Proxy:
    (proxy,) = conf(text).proxies
    return proxy


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("5", 0.005), ("5s", 5), ("500ms", 0.5), ("90m", 5400), ("1h", 3600), ("", None), ("5x", None)],
)
def test_times(text: str, wanted: float | None) -> None:
    assert seconds(text) == wanted


def test_the_last_line_of_defaults_counts_and_its_own_counts_more() -> None:
    proxy = only(
        "defaults\n timeout connect 10s\n timeout connect 5s\n timeout server 1m\n"
        "listen a\n bind *:80\n timeout server 2m\n"
    )
    assert proxy.timeout("connect")[0] == 5  # type: ignore[index]
    assert proxy.timeout("server")[0] == 120  # type: ignore[index]
    assert proxy.timeout("client") is None


def test_each_section_inherits_from_the_defaults_above_it() -> None:
    first, second = conf(
        "defaults\n mode http\nlisten a\n bind *:80\ndefaults\n mode tcp\nlisten b\n bind *:81\n"
    ).proxies
    assert (first.mode, second.mode) == ("http", "tcp")


def test_named_defaults_build_on_one_another() -> None:
    proxy = only(
        "defaults base\n mode http\n retries 1\ndefaults more from base\n retries 2\n"
        "listen a from more\n bind *:80\n"
    )
    assert proxy.mode == "http"
    assert proxy.find("retries").value == "2"  # type: ignore[union-attr]


def test_no_option_hides_what_was_inherited() -> None:
    text = "defaults\n option httpchk GET /\nlisten a\n bind *:80\n"
    assert only(text).checks_http
    assert not only(text + " no option httpchk\n").checks_http


def test_default_server_and_the_line_itself() -> None:
    proxy = only(
        "defaults\n default-server check inter 5s fall 4\n"
        "backend b\n default-server fastinter 1s\n"
        " server a 10.0.0.1:80 fall 2\n server b 10.0.0.2:80 no-check\n"
    )
    first, second = proxy.servers
    assert (first.checked, first.inter, first.fastinter, first.fall) == (True, 5, 1, 2)
    assert first.detection == 6
    assert not second.checked


@pytest.mark.parametrize(
    ("line", "address", "port", "udp"),
    [
        ("bind *:80", "*", 80, False),
        ("bind :80", "*", 80, False),
        ("bind :::80 v4v6", "::", 80, False),
        ("bind [fd00::5]:443 ssl crt /x.pem", "fd00::5", 443, False),
        ("bind ipv4@10.0.0.5:443", "10.0.0.5", 443, False),
        ("bind quic4@:443 ssl crt /x.pem", "*", 443, True),
        ("bind /run/haproxy.sock", "/run/haproxy.sock", None, False),
        ("bind <Virtual IP>:5000", "<Virtual IP>", 5000, False),
        ("bind 10.0.0.5:10000-10010", "10.0.0.5", 10000, False),
    ],
)
def test_binds(line: str, address: str, port: int | None, udp: bool) -> None:  # noqa: FBT001 - a table
    (bind,) = only(f"listen a\n {line}\n").binds
    assert (bind.address, bind.port, bind.udp) == (address, port, udp)


def test_a_backslash_at_the_end_is_not_part_of_the_port() -> None:
    (server,) = only("listen a\n bind *:80\n server a 10.0.0.1:3306 check port 9200\\\n").servers
    assert server.check_port == 9200


def _purposes(text: str) -> list[Purpose]:
    return [purpose(Service(proxy, proxy)) for proxy in conf(text).proxies]


def test_what_a_service_is_for() -> None:
    servers = " server a 10.0.0.1:{0} check\n server b 10.0.0.2:{0} check\n"
    text = "".join(
        f"listen {name}\n bind *:{front}\n" + servers.format(port)
        for name, front, port in [
            ("galera", 13306, 3306),
            ("rabbitmq_mgmt", 15672, 15672),
            ("amqp", 5673, 5672),
            ("batman", 5000, 5432),
            ("glance_api_cluster", 9292, 10003),
            ("novncproxy", 6080, 6080),
            ("site", 80, 8080),
        ]
    )
    assert _purposes(text) == [
        Purpose.DATABASE,
        Purpose.OTHER,
        Purpose.AMQP,
        Purpose.DATABASE,
        Purpose.OPENSTACK,
        Purpose.CONSOLE,
        Purpose.WEB,
    ]


def test_postgresql_is_no_mysql() -> None:
    for port, wanted in ((5432, False), (3306, True)):
        proxy = only(f"listen db\n bind *:1\n server a 10.0.0.1:{port} check\n")
        assert is_mysql(Service(proxy, proxy)) is wanted
