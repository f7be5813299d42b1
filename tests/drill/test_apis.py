"""Drills of APIs: which there are, and what their clients may notice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.components.virtual import clouds
from tests.support import context_of, full_site, passive_site

from fournines.drill.apis import GONE, HANGS, of_apis
from fournines.drill.choosing.here import faults_of
from fournines.drill.choosing.names import picked
from fournines.drill.scenario import RETURN, Bounds, Part
from fournines.errors import DrillError
from fournines.kit.context import Context
from fournines.kit.declare import Endpoint


def test_every_api_of_a_site_is_hurt_in_turn() -> None:
    context = context_of(full_site())
    drills = picked({}, [], context, ["kill", "hang"])
    apis = {one.name for one in context.declared(Endpoint) if one.http}
    assert {"nova", "nova-metadata", "nova-console", "heat-cfn", "swift", "neutron"} <= apis
    half = len(apis)
    assert [{one.api for one in part} for part in (drills[:half], drills[half:])] == [apis, apis]
    assert {one.name.rpartition(".")[2] for one in drills[:half]} == {"kill"}
    assert {one.name.rpartition(".")[2] for one in drills[half:]} == {"hang"}


def test_named_drills_come_before_those_of_apis(blog_context: Context) -> None:
    assert [one.name for one in picked({}, ["memcached.kill"], blog_context, ["stop"])] == [
        "memcached.kill",
        "glance.stop",
        "keystone.stop",
    ]


@pytest.mark.parametrize(
    ("word", "bound"), [("kill", GONE), ("crash", GONE), ("stop", GONE), ("hang", HANGS)]
)
def test_an_api_that_others_serve_too_has_its_bounds(blog_context: Context, word: str, bound: float) -> None:
    (drill,) = picked({}, [f"keystone.{word}"], blog_context)
    assert (drill.api, drill.part) == ("keystone", Part.VIP_HOLDER)
    assert (drill.bounds, drill.after) == (Bounds(http=bound), Bounds(http=RETURN.http))


def test_what_is_no_api_is_measured_only() -> None:
    for drill in picked({}, ["neutron.rpc.kill", "galera.kill", "memcached.hang"], clouds()):
        assert (drill.api, drill.bounds, drill.after) == ("", Bounds(), Bounds())


def test_an_api_that_runs_on_one_host_is_measured_only(blog_context: Context) -> None:
    (moves,) = picked({}, ["keystone.kill"], context_of(passive_site()))
    kept = tuple(
        replace(one, hosts=one.hosts[:1]) if isinstance(one, Endpoint) else one
        for one in blog_context.declarations
    )
    (alone,) = picked({}, ["keystone.kill"], replace(blog_context, declarations=kept))
    for drill in (moves, alone):
        assert (drill.api, drill.bounds, drill.after) == ("keystone", Bounds(), Bounds())


def test_a_word_that_hurts_no_api_is_refused(blog_context: Context) -> None:
    faults = faults_of(blog_context)
    with pytest.raises(DrillError, match="no API can be hurt by 'power'") as caught:
        list(of_apis(["power"], faults))
    assert caught.value.try_this == "one of crash, kill, hang, stop"
    others = {key: one for key, one in faults.items() if not one.serves}
    with pytest.raises(DrillError, match="has no API to be hurt by kill"):
        list(of_apis(["kill"], others))
