"""What TLS promises."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from fournines.components.tls.model import STORE, Options, certificate_path, trust_path
from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.context import Context
from fournines.kit.declare import Endpoint
from fournines.kit.verdict import Verdict, failed, passed, unknown
from fournines.kit.where import VIP_HOSTS

_LIFE = """\
import ssl, subprocess, sys, time
for path in sys.argv[1:]:
    shown = subprocess.run(
        ["openssl", "x509", "-noout", "-enddate", "-in", path], check=True, capture_output=True, text=True
    ).stdout
    print(int(ssl.cert_time_to_seconds(shown.strip().partition("=")[2]) - time.time()))
"""
_SERVED = """\
import socket, ssl, sys, time
address, name, ports = sys.argv[1], sys.argv[2], sys.argv[3:]
context = ssl.create_default_context()
for port in ports:
    try:
        with socket.create_connection((address, int(port)), timeout=3) as plain:
            with context.wrap_socket(plain, server_hostname=name) as served:
                end = ssl.cert_time_to_seconds(served.getpeercert()["notAfter"])
                print(name, port, int(end - time.time()))
    except ssl.SSLError as error:
        print(name, port, "refused", getattr(error, "verify_message", "") or error.reason or error)
    except OSError as error:
        print(name, port, "unreachable", error)
"""
_DAY = 86400


def checks(context: Context) -> Iterator[Check]:
    """The authority is trusted, the certificate lives long enough, and it is the one clients see."""
    site = context.site
    days = context.options("tls", Options).warn_days
    trusted = trust_path(site)
    yield Check(
        "tls.trust",
        "Every host trusts the site's authority",
        asks=dict.fromkeys(
            site.hosts, Ask(("openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", STORE, trusted))
        ),
        judge=each_host(_judge_trust, all_well="trusted everywhere"),
        barrier=True,
    )
    lasting = partial(_judge_life, days=days)
    yield Check(
        "tls.dates",
        f"The VIPs' certificate on every controller has {days} days to live, the authority's too",
        asks=dict.fromkeys(
            VIP_HOSTS.names(site), Ask(("python3", "-c", _LIFE, certificate_path(site), trusted))
        ),
        judge=each_host(lasting),
        barrier=True,
    )
    client = context.client_host
    ports = [str(e.port) for e in context.declared(Endpoint) if e.tls and e.http]
    for name, vip in site.vips.items() if ports else ():
        yield Check(
            f"tls.served-{name}",
            f"Every TLS endpoint of {name} shows a certificate that a client trusts, for that name",
            asks={client: Ask(("python3", "-c", _SERVED, str(vip.address), name, *ports), timeout=30)},
            judge=each_host(partial(_judge_served, days=days, ports=ports)),
        )


def _judge_trust(answer: Output) -> Verdict:
    if answer.code == 0 and answer.stdout.strip().endswith(": OK"):
        return passed("trusted")
    said = [line for line in (answer.stderr + answer.stdout).splitlines() if "error" in line.lower()]
    return failed(said[0] if said else "not trusted")


def _judge_life(answer: Output, days: int) -> Verdict:
    lives = answer.stdout.split()
    if answer.code != 0 or not lives:
        return failed((answer.stderr.strip().splitlines() or ["no certificate"])[-1])
    left = min(int(life) for life in lives) / _DAY
    return passed(f"{left:.0f} days left") if left >= days else failed(f"{left:.1f} days left")


def _judge_served(answer: Output, days: int, ports: list[str]) -> Verdict:
    rows = [line.split(" ", 3) for line in answer.stdout.splitlines()]
    if answer.code != 0 or len(rows) != len(ports):
        return unknown((answer.stderr.strip().splitlines() or ["no answer"])[-1])
    wrong = [f"port {row[1]}: {' '.join(row[2:])}" for row in rows if not row[2].lstrip("-").isdigit()]
    if wrong:
        return failed(", ".join(wrong))
    name, port, life = min(rows, key=lambda row: int(row[2]))
    left = int(life) / _DAY
    if left < days:
        return failed(f"the certificate at {name}:{port} has {left:.1f} days left")
    return passed(f"{len(rows)} ports, {left:.0f} days left")
