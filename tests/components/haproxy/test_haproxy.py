"""HAProxy: what it writes, what haproxy thinks of it, and that its checks go red."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError
from tests.components.fixed import API, DATABASE, file_of, fixed
from tests.programs import opinion
from tests.support import context_of, site_of

from fournines.components.haproxy.component import COMPONENT
from fournines.components.haproxy.deploy import CONF, DROP_IN
from fournines.components.haproxy.model import Options, detection_seconds, listeners
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import Endpoint, HealthCheck, ServedCertificate, VipCondition
from fournines.kit.step import Absent, Unit
from fournines.kit.verdict import Outcome
from fournines.spec.model import Site

GOLDEN = Path(__file__).parent / "golden"
CERTIFICATE = "/etc/haproxy/certs/controller.pem"


@pytest.fixture
def context(blog: Site, blog_context: Context) -> Context:
    return fixed(blog, blog_context)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == name)


def section(content: str, header: str) -> list[str]:
    """The lines of one section."""
    body = content.split(f"\n{header}\n", 1)[1].split("\n\n", 1)[0]
    return [line.strip() for line in body.splitlines()]


def conf(context: Context, host: str = "controller1") -> str:
    return file_of(COMPONENT, context, host, CONF).content


def with_endpoints(context: Context, *endpoints: Endpoint) -> Context:
    kept = tuple(d for d in context.declarations if not isinstance(d, Endpoint))
    return replace(context, declarations=(*kept, *endpoints))


def test_the_whole_files_are_as_reviewed(context: Context) -> None:
    assert conf(context) == (GOLDEN / "haproxy.cfg").read_text()
    assert (
        file_of(COMPONENT, context, "controller1", DROP_IN).content == (GOLDEN / "drop-in.conf").read_text()
    )


def test_two_balancers_differ_in_nothing_but_their_own_address(context: Context) -> None:
    assert conf(context).replace("10.0.0.11:8405", "10.0.0.12:8405") == conf(context, "controller2")


def test_an_api_is_served_with_tls_on_the_vip_and_nowhere_else(context: Context) -> None:
    lines = section(conf(context), "listen keystone")
    assert [line for line in lines if line.startswith("bind")] == [
        f"bind 10.0.0.20:5000 ssl crt {CERTIFICATE} alpn h2,http/1.1"
    ]
    assert "http-request set-header X-Forwarded-Proto https" in lines


def test_the_database_is_reached_locally_too_and_has_one_writer(context: Context) -> None:
    lines = section(conf(context), "listen galera")
    assert "bind 127.0.0.1:3306" in lines
    servers = [line for line in lines if line.startswith("server")]
    assert servers[0].startswith("server controller2 10.0.0.12:3306 check port 9200")
    assert "on-marked-up shutdown-backup-sessions" in servers[0]
    assert "backup" not in servers[0].replace("shutdown-backup-sessions", "").split()
    assert servers[1].split()[-1] == "backup"


def test_requests_for_one_image_go_to_one_host(context: Context) -> None:
    lines = section(conf(context), "listen glance")
    assert "balance hash path,field(4,/)" in lines
    assert "hash-type consistent" in lines
    assert ["", "v2", "images", "ID", "file"][4 - 1] == "ID"


def test_a_request_that_may_have_been_carried_out_is_not_repeated(context: Context) -> None:
    for header in ("listen keystone", "listen glance"):
        lines = section(conf(context), header)
        assert "http-request disable-l7-retry unless { method GET HEAD OPTIONS }" in lines


def test_the_host_is_fit_for_the_vip_only_with_a_writer(context: Context) -> None:
    lines = section(conf(context), "frontend health")
    assert any("status 503" in line and "nbsrv(galera) eq 0" in line for line in lines)
    without = with_endpoints(context, API)
    assert "503" not in "".join(section(conf(without), "frontend health"))


def test_without_a_certificate_there_is_no_tls(context: Context) -> None:
    kept = tuple(d for d in context.declarations if not isinstance(d, ServedCertificate))
    found = listeners(replace(context, declarations=kept), None)
    assert not any(listener.tls for listener in found)


def test_a_backend_without_a_health_check_is_still_asked_to_connect(context: Context) -> None:
    plain = with_endpoints(context, Endpoint("plain", 1234, ("controller1",), None, http=False, tls=False))
    lines = section(conf(plain), "listen plain")
    assert "option httpchk" not in lines
    assert "server controller1 10.0.0.11:1234 check" in lines


def test_a_check_ends_before_the_next_begins() -> None:
    with pytest.raises(ValidationError, match=r"check_timeout_ms \(500\) is not below check_interval_ms"):
        Options(check_timeout_ms=500)


def test_detection_takes_as_long_as_was_measured() -> None:
    """A hung backend was taken out after 1.47 s with just these values (upper bound 1.5 s)."""
    assert detection_seconds(Options()) == pytest.approx(1.5)


def test_keepalived_is_told_how_patient_to_be(blog: Site) -> None:
    (condition,) = [d for d in COMPONENT.declarations(blog) if isinstance(d, VipCondition)]
    assert condition.settles == detection_seconds(Options())
    slower = blog.model_copy(update={"components": {"haproxy": {"fall": 5}}})
    (patient,) = [d for d in COMPONENT.declarations(slower) if isinstance(d, VipCondition)]
    assert patient.settles > condition.settles


def test_two_files_per_connection_fit_into_a_container() -> None:
    assert Options().maxconn * 2 < 20_000


def test_a_change_reloads_and_only_the_unit_itself_restarts(context: Context) -> None:
    (unit,) = [s for s in COMPONENT.steps(context, context.site.controllers[0]) if isinstance(s, Unit)]
    assert unit.reload_on == (CONF, CERTIFICATE)
    assert unit.restart_on == (DROP_IN,)
    assert unit.rolling


def test_nothing_of_the_package_logs_or_rotates_a_second_time(context: Context) -> None:
    steps = COMPONENT.steps(context, context.site.controllers[0])
    assert {s.path for s in steps if isinstance(s, Absent)} == {
        "/etc/rsyslog.d/49-haproxy.conf",
        "/etc/logrotate.d/haproxy",
    }


def test_answering_goes_red(context: Context) -> None:
    answers = check(context, "haproxy.answers")
    well = {"controller1": Output(0, "ok\n"), "controller2": Output(0, "ok\n")}
    assert answers.verdict(well).outcome is Outcome.PASS
    hung = Output(28, "", "curl: (28) Operation timed out after 2001 milliseconds with 0 bytes received\n")
    assert answers.verdict(well | {"controller1": hung}).outcome is Outcome.FAIL


def test_listening_goes_red(context: Context) -> None:
    listens = check(context, "haproxy.listens")
    text = "".join(
        f"LISTEN 0 8000 {address} 0.0.0.0:*\n"
        for address in ("10.0.0.20:5000", "10.0.0.20:9292", "10.0.0.20:3306", "127.0.0.1:3306")
    )
    well = {"controller1": Output(0, text), "controller2": Output(0, text)}
    assert listens.verdict(well).outcome is Outcome.PASS
    own_only = Output(0, text.replace("10.0.0.20:5000", "10.0.0.12:5000"))
    verdict = listens.verdict(well | {"controller2": own_only})
    assert verdict.outcome is Outcome.FAIL
    assert verdict.seen == "controller2: nothing listens on 10.0.0.20:5000"


def test_currency_goes_red(context: Context) -> None:
    current = check(context, "haproxy.current")

    def answer(written: int) -> Output:
        info = "Name: HAProxy\nVersion: 3.0.11-1+deb13u5\nStart_time_sec: 1795282000\n\n"
        return Output(0, f"{info}\n{CONF} 1795281990\n{CERTIFICATE} {written}\n")

    well = {"controller1": answer(1795281000), "controller2": answer(1795282000)}
    assert current.verdict(well).outcome is Outcome.PASS
    verdict = current.verdict(well | {"controller1": answer(1795282001)})
    assert verdict.outcome is Outcome.FAIL
    assert CERTIFICATE in verdict.seen
    refused = Output(1, "", "Traceback\nConnectionRefusedError: [Errno 111] Connection refused\n")
    assert current.verdict(well | {"controller1": refused}).outcome is Outcome.FAIL


def test_metrics_go_red(context: Context) -> None:
    metrics = check(context, "haproxy.metrics")
    well = dict.fromkeys(metrics.asks, Output(0, "# HELP x\nhaproxy_process_nbthread 2\n"))
    assert metrics.verdict(well).outcome is Outcome.PASS
    page = Output(0, "<html><body><h1>404 Not Found</h1></body></html>\n")
    assert metrics.verdict(well | {"controller1": page}).outcome is Outcome.FAIL


def test_backends_go_red(context: Context) -> None:
    backends = check(context, "haproxy.backends")
    rows = [
        f"{pool},{host},UP,L7OK"
        for pool in ("keystone", "glance", "galera")
        for host in ("controller1", "controller2")
    ]
    header = "# pxname,svname,status,last_chk\n"
    text = header + "\n".join(rows) + "\n"
    well = {"controller1": Output(0, text), "controller2": Output(0, text)}
    assert backends.verdict(well).outcome is Outcome.PASS
    down = Output(0, text.replace("galera,controller2,UP,L7OK", "galera,controller2,DOWN,L7STS/503"))
    verdict = backends.verdict(well | {"controller1": down})
    assert verdict.outcome is Outcome.FAIL
    assert "controller1: galera/controller2 DOWN L7STS/503" in verdict.seen
    for broken in (text.replace("UP", "no check"), text.replace("UP", "MAINT"), header):
        assert backends.verdict(well | {"controller1": Output(0, broken)}).outcome is Outcome.FAIL
    going_down = Output(0, text.replace("UP", "UP 1/2"))
    assert backends.verdict(well | {"controller1": going_down}).outcome is Outcome.PASS
    assert DATABASE.name in text


def test_of_an_api_that_moves_one_backend_is_enough(context: Context) -> None:
    api = replace(API, one_host=True)
    moving = replace(context, declarations=tuple(api if d is API else d for d in context.declarations))
    assert "server controller1 10.0.0.11:5000 check downinter 200ms rise 1" in conf(moving, "controller1")
    backends = check(moving, "haproxy.backends")
    rows = [f"{p},controller{n},UP,L7OK" for p in ("keystone", "glance", "galera") for n in (1, 2)]
    text = "# pxname,svname,status,last_chk\n" + "\n".join(rows) + "\n"
    gone = text.replace("keystone,controller2,UP,L7OK", "keystone,controller2,DOWN,L4CON")
    nowhere = gone.replace("keystone,controller1,UP,L7OK", "keystone,controller1,DOWN,L4CON")
    for rows_seen, outcome in ((gone, Outcome.PASS), (nowhere, Outcome.FAIL)):
        assert backends.verdict(dict.fromkeys(backends.asks, Output(0, rows_seen))).outcome is outcome
    of_database = gone.replace("galera,controller2,UP", "galera,controller2,DOWN")
    assert backends.verdict(dict.fromkeys(backends.asks, Output(0, of_database))).outcome is Outcome.FAIL


def greeting(context: Context) -> str:
    """A file with a server that moves, is no HTTP server, and says something first."""
    one = replace(DATABASE, name="mariadb", health=None, single_writer=False, one_host=True, greets="MariaDB")
    moving = replace(context, declarations=tuple(one if d is DATABASE else d for d in context.declarations))
    return conf(moving, "controller1")


def test_a_server_that_moves_is_heard_not_only_connected_to(context: Context) -> None:
    text = greeting(context)
    section = text[text.index("listen mariadb") :].split("\n\n")[0]
    assert "option tcp-check\n    tcp-check expect string MariaDB\n" in section
    servers = [line for line in section.splitlines() if line.startswith("    server ")]
    assert [line.endswith(" backup") for line in servers] == [False, True], "both never get writes"


@pytest.mark.programs
def test_haproxy_accepts_a_greeting(context: Context, tmp_path: Path) -> None:
    files = {"haproxy.cfg": greeting(context).replace(CERTIFICATE, "/run/vip.pem")}
    files["vip.pem"] = context.secret("tls/vip")
    said = opinion(["haproxy", "-c", "-f", "/run/haproxy.cfg"], files, tmp_path)
    assert said.returncode == 0, said.stderr


@pytest.mark.programs
@pytest.mark.parametrize("host", ["controller1", "controller2"])
def test_haproxy_accepts_it(context: Context, host: str, tmp_path: Path) -> None:
    content = conf(context, host).replace(CERTIFICATE, "/run/vip.pem")
    files = {"haproxy.cfg": content, "vip.pem": context.secret("tls/vip")}
    said = opinion(["haproxy", "-c", "-f", "/run/haproxy.cfg"], files, tmp_path)
    assert said.returncode == 0, said.stderr
    assert "WARNING" not in said.stderr
    files["haproxy.cfg"] = content.replace("balance leastconn", "balance leastcon")
    assert opinion(["haproxy", "-c", "-f", "/run/haproxy.cfg"], files, tmp_path).returncode


def test_the_last_living_server_is_used_though_it_is_slow(context: Context) -> None:
    """A backup that is the same server: up as long as it accepts, asked only when nobody is healthy."""
    for pool in ("keystone", "glance"):
        lines = section(conf(context), f"listen {pool}")
        servers = [line.split() for line in lines if line.startswith("server ")]
        for _, host, address, *_ in [words for words in servers if "backup" not in words]:
            assert f"server {host}-slow {address} backup track {pool}-accepts/{host}" in lines
            assert f"server {host} {address} check" in section(conf(context), f"backend {pool}-accepts")
        assert "option allbackups" in lines
    assert not any("-slow" in line for line in section(conf(context), "listen galera"))


def test_who_answers_dearly_is_asked_seldom(context: Context) -> None:
    dear = Endpoint("novnc", 6080, ("controller1",), HealthCheck("/", every=5))
    content = conf(with_endpoints(context, dear, API))
    for header in ("listen novnc", "backend novnc-accepts"):
        lines = section(content, header)
        asked = lines.index("default-server inter 5000ms")  # holds for the servers that follow
        assert all(lines.index(line) > asked for line in lines if line.startswith("server "))
    assert "timeout check 1000ms" in section(content, "listen novnc")
    usual = section(content, "listen keystone")
    assert not [line for line in usual if "default-server" in line or "timeout check" in line]
    patient = {"haproxy": Options(check_interval_ms=20_000)}
    (found,) = listeners(replace(with_endpoints(context, dear), parsed=patient), None)
    assert (found.check_every_ms, found.check_timeout_ms) == (20000, 4000)


def test_who_says_that_he_lives_is_asked_there_and_heard_when_he_ends(context: Context) -> None:
    busy = Endpoint("nova", 8774, ("controller1",), HealthCheck("/", alive=18774))
    content = conf(with_endpoints(context, busy, API))
    lines = section(content, "listen nova")
    assert "server controller1 10.0.0.11:8774 check port 18774" in lines
    assert "http-check disable-on-404" in lines
    assert "server controller1 10.0.0.11:8774 check" in section(content, "backend nova-accepts")
    assert not [line for line in section(content, "listen keystone") if "404" in line or " port " in line]


def test_backends_may_listen_elsewhere_and_upgraded_connections_last(context: Context) -> None:
    console = Endpoint("novnc", 6080, ("controller1",), HealthCheck("/"), backend_port=6081, tunnel=3600)
    content = conf(with_endpoints(context, console, API))
    lines = section(content, "listen novnc")
    assert "bind 10.0.0.20:6080 ssl crt /etc/haproxy/certs/controller.pem alpn h2,http/1.1" in lines
    assert [line.split()[2] for line in lines if line.startswith("server")] == ["10.0.0.11:6081"] * 2
    assert "timeout tunnel 3600000ms" in lines
    assert not [line for line in section(content, "listen keystone") if "tunnel" in line]


@pytest.mark.programs
def test_haproxy_accepts_a_tunnel(context: Context, tmp_path: Path) -> None:
    plain = replace(
        context, declarations=tuple(d for d in context.declarations if not isinstance(d, ServedCertificate))
    )
    asked = HealthCheck("/", every=5)
    console = Endpoint("novnc", 6080, ("controller1",), asked, backend_port=6081, tunnel=3600)
    content = conf(with_endpoints(plain, console))
    said = opinion(["haproxy", "-c", "-f", "/run/haproxy.cfg"], {"haproxy.cfg": content}, tmp_path)
    assert said.returncode == 0, said.stderr


def test_where_a_cluster_asks_it_it_ends_after_that() -> None:
    passive = context_of(site_of("active-passive.yaml"))
    host = passive.site.hosts["controller1"]
    (unit,) = [step for step in COMPONENT.steps(passive, host) if isinstance(step, Unit)]
    assert (unit.enabled, unit.running, unit.restart_by) == (True, True, ())
    assert "\nBefore=pacemaker.service\n" in file_of(COMPONENT, passive, "controller1", DROP_IN).content
