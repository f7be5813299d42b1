"""Where what runs: hosts by their roles, stages on some of them, and a component's own mode."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support import full_site

from fournines.errors import PlanError
from fournines.kit.component import Component, Stage
from fournines.kit.context import Context
from fournines.kit.step import Packages
from fournines.kit.where import EVERYWHERE, ApiModed, Moded, on
from fournines.spec.model import Mode, Role, Site


@pytest.fixture(scope="module", name="site")
def full() -> Site:
    return full_site()


def test_hosts_come_in_the_files_order_whatever_the_roles(site: Site) -> None:
    assert on(Role.ARBITER, Role.CONTROLLER).names(site) == ("controller1", "controller2", "arbiter")
    assert on(Role.CONTROLLER, without=(Role.DASHBOARD,)).names(site) == ("controller1",)
    assert EVERYWHERE.names(site) == tuple(site.hosts)
    assert on(Role.STORAGE, Role.COMPUTE).names(site) == ("compute", "storage")


def test_others_stand_in_where_no_host_has_the_role(site: Site) -> None:
    networks = on(Role.NETWORK, otherwise=(Role.CONTROLLER,))
    assert networks.names(site) == ("network",)
    assert not networks.has(site, site.hosts["controller1"])
    without = site.model_copy(update={"hosts": {n: h for n, h in site.hosts.items() if n != "network"}})
    assert networks.names(without) == ("controller1", "controller2")
    assert networks.has(without, site.hosts["controller1"])
    assert not networks.has(without, site.hosts["compute"])


def test_some_are_among_them_whoever_else_is(site: Site) -> None:
    switches = on(Role.NETWORK, otherwise=(Role.CONTROLLER,), also=(Role.COMPUTE,))
    assert switches.names(site) == ("network", "compute")
    without = site.model_copy(update={"hosts": {n: h for n, h in site.hosts.items() if n != "network"}})
    assert switches.names(without) == ("controller1", "controller2", "compute")
    assert on(Role.ARBITER, without=(Role.DASHBOARD,), also=(Role.CONTROLLER,)).names(site) == (
        "controller1",
        "arbiter",
    )


def test_once_per_site_work_needs_a_host(site: Site) -> None:
    assert on(Role.CONTROLLER).first(site).name == "controller1"
    bare = site.model_copy(update={"hosts": {"network": site.hosts["network"]}})
    with pytest.raises(PlanError, match="none has the role controller"):
        on(Role.CONTROLLER).first(bare)


def test_a_stage_may_be_about_some_of_the_hosts(site: Site, blog_context: Context) -> None:
    api = Stage(lambda _context, _host: (Packages(("api",)),), lambda _: (), "api", on=on(Role.CONTROLLER))
    agent = Stage(lambda _context, _host: (Packages(("agent",)),), lambda _: (), "agent", on=on(Role.COMPUTE))
    both = Component("nova", "", on(Role.CONTROLLER, Role.COMPUTE), (api, agent))
    assert [host.name for host in both.hosts_of(agent, site)] == ["compute"]
    assert list(both.steps(blog_context, site.hosts["compute"])) == [Packages(("agent",))]
    assert list(both.steps(blog_context, site.hosts["controller1"])) == [Packages(("api",))]


def test_a_component_runs_in_its_own_mode_where_it_has_a_choice(blog_context: Context) -> None:
    class Options(Moded):
        pass

    site = blog_context.site.model_copy(update={"mode": Mode.ACTIVE_PASSIVE})
    context = replace(
        blog_context, site=site, parsed={"volumes": Options(), "agents": Options(mode=Mode.ACTIVE_ACTIVE)}
    )
    assert context.mode("volumes") is Mode.ACTIVE_PASSIVE
    assert context.mode("agents") is Mode.ACTIVE_ACTIVE
    assert context.mode("glance") is Mode.ACTIVE_ACTIVE


@pytest.mark.parametrize(
    ("written", "moves", "said"),
    [
        ({}, (False, False), ()),
        ({"mode": "active-passive"}, (True, True), ("mode",)),
        ({"mode": "active-passive", "api_mode": "active-active"}, (True, False), ("mode",)),
        ({"api_mode": "active-passive"}, (False, True), ("api_mode",)),
    ],
)
def test_an_api_moves_with_the_rest_unless_it_is_told_otherwise(
    site: Site, written: dict[str, str], moves: tuple[bool, bool], said: tuple[str, ...]
) -> None:
    options = ApiModed.model_validate(written)
    assert (options.moves_in(site), options.api_moves_in(site)) == moves
    assert options.moving_options(site) == said
