"""Option sets: every value of the others is in the files of the example, nothing of ours is left there."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from bench.option_set import Edit, NothingToChangeError, OptionSet, applied
from bench.peer_sets import GALERA, GARB, GLANCE, HAPROXY, KEEPALIVED, KEYSTONE, RABBITMQ, RABBITMQ_ADVANCED
from tests.programs import opinion
from tests.support import site_of

from bench import peer_sets
from fournines.kit.check import Check, Output
from fournines.kit.step import Sysctl
from fournines.kit.verdict import Outcome
from fournines.plan.kernel import SYSCTL_FILE
from fournines.plan.make import make_plan
from fournines.plan.model import Plan
from fournines.plan.render import rendered
from fournines.secrets.generate import complete

SERVERS = "inter 2000 rise 2 fall 5"
BOTH = (
    (HAPROXY, f"    server controller1 10.0.0.11:5000 check {SERVERS}"),
    (HAPROXY, f"    server controller2 10.0.0.12:9292 check {SERVERS}"),
    (HAPROXY, f"    server controller2 10.0.0.12:3306 check port 9200 {SERVERS}"),
    (HAPROXY, f"    server controller1 10.0.0.11:3306 check port 9200 {SERVERS} backup"),
    (HAPROXY, "    option httpchk"),
    (HAPROXY, "    retries 3"),
    (HAPROXY, "    option redispatch"),
    (HAPROXY, "    timeout check 10s"),
    (HAPROXY, "    timeout connect 10s"),
    (HAPROXY, "    timeout queue 1m"),
    (HAPROXY, "    timeout http-request 10s"),
    (HAPROXY, "    timeout http-keep-alive 10s"),
    (HAPROXY, "    timeout client 60000ms"),
    (HAPROXY, "    timeout server 60s"),
    (KEEPALIVED, "    vrrp_version 2"),
    (KEEPALIVED, "    advert_int 1"),
    (KEEPALIVED, "    nopreempt"),
    (GALERA, "wsrep_retry_autocommit = 1"),
    (GALERA, "innodb_flush_log_at_trx_commit = 1"),
    (RABBITMQ, "default_queue_type = quorum"),
    (RABBITMQ_ADVANCED, "[{kernel, [{inet_dist_use_interface, {10,0,0,11}}]},"),
    (KEYSTONE, "backend = oslo_cache.memcache_pool"),
    (KEYSTONE, "memcache_servers = 10.0.0.11:11211,10.0.0.12:11211"),
    (GLANCE, "memcached_servers = 10.0.0.11:11211,10.0.0.12:11211"),
    (SYSCTL_FILE, "net.ipv4.tcp_retries2 = 15"),
)
WANTED = {
    "kolla": (
        *BOTH,
        (HAPROXY, "    nbthread 1"),
        (HAPROXY, "    balance roundrobin"),
        (HAPROXY, "    timeout client 3600000ms"),
        (HAPROXY, "    timeout server 3600000ms"),
        (HAPROXY, "    timeout server 6h"),
        (HAPROXY, "    option clitcpka"),
        (HAPROXY, "    option srvtcpka"),
        (KEEPALIVED, "    interval 2"),
        (KEEPALIVED, "    fall 2"),
        (KEEPALIVED, "    rise 10"),
        (KEEPALIVED, "    priority 2"),
        (GALERA, "wsrep_slave_threads = 4"),
        (RABBITMQ, "cluster_partition_handling = pause_minority"),
        *((path, line) for path in (KEYSTONE, GLANCE) for line in ("connection_recycle_time = 10",)),
        *((path, line) for path in (KEYSTONE, GLANCE) for line in ("max_pool_size = 1", "max_retries = -1")),
    ),
    "guide": (
        *BOTH,
        (HAPROXY, "    balance source"),
        (HAPROXY, "    option tcpka"),
        (KEEPALIVED, "    interval 1"),
        (KEEPALIVED, "    fall 1"),
        (KEEPALIVED, "    rise 1"),
        (GALERA, "wsrep_slave_threads = 1"),
    ),
}
"""Line by line what the sources say, on the first controller."""
CLIENT = r"127\.0\.0\.1|connection_parameters|pool_timeout|max_overflow|dead_retry|socket_timeout"
OURS_ONLY = {
    HAPROXY: r"fastinter|downinter|on-marked|retry-on|leastconn|http-check|-slow|-accepts|\d\dms .*check",
    KEEPALIVED: r"track_file|vrrp_garp|vrrp_rt|vrrp_priority|fournines-fitness|advert_int 0",
    GALERA: r"evs\.|peer_timeout",
    GARB: r"evs\.|peer_timeout",
    RABBITMQ: r"^heartbeat",
    RABBITMQ_ADVANCED: r"\{net_ticktime|\{net_setuptime|\{aten",
    KEYSTONE: rf"{CLIENT}|expiration_time",
    GLANCE: rf"{CLIENT}|http_connect|http_request",
}
GUIDE_ONLY = {
    HAPROXY: r"hash|clitcpka|3600000ms|timeout server 60000ms",
    RABBITMQ: "cluster_partition_handling",
    KEYSTONE: "max_pool_size|max_retries|recycle",
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    site = site_of("blog.yaml")
    return make_plan(site, complete({}, site))


def option_set(name: str, plan: Plan) -> OptionSet:
    made: OptionSet = getattr(peer_sets, name)(plan.context.site)
    return made


def files(plan: Plan) -> dict[tuple[str, str], str]:
    return {(one.host, one.file.path): one.file.content for one in rendered(plan)}


def changed(before: Plan, after: Plan) -> dict[tuple[str, str], str]:
    was = files(before)
    return {place: content for place, content in files(after).items() if content != was[place]}


@pytest.mark.parametrize("name", ["kolla", "guide"])
def test_every_value_of_the_others_is_in_the_files(plan: Plan, name: str) -> None:
    found = files(applied(option_set(name, plan), plan))
    missing = [(p, line) for p, line in WANTED[name] if line not in found["controller1", p].splitlines()]
    assert not missing


@pytest.mark.parametrize("name", ["kolla", "guide"])
def test_nothing_of_ours_is_left_in_them(plan: Plan, name: str) -> None:
    found = files(applied(option_set(name, plan), plan))
    ours = (*OURS_ONLY.items(), *(GUIDE_ONLY.items() if name == "guide" else ()))
    for (host, path), content in found.items():
        for subject, pattern in ours:
            settings = [line for line in content.splitlines() if not line.lstrip().startswith(("#", "%"))]
            if path == subject:
                assert not [line for line in settings if re.search(pattern, line)], (host, path)


@pytest.mark.parametrize("name", ["kolla", "guide"])
def test_no_other_file_is_changed_and_these_on_every_host(plan: Plan, name: str) -> None:
    controller = {HAPROXY, KEEPALIVED, GALERA, RABBITMQ, RABBITMQ_ADVANCED, KEYSTONE, GLANCE, SYSCTL_FILE}
    expected = {(host, path) for host in ("controller1", "controller2") for path in controller}
    expected |= {("dashboard", path) for path in (GARB, RABBITMQ, RABBITMQ_ADVANCED, SYSCTL_FILE)}
    assert changed(plan, applied(option_set(name, plan), plan)).keys() == expected


def test_the_kernel_is_set_now_as_in_its_file(plan: Plan) -> None:
    after = applied(option_set("kolla", plan), plan)
    steps = [s for phase in after.phases for of_host in phase.steps.values() for s in of_host]
    assert {s.value for s in steps if isinstance(s, Sysctl) and s.key == "net.ipv4.tcp_retries2"} == {"15"}


def test_the_others_prefer_the_vips_holder_that_we_prefer(plan: Plan) -> None:
    found = files(applied(option_set("kolla", plan), plan))
    assert "    priority 2\n" in found["controller1", KEEPALIVED]
    assert "    priority 1\n" in found["controller2", KEEPALIVED]


def test_our_own_set_changes_nothing(plan: Plan) -> None:
    assert applied(peer_sets.OURS, plan) is plan


def test_a_first_deployment_does_without_the_vip(plan: Plan) -> None:
    whole = option_set("kolla", plan)
    first, then = applied(whole.without_vip(), plan), applied(whole, plan)
    assert changed(first, then).keys() == {(f"controller{n}", p) for n in (1, 2) for p in (KEYSTONE, GLANCE)}
    assert "@127.0.0.1:3306/keystone" in files(first)["controller1", KEYSTONE]
    assert "@10.0.0.20:3306/keystone" in files(then)["controller1", KEYSTONE]


@pytest.mark.parametrize("name", ["kolla", "guide"])
def test_what_finds_nothing_to_change_is_an_error(plan: Plan, name: str) -> None:
    options = option_set(name, plan)
    with pytest.raises(NothingToChangeError, match=r"nothing to change|no check"):
        applied(options, applied(options, plan))
    for edit in options.edits:  # each by itself: what is there already is no change
        content = "# another file altogether\n"
        with pytest.raises(NothingToChangeError, match=re.escape(edit.path)):
            edit.of(content, "controller1")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"edits": (Edit("/etc/nothing", "a", "b", "nobody"),)}, "no file /etc/nothing"),
        ({"kernel": {"net.ipv4.nothing": "1"}}, "no parameter net.ipv4.nothing"),
        ({"runs_with": {"galera.nothing": {}}}, "no check galera.nothing"),
        ({"compare": ("glance.nothing",)}, "no check glance.nothing"),
    ],
)
def test_what_the_site_does_not_have_is_an_error(plan: Plan, what: dict[str, object], said: str) -> None:
    wrong = replace(option_set("kolla", plan), **what)  # type: ignore[arg-type]
    with pytest.raises(NothingToChangeError, match=re.escape(said)):
        applied(wrong, plan)


def test_every_value_has_a_source(plan: Plan) -> None:
    for name in ("kolla", "guide"):
        for edit in option_set(name, plan).edits:
            assert re.match(r"openstack/\S+ .*(a7fc0cd|a299b5b|4d955f3)|not set there", edit.source)


# --- what is asked of hosts instead of our own settings -----------------------------------------------------


def check(plan: Plan, name: str) -> Check:
    (found,) = [one for one in plan.checks if one.id == name]
    return found


GALERA_SAYS = (
    "innodb_flush_log_at_trx_commit\t1\nwsrep_sst_method\tmariabackup\n"
    "evs.suspect_timeout\t{}\nevs.join_retrans_period\t1.000000\npc.recovery\t0\n"
)


@pytest.mark.parametrize(("suspect", "outcome"), [("5.000000", Outcome.PASS), ("1.000000", Outcome.FAIL)])
def test_galera_runs_with_their_values(plan: Plan, suspect: str, outcome: Outcome) -> None:
    asked = check(applied(option_set("guide", plan), plan), "galera.settings")
    said = Output(0, GALERA_SAYS.format(suspect))
    assert asked.verdict(dict.fromkeys(asked.asks, said)).outcome is outcome
    assert asked.verdict(dict.fromkeys(asked.asks, Output(1, ""))).outcome is Outcome.FAIL


@pytest.mark.parametrize(("tick", "outcome"), [("60", Outcome.PASS), ("5", Outcome.FAIL)])
def test_the_broker_runs_with_their_values(plan: Plan, tick: str, outcome: Outcome) -> None:
    asked = check(applied(option_set("kolla", plan), plan), "rabbitmq.settings")
    said = Output(0, f"running\ta,b,c\ntick\t{tick}\nleader_poll\t5000\nqueue\tx\ty\tz\tw\n")
    assert asked.verdict(dict.fromkeys(asked.asks, said)).outcome is outcome


def test_the_kernel_is_asked_for_their_values(plan: Plan) -> None:
    asked = check(applied(option_set("guide", plan), plan), "hosts.kernel-controller")
    right = "".join(f"{key} = {value}\n" for key, value in option_set("guide", plan).kernel.items())
    said = Output(0, f"net.ipv4.ip_nonlocal_bind = 1\n{right}")
    assert asked.verdict(dict.fromkeys(asked.asks, said)).outcome is Outcome.PASS
    ours = Output(0, right.replace("retries2 = 15", "retries2 = 5"))
    assert asked.verdict(dict.fromkeys(asked.asks, ours)).outcome is Outcome.FAIL


def test_only_checks_that_compare_with_our_files_are_left_out(plan: Plan) -> None:
    """What they compare is compared with the set's."""
    before = {one.id for one in plan.checks}
    after = applied(option_set("kolla", plan), plan)
    assert before - {one.id for one in after.checks} == {"keystone.same-secrets", "glance.same-secrets"}
    for host in ("controller1", "controller2"):
        assert {KEYSTONE, GLANCE} <= set(check(after, "peers.files").asks[host].argv)


