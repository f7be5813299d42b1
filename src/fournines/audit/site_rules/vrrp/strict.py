"""Strict VRRP, which serves routers only: what is sent to the address itself is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.audit.site_rules.vrrp.gateways import is_gateway
from fournines.components.keepalived.audit.facts import KeepalivedConf, VrrpInstance
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_OWNER = 255
_THREE = 3
_STRICT = "global_defs {{\n    vrrp_strict\n    vrrp_version {}\n}}"


@rule(
    "KA062",
    Severity.ERROR,
    "Strict VRRP drops whatever is sent to the address",
    consequence=Consequence.DOWN,
    why="by the letter of the RFC only the owner of an address (priority 255) takes packets for it: with "
    "vrrp_strict keepalived puts a rule into the firewall that drops them, and the VIP answers nobody",
    fix="leave vrrp_strict out; or vrrp_version 3, and accept in the instance",
    source="keepalived.conf(5) vrrp_strict, accept; acassen/keepalived #1373",
    bad={"keepalived.conf": keepalived(head=_STRICT.format(3))},
    good={"keepalived.conf": keepalived("accept", head=_STRICT.format(3))},
    points_at="vrrp_strict",
)
def accepts_nothing(site: Evidence) -> Iterator[Hit | Unknown]:
    for instance in site.all(VrrpInstance):
        if not instance.strict or not instance.vips or instance.priority in (None, _OWNER):
            continue
        if instance.has("accept") and instance.version == _THREE:
            continue
        shown = next((vip.text for vip in instance.vips), instance.name)
        what = f"{instance.name} is strict: what is sent to {shown} is dropped"
        if instance.has("accept"):
            what += f" (accept is refused with VRRP version {instance.version})"
        if is_gateway(site, instance):
            why = "a router forwards what goes through it all the same; only what is meant for it is dropped"
            yield Hit(_said(site, instance), what, (instance.at,), why, severity=Severity.INFO)
        else:
            yield Hit(_said(site, instance), what, (instance.at,))


def _said(site: Evidence, instance: VrrpInstance) -> Place:
    """Where it is told to be strict: in the instance, or for all of its file."""
    if instance.has("strict_mode"):
        return instance.place("strict_mode")
    confs = [conf for conf in site.on(instance.at.host, KeepalivedConf) if conf.has("vrrp_strict")]
    return confs[0].place("vrrp_strict") if confs else instance.at
