"""Which clients come to which VIP: what is bound, opened and told to whom follows from that alone."""

from __future__ import annotations

import json

import pytest
from tests.components.fixed import file_of
from tests.support import context_of, split_site

from fournines.components import registered
from fournines.components.glance.model import CACHE_KEY, ENTRY, USER
from fournines.components.keystone.deploy import wanted_identity
from fournines.components.nftables.model import openings
from fournines.kit.context import Context
from fournines.kit.declare import Endpoint
from fournines.kit.endpoints import at, served_on, vip_addresses
from fournines.kit.openstack import authtoken_section, catalogue_urls, internal_url, one_address, public_url
from fournines.spec.model import Site, Visibility

DATABASE = Endpoint("db", 3306, ("controller1",), None, http=False, visible=(Visibility.INTERNAL,))
API = Endpoint("api", 5000, ("controller1",), None)


@pytest.fixture(scope="module")
def split() -> Context:
    return context_of(split_site())


def test_an_address_of_the_newer_kind_stands_in_brackets() -> None:
    assert at("10.0.0.20", 5000) == "10.0.0.20:5000"
    assert at("fd00::20", 5000) == "[fd00::20]:5000"


def test_one_vip_serves_everybody(blog: Site) -> None:
    assert blog.served_by("controller") == tuple(Visibility)
    assert one_address(blog)
    assert served_on(blog, DATABASE) == served_on(blog, API) == ("controller",)


def test_the_order_of_vips_decides_nothing(split: Context) -> None:
    site = split.site
    assert site.cluster_network == "mgmt"
    assert site.vip_name == "controller"
    assert site.served_by("cloud") == (Visibility.PUBLIC,)
    assert served_on(site, API) == ("cloud", "controller")
    assert [str(a) for a in vip_addresses(site, DATABASE)] == ["10.0.0.20"]


def test_galera_stays_on_the_cluster_network(split: Context) -> None:
    for host in ("controller1", "controller2"):
        files = [
            s.content
            for s in registered()["galera"].steps(split, split.site.hosts[host])
            if hasattr(s, "content")
        ]
        assert any("gcomm://" in content for content in files)
        assert not any("192.168.1." in content for content in files)


def test_listeners_bind_where_their_clients_come(split: Context) -> None:
    content = file_of(registered()["haproxy"], split, "controller1", "/etc/haproxy/haproxy.cfg").content
    binds = [line.split()[1] for line in content.splitlines() if line.strip().startswith("bind ")]
    assert {b for b in binds if b.startswith("192.168.1.")} == {"192.168.1.20:5000", "192.168.1.20:9292"}
    assert "10.0.0.20:3306" in binds


def test_ports_open_where_listeners_bind(split: Context) -> None:
    found = openings(split, split.site.hosts["controller1"])
    targets = {(o.target, o.port) for o in found if o.target}
    assert {port for target, port in targets if target == "192.168.1.20"} == {5000, 9292}
    assert ("10.0.0.20", 3306) in targets
    vrrp = {o.source for o in found if o.protocol == "vrrp"}
    assert vrrp == {"10.0.0.0/24", "192.168.1.0/24"}


def test_urls_follow_the_clients(split: Context) -> None:
    site = split.site
    assert (public_url(site, 5000), internal_url(site, 5000)) == (
        "https://cloud:5000",
        "https://controller:5000",
    )
    assert catalogue_urls(split, ENTRY) == {
        "public": "https://cloud:9292",
        "internal": "https://controller:9292",
        "admin": "https://controller:9292",
    }
    section = authtoken_section(split, USER, cache_key=CACHE_KEY)
    assert "auth_url = https://controller:5000\n" in section
    assert "www_authenticate_uri = https://cloud:5000\n" in section
    fed = json.loads(wanted_identity(split, site.hosts["controller1"]))
    assert {s["urls"]["public"] for s in fed["entries"]} == {"https://cloud:5000/v3", "https://cloud:9292"}


def test_a_service_names_its_own_url_only_where_there_is_one(split: Context, blog_context: Context) -> None:
    for component, path in (
        ("keystone", "/etc/keystone/keystone.conf"),
        ("glance", "/etc/glance/glance-api.conf"),
    ):
        one = file_of(registered()[component], blog_context, "controller1", path).content
        two = file_of(registered()[component], split, "controller1", path).content
        assert "public_endpoint = https://controller" in one
        assert "public_endpoint" not in two
