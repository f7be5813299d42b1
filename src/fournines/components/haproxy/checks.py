"""What HAProxy promises."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import partial
from io import StringIO

from fournines.components.haproxy.deploy import CONF
from fournines.components.haproxy.model import HEALTH, PROMETHEUS_PORT, SOCKET, UNIT
from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.declare import Endpoint, ServedCertificate
from fournines.kit.endpoints import at, vip_addresses
from fournines.kit.verdict import Verdict, failed, passed
from fournines.kit.where import VIP_HOSTS

_RUNTIME = """\
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(3)
s.connect(sys.argv[1])
s.sendall(sys.argv[2].encode() + b"\\n")
print(b"".join(iter(lambda: s.recv(65536), b"")).decode())
"""
_AGE = """\
import os, sys
for path in sys.argv[3:]:
    print(path, int(os.stat(path).st_mtime))
"""


BACKENDS = "haproxy.backends"


def checks(context: Context) -> Iterator[Check]:
    """It runs with the configuration that lies on the disk, listens, and has all its backends."""
    hosts = {host.name: str(context.site.address(host)) for host in VIP_HOSTS(context.site)}
    yield Check(
        "haproxy.answers",
        "Every HAProxy answers the question that is asked of a VIP's holder",
        asks=dict.fromkeys(
            hosts, Ask(("curl", "--silent", "--show-error", "--fail", "--max-time", "2", f"{HEALTH}/answers"))
        ),
        judge=each_host(_judge_answer, all_well="all answer"),
        barrier=True,
    )
    binds = frozenset(_binds(context))
    yield Check(
        "haproxy.listens",
        "Every HAProxy listens on the VIPs, whether its host holds them or not",
        asks=dict.fromkeys(hosts, Ask(("ss", "--no-header", "--listening", "--tcp", "--numeric"))),
        judge=each_host(partial(_judge_sockets, wanted=binds), all_well=f"{len(binds)} addresses on each"),
        barrier=True,
    )
    files = (CONF, *(c.path for c in context.declared(ServedCertificate)))
    yield Check(
        "haproxy.current",
        "Every HAProxy runs with the configuration and the certificate that lie on the disk",
        asks=dict.fromkeys(hosts, Ask(("python3", "-c", _RUNTIME + _AGE, SOCKET, "show info", *files))),
        judge=each_host(_judge_age, all_well="started after its files were written"),
    )
    yield Check(
        "haproxy.metrics",
        "Every HAProxy serves its metrics to Prometheus",
        asks={
            host: Ask(
                (
                    "curl",
                    "--silent",
                    "--show-error",
                    "--max-time",
                    "3",
                    f"http://{address}:{PROMETHEUS_PORT}/metrics",
                )
            )
            for host, address in hosts.items()
        },
        judge=each_host(_judge_metrics, all_well="metrics on every controller"),
    )
    pools = {e.name: frozenset(e.hosts) for e in context.declared(Endpoint)}
    moving = frozenset(e.name for e in context.declared(Endpoint) if e.one_host)
    if pools:
        yield Check(
            BACKENDS,
            "Every backend of every endpoint is up, as each HAProxy sees it",
            asks=dict.fromkeys(hosts, Ask(("python3", "-c", _RUNTIME, SOCKET, "show stat -1 4 -1"))),
            judge=each_host(
                partial(_judge_backends, pools=pools, moving=moving),
                all_well=f"{sum(1 if n in moving else len(h) for n, h in pools.items())} backends up"
                f" in {len(pools)} pools",
            ),
        )
    yield units_check("haproxy", hosts, (UNIT,))


def _binds(context: Context) -> Iterator[str]:
    for endpoint in context.declared(Endpoint):
        for address in vip_addresses(context.site, endpoint):
            yield at(address, endpoint.port)
        if not endpoint.http:
            yield at("127.0.0.1", endpoint.port)


def _last(text: str, otherwise: str) -> str:
    return (text.strip().splitlines() or [otherwise])[-1]


def _judge_answer(answer: Output) -> Verdict:
    if answer.code == 0 and answer.stdout.strip() == "ok":
        return passed("answers")
    return failed(_last(answer.stderr, "no answer"))


def _judge_sockets(answer: Output, wanted: frozenset[str]) -> Verdict:
    if answer.code != 0:
        return failed(_last(answer.stderr, "ss failed"))
    local = 3  # State Recv-Q Send-Q Local:Port Peer:Port
    found = {row[local] for line in answer.stdout.splitlines() if len(row := line.split()) > local}
    missing = sorted(wanted - found)
    return failed(f"nothing listens on {', '.join(missing)}") if missing else passed("listens")


def _judge_age(answer: Output) -> Verdict:
    lines = answer.stdout.splitlines()
    facts = dict(line.split(": ", 1) for line in lines if ": " in line)
    files = [line.rsplit(" ", 1) for line in lines if line.startswith("/")]
    if answer.code != 0 or "Start_time_sec" not in facts or not files:
        return failed(_last(answer.stderr, "the runtime socket gave no answer"))
    started = int(facts["Start_time_sec"])
    stale = [path for path, written in files if int(written) > started]
    if stale:
        return failed(f"runs without the newest {', '.join(stale)}: reload it")
    return passed(f"version {facts.get('Version', 'unknown')}, running with the newest files")


def _judge_metrics(answer: Output) -> Verdict:
    if answer.code != 0:
        return failed(_last(answer.stderr, "no answer"))
    count = sum(line.startswith("haproxy_") for line in answer.stdout.splitlines())
    return passed(f"{count} values") if count else failed("answers, but not with HAProxy's metrics")


def usable_backends(answer: Output) -> dict[tuple[str, str], bool]:
    """Endpoint and host of each backend that is up, and whether it is no mere stand-in (``BackendsSeen``)."""
    rows = csv.DictReader(StringIO(answer.stdout.removeprefix("# ")))
    # management guide, 9.1: bck is 1 for a backup server
    return {
        (row["pxname"], row["svname"]): row.get("bck") != "1"
        for row in rows
        if row.get("pxname") and row.get("svname") and (row.get("status") or "").startswith("UP")
    }


def _judge_backends(answer: Output, pools: Mapping[str, frozenset[str]], moving: frozenset[str]) -> Verdict:
    """Of a pool that moves one backend must be up, whichever; of any other all."""
    if answer.code != 0 or not answer.stdout.startswith("# "):
        return failed(_last(answer.stderr, "the runtime socket gave no answer"))
    found = {
        (row["pxname"], row["svname"]): f"{row['status']} {row.get('last_chk', '')}".strip()
        for row in csv.DictReader(StringIO(answer.stdout[2:]))
    }
    wrong = []
    for pool, hosts in pools.items():
        states = {host: found.get((pool, host), "missing") for host in sorted(hosts)}
        # "UP 1/2" is on its way down and still used; "no check" would be nobody's knowledge.
        down = [f"{pool}/{host} {status}" for host, status in states.items() if status.split()[0] != "UP"]
        wrong += down if pool not in moving or len(down) == len(hosts) else []
    return failed(", ".join(wrong)) if wrong else passed("all up")
