"""One instance by itself: its state, its addresses, its authentication."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import KeepalivedConf, VrrpInstance
from fournines.components.keepalived.audit.facts.includes import incomplete
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.keepalived.audit.rules.scripts import given
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.keepalived.audit.facts import Notify
    from fournines.kit.audit.evidence import Evidence

_MAN = "keepalived.conf(5)"
LONGEST_PASSWORD = 8
"""Characters of auth_pass that count; keepalived.conf(5) auth_pass."""
_WELL_KNOWN = frozenset(
    [
        "1111",
        "2222",
        "1234",
        "12345",
        "123456",
        "12345678",
        "secret",
        "password",
        "pass",
        "admin",
        "changeme",
        "keepalived",
    ]
)


@rule(
    "KA007",
    Severity.ERROR,
    "nopreempt or preempt_delay with state MASTER",
    consequence=Consequence.SLOW,
    why="keepalived clears the setting with a warning: the VIP moves back as soon as the old master returns, "
    "a second "
    "outage",
    fix="state BACKUP on every host, with different priorities",
    source=f"{_MAN} nopreempt: 'the initial state must not be MASTER'",
    bad={"keepalived.conf": keepalived("nopreempt", state="MASTER")},
    good={"keepalived.conf": keepalived("nopreempt", state="BACKUP")},
    points_at="nopreempt",
)
def nopreempt_master(site: Evidence) -> Iterator[Hit | Unknown]:
    for instance in site.all(VrrpInstance):
        for keyword in ("nopreempt", "preempt_delay"):
            zero = keyword == "preempt_delay" and not instance.preempt_delay
            if instance.has(keyword) and instance.state.upper() == "MASTER" and not zero:
                yield Hit(
                    instance.place(keyword),
                    f"{instance.name} has {keyword} and starts as MASTER: {keyword} is dropped",
                    related=(instance.place("state"),),
                )


@rule(
    "KA020",
    Severity.ERROR,
    "The VIP lives on an interface nobody watches",
    consequence=Consequence.NO_FAILOVER,
    why="with no_track (and in keepalived 1.x always) only the instance's own interface is watched: when the "
    "VIP's "
    "link dies the host stays MASTER and the VIP is unreachable",
    fix="remove no_track, or add the interface to track_interface",
    source="keepalived.conf(5) virtual_ipaddress no_track; vrrp.c tracks the interfaces of VIPs since 2.0.0",
    bad={"keepalived.conf": keepalived(vip="10.0.0.20/24 dev eth1 no_track")},
    good={"keepalived.conf": keepalived(vip="10.0.0.20/24 dev eth1")},
    points_at="10.0.0.20/24 dev eth1 no_track",
)
def unwatched_interface(site: Evidence) -> Iterator[Hit | Unknown]:
    version = site.versions.get("keepalived", "")
    for instance in site.all(VrrpInstance):
        watched = {t.name for t in instance.trackers if t.kind == "interface"} | {instance.interface}
        for vip in instance.vips:
            loopback = vip.dev == "lo" or vip.dev.startswith("dummy")
            unseen = vip.untracked or version.startswith(("0.", "1."))
            if _slip(vip.dev, instance.interface):
                yield Hit(
                    vip.at,
                    f"{vip.text} is on {vip.dev}, and {instance.name} talks through {instance.interface}: "
                    "one of them looks like a slip",
                    related=(instance.place("interface"),),
                    why="keepalived drops an instance whose interface is not there, and adds no address "
                    "to one that is not",
                    fix="the same interface in both places",
                    severity=Severity.WARNING,
                )
            elif vip.dev and instance.interface and vip.dev not in watched and not loopback and unseen:
                yield Hit(
                    vip.at,
                    f"{vip.text} is on {vip.dev}, {instance.name} watches {', '.join(sorted(watched))}",
                    related=(instance.place("interface"),),
                )


def _slip(one: str, other: str) -> bool:
    """Whether one name is the other with digits typed twice or left out (``ens18`` and ``ens18000``)."""
    short, long = sorted((one, other), key=len)
    rest = long.removeprefix(short)
    return bool(short) and short[-1].isdigit() and rest != long and len(rest) > 1 and rest.isdigit()


@rule(
    "KA028",
    Severity.INFO,
    "auth_pass is too long or too well known",
    consequence=Consequence.EXPOSED,
    why="only the first 8 characters count, and PASS travels in clear text: it guards against mistakes, not "
    "people",
    fix="8 random characters, unicast peers, and a firewall rule for protocol 112",
    source=f"{_MAN} auth_pass",
    bad={"keepalived.conf": keepalived("authentication {\n    auth_type PASS\n    auth_pass 1111\n}")},
    good={"keepalived.conf": keepalived("authentication {\n    auth_type PASS\n    auth_pass q7Lw2xZp\n}")},
    points_at="auth_pass ***",
)
def weak_password(site: Evidence) -> Iterator[Hit | Unknown]:
    for instance in site.all(VrrpInstance):
        password = instance.auth_pass
        if len(password) > LONGEST_PASSWORD and not password.startswith(("$", "%", "<", "{")):
            yield Hit(instance.place("auth_pass"), f"{instance.name}: auth_pass is cut after 8 characters")
        elif password.lower() in _WELL_KNOWN:
            yield Hit(instance.place("auth_pass"), f"{instance.name}: auth_pass is one that everybody tries")


@rule(
    "KA040",
    Severity.WARNING,
    "Settings that this VRRP version or strict mode refuses",
    consequence=Consequence.DOWN,
    why="VRRPv3 has no authentication and drops it silently; vrrp_strict refuses unicast peers, "
    "authentication and "
    "instances without an address",
    fix="remove authentication with version 3; leave vrrp_strict out",
    source=f"{_MAN} vrrp_strict, vrrp_version; RFC 5798 9",
    bad={
        "keepalived.conf": keepalived(
            "authentication {\n    auth_type PASS\n    auth_pass q7Lw2xZp\n}",
            head="global_defs {\n    vrrp_version 3\n}",
        )
    },
    good={"keepalived.conf": keepalived(head="global_defs {\n    vrrp_version 3\n}")},
    points_at="auth_type PASS",
)
def refused(site: Evidence) -> Iterator[Hit | Unknown]:
    for instance in site.all(VrrpInstance):
        if instance.auth_type and instance.version == 3:  # noqa: PLR2004 - the version's name
            yield Hit(instance.place("auth_type"), f"{instance.name}: VRRPv3 ignores authentication")
        elif instance.auth_type and instance.strict:
            yield Hit(instance.place("auth_type"), f"{instance.name}: vrrp_strict ignores authentication")
        if instance.strict and instance.unicast:
            yield Hit(instance.place("unicast_peer"), f"{instance.name}: vrrp_strict refuses unicast peers")
        if instance.strict and not instance.vips:
            yield Hit(instance.at, f"{instance.name}: vrrp_strict refuses an instance without an address")


@rule(
    "KA041",
    Severity.WARNING,
    "The VIP is announced once and never again",
    consequence=Consequence.SLOW,
    why="with no repeated gratuitous ARP, a switch that missed the one at takeover, or heard another host's "
    "after a split "
    "brain healed, keeps sending to the wrong host",
    fix="garp_master_refresh 60, and leave garp_master_repeat and garp_lower_prio_repeat at their defaults "
    "or above",
    source="acassen/keepalived #166, #1528",
    bad={"keepalived.conf": keepalived("garp_master_repeat 0")},
    good={"keepalived.conf": keepalived("garp_master_refresh 60")},
    points_at="garp_master_repeat 0",
)
def announced_once(site: Evidence) -> Iterator[Hit | Unknown]:
    texts = {
        source.path: source.text.split("\n") for source in site.kinds("keepalived.conf") if not source.lines
    }
    for instance in site.all(VrrpInstance):
        for keyword in ("garp_master_repeat", "garp_lower_prio_repeat"):
            place = instance.place(keyword)
            lines = texts.get(place.path, [])
            if (
                instance.has(keyword)
                and place.line <= len(lines)
                and lines[place.line - 1].split()[1:2] == ["0"]
            ):
                yield Hit(place, f"{instance.name} announces its addresses with {keyword} 0")


_MOVES = re.compile(r"addr|(?:^|[_\-./])v?ip(?:$|[_\-.])|vip|alias|move", re.IGNORECASE)
_FABRIC = re.compile(
    r"eip|elastic|float|aws|ec2|gce|gcloud|azure|hcloud|hetzner|ovh|openstack|cloud|route", re.IGNORECASE
)


@rule(
    "KA051",
    Severity.WARNING,
    "The address is moved by a notify script, not by keepalived",
    consequence=Consequence.SPLIT,
    why="notify_backup and notify_fault do not run when keepalived is stopped or killed, and nobody watches "
    "what they did: the old master keeps the address beside the new one, and no gratuitous ARP is sent; with "
    "vrrp_version 3 an instance without an address keeps keepalived from starting at all",
    fix="name the address in virtual_ipaddress",
    source=f"{_MAN} virtual_ipaddress, notify_master",
    bad={
        "keepalived.conf": keepalived('notify_master "/etc/keepalived/add-vip.sh"').replace(
            "    virtual_ipaddress {\n        10.0.0.20/24\n    }\n", ""
        )
    },
    good={"keepalived.conf": keepalived('notify_master "/etc/keepalived/tell-monitoring.sh"')},
    points_at='notify_master "/etc/keepalived/add-vip.sh"',
)
def moved_by_a_script(site: Evidence) -> Iterator[Hit | Unknown]:
    for instance in site.all(VrrpInstance):
        if instance.vips or not instance.closed or instance.has("virtual_routes"):
            continue
        for notify in instance.notifies:
            if notify.event in ("master", "notify") and _moves(site, notify):
                yield Hit(
                    notify.at,
                    f"{instance.name} has no virtual_ipaddress, and {notify.command} runs on MASTER",
                )
                break


_ADDS = re.compile(r"\bip\s(?:-\w+\s)*a\w*\s(?:add|del|replace)\s|\bifconfig\s+\S+:\w+\s+\d")


def _moves(site: Evidence, notify: Notify) -> bool:
    """Whether a notify script adds an address: by what it does where it was given, else by its name."""
    script = given(site, notify.at.host, notify.command)
    if script is not None:
        return any(_ADDS.search(f"{' '.join(node.words)} "[:300]) for node in script.commands)
    return bool(_MOVES.search(notify.command)) and not _FABRIC.search(notify.command)


@rule(
    "KA053",
    Severity.ERROR,
    "A number that keepalived does not take",
    consequence=Consequence.DOWN,
    why="without a valid router id the instance does not exist: this host never holds the VIP",
    fix="virtual_router_id and priority between 1 and 255 (254 for a host that does not own the address)",
    source="keepalived 2.2.7: 'VRID ... not valid - must be between 1 & 255', 'Priority not valid! ... Using "
    "default 100'",
    bad={"keepalived.conf": keepalived(vrid=261)},
    good={"keepalived.conf": keepalived(vrid=61)},
    points_at="virtual_router_id 261",
)
def out_of_range(site: Evidence) -> Iterator[Hit | Unknown]:
    for instance in site.all(VrrpInstance):
        if instance.vrid is not None and not 1 <= instance.vrid <= _HIGHEST:
            yield Hit(instance.place("virtual_router_id"), f"{instance.name} has router id {instance.vrid}")
        if instance.priority is not None and not 1 <= instance.priority <= _HIGHEST:
            what = f"{instance.name} has priority {instance.priority}, and gets 100"
            yield Hit(instance.place("priority"), what, why=_ORDER, severity=Severity.WARNING)


_NAMELESS = keepalived().replace("    virtual_router_id 51\n", "")


@rule(
    "KA057",
    Severity.ERROR,
    "An instance that lacks what it cannot be without",
    consequence=Consequence.DOWN,
    why="keepalived drops an instance without an interface or a virtual router id: this host never holds the "
    "VIP",
    fix="interface and virtual_router_id in every vrrp_instance",
    source="keepalived 2.2.7 -t: 'Unknown interface!', 'the virtual router id must be set'",
    bad={"keepalived.conf": _NAMELESS},
    good={"keepalived.conf": keepalived()},
    points_at="vrrp_instance VI_1 {",
)
def incomplete_instance(site: Evidence) -> Iterator[Hit | Unknown]:
    for instance in site.all(VrrpInstance):
        host = instance.at.host
        lacks = [] if instance.has("virtual_router_id") else ["virtual_router_id"]
        lacks += [] if instance.has("interface") or site.derived_on(host, _general) else ["interface"]
        templated = any(word in instance.name for word in "$<{") or instance.has("include")
        if lacks and instance.closed and instance.vips and not templated and not incomplete(site, host):
            yield Hit(instance.at, f"{instance.name} has no {' and no '.join(lacks)}")


def _general(site: Evidence, host: str) -> bool:
    """Whether a host's files name an interface for all instances that name none."""
    return any(conf.has("default_interface") for conf in site.on(host, KeepalivedConf))


_HIGHEST = 255
_ORDER = "keepalived takes its default instead: the order that was meant among the hosts is another one"
