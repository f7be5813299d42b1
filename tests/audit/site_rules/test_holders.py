"""Checks that only one host of a pair can pass: in every spelling, and their harmless neighbours."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.keepalived.audit.rules.example import keepalived, script

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
        '#!/bin/bash\nout=$(ip a)\ngrep -q 10.0.0.20 <<< "$out" || exit 1\n',
        "#!/bin/sh\ngrep -q 10.0.0.20 /proc/net/fib_trie\n",
        "#!/bin/sh\nip route get 10.0.0.20 | grep -q '^local'\n",
        '#!/bin/bash\n[[ " $(hostname -I) " == *" 10.0.0.20 "* ]]\n',
        '#!/bin/bash\nif [[ " $(hostname -I) " != *" 10.0.0.20 "* ]]; then exit 1; fi\nexit 0\n',
        '#!/bin/bash\nown=" $(hostname -I) "\n[[ $own != *" 10.0.0.20 "* ]] && exit 1\nexit 0\n',
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
        '#!/bin/bash\n[[ " $(hostname -I) " != *" 10.0.0.20 "* ]] && exit 0\ncurl -fs http://127.0.0.1/\n',
        '#!/bin/bash\n[[ " $(hostname -I) " != *" 10.0.0.200 "* ]] && exit 1\nexit 0\n',
    ],
)
def test_checks_that_every_host_can_pass(script: str) -> None:
    assert found("/usr/local/bin/chk", script) == set()


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ('[[ " $(hostname -I) " != *" 10.0.0.20 "* ]] && exit 1', "the host holds 10.0.0.20"),
        ('[[ " $(hostname -I) " == *" 10.0.0.20 "* ]] && exit 1', "the host does not hold 10.0.0.20"),
        ('[[ ! " $(hostname -I) " != *" 10.0.0.20 "* ]] || exit 1', "the host holds 10.0.0.20"),
    ],
)
def test_the_words_say_who_passes(test: str, said: str) -> None:
    files = [
        File("n1/etc/keepalived/keepalived.conf", conf("/usr/local/bin/chk")),
        File("n1/usr/local/bin/chk", f"#!/bin/bash\n{test}\nexit 0\n"),
    ]
    (finding,) = (f for f in audit(files, strict=True).findings if f.rule == "KA042")
    assert finding.what == f"check passes only while {said}"


ADDRESSES = 'have = [a["local"] for i in d for a in i["addr_info"]]\n'
READS = 'out = subprocess.run(["ip", "a"], capture_output=True, text=True).stdout\n'


@pytest.mark.parametrize(
    "text",
    [
        READS + 'sys.exit("10.0.0.20" not in out)',
        READS + 'if out.find("10.0.0.20") == -1:\n    sys.exit(1)',
        READS + 'if out.count("10.0.0.20") < 1:\n    sys.exit(1)',
        READS + 'if not re.search(r"10\\.0\\.0\\.20", out):\n    sys.exit(1)',
        READS + 'sys.exit(0 if any("10.0.0.20" in l for l in out.splitlines()) else 1)',
        READS + 'for l in out.splitlines():\n    if "10.0.0.20" in l:\n        sys.exit(0)\nsys.exit(1)',
        READS + 'vip = "%s.20" % "10.0.0"\nif not [l for l in out.split() if vip in l]:\n    sys.exit(1)',
        'r = subprocess.run(["ip", "a"], stdout=-1)\nif b"10.0.0.20" not in r.stdout:\n    sys.exit(1)',
        'p = Popen(["ip", "a"], stdout=-1)\no, e = p.communicate()\nif b"10.0.0.20" not in o:\n  sys.exit(1)',
        'code, out = subprocess.getstatusoutput("ip a")\nif "10.0.0.20" not in out:\n    sys.exit(1)',
        "def held(vip):\n    " + READS + '    return vip in out\nsys.exit(0 if held("10.0.0.20") else 1)',
        'd = json.loads(check_output(["ip", "-j", "addr"]))\n'
        + ADDRESSES
        + 'sys.exit("10.0.0.20" not in have)',
    ],
)
def test_outputs_are_compared_in_many_ways(text: str) -> None:
    assert found(
        "/usr/local/bin/chk", f"#!/usr/bin/env python3\nimport json, re, subprocess, sys\n{text}\n"
    ) == {"KA042"}


@pytest.mark.parametrize(
    "text",
    [
        READS + 'if "10.0.0.20" in out:\n    sys.exit(subprocess.call(["curl", "-f", "http://127.0.0.1"]))',
        READS + 'if out.find("eth0") == -1:\n    sys.exit(1)',
        READS
        + 'if out.count("10.0.0.20") < 0:\n    sys.exit(1)\nsys.exit(subprocess.call(["pidof", "haproxy"]))',
        READS + 'if "10.0.0.200" not in out:\n    sys.exit(1)',
        'r = run(["systemctl", "is-active", "x"], stdout=-1)\nif b"active" not in r.stdout:\n    sys.exit(1)',
        'for h in ["10.0.0.20", "10.0.0.1"]:\n  if call(["ping", h]) == 0:\n    sys.exit(0)\nsys.exit(1)',
    ],
)
def test_outputs_every_host_may_have(text: str) -> None:
    assert (
        found("/usr/local/bin/chk", f"#!/usr/bin/env python3\nimport re, subprocess, sys\n{text}\n") == set()
    )


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


MULTICAST = """\
vrrp_script check {{
 script "/bin/ping -c1 {}"
}}
vrrp_instance V {{
 interface eth0
 virtual_router_id 5
 virtual_ipaddress {{
 10.0.0.20/24
 }}
 track_script {{
 check
 }}
}}
"""
CARD = "auto eth0\niface eth0 inet static\n address 10.0.0.12/24\n"


@pytest.mark.parametrize(
    ("mine", "theirs", "more", "severities"),
    [
        ("10.0.0.12", "10.0.0.1", {"b/etc/network/interfaces": CARD}, ["ERROR"]),
        ("lb2", "10.0.0.1", {"a/etc/hosts": "10.0.0.11 a\n10.0.0.12 b lb2\n"}, ["ERROR"]),
        ("b", "10.0.0.1", {}, ["ERROR"]),
        ("10.0.0.12", "10.0.0.11", {}, ["WARNING", "WARNING"]),
        ("10.0.0.1", "10.0.0.1", {}, []),
        ("10.0.0.12", "10.0.0.11", {"a/etc/network/interfaces": CARD}, []),
        ("192.168.9.1", "192.168.9.2", {}, []),
        ("b.example.org", "10.0.0.1", {}, []),
    ],
)
def test_the_peer_of_multicast_adverts(
    mine: str, theirs: str, more: dict[str, str], severities: list[str]
) -> None:
    files = {
        "a/keepalived.conf": MULTICAST.format(mine),
        "b/keepalived.conf": MULTICAST.format(theirs),
        **more,
    }
    report = audit([File(path, text) for path, text in files.items()], strict=True)
    assert [f.severity.name for f in report.findings if f.rule == "KA044"] == severities


@pytest.mark.parametrize(
    ("script", "sysctl", "severities"),
    [
        ("#!/bin/sh\nss -ltn | grep -q 10.0.0.20:80\n", "", ["warning"]),
        ("#!/bin/sh\nss -ltn | grep -q 10.0.0.20:80\n", "net.ipv4.ip_forward=0\n", ["error"]),
        ("#!/bin/sh\nss -ltn | grep -q 10.0.0.20:80\n", "net.ipv4.ip_nonlocal_bind=1\n", []),
        ("#!/bin/sh\nn=`netstat -lnt | grep -c '10.0.0.20:80 '`\n[ $n -gt 0 ]\n", "", ["warning"]),
        ("#!/bin/bash\n[[ -n $(ss -Hltn src 10.0.0.20:443) ]] || exit 1\n", "", ["warning"]),
        ("#!/bin/sh\nlsof -nPi TCP@10.0.0.20:80 -sTCP:LISTEN >/dev/null\n", "", ["warning"]),
        ("#!/bin/sh\nss -ltn | grep -q ':80 '\n", "", []),
        ("#!/bin/sh\nip a | grep -q 10.0.0.20\n", "net.ipv4.ip_nonlocal_bind=1\n", ["error"]),
    ],
)
def test_only_the_holder_listens_on_it(script: str, sysctl: str, severities: list[str]) -> None:
    files = {
        "n1/etc/keepalived/keepalived.conf": conf("/usr/local/bin/chk"),
        "n1/usr/local/bin/chk": script,
        **({"n1/etc/sysctl.d/ha.conf": sysctl} if sysctl else {}),
    }
    report = audit([File(path, text) for path, text in files.items()], strict=True)
    assert [f.severity.word for f in report.findings if f.rule == "KA042"] == severities


@pytest.mark.parametrize(
    ("hosts", "command", "count"),
    [
        ("10.0.0.20 api.example.net api\n", "/usr/bin/curl -fs http://api.example.net/health", 1),
        ("10.0.0.20 api.example.net api\n", "/usr/bin/nc -z api 443", 1),
        ("127.0.0.1 api.example.net api\n", "/usr/bin/curl -fs http://api.example.net/health", 0),
        ("10.0.0.20 api.example.net api\n", "/usr/bin/curl -fs http://127.0.0.1/api", 0),
        ("10.0.0.20 api.example.net api\n", "/usr/bin/curl -fs http://api.example.net.internal/", 0),
    ],
)
def test_the_vip_by_its_name(hosts: str, command: str, count: int) -> None:
    files = {
        "lb1/etc/keepalived/keepalived.conf": keepalived(check=script(script=f'"{command}"')),
        "lb1/etc/hosts": hosts,
    }
    report = audit([File(path, text) for path, text in files.items()], strict=True)
    assert [f.rule for f in report.findings].count("KA043") == count
