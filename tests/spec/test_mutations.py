"""Good site files spoilt in every way, and every option with every kind of wrong value: nothing gets through.

Each is refused on the line that was spoilt, with what to try; where that says in so many words what to write,
writing it mends the file. What is right although it was changed stands in a table with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import zip_longest
from pathlib import Path

import pytest
from tests.spec.mutations import Wrong, mended, spoilt
from tests.spec.option_values import PASSIVE_ONLY, Option, file_with, options, right_values, wrong_values
from tests.spec.test_wrong_files import FOREIGN
from tests.spec.wrong_files import GOOD

from fournines.errors import Mistake, SpecError
from fournines.plan.vocabulary import vocabulary
from fournines.spec.keys import OF_HOSTS
from fournines.spec.load import loads

EXAMPLES = Path(__file__).parents[2] / "examples"
WORDS = vocabulary()
UNJUDGED = replace(WORDS, judges=())
MANY = 3
"""More mistakes than these for one slip, and it is lost among its consequences."""

FENCED = """\
name: fenced
mode: active-passive
networks:
  lan: {cidr: 172.16.0.0/12, interface: bond0}
  dmz: {cidr: 203.0.113.0/26}
vips:
  api: {network: lan, address: 172.16.0.5, serves: [internal, admin]}
  shop: {network: dmz, address: 203.0.113.5, serves: [public]}
hosts:
  left[1-2]:
    kind: vm
    roles: [controller, storage]
    lan: {address: 172.16.0.11+, interface: eno1}
    dmz: 203.0.113.11+
  witness: {roles: [arbiter], lan: 172.16.0.13}
ssh: {user: debian, through: witness}
secrets: {recipients: [~/.ssh/id_ed25519.pub, keys/other.pub]}
fencing:
  left1: {agent: ipmi, address: 10.9.0.11, port: 6230, user: fence}
  left2: {address: 10.9.0.12, system: /redfish/v1/Systems/1}
  witness: {address: bmc3.example.org}
services: [keystone, swift, glance]
choose: {database: galera, objects: swift}
components:
  glance: {store: objects, mode: active-passive}
  chrony: {upstream: [ntp.example.org], max_offset: 0.5}
  hosts: {sysctls: {net.ipv4.ip_forward: 1}}
  nftables: {ssh_ports: [22, 2222]}
  swift: {devices: [d1, d2], roles: [storage], mount_check: yes}
