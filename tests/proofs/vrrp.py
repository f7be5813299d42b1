"""Who holds the VIP: keepalived's rules, between two hosts with an HAProxy each."""

from __future__ import annotations

import re
from functools import partial

from tests.proofs.proof import Case, Hosts, Look, Proof
from tests.proofs.wire import Host, until

VIP = "10.0.0.20"
OUTSIDE = "192.168.1.20"
_HAPROXY = """\
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend web
    bind :80
    http-request return status 200 content-type text/plain string "here"
"""
_INSTANCE = """\
vrrp_instance {name} {{
    state BACKUP
    interface {link}
    virtual_router_id {vrid}
    priority {priority}
    advert_int 0.2
{more}    virtual_ipaddress {{
        {vip}/24
    }}
    track_script {{
        check
    }}
}}
"""
_GLOBAL = """\
global_defs {{
    vrrp_version 3
}}
vrrp_script check {{
    script "{check}"
    interval 1
    timeout 2
    fall 2
    rise 1
}}
"""
_NOTIFY = """\
    notify_master "/etc/keepalived/add-vip.sh"
    notify_backup "/etc/keepalived/del-vip.sh"
    notify_fault "/etc/keepalived/del-vip.sh"
"""
LOCAL = "/usr/bin/curl -fs -m 1 -o /dev/null http://127.0.0.1/"


def pair(check: str, *, more: str = "", script: str = "", extra: str = "") -> dict[str, str]:
    """Two hosts with the same check; ``@PEER@`` and ``@OWN@`` are put in.

    ``more`` goes into the instance, ``script`` is the check's text where it is a file.
    """
    files = {}
    for name, own, peer, priority in (("n1", 11, 12, 102), ("n2", 12, 11, 101)):
        text = _GLOBAL.format(check=check) + extra
        text += _INSTANCE.format(name="VI_1", link="eth0", vrid=51, priority=priority, more=more, vip=VIP)
        text = text.replace("@PEER@", f"10.0.0.{peer}").replace("@OWN@", f"10.0.0.{own}")
        files[f"{name}/etc/keepalived/keepalived.conf"] = text
        files[f"{name}/etc/haproxy/haproxy.cfg"] = _HAPROXY
        if script:
            files[f"{name}{check}"] = script
    return files


def started(hosts: Hosts) -> None:
    """HAProxy and keepalived run on every host, and keepalived has decided what it is."""
    for host in hosts.values():
        host.start("haproxy", "-db", "-f", "/etc/haproxy/haproxy.cfg")
    for host in hosts.values():
        until(partial(_answers, host), f"HAProxy of {host.name} answers")
        host.start("keepalived", "-n", "-l", "-D")
    for host in hosts.values():
        until(partial(_decided, host), f"keepalived of {host.name} has a state")


def _answers(host: Host) -> bool:
    return host.ask(*LOCAL.split()).returncode == 0


def _decided(host: Host) -> bool:
    return bool(state(host.log("keepalived")))


def state(log: str, instance: str = "VI_1") -> str:
    """The last state an instance has entered.

    One whose check has failed ever since keepalived began enters none, which its log does not say.
    """
    entered = re.findall(rf"\({instance}\) Entering (\w+) STATE", log)
    if not entered and re.search(r"VRRP_Script\(check\) (failed|timed_out)", log):
        return "never up"
    return entered[-1] if entered else ""


def who(hosts: Hosts, vip: str = VIP) -> str:
    """The names of those that hold an address."""
    return " and ".join(name for name, host in hosts.items() if host.has(vip)) or "nobody"


def _holds(hosts: Hosts) -> str:
    held = who(hosts)
    return f"{held} {'have' if ' and ' in held else 'has'} the VIP"


def _states(hosts: Hosts) -> str:
    states = ", ".join(
        f"{name} is {state(host.log('keepalived'))}" for name, host in hosts.items() if host.alive
    )
    return f"{_holds(hosts)}; {states}"


def settled(hosts: Hosts) -> None:
    """All run, and the preferred host has the VIP unless its configuration forbids."""
    started(hosts)
    until(lambda: state(hosts["n1"].log("keepalived")) != "BACKUP", "n1 is no standby")


def holder_dies(hosts: Hosts) -> Look:
    """The host with the higher priority loses power."""
    settled(hosts)
    hosts["n1"].lose_power()
    return partial(_states, hosts)


def service_dies(hosts: Hosts) -> Look:
    """HAProxy is killed where the VIP is, and stays down."""
    settled(hosts)
    hosts["n1"].kill("haproxy")
    return partial(_states, hosts)


def walled(hosts: Hosts) -> Look:
    """Only the preferred host has packet filter rules; nothing else happens."""
    hosts["n1"].must("nft", "-f", "/etc/nftables.conf")
    started(hosts)
    return partial(_states, hosts)


def stopped(hosts: Hosts) -> Look:
    """keepalived is stopped in order on the holder, as by systemctl."""
    started(hosts)
    until(lambda: who(hosts) == "n1", "n1 has the VIP")
    hosts["n1"].must("sh", "-c", "kill -TERM $(cat /run/keepalived.pid)")
    return partial(_holds, hosts)


def leg_breaks(hosts: Hosts) -> Look:
    """The cable of the inside network is pulled at the holder of both VIPs.

    Without preemption whoever is first remains the holder, so the preferred host begins alone.
    """
    started({"n1": hosts["n1"]})
    until(lambda: who(hosts, OUTSIDE) == "n1" == who(hosts), "n1 has both VIPs")
    started({"n2": hosts["n2"]})
    hosts["n1"].unplug("eth0")
    return lambda: f"inside: {who(hosts)}, outside: {who(hosts, OUTSIDE)}"


