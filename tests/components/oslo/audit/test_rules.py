"""The judgements about OpenStack's services where a hasty rule would be wrong, in either direction."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.report import Report
from fournines.audit.run import audit
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.oslo.audit.facts import parse_url

RULES = {rule.id: rule for rule in registry.rules()}
PROXY = (
    "listen {0}\n bind {1}:{2}\n mode tcp\n server c1 10.0.0.11:{2} check\n server c2 10.0.0.12:{2} check\n"
)
DATABASE = "[database]\nconnection = mysql+pymysql://nova:k7Lw2x@{}/nova\n"


def judged(rule: str, files: dict[str, str]) -> Report:
    return audit([File(path, text) for path, text in files.items()], rules=[RULES[rule]], strict=True)


def severities(rule: str, files: dict[str, str]) -> list[str]:
    return [finding.severity.word for finding in judged(rule, files).findings]


name = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
password = st.text(alphabet="abcXYZ019!#/?:%", max_size=12)


class TestUrls:
    @given(name, password, st.lists(st.tuples(name, st.integers(1, 65535)), min_size=1, max_size=4))
    def test_hosts_are_found_whatever_the_password(
        self, user: str, secret: str, hosts: list[tuple[str, int]]
    ) -> None:
        netloc = ",".join(f"{user}:{secret}@{host}:{port}" for host, port in hosts)
        url = parse_url(f"rabbit://{netloc}/vhost")
        assert url is not None
        assert url.hosts == tuple(hosts)
        assert (url.user, url.password, url.path) == (user, secret, "vhost")
        assert not secret or repr(secret) not in repr(url)

    @given(st.text(max_size=60))
    def test_anything_is_survived(self, text: str) -> None:
        parse_url(text)
        parse_url(f"rabbit://{text}")


class TestSections:
    def test_an_indexer_has_a_connection_of_its_own(self) -> None:
        text = "[indexer]\nurl = x\nconnection = mysql+pymysql://g:k7Lw2x@10.0.0.20/gnocchi\n"
        assert severities("OS001", {"gnocchi.conf": text}) == []

    def test_nova_has_two_databases(self) -> None:
        text = "[api_database]\nconnection = mysql+pymysql://n:k7Lw2x@10.0.0.20/nova_api\n"
        assert severities("OS001", {"nova.conf": text}) == []

    def test_paste_has_sections_of_its_own(self) -> None:
        text = "[filter:authtoken]\nwww_authenticate_uri = http://10.0.0.20:5000\nauth_url = http://10.0.0.20:5000\n"
        assert severities("OS001", {"swift/proxy-server.conf": text}) == []

    def test_old_options_are_right_in_old_files(self) -> None:
        assert severities(
            "OS017", {"nova.conf": "[DEFAULT]\nrabbit_host = 10.0.0.20\nmy_ip = 10.0.0.11\n"}
        ) == ["info"]


class TestImages:
    LOCAL = "[glance_store]\ndefault_store = file\nfilesystem_store_datadir = {}\n"

    def test_one_host_has_nobody_to_share_with(self) -> None:
        assert (
            severities("OS003", {"ctl1/glance-api.conf": self.LOCAL.format("/var/lib/glance/images")}) == []
        )

    def test_a_mount_is_unknown(self) -> None:
        files = {f"ctl{n}/glance-api.conf": self.LOCAL.format("/mnt/images") for n in (1, 2)}
        report = judged("OS003", files)
        assert report.findings == ()
        assert len(report.unknown) == 1

    def test_the_staging_area_is_no_store(self) -> None:
        text = (
            "[DEFAULT]\nenabled_backends = ceph:rbd\n[glance_store]\ndefault_backend = ceph\n"
            "[os_glance_staging_store]\nfilesystem_store_datadir = /var/lib/glance/staging\n"
        )
        assert severities("OS003", {f"ctl{n}/glance-api.conf": text for n in (1, 2)}) == []

    def test_several_stores_are_judged_by_the_default(self) -> None:
        text = (
            "[DEFAULT]\nenabled_backends = ceph:rbd, local:file\n[glance_store]\ndefault_backend = {}\n"
            "[local]\nfilesystem_store_datadir = /var/lib/glance/images\n"
        )
        for default, expected in (("ceph", []), ("local", ["error"])):
            files = {f"ctl{n}/glance-api.conf": text.format(default) for n in (1, 2)}
            assert severities("OS003", files) == expected


class TestCaches:
    CACHE = "[cache]\nbackend = dogpile.cache.memcached\nmemcache_servers = {}\n"

    @pytest.mark.parametrize(
        ("second", "expected"),
        [("a:11211,b:11211", []), ("b:11211,a:11211", ["warning"]), ("a:11211", ["error"])],
    )
    def test_order_is_less_than_content(self, second: str, expected: list[str]) -> None:
        files = {
            "ctl1/keystone.conf": self.CACHE.format("a:11211,b:11211"),
            "ctl2/keystone.conf": self.CACHE.format(second),
        }
        assert severities("OS005", files) == expected

    FLUSH = "[cache]\n{}\nmemcache_servers = a:11211,b:11211\nmemcache_pool_flush_on_reconnect = {}\n"
    POOL = "backend = oslo_cache.memcache_pool"

    @pytest.mark.parametrize(
        ("settings", "flush", "expected"),
        [
            (POOL, "true", ["error"]),
            (f"enabled = true\n{POOL}", "1", ["error"]),
            (POOL, "false", []),
            (POOL, "{{ flush }}", []),
            (f"enabled = false\n{POOL}", "true", []),
            (f"memcache_sasl_enabled = true\n{POOL}", "true", []),
            ("backend = dogpile.cache.memcached", "true", []),
            ("enabled = true", "true", []),
        ],
    )
    def test_only_the_pool_flushes(self, settings: str, flush: str, expected: list[str]) -> None:
        assert severities("OS023", {"ctl1/keystone.conf": self.FLUSH.format(settings, flush)}) == expected

    def test_a_host_alone_may_use_its_own(self) -> None:
        assert severities("OS004", {"ctl1/keystone.conf": self.CACHE.format("localhost:11211")}) == []


class TestDatabases:
    def test_the_proxy_of_the_same_host_is_no_single_host(self) -> None:
        files = {
            "ctl1/haproxy.cfg": PROXY.format("galera", "127.0.0.1", 3306),
            "ctl1/nova.conf": DATABASE.format("127.0.0.1"),
        }
        assert severities("OS002", files) == []

    def test_without_it_the_loopback_is_one(self) -> None:
        files = {
            "ctl1/haproxy.cfg": PROXY.format("galera", "10.0.0.20", 3306),
            "ctl1/nova.conf": DATABASE.format("127.0.0.1"),
        }
        assert severities("OS002", files) == ["error"]

    def test_one_host_in_all_is_no_ha_site(self) -> None:
        assert severities("OS002", {"ctl1/nova.conf": DATABASE.format("localhost")}) == []

    def test_an_address_nobody_explains_is_not_judged(self) -> None:
        files = {
            "ctl1/haproxy.cfg": PROXY.format("keystone", "10.0.0.20", 5000),
            "ctl1/nova.conf": DATABASE.format("10.0.9.9"),
        }
        assert severities("OS002", files) == []


class TestNames:
    def test_db1_is_no_slip_for_db2(self) -> None:
        files = {
            "ctl1/nova.conf": DATABASE.format("database1"),
            "ctl2/nova.conf": DATABASE.format("database2"),
        }
        assert severities("OS015", files) == []

    def test_urls_by_a_name_of_the_vip_are_fine(self) -> None:
        files = {
            "ctl1/keepalived.conf": keepalived(vip="10.0.0.20/24"),
            "ctl1/etc/hosts": "127.0.0.1 localhost\n10.0.0.20 controller\n10.0.0.11 ctl1\n",
            "ctl1/haproxy.cfg": PROXY.format("keystone", "10.0.0.20", 5000),
            "ctl1/nova.conf": "[keystone_authtoken]\nauth_url = http://controller:5000\n",
        }
        assert severities("OS009", files) == []
        files["ctl1/nova.conf"] = "[keystone_authtoken]\nauth_url = http://ctl1:5000\n"
        assert severities("OS009", files) == ["error"]

    def test_secrets_of_different_users_may_differ(self) -> None:
        url = "[DEFAULT]\ntransport_url = rabbit://{0}:{0}secret@mq1\n"
        files = {"ctl1/nova.conf": url.format("nova"), "ctl1/cinder.conf": url.format("cinder")}
        assert severities("OS008", files) == []

    def test_the_service_s_own_address_does_not_collide(self) -> None:
        proxy = PROXY.format("glance", "10.0.0.20", 9292)
        for address, expected in (("10.0.0.11", []), ("0.0.0.0", ["warning"])):
            files = {"ctl1/haproxy.cfg": proxy, "ctl1/glance-api.conf": f"[DEFAULT]\nbind_host = {address}\n"}
            assert severities("OS018", files) == expected

    def test_ovn_has_no_agents_to_double(self) -> None:
        text = "[DEFAULT]\nservice_plugins = ovn-router\ndhcp_agents_per_network = 1\nl3_ha = false\n"
        assert severities("OS012", {"neutron.conf": text}) == []


class TestDeadMemcached:
    LIST = "memcache_servers = 10.0.0.11:11211,10.0.0.12:11211\n"
    CACHE = f"[cache]\nenabled = true\nbackend = {{}}\n{LIST}"
    PATIENT = "memcache_socket_timeout = 1.0\n"

    def found(self, text: str) -> list[tuple[str, int]]:
        report = audit([File("ctl1/nova.conf", text)], rules=[RULES["OS034"]], strict=True)
        return [(finding.severity.word, finding.at.line) for finding in report.findings]

    def test_a_client_for_each_thread(self) -> None:
        text = self.CACHE.format("dogpile.cache.memcached")
        assert self.found(text) == [("warning", 3)]
        assert self.found(text + self.PATIENT) == [("info", 3)]

    def test_one_memcached_is_another_matter(self) -> None:
        text = self.CACHE.format("dogpile.cache.memcached").replace(",10.0.0.12:11211", "")
        assert self.found(text) == []

    def test_a_cache_that_is_switched_off(self) -> None:
        text = self.CACHE.format("dogpile.cache.memcached").replace("true", "false")
        assert self.found(text) == []

    def test_pools_and_their_timeouts(self) -> None:
        pool = self.CACHE.format("oslo_cache.memcache_pool")
        assert self.found(pool) == [("info", 4)]
        assert self.found(pool + self.PATIENT) == []
        assert self.found(pool + "memcache_socket_timeout = 10\n") == [("warning", 5)]

    def test_auth_token_without_a_pool(self) -> None:
        text = f"[keystone_authtoken]\n{self.LIST}memcache_use_advanced_pool = false\n"
        assert self.found(text) == [("warning", 3)]
        assert self.found(text.replace("false", "true") + "memcache_pool_socket_timeout = 1\n") == []


class TestEmptyCoordination:
    CINDER = "[DEFAULT]\nmy_ip = 10.0.0.1{}\n[coordination]\n{}"

    def pair(self, url: str) -> list[str]:
        return severities("OS013", {f"c{n}/cinder.conf": self.CINDER.format(n, url) for n in (1, 2)})

    def test_a_section_without_a_coordinator(self) -> None:
        assert self.pair("") == ["warning", "warning"]

    def test_a_coordinator_is_named(self) -> None:
        assert self.pair("backend_url = etcd3+http://10.0.0.11:2379\n") == []

    def test_one_controller_needs_none(self) -> None:
        assert severities("OS013", {"c1/cinder.conf": self.CINDER.format(1, "")}) == []
