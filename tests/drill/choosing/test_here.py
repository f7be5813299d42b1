"""A drill that cannot run on a site says what the site lacks, in the list and when it is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.components.virtual import REAL, clouds
from tests.support import context_of, site_of, volumes_site

from fournines.drill.choosing.here import faults_of, fitting, unfit
from fournines.drill.choosing.names import picked
from fournines.drill.control import CONTROL
from fournines.drill.scenario import Part
from fournines.drill.scenarios import scenarios
from fournines.errors import DrillError
from fournines.kit.context import Context
from fournines.kit.declare import MessageUser
from fournines.kit.probe import Reached

KNOWN = {**scenarios(), CONTROL.name: CONTROL}


def context(example: str) -> Context:
    return context_of(site_of(f"{example}.yaml"))


@pytest.mark.parametrize(
    ("example", "name", "why"),
    [
        ("blog", "active-power", "for sites of mode active-passive; this one's is active-active"),
        ("active-passive", "vip-power", "for sites of mode active-active; this one's is active-passive"),
        ("active-passive", "data-power", "no component of this site keeps a volume with DRBD"),
        ("active-passive", "queue-leader-power", "no component of this site sends messages"),
        ("active-passive-drbd", "writer-kill", "no component of this site declares the fault galera.crash"),
    ],
)
def test_what_a_site_lacks_is_said_in_the_list_and_to_whoever_names_it(
    example: str, name: str, why: str
) -> None:
    here = context(example)
    assert unfit(KNOWN.values(), here)[name].startswith(why)
    assert name not in {one.name for one in fitting(KNOWN, here)}
    with pytest.raises(DrillError, match=rf"{name} cannot run here: {why}") as caught:
        picked(KNOWN, ["control", name], here)
    assert caught.value.exit_code == 2
    assert "--list" in (caught.value.try_this or "")


@pytest.mark.parametrize("example", ["blog", "active-passive", "active-passive-drbd", "compute"])
def test_each_drill_either_runs_on_a_site_or_has_a_reason(example: str) -> None:
    here = context(example)
    runs, left_out = {one.name for one in fitting(KNOWN, here)}, unfit(KNOWN.values(), here)
    assert runs | set(left_out) == set(KNOWN)
    assert runs & set(left_out) == set()
    assert "control" in runs


def test_power_over_whole_hosts_is_a_labs() -> None:
    """A real machine's balancer can be killed by a command on it; its power cannot be taken so."""
    blog = site_of("blog.yaml")
    real = unfit(KNOWN.values(), context_of(blog.model_copy(update={"lab": False})))
    lacks = {name for name, why in real.items() if "only a lab gives" in why}
    assert lacks == {"vip-cut", "vip-freeze", "vip-power", "queue-leader-power", "cold-start"}
    assert not {"haproxy-kill", "writer-kill"} & set(real)


def test_what_cannot_be_made_cannot_be_reached() -> None:
    closed = REAL.replace("  public: {purpose: provider}\n", "").replace(", public: {interface: enp2s0}", "")
    here = clouds(closed)
    drills = scenarios(here.declared(Reached))
    assert unfit(drills.values(), here)["router-power"].startswith("no router that a client could reach")


def test_without_anybody_who_sends_messages_nobody_leads_a_queue(blog_context: Context) -> None:
    leads = {n: one for n, one in KNOWN.items() if one.part is Part.QUEUE_LEADER}
    assert fitting(leads, blog_context) == tuple(leads.values())
    kept = tuple(d for d in blog_context.declarations if not isinstance(d, MessageUser))
    assert fitting(leads, replace(blog_context, declarations=kept)) == ()


def test_faults_are_those_of_the_sites_components() -> None:
    moving, everywhere = faults_of(context_of(volumes_site())), faults_of(clouds())
    assert {"drbd.cut", "mariadb.crash"} <= set(moving)
    assert "galera.crash" in everywhere
    assert not {"drbd.cut", "mariadb.crash"} & set(everywhere)
    assert everywhere["keystone.kill"].hosts == ("controller1", "controller2")
