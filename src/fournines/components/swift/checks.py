"""What Swift promises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256

from fournines.components.swift.deploy import CONF, configuration, programs, rings
from fournines.components.swift.model import (
    ACCOUNTS,
    DEVICES,
    HASH_PREFIX,
    HASH_SUFFIX,
    HOSTS,
    PORT,
    PROXIES,
    RSYNC_PORT,
    SERVERS,
    Options,
    copies,
    keepers,
    part_shift,
)
from fournines.components.swift.on_host import objects, store
from fournines.kit import program
from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.common.health_check import health_check
from fournines.kit.common.same_file import same_file_check
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.endpoints import at
from fournines.kit.openstack import as_administrator, internal_url, own_url
from fournines.kit.verdict import Verdict, failed, passed, unknown, worst

_LATE = 300.0
"""Seconds without a round of copying, beside ten intervals, after which none is to be expected any more."""


def checks(context: Context) -> Iterator[Check]:
    """Every server answers, and all look for objects in the same places."""
    names = [host.name for host in HOSTS(context.site) if programs(context, host)]
    yield health_check("swift", context, barrier=True)
    yield Check(
        "swift.servers",
        "Every host that keeps objects answers for them, and its devices take Swift's attributes",
        asks=_stores(context),
        judge=each_host(judge_servers, all_well="accounts, containers, objects, rsync and devices"),
        barrier=True,
    )
    yield from _units(context)
    wanted = {file.path: sha256(file.data).hexdigest() for file in rings(context)}
    yield Check(
        "swift.rings",
        "Every host looks for objects in the same places: its rings are this site's",
        asks=dict.fromkeys(names, Ask(("sha256sum", *wanted))),
        judge=each_host(partial(judge_rings, wanted=wanted), all_well="the same on every host"),
        barrier=True,
    )
    yield same_file_check(
        "swift",
        "Every host hashes the names of objects with this site's own secrets",
        CONF,
        dict.fromkeys(names, configuration(context)),
    )


def object_checks(context: Context) -> Iterator[Check]:
    """An object goes up, is had from everybody, and lies on as many hosts as it should."""
    site, options = context.site, context.options("swift", Options)
    each = copies(site, options)
    question = as_administrator(
        context,
        swift=internal_url(site, PORT),
        account=ACCOUNTS,
        proxies={host.name: own_url(site, host, PORT) for host in PROXIES(site)},
        stores={
            host.name: [f"{own_url(site, host, SERVERS['object'])}/{device}" for device in options.devices]
            for host in keepers(site, options)
        },
        prefix=context.secret(HASH_PREFIX),
        suffix=context.secret(HASH_SUFFIX),
        shift=part_shift(options.part_power),
        copies=each,
    )
    yield Check(
        "swift.object",
        f"An object that goes up through the VIP comes down from every proxy and lies on {each} hosts",
        asks={context.client_host: program.ask(objects, question, timeout=60)},
        judge=each_host(partial(judge_object, copies=each)),
        barrier=True,
    )
    yield Check(
        "swift.replicated",
        "Every host has compared what it keeps with the others not long ago, and missed nobody",
        asks=_stores(context),
        judge=each_host(partial(judge_rounds, late=_LATE + 10 * options.interval)),
        barrier=True,
    )


def _stores(context: Context) -> dict[str, Ask]:
    """The question to every host that keeps objects; two checks have the same, which is asked once."""
    site, options = context.site, context.options("swift", Options)
    return {
        host.name: program.ask(
            store,
            {
                "address": str(site.address(host)),
                "urls": {kind: f"http://{at(site.address(host), port)}" for kind, port in SERVERS.items()},
                "rsync": RSYNC_PORT,
                "devices": [f"{DEVICES}/{device}" for device in options.devices],
            },
            timeout=30,
        )
        for host in keepers(site, options)
    }


def _units(context: Context) -> Iterator[Check]:
    """One check for each set of units that some hosts have."""
    sets: dict[tuple[str, ...], list[str]] = {}
    for host in HOSTS(context.site):
        units = tuple(one.unit for one in programs(context, host))
        if units:
            sets.setdefault(units, []).append(host.name)
    for units, names in sets.items():
        check = units_check("swift", names, units)
        what = "units" if len(units) == max(map(len, sets)) else f"{len(units)}-units"
        yield replace(check, id=f"swift.{what}", promise="Swift's programs run, and are started at boot")


def judge_servers(answer: Output) -> Verdict:
    """Each of them by its own word."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    said = {**found["servers"], **found["devices"]}
    return worst(
        ((what, failed(wrong) if wrong else passed("well")) for what, wrong in said.items()), all_well="well"
    )


def judge_rings(answer: Output, wanted: Mapping[str, str]) -> Verdict:
    """Every ring has the digest of the plan's."""
    if answer.code != 0:
        return failed(answer.stderr.strip() or "unreadable")
    has = {path: digest for digest, _, path in (line.partition("  ") for line in answer.stdout.splitlines())}
    other = [path for path, digest in wanted.items() if has.get(path) != digest]
    return failed(f"not this site's: {', '.join(other)}") if other else passed("this site's")


def judge_object(answer: Output, copies: int) -> Verdict:
    """The same bytes from everybody, on enough hosts."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    if found["same"]:
        return failed(f"through the VIP: {found['same']}")
    wrong = [f"{host}'s proxy: {said}" for host, said in found["proxies"].items() if said]
    if wrong:
        return failed("; ".join(wrong))
    if found["copies"] < copies:
        without = ", ".join(f"{host} ({said})" for host, said in found["stores"].items() if said)
        return failed(f"{found['copies']} of {copies} copies, not on {without}")
    on = ", ".join(host for host, said in found["stores"].items() if not said)
    return passed(f"{found['copies']} copies, on {on}; up and down in {found['seconds']:.2f} s")


def judge_rounds(answer: Output, late: float) -> Verdict:
    """Each kind had a round, not long ago, without failures."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    return worst(
        ((kind, _round(seen, late)) for kind, seen in found["rounds"].items()),
        all_well=f"within {max((r['ago'] for r in found['rounds'].values() if r), default=0):.0f} s",
    )


def _round(seen: Mapping[str, float] | None, late: float) -> Verdict:
    if seen is None:
        return unknown("no round has ended yet")
    if seen["failures"]:
        return failed(f"the last round, {seen['ago']:.0f} s ago, missed {seen['failures']:.0f} times")
    return failed(f"the last round was {seen['ago']:.0f} s ago") if seen["ago"] > late else passed("done")
