"""Timeouts, check intervals and limits: how long the clients wait, and what is cut off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts import configurations
from fournines.components.haproxy.audit.facts.purpose import Purpose, purpose
from fournines.components.haproxy.audit.rules.checks import first_of
from fournines.components.haproxy.audit.rules.example import DEFAULTS, TWO, api, haproxy, listen
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import HaproxyConf, Proxy, Service, Statement
    from fournines.kit.audit.evidence import Evidence

_MANUAL = "HAProxy configuration manual"
HEARTBEAT = 60.0
"""Seconds; oslo.messaging heartbeat_timeout_threshold."""
_PATIENT = 600.0
"""Seconds an idle console may reasonably stand."""
_AMQP = "mode tcp\n" + "\n".join(
    f"server r{number} 10.0.0.1{number}:5672 check on-marked-down shutdown-sessions" for number in (1, 2)
)


def shortest(service: Service) -> tuple[float, Statement] | None:
    """The shorter of timeout client (frontend) and timeout server (backend), in seconds."""
    said = [service.front.timeout("client"), service.back.timeout("server")]
    known = [(value, where) for found in said if found for value, where in [found] if value is not None]
    return min(known, key=lambda pair: pair[0], default=None)


@rule(
    "HA013",
    Severity.WARNING,
    "Broker connections are cut before their heartbeat",
    consequence=Consequence.ERRORS,
    why="services send a heartbeat every 30 to 60 seconds: an AMQP connection idle for that long is cut, and "
    "all of them "
    "reconnect in a loop",
    fix="timeout client and timeout server of several hours for AMQP, or no proxy: list all brokers in "
    "transport_url",
    source="oslo.messaging heartbeat_timeout_threshold (60); redhat-openstack/osp-ha-deploy rabbitmq",
    bad={
        "haproxy.cfg": haproxy(
            listen(_AMQP + "\ntimeout client 50s\ntimeout server 50s", name="rabbitmq", bind="10.0.0.20:5672")
        )
    },
    good={
        "haproxy.cfg": haproxy(
            listen(_AMQP + "\ntimeout client 3h\ntimeout server 3h", name="rabbitmq", bind="10.0.0.20:5672")
        )
    },
    points_at="timeout client 50s",
)
def before_the_heartbeat(site: Evidence) -> Iterator[Hit | Unknown]:
    for service in first_of(site):
        found = shortest(service)
        if purpose(service) is Purpose.AMQP and found and found[0] < 2 * HEARTBEAT:
            yield Hit(
                found[1].at,
                f"{service.front.name} cuts connections idle for {found[0]:g} s; heartbeats come every "
                f"{HEARTBEAT / 2:g} to {HEARTBEAT:g} s",
                related=(service.at,),
            )


@rule(
    "HA014",
    Severity.WARNING,
    "Consoles are cut when nobody types",
    consequence=Consequence.ERRORS,
    why="a console is one long WebSocket: without timeout tunnel it lives as long as timeout client allows "
    "it to be idle",
    fix="timeout tunnel 1h",
    source=f"{_MANUAL} timeout tunnel; kolla-ansible nova-novncproxy",
    bad={
        "haproxy.cfg": haproxy(
            api(
                "server c1 10.0.0.11:6080 check\nserver c2 10.0.0.12:6080 check",
                name="novncproxy",
                bind="10.0.0.20:6080",
            )
        )
    },
    good={
        "haproxy.cfg": haproxy(
            api(
                "server c1 10.0.0.11:6080 check\nserver c2 10.0.0.12:6080 check",
                name="novncproxy",
                bind="10.0.0.20:6080",
                extra="timeout tunnel 1h",
            )
        )
    },
    points_at="listen novncproxy",
)
def consoles(site: Evidence) -> Iterator[Hit | Unknown]:
    cut: dict[str, list[tuple[Service, float, Statement]]] = {}
    for service in first_of(site):
        found = shortest(service)
        tunnel = service.back.timeout("tunnel") or service.front.timeout("tunnel")
        if purpose(service) is Purpose.CONSOLE and not tunnel and found and found[0] < _PATIENT:
            cut.setdefault(service.front.at.path, []).append((service, *found))
    for cases in cut.values():
        names = ", ".join(service.front.name for service, _, _ in cases)
        service, idle, said = cases[0]
        others = tuple(other.front.at for other, _, _ in cases[1:])
        yield Hit(
            service.front.at, f"consoles idle for {idle:g} s are ended: {names}", related=(said.at, *others)
        )


@rule(
    "HA015",
    Severity.WARNING,
    "A request to a server that just died is lost",
    consequence=Consequence.ERRORS,
    why="until the check notices, requests still go to the dead server; without a retry elsewhere each of "
    "them is an error",
    fix="option redispatch and retries 3 in defaults",
    source=f"{_MANUAL} option redispatch, retries",
    bad={"haproxy.cfg": haproxy(api(), defaults=DEFAULTS.replace("retries 3", "retries 0"))},
    good={"haproxy.cfg": haproxy(api())},
    points_at="retries 0",
)
def no_retry(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in configurations(site):
        lacking = []
        for proxy in (p for p in conf.proxies if len(p.servers) > 1):
            retries = proxy.find("retries")
            if retries and retries.value == "0":
                yield Hit(retries.at, f"{proxy.name} never tries again")
            elif not proxy.option("redispatch") and not proxy.find("redispatch") and not conf.fragment:
                lacking.append(proxy)
        if lacking and not conf.excerpt:
            yield Hit(
                lacking[0].at,
                f"no option redispatch for {', '.join(p.name for p in lacking[:5])}",
                related=tuple(p.at for p in lacking[1:]),
                severity=Severity.INFO,
            )


def _missing(conf: HaproxyConf, proxy: Proxy) -> list[str]:
    wanted = []
    if proxy.binds and (proxy.servers or proxy.targets):
        wanted.append("client")
    if proxy.servers or (proxy.kind == "listen" and proxy.binds and not proxy.stats):
        wanted += ["connect", "server"]
        if proxy.kind == "listen" and "client" not in wanted:
            wanted.insert(0, "client")
    del conf
    return [name for name in wanted if proxy.timeout(name) is None]


@rule(
    "HA016",
    Severity.WARNING,
    "No timeouts",
    consequence=Consequence.NO_FAILOVER,
    why="a connection to a host that vanished is held for ever, on both sides, until the limits are reached",
    fix="timeout connect, timeout client and timeout server in defaults",
    source="HAProxy 2.6: 'missing timeouts for proxy'",
    bad={"haproxy.cfg": haproxy(api(), defaults="mode http\nlog global")},
    good={"haproxy.cfg": haproxy(api())},
    points_at="listen keystone",
)
def no_timeouts(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in configurations(site):
        found = [(proxy, missing) for proxy in conf.proxies if (missing := _missing(conf, proxy))]
        if not found:
            continue
        proxy, missing = found[0]
        if conf.fragment or conf.excerpt:
            yield Unknown(proxy.at, "timeouts: the defaults section was not given")
            continue
        also = f" (and {len(found) - 1} more sections)" if len(found) > 1 else ""
        yield Hit(
            proxy.at,
            f"{proxy.name} has no timeout {', '.join(missing)}{also}",
            related=tuple(other.at for other, _ in found[1:]),
        )


_TINY = re.compile(r"\d{1,2}")


@rule(
    "HA018",
    Severity.WARNING,
    "A time without a unit: milliseconds were not meant",
    consequence=Consequence.SLOW,
    why="a number without a unit is milliseconds: inter 5 asks every server 200 times a second, timeout "
    "connect 5 gives up "
    "at the first lost packet",
    fix="write the unit: inter 5s",
    source=f"{_MANUAL} 2.5 time format",
    bad={"haproxy.cfg": haproxy(api(TWO.replace("inter 1s", "inter 5")))},
    good={"haproxy.cfg": haproxy(api())},
    points_at="server c1 10.0.0.11:5000 check inter 5 fall 2",
)
def no_unit(site: Evidence) -> Iterator[Hit | Unknown]:
    seen = set()
    for conf in configurations(site):
        for proxy in conf.proxies:
            for server in proxy.servers:
                for keyword in ("inter", "fastinter", "downinter"):
                    value = server.settings.get(keyword, "")
                    if _TINY.fullmatch(value) and proxy.at not in seen:
                        seen.add(proxy.at)
                        yield Hit(server.at, f"{keyword} {value} is {value} milliseconds")
            for said in proxy.all("timeout"):
                value = said.words[2] if len(said.words) > 2 else ""  # noqa: PLR2004
                if _TINY.fullmatch(value) and value.strip("0") and said.at not in seen:
                    seen.add(said.at)
                    yield Hit(said.at, f"timeout {said.value} {value} is {value} milliseconds")


def _limit(said: Statement | None) -> int | None:
    return int(said.value) if said and said.value.isdecimal() and len(said.value) < 10 else None  # noqa: PLR2004


_FEW = 50
_LONG = 600.0


@rule(
    "HA027",
    Severity.WARNING,
    "Connections are refused long before the servers are busy",
    consequence=Consequence.ERRORS,
    why="after a failover the connections of all clients come to one proxy: what exceeds maxconn waits in a "
    "queue or is "
    "refused, and long-lived connections hold their place",
    fix="global maxconn 20480 and 4096 for a frontend on a control plane; no maxconn for servers of "
    "long-lived connections",
    source="tripleo-validations tripleo_haproxy defaults; HAProxy configuration manual maxconn",
    bad={
        "haproxy.cfg": haproxy(
            listen(
                "mode tcp\ntimeout client 30m\ntimeout server 30m\nserver a 10.0.0.11:6443 check maxconn "
                "32\nserver b 10.0.0.12:6443 check maxconn 32",
                name="apiserver",
                bind="10.0.0.20:6443",
            )
        )
    },
    good={
        "haproxy.cfg": haproxy(
            listen(
                "mode tcp\ntimeout client 30m\ntimeout server 30m\nserver a 10.0.0.11:6443 check\nserver b "
                "10.0.0.12:6443 check",
                name="apiserver",
                bind="10.0.0.20:6443",
            )
        )
    },
    points_at="server a 10.0.0.11:6443 check maxconn 32",
)
def too_few_connections(site: Evidence) -> Iterator[Hit | Unknown]:
    for service in first_of(site):
        tight = [
            s
            for s in service.servers
            if (s.settings.get("maxconn", "")).isdecimal() and int(s.settings["maxconn"][:9]) <= _FEW
        ]
        idle = shortest(service)
        if tight and service.back.mode == "tcp" and idle and idle[0] >= _LONG:
            count = tight[0].settings["maxconn"]
            yield Hit(
                tight[0].at,
                f"{count} connections a server, each of which may idle for {idle[0] / 60:g} minutes",
                related=(idle[1].at,),
            )
    for conf in configurations(site):
        top, said = _limit(conf.setting("maxconn")), conf.setting("maxconn")
        fronts = [limit for p in conf.proxies if p.binds and (limit := _limit(p.find("maxconn"))) is not None]
        if top is not None and said and fronts and max(fronts) > top:
            yield Hit(
                said.at,
                f"global maxconn {top} is below the maxconn {max(fronts)} of a frontend",
                severity=Severity.INFO,
            )
