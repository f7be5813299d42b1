"""Checks that only one host of a pair can pass: in every spelling, and their harmless neighbours."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit

PYTHON = """\
#!/usr/bin/env python3
import subprocess, sys
out = subprocess.check_output(["ip", "-4", "addr"]).decode()
sys.exit(0 if "10.0.0.20" in out else 1)
"""


def conf(check: str, *, own: int = 11, peer: int = 12, tracked: str = "check", extra: str = "") -> str:
    return (
        f"vrrp_script check {{\n script {check}\n interval 1\n fall 3\n {extra}\n}}\n"
        f"vrrp_instance V {{\n state BACKUP\n interface eth0\n virtual_router_id 5\n priority 1{own}\n"
        f" unicast_src_ip 10.0.0.{own}\n unicast_peer {{\n 10.0.0.{peer}\n }}\n"
        f" virtual_ipaddress {{\n 10.0.0.20/24\n }}\n track_script {{\n {tracked}\n }}\n}}\n"
    )


def found(check: str, script: str = "", **settings: str) -> set[str]:
    files = [File("n1/etc/keepalived/keepalived.conf", conf(check, **settings))]  # type: ignore[arg-type]
    if script:
        files.append(File("n1/usr/local/bin/chk", script))
    rules = {f.rule for f in audit(files, strict=True).findings}
    return rules & {"KA042", "KA043", "KA044", "KA022", "KA045"}


@pytest.mark.parametrize(
    "script",
    [
        "#!/bin/sh\nip -o -4 addr show | grep -qw 10.0.0.20 || exit 1\n",
        "#!/bin/bash\nVIP=10.0.0.20\nif [[ -z $(ip a | grep $VIP) ]]; then exit 1; fi\nexit 0\n",
        "#!/bin/sh\nn=`ifconfig eth0 | grep -c '10\\.0\\.0\\.20'`\n[ $n -gt 0 ]\n",
        "#!/bin/sh\nset -e\nhostname -I | grep -q 10.0.0.20\nlogger ok\n",
        "#!/bin/sh\nping -c1 -I 10.0.0.20 10.0.0.1\n",
        PYTHON,
    ],
)
def test_only_the_holder_passes(script: str) -> None:
    assert found("/usr/local/bin/chk", script) == {"KA042"}


@pytest.mark.parametrize(
    "script",
    [
        "#!/bin/sh\nip a | grep -q 10.0.0.20 || exit 0\ncurl -fs http://127.0.0.1/ >/dev/null\n",
        "#!/bin/sh\nif ip a | grep -q 10.0.0.20; then curl -fs http://10.0.0.20/ || exit 1; fi\nexit 0\n",
        "#!/bin/sh\nip a | grep -q 10.0.0.200\n",
        "#!/bin/sh\nip a | grep -q 10.0.0.20 && logger holder\npidof haproxy\n",
        "#!/bin/sh\nping -c1 10.0.0.1 || ping -c1 10.0.0.12\n",
        "#!/bin/sh\ncurl -fs -H 'Host: 10.0.0.20' http://127.0.0.1/\n",
    ],
)
def test_checks_that_every_host_can_pass(script: str) -> None:
    assert found("/usr/local/bin/chk", script) == set()


@pytest.mark.parametrize(
    "check",
    [
        '"/usr/bin/curl -fsk https://10.0.0.20:8443/health"',
        "\"/bin/bash -c 'nc -z -w1 10.0.0.20 80'\"",
        '"/usr/bin/python3 -c \'import urllib.request as u; u.urlopen(\\"http://10.0.0.20\\")\'"',
        '"/bin/ping -c 1 10.0.0.20"',
    ],
)
def test_asking_the_vip_is_seen_inline_whatever_the_weight(check: str) -> None:
    assert found(check) == {"KA043"}
    assert found(check, extra="weight -20") == {"KA043"}


def test_the_peer_may_be_asked_with_a_weight() -> None:
    ping = '"/bin/ping -c1 10.0.0.12"'
    assert found(ping) == {"KA044"}
    assert found(ping, extra="weight -5") == set()
    assert found(ping, tracked="check weight 3") == set()
    assert found('"/bin/ping -c1 10.0.0.11"') == set()
    assert found('"/usr/local/bin/chk 10.0.0.12"', "#!/bin/sh\nping -c1 $1\n") == {"KA044"}


def test_a_probe_without_consequence() -> None:
    lost = "#!/bin/sh\npidof haproxy >/dev/null\ncurl -fs http://127.0.0.1/ >/dev/null\n"
    assert found("/usr/local/bin/chk", lost) == {"KA045"}
    for kept in (
        "pidof haproxy || exit 1",
        "P=$(pidof haproxy)",
        "pidof haproxy > /run/pid",
        "set -e\npidof haproxy",
    ):
        text = f"#!/bin/sh\n{kept}\ncurl -fs http://127.0.0.1/ >/dev/null\n"
        assert found("/usr/local/bin/chk", text) == set(), kept


def test_inline_text_that_never_fails() -> None:
    assert found("\"/bin/sh -c 'curl -fs http://127.0.0.1/; logger checked'\"") == {"KA022"}
