"""Pages that have HAProxy bind an address which moves, and what they say of the kernel."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.haproxy.audit.rules.example import api, haproxy
from fournines.components.keepalived.audit.rules.example import keepalived

PAGE = "On both, `/etc/haproxy/haproxy.cfg`:\n\n```\n{}```\n\n{}\n"
VRRP = f"`/etc/keepalived/keepalived.conf`:\n\n```\n{keepalived()}```\n\n"
FILLED = haproxy(api(bind="<Virtual IP>:5000"))
REAL = haproxy(api(bind="10.0.0.20:5000"))
INSTALL = "```\n# apt-get install haproxy keepalived\n```\n\n"
NAMED = "net.ipv4.ip_nonlocal_bind"
CRM = (
    "```\ncrm configure primitive vip ocf:heartbeat:IPaddr2 params ip=10.0.0.20\n"
    "crm configure primitive haproxy {}systemd:haproxy op monitor interval=10s\n"
    "crm configure group front vip haproxy\n```\n\n"
)


def said(page: str) -> list[str]:
    found = audit([File("howto.md", page)], strict=True).findings
    return [finding.severity.word for finding in found if finding.rule == "HA001"]


@pytest.mark.parametrize(
    ("page", "severities"),
    [
        (PAGE.format(FILLED, ""), ["warning"]),
        (PAGE.format(haproxy(api(bind="VIP:5000")), ""), ["warning"]),
        (PAGE.format(haproxy(api(bind="{{ virtual_ip }}:5000")), ""), ["warning"]),
        (PAGE.format(haproxy(api(bind="*:5000")), ""), []),
        (PAGE.format(haproxy(api(bind="<host's own IP>:5000")), ""), []),
        (PAGE.format(FILLED, f"```\n# sysctl -w {NAMED}=1\n```"), []),
        (PAGE.format(FILLED, f'```\n# echo "{NAMED} = 1" >> /etc/sysctl.conf\n```'), []),
        (PAGE.format(FILLED, f"Set `{NAMED} = 1` on both first."), []),
        (PAGE.format(FILLED, "It needs ip_nonlocal_bind, which is off by default."), []),
        (f"{INSTALL}{VRRP}{PAGE.format(REAL, '')}", ["warning"]),
        (f"{INSTALL}{VRRP}{PAGE.format(REAL, f'Set {NAMED} to 1.')}", []),
        (f"{VRRP}{PAGE.format(REAL, '')}", ["info"]),
        (f"{INSTALL}{CRM.format('')}{PAGE.format(REAL, '')}", []),
    ],
)
def test_what_lets_haproxy_bind_an_address_it_does_not_hold(page: str, severities: list[str]) -> None:
    assert said(page) == severities


def test_files_of_hosts_whose_haproxy_pacemaker_runs_beside_the_address() -> None:
    files = {
        "n1/haproxy.cfg": REAL,
        "n1/sysctl.conf": "vm.swappiness = 1\n",
        "n1/setup.sh": f"#!/bin/sh\n{CRM.strip('`').strip().removesuffix('```').format('')}",
    }

    def rules(files: dict[str, str]) -> set[str]:
        return {f.rule for f in audit([File(path, text) for path, text in files.items()]).findings}

    assert "HA001" not in rules(files)
    cloned = files["n1/setup.sh"].replace("group front vip haproxy", "clone every haproxy")
    assert "HA001" in rules(files | {"n1/setup.sh": cloned})


CUT = "```\ndefaults\n mode http\n\nlisten api\n bind *:8774\n```\n\n{}```\n{}\n```\n"
REST = " option httpchk\n server a 10.0.0.1:8774\n server b 10.0.0.2:8774"


@pytest.mark.parametrize(
    ("between", "rest", "count"),
    [("", REST, 1), ("And another file:\n\n", REST, 0), ("", f"listen more\n bind *:1\n{REST}", 1)],
)
def test_a_listing_that_the_end_of_a_page_cut_in_two(between: str, rest: str, count: int) -> None:
    page = f"`haproxy.cfg`:\n\n{CUT.format(between, rest)}"
    found = audit([File("howto.md", page)], strict=True).findings
    assert len([f for f in found if f.rule == "HA005" and "10.0.0.1" in f.seen]) == count
