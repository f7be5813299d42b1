"""Keys that are known nowhere near where they stand: where they belong, or what is written instead."""

from __future__ import annotations

import re

from fournines.spec.document import Path
from fournines.spec.keys import OF_HOSTS, SECTIONS, known_keys
from fournines.spec.model import Fencing, Network, Site, Strict, Vip
from fournines.spec.vocabulary import Vocabulary

_PREPARED = "take it away: the hosts' networks are set up before, and a VLAN's interface is named: eth0.100"
_OF_SSH = "ssh takes its keys from ~/.ssh/config and its agent"
_AS_ROOT = "take it away: a user that is not root runs everything by sudo, without a password"
_VIPS = "write vips: {controller: {network: mgmt, address: 10.0.0.20}}"
_UNGROUPED = "hosts are in no groups: each stands under hosts by its name, with its roles"
_AT_NETWORK = (
    "write it at its network's name: mgmt: 10.0.0.11, or mgmt: {address: 10.0.0.11, interface: eth0}"
)
_ALWAYS_BUILT = "take it away: what is needed is built, and nothing else"
_INSTEAD: dict[str, dict[str, str]] = {
    "": {
        "enable_.*": "what is built follows from the list: services: [keystone, glance, horizon]",
        "(kolla_|.*_)?(vip|virtual_ip|vip_address|internal_vip_address)": _VIPS,
        "groups|all|children|inventory": _UNGROUPED,
        "include.*|import.*|extends|!include|<<": "a site is one file: put what is included here",
        "version|openstack_release|openstack_version": "take it away, or write release: epoxy",
    },
    "fencing": {"pass.*|secret": "a password is a secret: nines secrets set SITE fencing/{}"},
    "hosts": {
        "address|interface|ip|ansible_host|ansible_ssh_host": _AT_NETWORK,
        "ansible_user|user": "the login is every host's: ssh: {user: ...}",
        "ansible_.*": _OF_SSH,
        "hosts|children|vars|group|groups": _UNGROUPED,
    },
    "networks": {"gateway|mtu|vlan|vlan_id|dns|nameservers|dhcp|bond": _PREPARED},
    "secrets": {".*": "no secret stands in a site file: nines secrets set SITE NAME"},
    "ssh": {
        "port": "ssh takes its port from ~/.ssh/config; nftables.ssh_ports opens it",
        ".*key.*|identity.*": _OF_SSH,
        "pass.*": "give the login a key instead: ssh-copy-id",
        "become.*|sudo": _AS_ROOT,
    },
    "components": {
        "mysql|percona|postgresql|postgres": "the database is galera, or mariadb",
        "ovn|linuxbridge|ovs": "virtual networks are made by openvswitch",
        "ntp|ntpd": "the clock is chrony's",
        "apache|apache2|nginx": "web servers are configured by who needs one: horizon, keystone",
        "enabled?|state|install": _ALWAYS_BUILT,
    },
}
"""Keys that people look for in a section ("" is the top), and what is said instead; {} is the name above."""
_SAME_THING = (frozenset({"workers", "processes", "api_workers"}),)
"""Options that are called otherwise from component to component: what the component itself has is meant."""
_OPTION = 2
"""Paths of more parts than this are those of components' options."""
_PLACES = 3
"""So many places are named; a key of more is nobody's in particular."""


def belongs(path: Path, vocabulary: Vocabulary) -> str:
    """Where a key belongs that is not known where it stands; empty where it is known nowhere."""
    key, above = path[-1], path[-2] if len(path) > 1 else ""
    if said := _instead(path, vocabulary):
        return said.replace("{}", above)
    if re.search("passw|secret", key):
        return "a password is a secret: nines secrets set SITE NAME"
    places = [
        ("", known_keys(Site)),
        ("hosts.NAME", list(OF_HOSTS)),
        ("components", list(vocabulary.options)),
    ]
    for section, model in SECTIONS.items():
        several = model in {Network, Vip, Fencing}
        places.append((f"{section}.NAME" if several else section, known_keys(model)))
    of_components = [(f"components.{n}", known_keys(one)) for n, one in vocabulary.options.items()]
    in_options = path[0] == "components" and len(path) > _OPTION
    if in_options and (own := _own_word(key, vocabulary.options.get(path[1]))):
        return f"did you mean {own}?"
    for candidates in (places[:3] if in_options else places, of_components):
        found = [place for place, keys in candidates if key in keys]
        if 0 < len(found) <= _PLACES:
            where = " or ".join(f"under {place}" if place else "at the top level" for place in found)
            return f"move it: {key} stands {where}"
    return ""


def _own_word(key: str, options: type[Strict] | None) -> str:
    """What these options call the same thing; empty where they have no word for it."""
    same: frozenset[str] = next((words for words in _SAME_THING if key in words), frozenset())
    return next((word for word in known_keys(options) if word in same), "") if options else ""


def _instead(path: Path, vocabulary: Vocabulary) -> str:
    """What is said of this key in this section, if anything."""
    key, section = path[-1], path[0] if len(path) > 1 else ""
    service = key.removeprefix("enable_")
    if not section and service != key and service in vocabulary.services:
        return f"add {service} to services"
    table = _INSTEAD.get(section, {})
    return next((said for pattern, said in table.items() if re.fullmatch(pattern, key)), "")
