"""The scenarios: one file each, found by looking, in folders by what a site must have for them."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping
from importlib import import_module

from fournines.drill.scenario import Scenario, losing
from fournines.kit.probe import Reached

ORDER = (
    "haproxy-kill",
    "writer-kill",
    "vip-cut",
    "vip-freeze",
    "queue-leader-power",
    "vip-power",
    "active-freeze",
    "active-power",
    "link-cut",
    "standby",
    "links-cut",
    "second-host-lost",
    "boards-dead",
    "data-kill",
    "copy-away",
    "replication-cut",
    "data-freeze",
    "data-power",
    "cold-start",
)
"""A campaign goes from the gentle to the rough; scenarios not named here come before the last, by name."""


def scenarios(reached: Iterable[Reached] = ()) -> Mapping[str, Scenario]:
    """Every scenario of a campaign by name, in the order in which a campaign runs them.

    ``reached`` are the addresses that components of the site declare: each has a scenario of its own.
    """
    found = {one.name: one for one in map(losing, reached)}
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        if not module.ispkg:
            scenario = import_module(module.name).SCENARIO
            found[scenario.name] = scenario
    ranks = {name: rank for rank, name in enumerate(ORDER)}
    before_the_last = len(ranks) - 1.5
    return {name: found[name] for name in sorted(found, key=lambda n: (ranks.get(n, before_the_last), n))}
