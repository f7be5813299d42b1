"""The scenarios are data: complete, ordered, and sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.components.virtual import REAL, clouds
from tests.lab.deployed import HANG
from tests.support import context_of, site_of, volumes_site

from fournines.drill.choosing.here import faults_of, fitting
from fournines.drill.control import CONTROL
from fournines.drill.rig import Pace
from fournines.drill.run import UNDO_SECONDS
from fournines.drill.scenario import ComponentFault, PowerLoss, Scenario
from fournines.drill.scenarios import ORDER, scenarios
from fournines.kit.context import Context
from fournines.kit.probe import Reached


def test_every_named_scenario_exists_and_comes_in_order() -> None:
    assert tuple(scenarios())[: len(ORDER)] == ORDER


def test_a_sentence_names_its_deadlines() -> None:
    sentence = scenarios()["vip-power"].sentence
    assert sentence.startswith(
        "When the host that holds the VIP loses power: an API answers again within 1 s"
    )
    assert sentence.endswith("no acknowledged write is lost; the site heals by itself within 120 s")
    assert "answers again" not in scenarios()["cold-start"].sentence
    assert "somebody answers for the VIP again within 2.9 s; pacemaker" in scenarios()["standby"].sentence
    assert "for the VIP again" not in scenarios()["active-power"].sentence


@pytest.mark.parametrize(
    ("name", "kind", "bound"),
    [
        ("vip-power", "http", 1.0),
        ("haproxy-kill", "http", 0.5),
        ("writer-kill", "sql", 2.0),
        ("queue-leader-power", "sql", 2.0),
        ("queue-leader-power", "amqp", 2.0),
    ],
)
def test_the_promised_figures_are_the_bounds(name: str, kind: str, bound: float) -> None:
    assert scenarios()[name].bounds.of(kind) == bound


@pytest.mark.parametrize(("token", "bound"), [(1000, 5.1), (500, 4.0)])
def test_where_a_cluster_agrees_first_its_patience_is_part_of_the_bound(token: int, bound: float) -> None:
    """A site that waits longer for a silent host has chosen a longer outage; the rest is ours."""
    site = site_of("active-passive.yaml")
    options = {**site.components, "corosync": {"token": token}}
    patient = site.model_copy(update={"components": options})
    drill = scenarios()["active-power"]
    assert "within 2.9 s of the cluster's agreement" in drill.sentence
    there = drill.of_site(context_of(patient))
    assert there.bounds.vip == pytest.approx(bound)
    assert there.bounds.amqp == drill.bounds.amqp
    assert "agreement" not in there.sentence
    assert there.bound("glance", "http") == pytest.approx(bound), "it is there already"
    assert there.bound("keystone", "http") == pytest.approx(bound + 5)
    assert there.bound("old token", "token") == pytest.approx(bound + 1 + 5), "Keystone validates it"
    assert "keystone, which has to start, within 5 s more" in there.sentence
    unfenced = scenarios()["vip-power"]
    assert unfenced.of_site(context_of(patient)) == unfenced


def test_a_site_has_healed_when_its_routers_have() -> None:
    context = context_of(site_of("blog-with-networks.yaml"))
    router, _ = context.declared(Reached)
    drills = scenarios([router])
    assert {drills[name].of_site(context).heal for name in ("vip-power", "router-power")} == {router.heal}
    assert f"heals by itself within {router.heal:g} s" in drills["vip-power"].of_site(context).sentence
    assert drills["data-power"].of_site(context).heal == drills["data-power"].heal > router.heal


def test_a_site_that_has_patience_has_it_with_drills(blog_context: Context) -> None:
    """What heals in minutes on real processors takes longer on emulated ones; so does a fault's command."""
    slow = replace(blog_context, site=blog_context.site.model_copy(update={"patience": 6}))
    for name, drill in scenarios().items():
        usual, patient = drill.of_site(blog_context), drill.of_site(slow)
        assert patient.heal == 6 * usual.heal, name
        assert (patient.apart, patient.back) == (6 * usual.apart, 6 * usual.back), name
        assert (patient.bounds, patient.hold) == (usual.bounds, usual.hold), (
            "what clients may notice is the same"
        )
    once, six = faults_of(blog_context), faults_of(slow)
    assert once
    for name, fault in once.items():
        assert six[name].inject.timeout == 6 * fault.inject.timeout
        assert six[name].undo.timeout == 6 * fault.undo.timeout
        assert six[name].hosts == fault.hosts


