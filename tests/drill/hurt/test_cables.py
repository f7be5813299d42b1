"""Which networks are meant when cables are cut."""

from __future__ import annotations

from tests.support import context_of, site_of, split_site

from fournines.drill.choosing.here import unfit
from fournines.drill.hurt.cables import networks
from fournines.drill.scenario import Cables
from fournines.drill.scenarios import scenarios
from fournines.kit.context import Context
from fournines.spec.model import Mode


def test_the_links_are_those_of_the_cluster() -> None:
    context = context_of(site_of("active-passive.yaml"))
    assert networks(Cables.CLUSTER, context) == ("mgmt",)
    assert networks(Cables.EVERY, context) == ("mgmt", "external")
    assert networks(Cables.SPARE, context) == ("external",)


def test_a_network_with_a_vip_is_no_spare_link() -> None:
    """Clients of that VIP would notice, and a drill in which nobody must notice would show nothing."""
    split = split_site().model_copy(update={"mode": Mode.ACTIVE_PASSIVE, "lab": True})
    context = context_of(split)
    assert networks(Cables.EVERY, context) == ("mgmt", "external")
    assert networks(Cables.SPARE, context) == ()
    assert "no link in a network without a VIP" in unfit(scenarios().values(), context)["link-cut"]


def test_without_a_cluster_nobody_hears_anybody(blog_context: Context) -> None:
    assert networks(Cables.CLUSTER, blog_context) == ("mgmt",)
    assert networks(Cables.EVERY, blog_context) == networks(Cables.SPARE, blog_context) == ()
