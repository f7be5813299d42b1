"""What is a note on real sites where it was a warning, each beside its near miss that is more."""

from __future__ import annotations

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.haproxy.audit.rules.example import api, galera, haproxy, listen
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.kit.audit.rule import Finding

RULES = {rule.id: rule for rule in registry.rules()}


def found(rule: str, files: dict[str, str]) -> list[Finding]:
    report = audit([File(path, text) for path, text in files.items()], rules=[RULES[rule]], strict=True)
    return list(report.findings)


def severities(rule: str, files: dict[str, str]) -> list[str]:
    return [finding.severity.word for finding in found(rule, files)]


WRITERS = "server db1 10.0.0.11:3306 check port 9200\nserver db2 10.0.0.12:3306 check port 9200"


def test_writes_by_turns_are_a_note_where_the_application_is_not_known() -> None:
    spread = galera(WRITERS, extra="balance roundrobin")
    assert severities("HA009", {"haproxy.cfg": haproxy(spread)}) == ["info"]
    assert severities("HA009", {"haproxy.cfg": haproxy(spread, api())}) == ["warning"]
    nova = {"c1/etc/nova/nova.conf": "[DEFAULT]\nmy_ip = 10.0.0.11\n"}
    assert severities("HA009", {"haproxy.cfg": haproxy(spread), **nova}) == ["warning"]
    masters = haproxy(spread.replace("listen galera", "listen mysql-masters"))
    assert severities("HA009", {"haproxy.cfg": masters}) == ["warning"]


FRONT = "frontend in\n    bind 10.0.0.20:80\n    {}\n"
BACK = "backend {}\n    server one 10.0.0.11:80\n    server two 10.0.0.12:80\n"


@pytest.mark.parametrize(
    ("uses", "said"),
    [
        ("default_backend app", ["error", "info"]),
        ("default_backend app\n    use_backend static if { path_beg /static }", ["error", "error"]),
        ("default_backend app\n    use_backend %[req.hdr(host),lower]", ["error", "error"]),
    ],
)
def test_a_backend_that_nobody_is_sent_to(uses: str, said: list[str]) -> None:
    files = {"haproxy.cfg": haproxy(FRONT.format(uses), BACK.format("app"), BACK.format("static"))}
    assert severities("HA005", files) == said


PORTS = "server c1 10.0.0.11:{0} check\nserver c2 10.0.0.12:{0} check"


def test_what_the_guide_checks_by_its_port() -> None:
    registry = listen(PORTS.format(9191), name="glance_registry", bind="10.0.0.20:9191")
    keystone = listen(PORTS.format(5000), name="keystone", bind="10.0.0.20:5000")
    assert severities("HA029", {"haproxy.cfg": haproxy(registry)}) == ["info"]
    assert severities("HA029", {"haproxy.cfg": haproxy(registry, keystone)}) == ["warning"]


OLD = "defaults\n    contimeout 5000\n    clitimeout 50000\n{}\n    server a 10.0.0.11:80 check\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OLD.format("listen web 10.0.0.20:80"), "info"),
        (OLD.format("listen web 10.0.0.20:80\n    timeout client 5s"), "warning"),
        (OLD.format("listen web\n    bind 10.0.0.20:80"), "warning"),
    ],
)
def test_a_file_that_is_old_throughout(text: str, said: str) -> None:
    (one,) = found("HA026", {"haproxy.cfg": text})
    assert (one.severity.word, "1.6 or older" in one.what) == (said, said == "info")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("enabled_backends = lvm\nrabbit_hosts = mq1,mq2\n", "info"),
        ("transport_url = rabbit://c:x7Gk2m@mq1\nrabbit_hosts = mq1,mq2\n", "warning"),
    ],
)
def test_an_option_of_every_release_tells_none(options: str, said: str) -> None:
    assert severities("OS017", {"c1/cinder.conf": f"[DEFAULT]\n{options}"}) == [said]


AGENTS = "[DEFAULT]\nmin_l3_agents_per_router = 2\nmax_l3_agents_per_router = 2\n"


def test_as_many_agents_as_hosts_that_nobody_counted() -> None:
    assert severities("OS012", {f"n{n}/etc/neutron/neutron.conf": AGENTS for n in (1, 2)}) == ["warning"] * 2
    assert severities("OS012", {"neutron.conf": AGENTS}) == ["info"]


def test_rings_in_active_mode_of_corosync_1() -> None:
    rings = "totem {\n  version: 2\n  rrp_mode: active\n}\n"
    assert severities("CO020", {"corosync.conf": f"compatibility: whitetank\n{rings}"}) == ["info"]
    assert severities("CO020", {"corosync.conf": rings}) == ["warning"]


def test_a_vip_of_which_nothing_tells_what_stands_behind_it() -> None:
    bare = keepalived(check="", tracked="")
    (unsaid,) = found("KA004", {"lb1/keepalived.conf": bare})
    assert (unsaid.severity.word, "in no file given" in unsaid.why) == ("warning", True)
    served = {"lb1/keepalived.conf": bare, "lb1/haproxy.cfg": haproxy(api())}
    assert severities("KA004", served) == ["error"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("rabbit_max_retries = 0\nrabbit_durable_queues = true\n", "info"),
        ("rabbit_max_retries = 0\nrabbit_hosts = mq1,mq2\n", "warning"),
    ],
)
def test_a_removed_option_whose_default_serves(options: str, said: str) -> None:
    conf = f"[DEFAULT]\ntransport_url = rabbit://c:x7Gk2m@mq1\n[oslo_messaging_rabbit]\n{options}"
    (one,) = found("OS017", {"c1/cinder.conf": conf})
    assert (one.severity.word, "localhost" in one.why) == (said, said == "warning")


THRESHOLD = "rsc_defaults migration-threshold={}\n"
DATABASE = "primitive db ocf:heartbeat:{} op monitor interval=10s{}\n{} all db\n"


@pytest.mark.parametrize(
    ("agent", "more", "held", "threshold", "said"),
    [
        ("mysql", "", "ms", "1", "info"),
        ("mysql", "", "ms", "3", "warning"),
        ("mysql", "", "clone", "1", "warning"),
        ("mysql", " meta migration-threshold=5", "ms", "1", "warning"),
    ],
)
def test_a_database_that_somebody_looks_at_first(
    agent: str, more: str, held: str, threshold: str, said: str
) -> None:
    assert severities(
        "PA009", {"a.crm": DATABASE.format(agent, more, held) + THRESHOLD.format(threshold)}
    ) == [said]


NGINX = """stream {{
    upstream rabbit {{
        server 10.0.0.11:{0};
        server 10.0.0.12:{0};
    }}
    server {{
        listen 10.0.0.20:{0};
        proxy_pass rabbit;
    }}
}}
"""


def test_pages_for_people_may_take_a_minute() -> None:
    assert severities("NG001", {"nginx.conf": NGINX.format(15671)}) == ["info"]
    assert severities("NG001", {"nginx.conf": NGINX.format(5672)}) == ["warning"]
