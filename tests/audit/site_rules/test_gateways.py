"""Routers and directors: whose links are the service, and whose legs may part."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit

LAN = (
    "vrrp_instance LAN {\n state BACKUP\n nopreempt\n interface eth1\n virtual_router_id 51\n"
    " priority 100\n virtual_ipaddress {\n  10.0.0.1/24\n }\n}\n"
)
WAN = LAN.replace("LAN", "WAN").replace("eth1", "eth0").replace("51", "52").replace("10.0.0.1", "192.0.2.1")
FORWARD = {"r1/etc/sysctl.d/router.conf": "net.ipv4.ip_forward=1\nnet.ipv4.conf.all.rp_filter=2\n"}
SNAT = {
    "r1/etc/iptables/rules.v4": "*nat\n:POSTROUTING ACCEPT [0:0]\n"
    "-A POSTROUTING -s 10.0.0.0/24 -o eth0 -j SNAT --to-source 192.0.2.1\nCOMMIT\n"
}
NFT = {
    "r1/etc/nftables.conf": "table ip nat {\n chain post {\n  type nat hook postrouting priority 100;\n"
    '  oifname "eth0" masquerade\n }\n}\n'
}
PROXY = {
    "r1/etc/haproxy/haproxy.cfg": "defaults\n mode http\n timeout connect 2s\n timeout client 9s\n"
    " timeout server 9s\nlisten web\n bind 10.0.0.1:80\n server a 10.0.0.11:80 check\n"
}
REAL = (
    "virtual_server 10.0.0.1 80 {\n lb_algo rr\n lb_kind DR\n protocol TCP\n real_server 10.0.0.11 80 {\n"
    "  TCP_CHECK {\n   connect_timeout 3\n  }\n }\n}\n"
)


def said(conf: str, *more: dict[str, str]) -> dict[str, set[str]]:
    """The severities of each rule."""
    files = {"r1/etc/keepalived/keepalived.conf": conf} | {k: v for one in more for k, v in one.items()}
    found: dict[str, set[str]] = {}
    for finding in audit([File(path, text) for path, text in files.items()], strict=True).findings:
        found.setdefault(finding.rule, set()).add(finding.severity.word)
    return found


@pytest.mark.parametrize("more", [FORWARD, SNAT, NFT])
def test_of_a_router_the_links_are_the_service(more: dict[str, str]) -> None:
    assert said(LAN, more)["KA004"] == {"info"}


def test_of_a_director_keepalived_is_the_service() -> None:
    assert said(LAN + REAL)["KA004"] == {"info"}
    assert said(LAN + REAL, PROXY)["KA004"] == {"info"}, "who comes to this address comes to the director"
    elsewhere = REAL.replace("10.0.0.1 80", "10.0.0.9 80")
    assert said(LAN + elsewhere, PROXY)["KA004"] == {"error"}


BINDS = {"r1/etc/sysctl.d/b.conf": "net.ipv4.ip_forward=1\nnet.ipv4.ip_nonlocal_bind=1\n"}


@pytest.mark.parametrize("more", [BINDS, FORWARD | PROXY])
def test_whoever_serves_something_is_no_mere_router(more: dict[str, str]) -> None:
    assert said(LAN, more)["KA004"] == {"error"}


@pytest.mark.parametrize("more", [{}, {"r1/etc/sysctl.d/a.conf": "net.ipv4.ip_forward=0\n"}])
def test_who_is_no_router_may_serve_something(more: dict[str, str]) -> None:
    assert said(LAN, more)["KA004"] == {"warning"}


PREEMPT = (LAN + WAN).replace(" nopreempt\n", "")
WATCHED = PREEMPT.replace(" priority 100\n", " priority 100\n track_interface {\n  eth0\n  eth1\n }\n")
VLANS = PREEMPT.replace("eth1", "bond0.10").replace("eth0", "bond0.20")


@pytest.mark.parametrize(
    ("conf", "more", "parts"),
    [
        (LAN + WAN, SNAT, True),
        (LAN + WAN, FORWARD, True),
        (LAN + WAN, {}, False),
        ("vrrp_sync_group G {\n group {\n  LAN\n  WAN\n }\n}\n" + LAN + WAN, SNAT, False),
        (LAN + WAN.replace("eth0", "eth1"), SNAT, False),
        (PREEMPT, FORWARD, True),
        (PREEMPT, {}, False),
        (PREEMPT, FORWARD | PROXY, False),
        (WATCHED, FORWARD, False),
        (VLANS, FORWARD, False),
    ],
)
def test_legs_of_a_router_that_stay_where_they_are_may_part(
    conf: str, more: dict[str, str], *, parts: bool
) -> None:
    assert ("KA048" in said(conf, more)) is parts


@pytest.mark.parametrize(
    ("host", "severity"),
    [
        ("gw1", "info"),
        ("edge-gw-2", "info"),
        ("router1.example.org", "info"),
        ("gwen", "warning"),
        ("agw1", "warning"),
        ("web1", "warning"),
    ],
)
def test_a_host_that_is_called_a_router(host: str, severity: str) -> None:
    alone = {f"{host}/etc/keepalived/keepalived.conf": LAN}
    found = audit([File(path, text) for path, text in alone.items()], strict=True).findings
    assert {f.severity.word for f in found if f.rule == "KA004"} == {severity}
    served = alone | {f"{host}/etc/haproxy/haproxy.cfg": PROXY["r1/etc/haproxy/haproxy.cfg"]}
    found = audit([File(path, text) for path, text in served.items()], strict=True).findings
    assert {f.severity.word for f in found if f.rule == "KA004"} == {"error"}
