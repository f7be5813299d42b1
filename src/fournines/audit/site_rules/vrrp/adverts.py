"""VRRP adverts on their way through the host's own firewall: rewritten, or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import VrrpInstance
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.nftables.audit.chains import firewalls
from fournines.components.nftables.audit.facts import Allowed, Firewall, Outgoing
from fournines.components.nftables.audit.fate import Packet, fate
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.nftables.audit.fate import Chain
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

MULTICAST = "224.0.0.18"
"""Where adverts go without unicast peers, RFC 5798 5.1.1.2."""
_MASQUERADE = (
    "masquerade gives the adverts the first address of the interface: harmless only while that is the one "
    "keepalived sends from"
)
_PROTOCOLS = frozenset(["vrrp", "112"])


def _advert(instance: VrrpInstance, way: str) -> Packet | None:
    """An advert of this instance, leaving (``out``) or arriving (``in``); None where too little is known."""
    vips = [v.address for v in instance.vips if v.address and v.dev in ("", instance.interface)]
    if not instance.interface or any(":" in address for address in vips):
        return None
    peers = tuple(address for address, _ in instance.peers)
    own = (instance.source_address,) if instance.source_address else ()
    out = way == "out"
    targets = (peers if out else own) if instance.unicast else (MULTICAST,)
    sources = own if out else peers
    if not targets:
        return None
    return Packet(way, instance.interface, _PROTOCOLS, sources, targets, tuple(vips) if out else ())


def _closed(site: Evidence, host: str) -> bool:
    """Whether a host lets nothing in that no rule names, and names VRRP nowhere: KA035 says so."""
    shut = any(wall.closed and not wall.excerpt for wall in site.on(host, Firewall))
    return shut and not any(allowed.vrrp for allowed in site.on(host, Allowed))


def _verdicts(
    site: Evidence, instance: VrrpInstance, hook: str, kind: str
) -> Iterator[tuple[str, Place, Chain]]:
    """What each chain of the host's firewall hooked there does to an advert of this instance."""
    packet = _advert(instance, "in" if hook == "input" else "out")
    for known in firewalls(site, instance.at.host) if packet else ():
        hooked = [c for c in known.values() if c.hook == hook and (c.kind == "nat") is (kind == "nat")]
        if hook == "input" and len(hooked) < 2 and _closed(site, instance.at.host):  # noqa: PLR2004 - KA035's
            continue
        for chain in hooked:
            found = fate(packet, chain, known) if packet else None
            if found:
                yield *found, chain


def _save(rule_: str, *, table: str = "nat", chain: str = ":POSTROUTING ACCEPT [0:0]") -> str:
    return f"*{table}\n{chain}\n{rule_}\nCOMMIT\n"


_SNAT = "-A POSTROUTING -o eth0 -j SNAT --to-source 10.0.0.20"


@rule(
    "KA046",
    Severity.ERROR,
    "The host's own adverts are rewritten on the way out",
    consequence=Consequence.SPLIT,
    why="a source NAT of everything that leaves the interface takes the adverts too: they carry the VIP as "
    "their source, or are refused with 'send advert error (Operation not permitted)', and the other host "
    "hears nobody",
    fix="-A POSTROUTING -p vrrp -j RETURN before it (nft: ip protocol vrrp return), or limit the NAT to what "
    "is forwarded with -s",
    source="acassen/keepalived #2132",
    bad={"node1/keepalived.conf": keepalived(), "node1/rules.v4": _save(_SNAT)},
    good={
        "node1/keepalived.conf": keepalived(),
        "node1/rules.v4": _save(f"-A POSTROUTING -p vrrp -j RETURN\n{_SNAT}"),
    },
    points_at=_SNAT,
)
def rewritten(site: Evidence) -> Iterator[Hit | Unknown]:
    seen = set()
    for instance in site.all(VrrpInstance):
        for verdict, at, _ in _verdicts(site, instance, "postrouting", "nat"):
            if verdict in ("snat", "masquerade") and at not in seen:
                seen.add(at)
                mild = verdict == "masquerade"
                yield Hit(
                    at,
                    f"adverts of {instance.name} leave through {instance.interface} and are rewritten here",
                    related=(instance.at,),
                    why=_MASQUERADE if mild else "",
                    severity=Severity.INFO if mild else Severity.ERROR,
                )


_UFW = (
    "ufw allow out proto vrrp to 224.0.0.18 (ufw 0.36.2; before it -A ufw-before-output -p vrrp -j ACCEPT in "
    "/etc/ufw/before.rules)"
)
_NAMED = (
    "adverts are protocol 112, neither TCP nor UDP, and nothing before this rule accepts them: the other "
    "host hears nobody and becomes MASTER too"
)
_OPEN = ":OUTPUT DROP [0:0]\n-A OUTPUT -o lo -j ACCEPT"


@rule(
    "KA047",
    Severity.ERROR,
    "The host's own firewall drops its adverts",
    consequence=Consequence.SPLIT,
    why="adverts are protocol 112, neither TCP nor UDP: a chain that ends in drop and does not name them "
    "keeps them in, also when another chain accepts them, and the other host becomes MASTER too",
    fix="-A OUTPUT -p vrrp -j ACCEPT (nft: ip protocol vrrp accept) in every chain of the hook that drops",
    source="RFC 5798 5.1.1.4; nft(8): accept ends a chain, the next base chain of the hook judges the packet "
    "again",
    bad={
        "node1/keepalived.conf": keepalived(),
        "node1/rules.v4": _save("-A OUTPUT -p tcp -j ACCEPT", table="filter", chain=_OPEN),
    },
    good={
        "node1/keepalived.conf": keepalived(),
        "node1/rules.v4": _save(
            "-A OUTPUT -p tcp -j ACCEPT\n-A OUTPUT -p vrrp -j ACCEPT", table="filter", chain=_OPEN
        ),
    },
    points_at=":OUTPUT DROP [0:0]",
)
def dropped(site: Evidence) -> Iterator[Hit | Unknown]:
    seen = set()
    for instance in site.all(VrrpInstance):
        ufw = site.on(instance.at.host, Outgoing)
        shut = [said.at for said in ufw if said.closed and said.at not in seen]
        if shut and all(said.closed for said in ufw):
            seen.add(shut[0])
            what = f"ufw lets nothing out that no rule names: adverts of {instance.name} stay in"
            yield Hit(shut[0], what, related=(instance.at,), fix=_UFW)
        for hook, verb in (("output", "leave"), ("postrouting", "leave"), ("input", "arrive")):
            found = list(_verdicts(site, instance, hook, "filter"))
            open_ = [verdict for verdict, _, _ in found if verdict == "accept"]
            for verdict, at, chain in found:
                alone = hook == "input" and not open_ and len(found) > 1
                if verdict not in ("drop", "reject") or at in seen or alone:
                    continue
                seen.add(at)
                named = at != chain.at
                how = "this rule drops them" if named else f"chain {chain.name} drops what it does not name"
                yield Hit(
                    at,
                    f"adverts of {instance.name} cannot {verb} through {instance.interface}: {how}",
                    related=(instance.at,),
                    why=_NAMED if named else "",
                )
