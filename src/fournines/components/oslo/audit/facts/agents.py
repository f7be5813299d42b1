"""Neutron's agents that a cluster manager moves: they share a name that no host has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from fournines.components.oslo.audit.facts.model import OsloConf

_PAIR = 2


def moving_names(confs: Iterable[OsloConf]) -> frozenset[str]:
    """What two hosts or more call Neutron's agents, and no host is called: routers and leases go with it."""
    said: defaultdict[str, set[str]] = defaultdict(set)
    hosts: set[str] = set()
    for conf in confs:
        hosts.add(conf.at.host)
        if conf.service == "neutron":
            for option in conf.all("host"):
                said[option.value.strip()].add(conf.at.host)
    return frozenset(name for name, where in said.items() if len(where) >= _PAIR and name not in hosts)