def test_the_files_on_the_hosts_are_looked_at(plan: Plan) -> None:
    after = applied(option_set("kolla", plan), plan)
    asked = check(after, "peers.files")
    found = files(after)

    def said(host: str) -> Output:
        paths = asked.asks[host].argv[1:]
        return Output(
            0, "".join(f"{hashlib.sha256(found[host, p].encode()).hexdigest()}  {p}\n" for p in paths)
        )

    answers = {host: said(host) for host in asked.asks}
    assert asked.asks.keys() == {"dashboard", "controller1", "controller2"}
    assert asked.verdict(answers).outcome is Outcome.PASS
    other = answers | {"controller2": Output(0, said("controller2").stdout.replace("a", "b"))}
    assert asked.verdict(other).outcome is Outcome.FAIL
    assert asked.verdict(answers | {"dashboard": None}).outcome is Outcome.UNKNOWN


# --- the programs that read them ----------------------------------------------------------------------------


@pytest.mark.programs
@pytest.mark.parametrize("name", ["kolla", "guide"])
def test_haproxy_accepts_them(plan: Plan, name: str, tmp_path: Path) -> None:
    content = files(applied(option_set(name, plan), plan))["controller1", HAPROXY]
    content = re.sub(r"ssl crt \S+", "ssl crt /run/vip.pem", content)
    argv = ["haproxy", "-c", "-f", "/run/haproxy.cfg"]
    there = {"vip.pem": plan.context.secret("tls/vip")}
    said = opinion(argv, {"haproxy.cfg": content, **there}, tmp_path)
    assert said.returncode == 0, said.stderr
    assert "WARNING" not in said.stderr
    broken = content.replace("fall 5", "fell 5")
    assert opinion(argv, {"haproxy.cfg": broken, **there}, tmp_path).returncode


@pytest.mark.programs
@pytest.mark.parametrize("name", ["kolla", "guide"])
def test_keepalived_accepts_them(plan: Plan, name: str, tmp_path: Path) -> None:
    content = files(applied(option_set(name, plan), plan))["controller1", KEEPALIVED]
    argv = ["keepalived", "--config-test", "--use-file", "/run/k.conf"]
    said = opinion(argv, {"k.conf": content}, tmp_path)
    assert said.returncode == 0, said.stderr + said.stdout
    broken = content.replace("/usr/bin/socat", "/usr/bin/nothing")
    assert opinion(argv, {"k.conf": broken}, tmp_path).returncode