_UNICAST = "    unicast_src_ip @OWN@\n    unicast_peer {\n        @PEER@\n    }\n"
_SCRIPT = "/usr/local/bin/check.sh"
_MOVED = "n2 has the VIP; n2 is MASTER"
_TOOK_OVER = "n2 has the VIP; n1 is FAULT, n2 is MASTER"
_AS_MEANT = "n1 has the VIP; n1 is MASTER, n2 is BACKUP"


def _nft(files: dict[str, str], rules: str) -> dict[str, str]:
    return {**files, "n1/etc/nftables.conf": f"flush ruleset\n{rules}"}


_NAT = """\
table ip nat {{
    chain postrouting {{
        type nat hook postrouting priority srcnat; policy accept;
{first}        oifname "eth0" snat to 10.0.0.20
    }}
}}
"""
_OUTPUT = """\
table inet filter {{
    chain output {{
        type filter hook output priority filter; policy drop;
        oifname "lo" accept
        meta l4proto {{ tcp, udp{more} }} accept
    }}
}}
"""


def _legs(sync: str) -> dict[str, str]:
    files = pair(LOCAL, more="    nopreempt\n", extra=sync)
    for name, priority in (("n1", 102), ("n2", 101)):
        files[f"{name}/etc/keepalived/keepalived.conf"] += _INSTANCE.format(
            name="VI_2", link="eth1", vrid=52, priority=priority, more="    nopreempt\n", vip=OUTSIDE
        )
    return files


_BY_SCRIPT = {
    path: text.replace("vrrp_version 3", "vrrp_version 2")
    .replace("advert_int 0.2", "advert_int 1")
    .replace(f"    virtual_ipaddress {{\n        {VIP}/24\n    }}\n", _NOTIFY)
    for path, text in pair(LOCAL).items()
} | {
    f"{name}/etc/keepalived/{verb}-vip.sh": f"#!/bin/sh\nip address {verb} {VIP}/24 dev eth0\n"
    for name in ("n1", "n2")
    for verb in ("add", "del")
}

PROOFS = (
    Proof(
        rule="KA042",
        fault="the preferred host loses power",
        story=holder_dies,
        flagged=Case(
            pair(_SCRIPT, script=f"#!/bin/sh\nip addr show dev eth0 | grep -q {VIP}\n"),
            "nobody has the VIP; n2 is never up",
        ),
        mended=Case(pair(_SCRIPT, script=f"#!/bin/sh\n{LOCAL}\n"), _MOVED),
    ),
    Proof(
        rule="KA043",
        fault="HAProxy is killed on the preferred host",
        story=service_dies,
        flagged=Case(
            pair(f"/usr/bin/curl -fs -m 1 http://{VIP}/"),
            "nobody has the VIP; n1 is never up, n2 is never up",
        ),
        mended=Case(pair(LOCAL), _TOOK_OVER),
    ),
    Proof(
        rule="KA044",
        fault="the preferred host loses power",
        story=holder_dies,
        flagged=Case(pair("/usr/bin/ping -c1 -W1 @PEER@", more=_UNICAST), "nobody has the VIP; n2 is FAULT"),
        mended=Case(pair(LOCAL, more=_UNICAST), _MOVED),
    ),
    Proof(
        rule="KA045",
        fault="HAProxy is killed on the preferred host",
        story=service_dies,
        flagged=Case(pair(_SCRIPT, script=f"#!/bin/sh\n{LOCAL}\npidof keepalived >/dev/null\n"), _AS_MEANT),
        mended=Case(
            pair(_SCRIPT, script=f"#!/bin/sh\n{LOCAL} || exit 1\npidof keepalived >/dev/null\n"), _TOOK_OVER
        ),
    ),
    Proof(
        rule="KA046",
        fault="none: the pair is started with the packet filter of the preferred host",
        story=walled,
        flagged=Case(
            _nft(pair(LOCAL), _NAT.format(first="")),
            "n1 and n2 have the VIP; n1 is MASTER, n2 is MASTER",
        ),
        mended=Case(_nft(pair(LOCAL), _NAT.format(first="        ip protocol vrrp return\n")), _AS_MEANT),
    ),
    Proof(
        rule="KA047",
        fault="none: the pair is started with the packet filter of the preferred host",
        story=walled,
        flagged=Case(
            _nft(pair(LOCAL), _OUTPUT.format(more="")),
            "n1 and n2 have the VIP; n1 is MASTER, n2 is MASTER",
        ),
        mended=Case(_nft(pair(LOCAL), _OUTPUT.format(more=", vrrp")), _AS_MEANT),
    ),
    Proof(
        rule="KA048",
        fault="the holder's cable to the inside network is pulled",
        story=leg_breaks,
        flagged=Case(_legs(""), "inside: n2, outside: n1"),
        mended=Case(
            _legs("vrrp_sync_group LEGS {\n    group {\n        VI_1\n        VI_2\n    }\n}\n"),
            "inside: n2, outside: n2",
        ),
    ),
    Proof(
        rule="KA052",
        fault="HAProxy is killed on the preferred host",
        story=service_dies,
        flagged=Case(pair(LOCAL.replace("/usr/bin/", "/bin/")), _AS_MEANT),
        mended=Case(pair(LOCAL), _TOOK_OVER),
    ),
    Proof(
        rule="KA051",
        fault="keepalived is stopped in order on the preferred host",
        story=stopped,
        flagged=Case(_BY_SCRIPT, "n1 and n2 have the VIP"),
        mended=Case(pair(LOCAL), "n2 has the VIP"),
    ),
)
