"""What all services share: the same cache list everywhere, and time limits on everything that may be dead."""

from __future__ import annotations

from configparser import ConfigParser
from dataclasses import replace
from pathlib import Path

import pytest
from tests.components.openstack import openstack
from tests.programs import opinion

from fournines.errors import PlanError
from fournines.kit.context import Context
from fournines.kit.declare import (
    Brokers,
    CatalogueEntry,
    Coordination,
    Database,
    Declaration,
    Endpoint,
    MessageUser,
    ServiceUser,
)
from fournines.kit.openstack import (
    authtoken_section,
    cache_section,
    cache_servers,
    catalogue_urls,
    coordination_section,
    credentials,
    database_section,
    messaging_section,
    offered,
    own_url,
    public_url,
    schema_question,
    section,
    transport_url,
)
from fournines.spec.model import Site, Visibility

USER = ServiceUser("x", password="glance/keystone")
ENTRY = CatalogueEntry("x", "kind", "X", endpoint="glance", path="/v2")


def parsed(text: str) -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.read_string(text)
    return parser


def test_what_is_in_the_catalogue_is_offered(blog: Site) -> None:
    there = replace(openstack(blog), declarations=(ENTRY,))
    assert offered(there, "kind")
    assert not offered(there, "network")


def test_a_section_writes_booleans_as_oslo_reads_them() -> None:
    assert (
        section("a", {"b": True, "c": False, "d": 1.5, "e": "f"})
        == "[a]\nb = true\nc = false\nd = 1.5\ne = f"
    )


def test_urls_are_by_name_outside_and_by_address_inside(blog: Site) -> None:
    assert public_url(blog, 5000, "/v3") == "https://controller:5000/v3"
    assert own_url(blog, blog.hosts["controller2"], 5000) == "http://10.0.0.12:5000"
    assert catalogue_urls(openstack(blog), ENTRY) == dict.fromkeys(
        ("public", "internal", "admin"), "https://controller:9292/v2"
    )


def test_the_catalogue_follows_the_endpoint(blog: Site) -> None:
    inner = Endpoint("inner", 1, ("controller1",), None, tls=False, visible=(Visibility.INTERNAL,))
    context = replace(openstack(blog), declarations=(inner,))
    assert catalogue_urls(context, replace(ENTRY, endpoint="inner", path="")) == {
        "internal": "http://controller:1"
    }
    with pytest.raises(PlanError, match="no component declares the endpoint 'glance'"):
        catalogue_urls(context, ENTRY)


def test_every_cache_server_is_listed_in_the_files_order(blog: Site) -> None:
    assert cache_servers(openstack(blog)) == "10.0.0.11:11211,10.0.0.12:11211"


def test_a_dead_cache_server_costs_tenths_of_a_second(blog: Site) -> None:
    found = parsed(cache_section(openstack(blog)))["cache"]
    assert found["backend"] == "oslo_cache.memcache_pool"
    assert float(found["memcache_socket_timeout"]) <= 0.25
    assert not found.getboolean("memcache_pool_flush_on_reconnect")


def test_what_a_memcached_still_holds_counts_for_two_minutes_at_most(blog: Site) -> None:
    found = parsed(cache_section(openstack(blog)))["cache"]
    assert int(found["expiration_time"]) <= 120


def test_one_that_was_only_late_is_soon_asked_again(blog: Site) -> None:
    found = parsed(cache_section(openstack(blog)))["cache"]
    assert int(found["memcache_dead_retry"]) <= 15


def test_the_database_is_asked_through_the_hosts_own_balancer_and_not_for_ever(blog: Site) -> None:
    context = openstack(blog, keystone__database="s3cret")
    found = parsed(database_section(context, Database("keystone", "keystone", "keystone/database")))
    assert found["database"]["connection"] == (
        "mysql+pymysql://keystone:s3cret@127.0.0.1:3306/keystone?charset=utf8mb4"
    )
    assert "read_timeout=5" in found["database"]["connection_parameters"]
    assert found["database"].getint("max_retries") == 0


