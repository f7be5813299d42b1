"""What all services share: the same cache list everywhere, and time limits on everything that may be dead."""

from __future__ import annotations

from configparser import ConfigParser

from tests.components.openstack import openstack

from fournines.kit.declare import Database, KeystoneService
from fournines.kit.openstack import (
    authtoken_section,
    cache_section,
    cache_servers,
    catalogue_urls,
    database_section,
    own_url,
    public_url,
    schema_question,
    section,
)
from fournines.spec.model import Site

SERVICE = KeystoneService("x", "kind", "X", 1234, user="x", password="glance/keystone", path="/v2")


def parsed(text: str) -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.read_string(text)
    return parser


def test_a_section_writes_booleans_as_oslo_reads_them() -> None:
    assert (
        section("a", {"b": True, "c": False, "d": 1.5, "e": "f"})
        == "[a]\nb = true\nc = false\nd = 1.5\ne = f"
    )


def test_urls_are_by_name_outside_and_by_address_inside(blog: Site) -> None:
    assert public_url(blog, 5000, "/v3") == "https://controller:5000/v3"
    assert own_url(blog, blog.hosts["controller2"], 5000) == "http://10.0.0.12:5000"
    assert set(catalogue_urls(blog, SERVICE).values()) == {"https://controller:1234/v2"}


def test_every_cache_server_is_listed_in_the_files_order(blog: Site) -> None:
    assert cache_servers(openstack(blog)) == "10.0.0.11:11211,10.0.0.12:11211"


def test_a_dead_cache_server_costs_tenths_of_a_second(blog: Site) -> None:
    found = parsed(cache_section(openstack(blog)))["cache"]
    assert found["backend"] == "oslo_cache.memcache_pool"
    assert float(found["memcache_socket_timeout"]) <= 0.25
    assert found.getboolean("memcache_pool_flush_on_reconnect")


def test_the_database_is_asked_through_the_hosts_own_balancer_and_not_for_ever(blog: Site) -> None:
    context = openstack(blog, keystone__database="s3cret")
    found = parsed(database_section(context, Database("keystone", "keystone", "keystone/database"), pool=5))
    assert found["database"]["connection"] == (
        "mysql+pymysql://keystone:s3cret@127.0.0.1:3306/keystone?charset=utf8mb4"
    )
    assert "read_timeout=5" in found["database"]["connection_parameters"]
    assert found["database"].getint("max_retries") == 0


def test_cached_tokens_are_encrypted_with_a_key_of_their_own(blog: Site) -> None:
    context = openstack(blog, **{"glance/keystone": "pw", "glance/token-cache": "cachekey"})
    found = parsed(authtoken_section(context, SERVICE, cache_key="glance/token-cache"))["keystone_authtoken"]
    assert found["memcache_security_strategy"] == "ENCRYPT"
    assert found["memcache_secret_key"] == "cachekey"
    assert found["password"] == "pw"
    assert found["auth_url"] == "https://controller:5000"


def test_the_schema_is_looked_at_with_the_services_own_user(blog: Site) -> None:
    asked = schema_question(openstack(blog), Database("d", "u", "keystone/database"))
    assert '"database": "d"' in asked
    assert '"user": "u"' in asked
    assert '"password": "<keystone/database>"' in asked
