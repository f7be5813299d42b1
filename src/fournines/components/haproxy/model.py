"""HAProxy's options, and what it makes of the declared endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from pydantic import Field, model_validator

from fournines.kit.context import Context
from fournines.kit.declare import Endpoint, HealthCheck
from fournines.kit.endpoints import at, vip_addresses
from fournines.spec.model import Strict
from fournines.spec.shapes import first_written, wrong
from fournines.spec.types import Milliseconds, Seconds, Whole

HEALTH_PORT = 8404
HEALTH = f"http://127.0.0.1:{HEALTH_PORT}"
PROMETHEUS_PORT = 8405
UNIT = "haproxy.service"
SOCKET = "/run/haproxy/admin.sock"
FLAG = "/run/haproxy/down"
"""``0`` while HAProxy runs, ``1`` once it is gone; written by its unit, watched by keepalived."""
LOG = "/var/log/haproxy.log"


class Options(Strict):
    """What a site may override. Times in milliseconds where the name says so."""

    maxconn: Whole = Field(default=8000, ge=100, le=1_000_000)
    """Connections at once. Each takes two files; 20,000 is what an unprivileged container allows."""
    check_interval_ms: Milliseconds = Field(default=500, ge=100, le=60_000)
    """Time between two health checks of a backend that is up (``inter``)."""
    check_fast_ms: Milliseconds = Field(default=200, ge=50, le=60_000)
    """The same after a first failure or success, until the state is settled (``fastinter``)."""
    check_down_ms: Milliseconds = Field(default=1000, ge=100, le=60_000)
    """The same for a backend that is down (``downinter``)."""
    check_timeout_ms: Milliseconds = Field(default=400, ge=50, le=60_000)
    """How long a backend may take to answer a check; shorter than ``check_interval_ms``. Left out, HAProxy
    waits a whole ``inter`` for the answer, and with the ten seconds that most guides set it notices a hung
    API after 58 s."""
    writer_interval_ms: Milliseconds = Field(default=300, ge=100, le=60_000)
    """``inter`` of a single-writer pool: every write waits for it, and its health page is cheap to ask."""
    writer_fast_ms: Milliseconds = Field(default=150, ge=50, le=60_000)
    """``fastinter`` of a single-writer pool."""
    writer_timeout_ms: Milliseconds = Field(default=250, ge=50, le=60_000)
    """``timeout check`` of a single-writer pool; shorter than ``writer_interval_ms``."""
    fall: Whole = Field(default=2, ge=1, le=20)
    """Failed checks until a backend is down. 1 would let one lost packet move every client."""
    rise: Whole = Field(default=2, ge=1, le=100)
    """Good checks until a backend is up again."""
    writer_rise: Whole = Field(default=3, ge=1, le=100)
    """Good checks until the preferred server of a single-writer pool takes the writes back: that ends the
    sessions at its stand-in, so it should be there to stay."""
    connect_timeout_ms: Milliseconds = Field(default=500, ge=50, le=60_000)
    """How long a backend may take to accept a connection, before another one is tried."""
    client_timeout: Seconds = Field(default=60.0, ge=1, le=86400)
    """Seconds an HTTP client may be silent."""

    @model_validator(mode="after")
    def _timeout_below_interval(self) -> Self:
        for kind in ("check", "writer"):
            timeout, interval = getattr(self, f"{kind}_timeout_ms"), getattr(self, f"{kind}_interval_ms")
            if timeout >= interval:
                raise wrong(
                    f"{kind}_timeout_ms ({timeout}) is not below {kind}_interval_ms ({interval}): a check "
                    "must end before the next one begins",
                    f"write {kind}_timeout_ms: {interval - 50} or less, or a longer {kind}_interval_ms",
                    at=first_written(self, f"{kind}_timeout_ms", f"{kind}_interval_ms"),
                )
            fast = getattr(self, f"{kind}_fast_ms")
            if fast > interval:
                raise wrong(
                    f"{kind}_fast_ms ({fast}) is more than {kind}_interval_ms ({interval}): it would slow "
                    "the checks down just when a backend fails",
                    f"write {kind}_fast_ms: {interval} or less, or a longer {kind}_interval_ms",
                    at=first_written(self, f"{kind}_fast_ms", f"{kind}_interval_ms"),
                )
        return self


def detection_seconds(options: Options) -> float:
    """The longest time from a backend's hanging to its being taken out, in seconds.

    A check has just passed when it hangs; the next begins after ``inter`` and times out, and so do the
    further ones, ``fastinter`` apart, until ``fall`` are together (HAProxy manual 5.2, ``inter``).
    """
    silent = options.fall * options.check_timeout_ms
    between = options.check_interval_ms + (options.fall - 1) * options.check_fast_ms
    return (silent + between) / 1000


@dataclass(frozen=True, slots=True)
class Backend:
    """A server line: who, where, and its words."""

    name: str
    address: str
    words: str


@dataclass(frozen=True, slots=True)
class Listener:
    """One endpoint as HAProxy serves it; ``binds`` are whole bind lines without the keyword.

    ``check_timeout_ms`` and ``check_every_ms`` are None where the defaults' serve. ``slow_backends`` are the
    same hosts once more, for as long as no host answers its health question in time but some accept
    connections: a balancer that takes its last living server out for being slow makes an outage of a delay.
    """

    name: str
    http: bool
    tls: bool
    binds: tuple[str, ...]
    health: HealthCheck | None
    greets: str | None
    check_timeout_ms: int | None
    check_every_ms: int | None
    timeout_ms: int
    tunnel_ms: int | None
    balance: tuple[str, ...]
    backends: tuple[Backend, ...]
    slow_backends: tuple[Backend, ...]


def listeners(context: Context, certificate: str | None) -> Iterator[Listener]:
    """What HAProxy listens to: each endpoint on the VIPs that serve it; other than HTTP on 127.0.0.1 too.

    The local port lets a service reach the database through its own host's HAProxy: the death of the VIP's
    holder then costs it nothing. Both HAProxies must pick the same writer without talking to each other, so
    a single-writer pool has a fixed order: the last host, and the others stand by.
    """
    options = context.options("haproxy", Options)
    for endpoint in context.declared(Endpoint):
        tls = f" ssl crt {certificate}" if endpoint.tls and certificate else ""
        tls += " alpn h2,http/1.1" if tls and endpoint.http else ""
        binds = [f"{at(address, endpoint.port)}{tls}" for address in vip_addresses(context.site, endpoint)]
        if not endpoint.http:
            binds.append(f"127.0.0.1:{endpoint.port}")
        yield Listener(
            name=endpoint.name,
            http=endpoint.http,
            tls=bool(tls),
            binds=tuple(binds),
            health=endpoint.health,
            greets=endpoint.greets,
            check_timeout_ms=_timeout(endpoint, options),
            check_every_ms=_every(endpoint, options),
            timeout_ms=round(endpoint.timeout_server * 1000),
            tunnel_ms=round(endpoint.tunnel * 1000) if endpoint.tunnel else None,
            balance=_balance(endpoint),
            backends=tuple(_backends(context, endpoint, options)),
            slow_backends=tuple(_slow_backends(context, endpoint)),
        )


def _every(endpoint: Endpoint, options: Options) -> int | None:
    """Milliseconds between two dear questions; never fewer than the site asks of all others."""
    if endpoint.health is None or endpoint.health.every is None:
        return None
    return max(round(endpoint.health.every * 1000), options.check_interval_ms)


def _timeout(endpoint: Endpoint, options: Options) -> int | None:
    """Milliseconds that an answer may take, where not as long as all others.

    What is dear to answer takes long on a busy host: it has a fifth of the time between two questions.
    """
    if endpoint.single_writer:
        return options.writer_timeout_ms
    every = _every(endpoint, options)
    return None if every is None else max(every // 5, options.check_timeout_ms)


def _balance(endpoint: Endpoint) -> tuple[str, ...]:
    """The lines that say how requests are spread: to the least busy backend, or by a part of the path."""
    if not endpoint.affinity:
        return ("balance leastconn",)
    # field(1,/) is what stands before the first slash: nothing.
    return (f"balance hash path,field({endpoint.affinity + 1},/)", "hash-type consistent")


def _backends(context: Context, endpoint: Endpoint, options: Options) -> Iterator[Backend]:
    asked = endpoint.health.asked_at if endpoint.health else None
    port = f" port {asked}" if asked else ""
    hosts = endpoint.hosts[::-1] if endpoint.single_writer else endpoint.hosts
    for index, host in enumerate(hosts):
        words = f"check{port}"
        if endpoint.single_writer:
            words += f" inter {options.writer_interval_ms}ms fastinter {options.writer_fast_ms}ms"
            # The order decides, not the history: two HAProxies that saw a failure at different moments still
            # agree on the writer. Sessions left at the stand-in would be a second writer, so they end.
            words += (
                " backup" if index else f" rise {options.writer_rise} on-marked-up shutdown-backup-sessions"
            )
        if endpoint.one_host:
            # On the others its port is closed. Where the cluster manager starts it, it has asked it already.
            words += f" downinter {options.check_fast_ms}ms rise 1"
            # Should both ever answer, all go to the same one, whichever balancer they come through.
            words += " backup" if index and not endpoint.http else ""
        yield Backend(host, at(context.site.address(host), endpoint.listens), words)


def _slow_backends(context: Context, endpoint: Endpoint) -> Iterator[Backend]:
    """None for a database: its question is answered by another program, which is not slow when it is."""
    if endpoint.http and endpoint.health:
        for host in endpoint.hosts:
            address = at(context.site.address(host), endpoint.listens)
            yield Backend(f"{host}-slow", address, f"backup track {endpoint.name}-accepts/{host}")


def writer_pools(context: Context) -> tuple[str, ...]:
    """The pools without which nothing works: a host that reaches no writer may not hold the VIP."""
    return tuple(e.name for e in context.declared(Endpoint) if e.single_writer)