def test_cached_tokens_are_encrypted_with_a_key_of_their_own(blog: Site) -> None:
    context = openstack(blog, **{"glance/keystone": "pw", "glance/token-cache": "cachekey"})
    found = parsed(authtoken_section(context, USER, cache_key="glance/token-cache"))["keystone_authtoken"]
    assert found["memcache_security_strategy"] == "ENCRYPT"
    assert found["memcache_secret_key"] == "cachekey"
    assert found["password"] == "pw"
    assert found["auth_url"] == "https://controller:5000"


def test_the_schema_is_looked_at_with_the_services_own_user(blog: Site) -> None:
    asked = schema_question(openstack(blog), Database("d", "u", "keystone/database"))
    assert '"database": "d"' in asked
    assert '"user": "u"' in asked
    assert '"password": "<keystone/database>"' in asked


def test_a_database_is_rendered_into_its_own_section(blog: Site) -> None:
    cell = Database("nova_api", "nova", "keystone/database", section="api_database")
    found = parsed(database_section(openstack(blog), cell))
    assert found["api_database"]["connection"].endswith("/nova_api?charset=utf8mb4")
    assert found.sections() == ["api_database"]


def test_a_user_of_a_domain_logs_in_there(blog: Site) -> None:
    found = credentials(openstack(blog), replace(USER, domain="heat", project=None))
    assert found["user_domain_name"] == found["domain_name"] == "heat"
    assert not [key for key in found if key.startswith("project")]


BROKERS = Brokers(("dashboard", "controller1", "controller2"), 5672, heartbeat=7)
SENDER = MessageUser("nova", "nova/messaging", vhost="/nova")


def with_brokers(site: Site, *declared: Declaration) -> Context:
    return replace(openstack(site, nova__messaging="pw"), declarations=declared)


def test_every_broker_is_listed_and_any_of_them_may_be_dead(blog: Site) -> None:
    context = with_brokers(blog, BROKERS)
    assert transport_url(context, SENDER) == (
        "rabbit://nova:pw@10.0.0.10:5672,nova:pw@10.0.0.11:5672,nova:pw@10.0.0.12:5672//nova"
    )
    assert transport_url(context, replace(SENDER, vhost="/")).endswith(":5672/")
    found = parsed(messaging_section(context))["oslo_messaging_rabbit"]
    for queues in ("rabbit_quorum_queue", "rabbit_transient_quorum_queue", "rabbit_stream_fanout"):
        assert found.getboolean(queues)
    assert int(found["rabbit_qos_prefetch_count"]) > 0
    assert found.getint("heartbeat_timeout_threshold") == BROKERS.heartbeat


def test_without_brokers_there_is_no_way_to_them(blog: Site) -> None:
    with pytest.raises(PlanError, match="nobody declares Brokers"):
        messaging_section(with_brokers(blog))
    with pytest.raises(PlanError, match="2 times declared: Brokers"):
        transport_url(with_brokers(blog, BROKERS, BROKERS), SENDER)


def test_all_hosts_meet_at_one_place(blog: Site) -> None:
    found = parsed(coordination_section(with_brokers(blog, Coordination("etcd3+http://127.0.0.1:2379"))))
    assert found["coordination"]["backend_url"] == "etcd3+http://127.0.0.1:2379"
    with pytest.raises(PlanError, match="Coordination"):
        coordination_section(with_brokers(blog))


@pytest.mark.programs
def test_oslo_knows_every_option_of_messaging(blog: Site, tmp_path: Path) -> None:
    context = with_brokers(blog, BROKERS)
    text = f"[DEFAULT]\ntransport_url = {transport_url(context, SENDER)}\n\n{messaging_section(context)}\n"
    argv = ["oslo-config-validator", "--input-file", "/run/x.conf", "--namespace", "oslo.messaging"]
    said = opinion(argv, {"x.conf": text}, tmp_path, program="keepalived")
    assert "ERROR" not in said.stderr, said.stderr
    assert said.returncode == 0