def test_of_two_that_are_lost_one_after_the_other_the_last_comes_back_first() -> None:
    drill, hosts = scenarios()["second-host-lost"], ("controller2", "dashboard")
    assert drill.one_by_one(hosts) == {"controller2": 0.0, "dashboard": drill.apart}
    assert drill.returns(hosts) == {"dashboard": 0.0, "controller2": drill.back}
    assert drill.returns(hosts)["controller2"] < UNDO_SECONDS
    at_once = scenarios()["cold-start"]
    assert set(at_once.returns(hosts).values()) == set(at_once.one_by_one(hosts).values()) == {0.0}


def test_a_cold_start_heals_within_three_minutes() -> None:
    cold = scenarios()["cold-start"]
    assert (cold.heal, cold.injury) == (180.0, PowerLoss())


@pytest.mark.parametrize("scenario", [*scenarios().values(), CONTROL], ids=lambda s: s.name)
def test_a_scenario_leaves_time_to_see_its_outage(scenario: Scenario) -> None:
    bounds = [b for kind in ("http", "sql", "amqp", "token", "vip") if (b := scenario.bounds.of(kind))]
    assert scenario.hold > 2 * max(bounds, default=0)
    assert scenario.sentence[0] == "W"


def test_faults_of_components_are_declared_by_components(blog_context: Context) -> None:
    declared = {**faults_of(blog_context), **faults_of(context_of(volumes_site()))}
    for scenario in scenarios().values():
        if isinstance(scenario.injury, ComponentFault):
            assert scenario.injury.id in declared


def test_a_campaign_hurts_who_holds_the_vip_in_the_sites_mode(blog_context: Context) -> None:
    passive = context_of(site_of("active-passive.yaml"))
    active = {scenario.name for scenario in fitting(scenarios(), blog_context)}
    fenced = {scenario.name for scenario in fitting(scenarios(), passive)}
    assert {"vip-power", "vip-freeze", "vip-cut", "haproxy-kill"} == active - fenced - {"queue-leader-power"}
    cut = {"link-cut", "links-cut", "second-host-lost"}
    assert fenced - active == {"active-power", "active-freeze", "boards-dead", "standby", *cut}


def test_an_address_that_a_component_declares_is_a_drill_before_the_last() -> None:
    context = clouds()
    declared = scenarios(context.declared(Reached))
    assert list(declared)[-3:] == ["dhcp-power", "router-power", ORDER[-1]]
    drill = declared["router-power"]
    one, guest = context.declared(Reached)
    assert (drill.bounds.ping, drill.heal, drill.reached) == (one.seconds, one.heal, one.name)
    assert f"the {one.name} answers again within {one.seconds:g} s, on the return 1 s" in drill.sentence
    assert drill.hold > 2 * one.seconds
    leases = declared["dhcp-power"]
    assert (leases.bounds.lease, leases.bounds.ping) == (guest.seconds, None)
    assert leases.sentence.startswith("When the host where a DHCP server of a guest is active loses power")
    assert f"a guest's request for a lease is answered again within {guest.seconds:g} s" in leases.sentence


def test_an_address_that_could_not_be_reached_is_not_drilled() -> None:
    closed = REAL.replace("  public: {purpose: provider}\n", "").replace(", public: {interface: enp2s0}", "")
    for text, drilled in ((REAL, True), (closed, False)):
        real = clouds(text)
        context = replace(real, site=real.site.model_copy(update={"lab": True}))
        known = scenarios(context.declared(Reached))
        assert any(one.reached == "router" for one in fitting(known, context)) is drilled


def test_what_hurts_data_that_moves_is_for_sites_that_have_such(blog_context: Context) -> None:
    there = {scenario.name for scenario in fitting(scenarios(), context_of(volumes_site()))}
    data = {"replication-cut", "copy-away", "data-kill", "data-freeze", "data-power"}
    assert {*data, "active-power"} <= there
    assert "writer-kill" not in there, "no component there declares its fault"
    assert "writer-kill" in {scenario.name for scenario in fitting(scenarios(), blog_context)}


READ_BACK = 180.0
"""More than reading back has ever taken."""


@pytest.mark.parametrize("example", ["blog.yaml", "active-passive.yaml", "active-passive-drbd.yaml"])
def test_a_drill_that_takes_all_the_time_it_may_is_not_taken_to_hang(example: str) -> None:
    """So long the third ring's tests give a verb; each limit of a drill grows with the site's patience."""
    context = context_of(site_of(example))
    pace, patience = Pace(), context.site.patience
    drills = [one.of_site(context) for one in fitting(scenarios(), context)]
    assert drills
    for one in drills:
        apart = max(one.one_by_one(tuple(context.site.hosts)).values())
        watched = pace.baseline + apart + one.hold + one.heal + pace.aftermath
        longest = patience * (pace.steady + UNDO_SECONDS + READ_BACK) + watched
        assert longest < HANG * patience, one.name
