"""How long HAProxy takes to notice that a server is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts import configurations
from fournines.components.haproxy.audit.rules.example import DEFAULTS, api, haproxy
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import HaproxyConf, Proxy, Server
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_MANUAL = "HAProxy configuration manual"
_SLOW_CONNECT = 10.0
_SLOW_DETECTION = 10.0
_VERY_SLOW_DETECTION = 30.0


@rule(
    "HA017",
    Severity.WARNING,
    "A dead server is noticed late",
    consequence=Consequence.SLOW,
    why="until the check has failed fall times, and for each request until timeout connect, clients wait for "
    "a dead server",
    fix="timeout connect 2s to 5s; inter 1s to 2s with fall 2 or 3, and fastinter below inter",
    source=f"{_MANUAL} 5.2 inter, fall; timeout connect",
    bad={
        "haproxy.cfg": haproxy(api(), defaults=DEFAULTS.replace("timeout connect 2s", "timeout connect 50s"))
    },
    good={"haproxy.cfg": haproxy(api())},
    points_at="timeout connect 50s",
)
def late(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in configurations(site):
        yield from _slow_connects(conf)
        slow: dict[Place | None, list[tuple[float, Proxy, Server]]] = {}
        for proxy in conf.proxies:
            found = [(noticed(proxy, s), proxy, s) for s in proxy.servers if s.checked]
            worst = max(found, key=lambda one: one[0], default=None)
            if worst and worst[0] > _SLOW_DETECTION:
                slow.setdefault(_slowest(proxy, worst[2]), []).append(worst)
        for timeout, cases in slow.items():
            seconds_, proxy, server = max(cases, key=lambda one: one[0])
            place = timeout or server.at
            also = f" (and {len(cases) - 1} more sections)" if len(cases) > 1 else ""
            yield Hit(
                place,
                f"{proxy.name}{also} notices a server that hangs after {seconds_:g} s: {_sum(proxy, server)}",
                related=tuple(s.at for _, _, s in cases if s.at != place),
                severity=Severity.WARNING if _too_long(seconds_, server) else Severity.INFO,
            )


def _too_long(seconds_: float, server: Server) -> bool:
    return server.detection > _VERY_SLOW_DETECTION or seconds_ > 2 * _VERY_SLOW_DETECTION


def _slow_connects(conf: HaproxyConf) -> Iterator[Hit]:
    seen = set()
    for proxy in conf.proxies:
        said = proxy.timeout("connect") if proxy.servers else None
        if said and said[0] is not None and said[0] >= _SLOW_CONNECT and said[1].at not in seen:
            seen.add(said[1].at)
            yield Hit(
                said[1].at,
                f"a dead server costs a client {said[0]:g} s for each attempt",
                severity=Severity.WARNING if said[0] > _SLOW_CONNECT else Severity.INFO,
            )


def noticed(proxy: Proxy, server: Server) -> float:
    """Seconds until a server that stops answering is DOWN, at worst.

    The last good check was just over; then fall checks fail. Each waits for the connection no longer than
    ``timeout connect`` (with ``timeout check``) or inter; one that asks something waits ``timeout check``
    for the answer. The next check starts fastinter after the start of the last, or when that has failed.
    Manual, timeout check, and 5.2 inter, fastinter.
    """
    wait = _wait(proxy, server)
    return server.inter + (server.fall - 1) * max(server.fastinter, wait) + wait


def _sum(proxy: Proxy, server: Server) -> str:
    """The terms of ``noticed``, for a reader to follow."""
    wait, check = _wait(proxy, server), proxy.timeout("check")
    which = "inter" if not check else "timeout check" if wait == check[0] else "timeout connect"
    waits = f"a check waits {wait:g} s, {which}"
    if server.fastinter <= wait:
        return f"inter {server.inter:g} s + fall {server.fall} x {wait:g} s ({waits})"
    again = f"{server.fall - 1} x fastinter {server.fastinter:g} s"
    return f"inter {server.inter:g} s + {again} + {wait:g} s ({waits})"


def _wait(proxy: Proxy, server: Server) -> float:
    check, connect = proxy.timeout("check"), proxy.timeout("connect")
    if not check or check[0] is None:
        return server.inter
    reached = min(connect[0], server.inter) if connect and connect[0] is not None else server.inter
    return max(reached, check[0]) if _asks(proxy) else reached


_ASKING = ("httpchk", "mysql-check", "pgsql-check", "redis-check", "ldap-check", "smtpchk", "ssl-hello-chk")


def _asks(proxy: Proxy) -> bool:
    """Whether a check expects an answer; a TCP connect to a hung process succeeds."""
    asking = (
        "httpchk",
        "mysql-check",
        "pgsql-check",
        "redis-check",
        "ldap-check",
        "smtpchk",
        "ssl-hello-chk",
    )
    return any(proxy.option(name) for name in asking) or bool(proxy.all("tcp-check", "expect"))


def _slowest(proxy: Proxy, server: Server) -> Place | None:
    """``timeout check`` where it is what takes long; None where it is the server line."""
    check = proxy.timeout("check")
    return check[1].at if check and _wait(proxy, server) > server.inter else None
