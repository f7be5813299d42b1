"""The judgements about HAProxy where a hasty rule would be wrong, in either direction."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.audit.site_rules.system.tls import certificates as SY010  # noqa: N812 - a rule, by its id
from fournines.audit.sources import read
from fournines.components.haproxy.audit.facts.lines import assemble
from fournines.components.haproxy.audit.facts.model import HaproxyFile
from fournines.components.haproxy.audit.rules.detection import noticed
from fournines.components.haproxy.audit.rules.example import DEFAULTS, GLOBAL, api, galera, haproxy, listen
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.kit.audit.rule import Finding, Severity


def found(rule: str, files: dict[str, str] | str) -> list[Finding]:
    """What one rule says of some files."""
    texts = {"haproxy.cfg": files} if isinstance(files, str) else files
    report = audit([File(path, text) for path, text in texts.items()], strict=True)
    return [finding for finding in report.findings if finding.rule == rule]


def severities(rule: str, files: dict[str, str] | str) -> list[str]:
    return [finding.severity.word for finding in found(rule, files)]


def unknown(files: dict[str, str], words: str) -> bool:
    report = audit([File(path, text) for path, text in files.items()], strict=True)
    return any(words in one.what for one in report.unknown)


def pool(servers: str, *, extra: str = "", name: str = "galera", bind: str = "10.0.0.20:3306") -> str:
    return haproxy(listen(f"mode tcp\n{extra}\n{servers}", name=name, bind=bind))


TWO_DB = "server a 10.0.0.11:3306 check{0}\nserver b 10.0.0.12:3306 check{0} backup"


class TestDetection:
    @staticmethod
    def seconds(settings: str, server: str) -> float:
        text = (
            f"defaults\n timeout connect 4s\n{settings}\n"
            f"listen a\n bind *:80\n server a 10.0.0.1:80 check {server}\n"
        )
        sources, *_ = read([File("haproxy.cfg", text)])
        (proxy,) = assemble(HaproxyFile(sources[0].top, sources[0]), []).proxies
        return noticed(proxy, proxy.servers[0])

    def test_without_timeout_check_inter_bounds_each_check(self) -> None:
        assert self.seconds("", "inter 2s fall 3") == 2 + 2 * 2 + 2

    def test_fastinter_does_not_shorten_a_check_that_hangs(self) -> None:
        assert self.seconds("", "inter 2s fastinter 500ms fall 3") == 2 + 2 * 2 + 2

    def test_fastinter_helps_where_the_check_gives_up_early(self) -> None:
        settings = " option httpchk GET /\n timeout check 1s\n timeout connect 500ms"
        assert self.seconds(settings, "inter 5s fastinter 1s fall 3") == 5 + 2 * 1 + 1

    def test_an_answer_is_awaited_for_timeout_check(self) -> None:
        assert self.seconds(" option httpchk GET /\n timeout check 10s", "inter 2s fall 5") == 2 + 4 * 10 + 10

    def test_a_connect_waits_for_no_answer(self) -> None:
        assert self.seconds(" timeout check 10s", "inter 1s fall 3") == 1 + 2 * 1 + 1


class TestDatabases:
    def test_tcp_only_is_an_error_for_galera_and_a_warning_for_another_database(self) -> None:
        assert severities("HA006", pool(TWO_DB.format(""))) == ["error"]
        assert severities("HA006", pool(TWO_DB.format(""), name="mysql")) == ["warning"]

    def test_connecting_to_the_responder_is_not_asking_it(self) -> None:
        (one,) = found("HA006", pool(TWO_DB.format(" port 9200")))
        assert "9200" in one.what
        assert found("HA006", pool(TWO_DB.format(" port 9200"), extra="option httpchk GET /")) == []

    def test_http_to_the_port_of_the_database(self) -> None:
        (one,) = found("HA006", pool(TWO_DB.format(""), extra="option httpchk"))
        assert "HTTP" in one.what

    @pytest.mark.parametrize(
        "deep",
        [
            "option tcp-check\ntcp-check expect string ok",
            "option external-check\nexternal-check command /bin/x",
        ],
    )
    def test_other_ways_to_ask(self, deep: str) -> None:
        assert found("HA006", pool(TWO_DB.format(""), extra=deep)) == []

    @pytest.mark.parametrize(
        ("check", "lines", "said"),
        [
            ("option pgsql-check user haproxy", "check", "standby"),
            ("", "check", "standby"),
            ("option httpchk GET /health", "check port 8008", "standby"),
            ("option httpchk\nhttp-check send meth OPTIONS uri /readiness", "check port 8008", "standby"),
            ("option httpchk OPTIONS /primary", "check port 8008", ""),
            ("option httpchk\nhttp-check expect status 200", "check port 8008", ""),
            ("option httpchk OPTIONS /primary", "check", "does not speak HTTP"),
        ],
    )
    def test_of_postgresql_nothing_is_said_of_galera(self, check: str, lines: str, said: str) -> None:
        servers = f"server a 10.0.0.11:5432 {lines}\nserver b 10.0.0.12:5432 {lines}"
        hits = found("HA006", pool(servers, name="db", extra=check, bind="*:5432"))
        assert [said in hit.why and "Galera" not in hit.why for hit in hits] == ([True] if said else [])
        assert not any("9200" in hit.fix for hit in hits)

    @pytest.mark.parametrize(
        ("name", "check", "stuck"),
        [
            ("pg", "option pgsql-check user haproxy", 1),
            ("pg", "option httpchk OPTIONS /primary", 0),
            ("galera", "option mysql-check user haproxy", 0),
        ],
    )
    def test_a_standby_that_passes_the_check_keeps_who_came_to_it(
        self, name: str, check: str, stuck: int
    ) -> None:
        port = 5432 if name == "pg" else 3306
        servers = f"server a 10.0.0.11:{port} check\nserver b 10.0.0.12:{port} check backup"
        table = f"{check}\nstick-table type ip size 1m\nstick on dst"
        assert len(found("HA041", pool(servers, name=name, extra=table, bind=f"*:{port}"))) == stuck

    def test_readers_may_be_spread(self) -> None:
        servers = "server a 10.0.0.11:3306 check\nserver b 10.0.0.12:3306 check"
        assert severities("HA009", pool(servers)) == ["info"]
        assert found("HA009", pool(servers, name="galera-readers")) == []

    def test_backups_that_are_all_used_are_writers(self) -> None:
        servers = "server a 10.0.0.11:3306 check backup\nserver b 10.0.0.12:3306 check backup"
        assert found("HA009", pool(servers)) == []
        assert severities("HA009", pool(servers, extra="option allbackups")) == ["info"]

    def test_the_pools_own_setting_decides_how_long_is_too_short(self) -> None:
        conf = "[database]\nconnection = mysql+pymysql://k:s@10.0.0.20/k\n{}\n"
        proxy = pool(TWO_DB.format(" port 9200"), extra="timeout client 5m\ntimeout server 5m")
        assert severities("HA012", {"haproxy.cfg": proxy, "keystone.conf": conf.format("")}) == ["warning"]
        recycled = conf.format("connection_recycle_time = 280")
        assert found("HA012", {"haproxy.cfg": proxy, "keystone.conf": recycled}) == []

    def test_patroni_keeps_quiet(self) -> None:
        servers = "server a 10.0.0.11:5432 check port 8008\nserver b 10.0.0.12:5432 check port 8008"
        patroni = haproxy(
            listen(
                f"mode tcp\noption httpchk\nhttp-check expect status 200\ntimeout client 30m\n"
                f"timeout server 30m\ndefault-server on-marked-down shutdown-sessions\n{servers}",
                name="batman",
                bind="*:5000",
            )
        )
        report = audit([File("haproxy.cfg", patroni)], strict=True)
        assert [f for f in report.findings if f.severity >= Severity.WARNING] == []


class TestServers:
    def test_a_backup_may_share_the_cookie(self) -> None:
        servers = "server a 10.0.0.11:80 check cookie s1\nserver b 10.0.0.12:80 check cookie s1{}"
        text = "cookie SRV insert indirect nocache\n" + servers
        assert severities("HA021", haproxy(listen(text.format("")))) == ["error"]
        assert found("HA021", haproxy(listen(text.format(" backup")))) == []

    def test_one_address_by_two_ways_is_two_servers(self) -> None:
        text = "server a 10.0.0.11:80 check{}\nserver b 10.0.0.11:80 check{}"
        assert severities("HA020", haproxy(listen(text.format("", "")))) == ["warning"]
        ways = text.format(" source 10.0.1.1", " source 10.0.1.2")
        assert found("HA020", haproxy(listen(ways))) == []
        assert found("HA020", haproxy(listen(text.format("", "").replace("10.0.0.11", "${DB}")))) == []

    def test_a_check_from_default_server_counts(self) -> None:
        bare = "server a 10.0.0.11:80\nserver b 10.0.0.12:80"
        assert severities("HA005", haproxy(listen(bare))) == ["error"]
        assert found("HA005", haproxy(listen(bare), defaults=DEFAULTS + "default-server check\n")) == []

    def test_a_400_that_is_expected_is_no_mistake(self) -> None:
        servers = (
            "mode tcp\noption httpchk GET /\n{}\nserver a 10.0.0.11:443 check\nserver b 10.0.0.12:443 check"
        )
        assert severities("HA007", haproxy(listen(servers.format("")))) == ["error"]
        assert found("HA007", haproxy(listen(servers.format("http-check expect status 400")))) == []

    def test_the_last_kind_of_check_counts(self) -> None:
        text = "mode tcp\n{}\nserver a 10.0.0.11:6443 check\nserver b 10.0.0.12:6443 check"
        http, hello = "option httpchk GET /healthz", "option ssl-hello-chk"
        assert found("HA007", haproxy(listen(text.format(f"{http}\n{hello}")))) == []
        assert severities("HA007", haproxy(listen(text.format(f"{hello}\n{http}")))) == ["error"]


class TestAddresses:
    def test_http3_shares_the_port(self) -> None:
        one = "frontend a\n    bind :443 ssl crt /x.pem\n    default_backend b\n"
        two = "frontend c\n    bind quic4@:443 ssl crt /x.pem\n    default_backend b\n"
        back = "backend b\n    server s 10.0.0.1:80 check\n    server t 10.0.0.2:80 check\n"
        assert found("HA022", haproxy(one, two, back)) == []
        assert severities("HA022", haproxy(one, two.replace("quic4@", ""), back)) == ["error"]

    def test_a_frontend_and_a_backend_may_share_a_name(self) -> None:
        both = (
            "frontend web\n    bind *:80\n    default_backend web\n",
            "backend web\n    server a 10.0.0.1:80 check\n",
        )
        assert found("HA023", haproxy(*both)) == []
        assert severities("HA023", haproxy(*both, both[1])) == ["error"]

    def test_binding_the_vip(self) -> None:
        files = {"node1/keepalived.conf": keepalived(), "node1/haproxy.cfg": haproxy(api())}
        assert unknown(files, "whether node1 may bind 10.0.0.20")
        assert found("HA001", files) == []
        given = files | {"node1/sysctl.conf": "net.ipv4.ip_forward = 1\nvm.swappiness = 1\n"}
        assert severities("HA001", given) == ["error"]
        everywhere = given | {"node1/haproxy.cfg": haproxy(api(bind="*:5000"))}
        assert found("HA001", everywhere) == []
        transparent = given | {"node1/haproxy.cfg": haproxy(api(bind="10.0.0.20:5000 transparent"))}
        assert found("HA001", transparent) == []

    def test_a_hosts_own_address_is_no_mistyped_vip(self) -> None:
        files = {
            "node1/keepalived.conf": keepalived(),
            "node2/keepalived.conf": keepalived(priority=90),
            "hosts": "10.0.0.11 node1\n10.0.0.12 node2\n",
            "node1/haproxy.cfg": haproxy(api(bind="10.0.0.11:5000")),
            "node2/haproxy.cfg": haproxy(api(bind="10.0.0.12:5000")),
        }
        assert found("HA002", files) == []
        mistyped = haproxy(api(bind="10.0.0.21:5000"))
        wrong = files | {"node1/haproxy.cfg": mistyped, "node2/haproxy.cfg": mistyped}
        assert severities("HA002", wrong) == ["error"]

    def test_the_service_may_have_the_port_on_its_own_address(self) -> None:
        proxy = haproxy(api("server c1 10.0.0.11:9292 check", name="glance", bind="10.0.0.20:9292"))
        glance = "[DEFAULT]\nbind_host = {}\nbind_port = 9292\n[glance_store]\nstores = rbd\n"
        own = {"node1/haproxy.cfg": proxy, "node1/glance-api.conf": glance.format("10.0.0.11")}
        assert found("HA003", own) == []
        assert severities("HA003", own | {"node1/glance-api.conf": glance.format("*")}) == ["error"]
        elsewhere = {"lb1/haproxy.cfg": proxy, "node1/glance-api.conf": glance.format("*")}
        assert found("HA003", elsewhere) == []

    def test_a_wildcard_and_a_server_of_the_same_host(self) -> None:
        files = {
            "hosts": "10.0.0.11 node1\n10.0.0.12 node2\n",
            "node1/haproxy.cfg": haproxy(api(bind="*:5000")),
            "node2/haproxy.cfg": haproxy(api(bind="*:5000")),
        }
        assert severities("HA003", files) == ["error", "error"]
        assert found("HA003", files | {"hosts": "10.0.9.1 node1\n10.0.9.2 node2\n"}) == []


class TestPorts:
    def test_a_port_of_another_host_is_another_matter(self) -> None:
        glance = "[DEFAULT]\nbind_host = 10.0.0.{}\nbind_port = {}\n[glance_store]\nstores = rbd\n"
        files = {
            "hosts": "10.0.0.11 node1\n10.0.0.12 node2\n",
            "haproxy.cfg": haproxy(
                api(
                    "server node1 10.0.0.11:9292 check\nserver node2 10.0.0.12:9393 check",
                    name="glance",
                    bind="10.0.0.20:9292",
                )
            ),
            "node1/glance-api.conf": glance.format(11, 9292),
            "node2/glance-api.conf": glance.format(12, 9393),
        }
        assert found("HA004", files) == []
        (one,) = found("HA004", files | {"node2/glance-api.conf": glance.format(12, 9292)})
        assert "9393" in one.what

    def test_a_responder_nobody_gave_is_unknown(self) -> None:
        assert unknown({"haproxy.cfg": haproxy(galera())}, "9200")

    def test_a_responder_in_a_unit_or_a_script_is_enough(self) -> None:
        files = {
            "haproxy.cfg": haproxy(galera()),
            "node1/etc/systemd/system/mysqlchk.socket": "[Socket]\nListenStream=9200\n",
        }
        assert found("HA008", files) == []
        assert not unknown(files, "9200")

    def test_only_the_vip_that_is_haproxys(self) -> None:
        script = "#!/bin/sh\nopenstack endpoint create --region R image public http://{}:9292\n"
        files = {"keepalived.conf": keepalived(), "haproxy.cfg": haproxy(api()), "s.sh": script}
        assert severities("HA033", files | {"s.sh": script.format("10.0.0.20")}) == ["warning"]
        assert found("HA033", files | {"s.sh": script.format("10.0.0.77")}) == []

    def test_a_certificate_that_only_one_host_has(self) -> None:
        tls = haproxy(api(bind="*:5000 ssl crt /etc/haproxy/vip.pem"))
        pem = SY010.good["node1/etc/haproxy/vip.pem"]
        files = {"node1/etc/haproxy/haproxy.cfg": tls, "node2/etc/haproxy/haproxy.cfg": tls}
        assert found("HA038", files) == []
        (one,) = found("HA038", files | {"node1/etc/haproxy/vip.pem": pem})
        assert one.at.host == "node2"
        assert found("HA038", files | dict.fromkeys(SY010.good, pem)) == []

    def test_a_renewal_that_reloads(self) -> None:
        tls = haproxy(api(bind="*:5000 ssl crt /etc/haproxy/site.pem"), head=GLOBAL)
        cron = "#!/bin/sh\ncertbot renew --quiet{}\n"
        assert severities("HA038", {"haproxy.cfg": tls, "renew.sh": cron.format("")}) == ["warning"]
        hooked = cron.format(' --deploy-hook "systemctl reload haproxy"')
        assert found("HA038", {"haproxy.cfg": tls, "renew.sh": hooked}) == []


class TestVersions:
    def test_one_finding_for_all_old_keywords_of_a_file(self) -> None:
        old = "clitimeout 50000\nsrvtimeout 50000\ncontimeout 5000\n"
        (one,) = found("HA026", haproxy("listen a 10.0.0.20:80\n    server s 10.0.0.1:80", defaults=old))
        assert len(one.related) == 3
        assert found("HA026", haproxy("listen a from b\n    bind *:80")) == []

    def test_a_keyword_that_the_running_version_still_has(self) -> None:
        files = {"haproxy.cfg": haproxy(api(), head=GLOBAL + "nbproc 2")}
        assert severities("HA026", files) == ["warning"]
        old = {"packages.txt": "ii  haproxy  1.8.8-1ubuntu0.11  amd64  fast and reliable proxy\n"}
        new = {"packages.txt": "ii  haproxy  2.6.12-1+deb12u1  amd64  fast and reliable proxy\n"}
        assert severities("HA026", files | old) == ["info"]
        assert severities("HA026", files | new) == ["warning"]


class TestCaches:
    def test_one_cache_with_a_backup_is_less_bad(self) -> None:
        servers = "server a 10.0.0.11:11211 check\nserver b 10.0.0.12:11211 check{}"
        name = {"name": "memcached", "bind": "10.0.0.20:11211"}
        assert severities("HA030", pool(servers.format(""), **name)) == ["error"]
        assert severities("HA030", pool(servers.format(" backup"), **name)) == ["info"]

    def test_a_cache_at_the_vip(self) -> None:
        files = {
            "keepalived.conf": keepalived(),
            "keystone.conf": "[cache]\nmemcache_servers = 10.0.0.20:11211\n[token]\nprovider = fernet\n",
        }
        assert severities("HA030", files) == ["warning"]


def test_a_last_resort_that_tracks_is_the_same_server_on_purpose() -> None:
    servers = "server a 10.0.0.11:5000 check\nserver b 10.0.0.12:5000 check\n"
    slow = "server a-slow 10.0.0.11:5000 backup track accepts/a"
    assert severities("HA020", haproxy(listen(f"{servers}{slow}"))) == []
    assert severities("HA020", haproxy(listen(f"{servers}server c 10.0.0.11:5000 backup check"))) == [
        "warning"
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("option httpchk GET /healthz\noption ssl-hello-chk", 1),
        ("option ssl-hello-chk\noption httpchk GET /healthz", 0),
        ("option tcp-check\noption httpchk GET /primary", 0),
        ("option httpchk\noption tcp-check\ntcp-check connect", 0),
        ("option ssl-hello-chk", 0),
    ],
)
def test_the_last_health_check_of_a_section_counts(lines: str, said: int) -> None:
    two = "server a 10.0.0.11:6443 check\nserver b 10.0.0.12:6443 check"
    assert len(found("HA070", haproxy(listen(f"{lines}\n{two}", name="k8s", bind="10.0.0.20:6443")))) == said


def test_a_line_in_a_loop_is_several_servers() -> None:
    loop = "{{% for h in hosts %}}\nserver {{{{ h }}}} {{{{ h }}}}:3306 check\n{}"
    assert found("HA019", haproxy(listen(loop.format("{% endfor %}"), name="galera"))) == []
    after = loop.format("{% endfor %}").replace("{% for h in hosts %}", "{# one #}")
    assert len(found("HA019", haproxy(listen(after, name="galera")))) == 1


def test_sessions_stay_on_a_redis_that_was_demoted() -> None:
    two = "server a 10.0.0.11:6379 check{0}\nserver b 10.0.0.12:6379 check{0}"
    asks = "option tcp-check\ntcp-check send info\\ replication\\r\\n\ntcp-check expect string role:master"
    assert severities("HA010", pool(two.format(""), extra=asks, name="redis")) == ["warning"]
    assert (
        found("HA010", pool(two.format(" on-marked-down shutdown-sessions"), extra=asks, name="redis")) == []
    )
    assert found("HA010", pool(two.format(""), name="redis")) == []
