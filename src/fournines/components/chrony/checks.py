"""What chrony promises."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from fournines.components.chrony.model import Options, time_hosts
from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.verdict import Verdict, failed, passed

_ASK = Ask(("sh", "-c", "chronyc -n -c tracking && echo && chronyc -n -c sources"), timeout=15)
_ADDRESS, _STRATUM, _OFFSET, _LEAP = 1, 2, 4, 13
"""Columns of ``chronyc -c tracking`` (chronyc(1)): reference, stratum, correction of the clock in seconds."""
_STATE, _SOURCE, _REACH = 1, 2, 5
"""Columns of ``chronyc -c sources``: ``*`` is the source in use, reach an octal register of 8 polls."""


def checks(context: Context) -> Iterator[Check]:
    """The time hosts know the time, the others follow them within the allowed offset."""
    site = context.site
    servers = time_hosts(site)
    limit = context.options("chrony", Options).max_offset
    yield Check(
        "chrony.serves",
        "Every time host has a time to serve",
        asks={server.name: _ASK for server in servers},
        judge=each_host(partial(_judge_server, limit=limit)),
        barrier=True,
    )
    followers = [host.name for host in site.hosts.values() if host not in servers]
    if followers:
        addresses = frozenset(str(site.address(server)) for server in servers)
        yield Check(
            "chrony.follows",
            f"Every other host follows a time host and is within {limit:g} s of it",
            asks=dict.fromkeys(followers, _ASK),
            judge=each_host(partial(_judge_follower, limit=limit, servers=addresses)),
            barrier=True,
        )
    yield units_check("chrony", site.hosts, ("chrony.service",))


def _parsed(answer: Output) -> tuple[list[str], list[list[str]]] | None:
    tracking, _, sources = answer.stdout.strip().partition("\n\n")
    row = tracking.split(",")
    if answer.code != 0 or len(row) <= _LEAP:
        return None
    return row, [line.split(",") for line in sources.splitlines() if line]


def _silent(answer: Output) -> Verdict:
    return failed(
        (answer.stderr.strip() or answer.stdout.strip() or "chronyd does not answer").splitlines()[0]
    )


def _judge_server(answer: Output, limit: float) -> Verdict:
    parsed = _parsed(answer)
    if parsed is None:
        return _silent(answer)
    tracking, _ = parsed
    if tracking[_LEAP] == "Not synchronised":
        return failed("not synchronised: it answers nobody")
    if abs(float(tracking[_OFFSET])) > limit:
        return failed(f"its own clock is {float(tracking[_OFFSET]):+.3f} s off")
    return passed(f"stratum {tracking[_STRATUM]}")


def _judge_follower(answer: Output, limit: float, servers: frozenset[str]) -> Verdict:
    parsed = _parsed(answer)
    if parsed is None:
        return _silent(answer)
    tracking, sources = parsed
    if tracking[_LEAP] == "Not synchronised":
        reach = ", ".join(f"{row[_SOURCE]} reach {row[_REACH]}" for row in sources) or "no source"
        return failed(f"not synchronised ({reach})")
    used = [row[_SOURCE] for row in sources if row[_STATE] == "*"]
    if not servers & set(used):
        return failed(f"follows {', '.join(used) or 'nobody'}, not a time host")
    offset = float(tracking[_OFFSET])
    if abs(offset) > limit:
        return failed(f"{offset:+.3f} s off {tracking[_ADDRESS]}, more than {limit:g} s")
    return passed(f"{offset * 1e6:+.0f} us off {tracking[_ADDRESS]}")
