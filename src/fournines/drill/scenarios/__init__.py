"""The scenarios: one file each, found by looking."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from fournines.drill.scenario import Scenario

ORDER = (
    "haproxy-kill",
    "writer-kill",
    "vip-cut",
    "vip-freeze",
    "queue-leader-power",
    "vip-power",
    "active-freeze",
    "active-power",
    "cold-start",
)
"""A campaign goes from the gentle to the rough; scenarios not named here come last, by name."""


def scenarios() -> Mapping[str, Scenario]:
    """Every scenario of a campaign by name, in the order in which a campaign runs them."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        scenario = import_module(f"{__name__}.{module.name}").SCENARIO
        found[scenario.name] = scenario
    ranks = {name: rank for rank, name in enumerate(ORDER)}
    return {name: found[name] for name in sorted(found, key=lambda n: (ranks.get(n, len(ranks)), n))}