"""
"""The keys that the examples do without."""

STARTS = {file.stem: file.read_text() for file in sorted(EXAMPLES.glob("*.yaml"))}
STARTS |= {"good": GOOD, "fenced": FENCED}

RIGHT = (
    ("(another|misspelt) word", r"name|ssh\.user|fencing\.\w+\.user", "a name is free"),
    ("misspelt key", r"vips\.\w+|hosts\.[^.]+", "the name of a VIP, of a host to which nothing refers"),
    ("(another|misspelt) word", r".*\.(interface|recipients\.\d|devices\.\d)", "known on hosts only"),
    ("misspelt word", r".*\.(device|driver|system)", "known on hosts only"),
    ("(another|misspelt) word", r".*\.((names|upstream)\.\d|address)", "a name outside the site"),
    (".*", r"components\.hosts\.sysctls\..*", "the kernel knows its settings and their values"),
)
"""What is right though it was spoilt: how, where, and why nobody can know."""

ELSEWHERE = (("misspelt key", r"hosts\.[^.]+", "told where the right name stands: ssh.through, fencing"),)
"""What is told on another line."""


def told(text: str) -> tuple[Mistake, ...]:
    """What is wrong with a file; nothing, where it is right."""
    try:
        loads(text, Path("site.yaml"), WORDS)
    except SpecError as error:
        return error.mistakes
    return ()


def kind_of(wrong: Wrong) -> tuple[str, ...]:
    """How a file was spoilt and where, without the names that are free and the numbers of entries."""
    section, *rest = wrong.path
    if section in {"networks", "vips", "hosts", "fencing"} and rest:
        named = section == "hosts" and len(rest) > 1 and rest[1] not in OF_HOSTS
        rest = ["NAME", "NETWORK" if named else "", *rest[2:]] if named else ["NAME", *rest[1:]]
    return wrong.how, section, *("N" if part.isdecimal() else part for part in rest)


@cache
def slips() -> Mapping[str, list[Wrong]]:
    """Every way to spoil each file, but what was done to one before: a host more is spoilt like the first."""
    seen: set[tuple[str, ...]] = set()
    found: dict[str, list[Wrong]] = {start: [] for start in STARTS}
    for start, text in STARTS.items():
        for wrong in spoilt(text):
            if kind_of(wrong) not in seen:
                seen.add(kind_of(wrong))
                found[start].append(wrong)
    return found


def excused(wrong: Wrong, table: tuple[tuple[str, str, str], ...]) -> bool:
    path = ".".join(wrong.path)
    return any(re.fullmatch(how, wrong.how) and re.fullmatch(where, path) for how, where, _ in table)


@cache
def said(start: str) -> tuple[tuple[Wrong, tuple[Mistake, ...]], ...]:
    """What is told of a file, spoilt in each way."""
    return tuple((wrong, told(wrong.text)) for wrong in slips()[start])


def complaints(wrong: Wrong, found: tuple[Mistake, ...]) -> Iterator[str]:
    if not found and not excused(wrong, RIGHT):
        yield "accepted"
    if found and not wrong.lines & {one.line for one in found} and not excused(wrong, ELSEWHERE):
        yield f"not on its line: {found[0]}"
    if len(found) > MANY:
        yield f"lost among {len(found)} mistakes"
    for one in found:
        if not one.try_this or FOREIGN.search(f"{one.what} {one.try_this}"):
            yield f"no words of our own: {one} try: {one.try_this}"
        after = mended(wrong.text, one)
        if after and any((again.path, again.what) == (one.path, one.what) for again in told(after)):
            yield f"the hint does not help: {one} try: {one.try_this}"


@pytest.mark.parametrize("start", STARTS)
def test_a_spoilt_file_is_refused_where_it_is_spoilt(start: str) -> None:
    assert told(STARTS[start]) == ()
    found = {
        f"{wrong.how} of {'.'.join(wrong.path)}: {complaint}"
        for wrong, mistakes in said(start)
        for complaint in complaints(wrong, mistakes)
    }
    assert not found, "\n".join(sorted(found))


def test_the_tables_excuse_nothing_in_vain() -> None:
    found = [one for start in STARTS for one in said(start)]
    right = [wrong for wrong, mistakes in found if not mistakes]
    elsewhere = [w for w, mistakes in found if mistakes and not w.lines & {one.line for one in mistakes}]
    for table, wrongs in ((RIGHT, right), (ELSEWHERE, elsewhere)):
        assert [row for row in table if not any(excused(wrong, (row,)) for wrong in wrongs)] == []


# --- options --------------------------------------------------------------------------------------------

OPTIONS = options(WORDS)


def wrong_files() -> list[dict[Option, str]]:
    """Each with one wrong value for as many options as have so many."""
    values = {option: list(wrong_values(schema)) for option, schema in OPTIONS.items()}
    rows = zip_longest(*values.values())
    return [{o: v for o, v in zip(values, row, strict=True) if v is not None} for row in rows]


@pytest.mark.parametrize("said", wrong_files(), ids=lambda said: f"{len(said)} options")
def test_a_wrong_value_of_any_option_is_refused_where_it_stands(said: dict[Option, str]) -> None:
    text, places = file_with(said)
    with pytest.raises(SpecError) as caught:
        loads(text, Path("site.yaml"), UNJUDGED)
    at = {mistake.line: mistake for mistake in caught.value.mistakes}
    assert len(at) == len(caught.value.mistakes)
    assert {line for line, _ in places.values()} == set(at)
    for option, (line, column) in places.items():
        assert column <= at[line].column <= column + len(said[option]), at[line]
        assert at[line].try_this
        assert at[line].path.startswith(".".join(("components", *option)))


BESIDE = {
    ("cinder", "down_after"): ("10",),
    ("galera", "max_connections"): ("50",),
    ("cinder", "api_mode"): ("active-passive",),
    ("cinder", "mode"): ("active-passive",),
    ("glance", "mode"): ("active-passive",),
    ("haproxy", "check_fast_ms"): ("60000",),
    ("haproxy", "check_interval_ms"): ("100",),
    ("haproxy", "check_timeout_ms"): ("60000",),
    ("haproxy", "writer_fast_ms"): ("60000",),
    ("haproxy", "writer_interval_ms"): ("100",),
    ("haproxy", "writer_timeout_ms"): ("60000",),
    ("horizon", "session"): ("86400",),
    ("heat", "mode"): ("active-passive",),
    ("keystone", "mode"): ("active-passive",),
    ("neutron", "api_mode"): ("active-passive",),
    ("neutron", "mode"): ("active-passive",),
    ("keystone", "token_lifetime"): ("60",),
    ("mariadb", "max_connections"): ("50",),
    ("neutron", "agent_down_time"): ("5",),
    ("neutron", "dhcp_agents_per_network"): ("16",),
    ("neutron", "l3_agents_per_router"): ("16",),
    ("neutron", "report_interval"): ("60",),
    ("nova", "down_after"): ("10",),
    ("nova", "virt"): ("fake",),
    ("openvswitch", "datapath"): ("userspace",),
    ("placement", "mode"): ("active-passive",),
    ("rabbitmq", "heartbeat"): ("60",),
    ("rabbitmq", "mode"): ("active-passive",),
    ("rabbitmq", "net_ticktime"): ("60",),
    ("swift", "roles"): ("[arbiter]", "[controller]"),
}
"""Values within the limits that other parts of the file do not leave."""


COUNTED = {"processes", "workers", "rpc_workers", "engines"}
"""What opens connections to the database: all of them at their highest are too many."""


def right_files() -> list[dict[Option, str]]:
    """Each with a value within the limits for as many options of one mode as have so many."""
    values = {o: [v for v in right_values(s) if v not in BESIDE.get(o, ())] for o, s in OPTIONS.items()}
    values |= {option: found[:1] for option, found in values.items() if option[1] in COUNTED}
    rows = [dict(zip(values, row, strict=True)) for row in zip_longest(*values.values())]
    alone = [{o: list(right_values(OPTIONS[o]))[-1]} for o in OPTIONS if o[1] in COUNTED]
    return alone + [
        {o: v for o, v in row.items() if v is not None and (o[0] in PASSIVE_ONLY) == passive}
        for row in rows
        for passive in (False, True)
    ]


@pytest.mark.parametrize("said", right_files(), ids=lambda said: f"{len(said)} options")
def test_values_within_the_limits_are_taken(said: dict[Option, str]) -> None:
    assert [str(one) for one in told(file_with(said)[0])] == []


@pytest.mark.parametrize("option", BESIDE, ids=".".join)
def test_what_stands_beside_a_value_can_refuse_it_there(option: Option) -> None:
    for value in BESIDE[option]:
        text, places = file_with({option: value})
        found = told(text)
        assert found
        assert {one.line for one in found} == {places[option][0]}
        assert all(one.try_this for one in found)
