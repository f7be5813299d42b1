"""Ranges of hosts: written out as by hand, and every mistake once, where it stands."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spec.test_load import WORDS
from tests.spec.wrong_files import GOOD
from tests.spec.wrong_files import LAST_HOST as LAST

from fournines.errors import Mistake, SpecError
from fournines.spec.load import loads
from fournines.spec.model import Role, Site
from fournines.spec.told.schema import site_schema
from fournines.spec.vocabulary import Vocabulary

WORDS_HERE = Vocabulary(
    services=WORDS.services | {"neutron"},
    options={},
    roles={**WORDS.roles, "chrony": (Role.TIME,), "clients": (Role.BASTION,)},
    providers={},
    judges=(),
)
START = GOOD[: GOOD.index("components:")]
RANGE = (
    "  time[08-11]: {roles: [time], mgmt: 10.0.0.100+, external: {address: 192.168.1.30+, interface: e}}\n"
)
LINE = GOOD.splitlines().index(LAST.rstrip()) + 2


def text(hosts: str) -> str:
    return START.replace(LAST, LAST + hosts)


def read(hosts: str) -> Site:
    return loads(text(hosts), Path("site.yaml"), WORDS_HERE)


def mistakes(hosts: str) -> list[Mistake]:
    with pytest.raises(SpecError) as caught:
        read(hosts)
    return list(caught.value.mistakes)


def test_a_range_is_its_hosts_with_their_addresses_counted_up() -> None:
    site = read(RANGE)
    assert list(site.hosts)[-5:] == ["controller2", "time08", "time09", "time10", "time11"]
    assert [str(h.addresses["mgmt"]) for h in site.with_role(Role.TIME)[1:]] == [
        f"10.0.0.{n}" for n in range(100, 104)
    ]
    last = site.hosts["time11"]
    assert (last.name, last.addresses["external"], last.interfaces) == (
        "time11",
        IPv4Address("192.168.1.33"),
        {"external": "e"},
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 120), st.integers(0, 40), st.sampled_from([0, 3]), st.sampled_from(["", "-rack2", "x"]))
def test_it_says_what_writing_the_hosts_out_says(first: int, more: int, width: int, tail: str) -> None:
    numbers = [str(n).zfill(width) for n in range(first, first + more + 1)]
    short = f"  c[{numbers[0]}-{numbers[-1]}]{tail}: {{roles: [time], mgmt: 10.0.0.100+}}\n"
    long = "".join(
        f"  c{n}{tail}: {{roles: [time], mgmt: 10.0.0.{100 + i}}}\n" for i, n in enumerate(numbers)
    )
    assert read(short) == read(long)


@pytest.mark.parametrize(
    ("hosts", "column", "what", "try_this"),
    [
        ("t[1-]: {roles: [time], mgmt: 10.0.0.100+}", 3, "no range of hosts", "compute[001-200]"),
        ("t]: {roles: [time], mgmt: 10.0.0.100+}", 3, "no range of hosts", "compute[001-200]"),
        ("a[1-2]b[1-2]: {roles: [time], mgmt: 10.0.0.100+}", 3, "no range of hosts", ""),
        ("c[9-2]: {roles: [time], mgmt: 10.0.0.100+}", 3, "ends before it begins", "c[2-9]"),
        ("c[001-20]: {roles: [time], mgmt: 10.0.0.100+}", 3, "not written alike", "[001-020]"),
        ("c[1-020]: {roles: [time], mgmt: 10.0.0.100+}", 3, "not written alike", "[1-20]"),
        ("c[1-9999]: {roles: [time], mgmt: 10.0.0.100+}", 3, "9999 hosts are more", "at most 4096"),
        ("c[1-3]: {roles: [time], mgmt: 10.0.0.100}", 33, "3 hosts cannot have one", "10.0.0.100+"),
        ("c[1-3]: {roles: [time], mgmt: 10.0.0.9x+}", 33, "10.0.0.9x+", ""),
        ("c[1-9]: {roles: [time], mgmt: 10.0.0.250+}", 33, "run out of 10.0.0.0/24: 5 fit", "lower"),
        ("c[1-8]: {roles: [time], mgmt: 10.0.0.12+}", 33, "10.0.0.12", ""),
        ("c[1-9]: {roles: [time], mgmt: 10.0.0.15+}", 0, "10.0.0.20", ""),
        ("c[1-9]: {roles: [tyme], mgmt: 10.0.0.100+}", 20, "tyme", "time"),
        ("c[1-9]: {roles: [time], mgnt: 10.0.0.100+}", 27, "neither a host's key nor a network", "mgmt"),
        ("c[1-9]: {roles: [time], mgmt: {adress: 10.0.0.100+}}", 34, "unknown key", "address"),
        ("C[1-9]: {roles: [time], mgmt: 10.0.0.100+}", 3, "C1", "write c[1-9]"),
        ("c[1-9]: time", 11, "", ""),
        ("controller[2-4]: {roles: [time], mgmt: 10.0.0.100+}", 3, "stands in line", "or out of controller2"),
        ("one: {roles: [time], mgmt: 10.0.0.100+}", 30, "10.0.0.100+", ""),
    ],
)
def test_a_mistake_is_said_once_where_it_stands(hosts: str, column: int, what: str, try_this: str) -> None:
    found = mistakes(f"  {hosts}\n")
    assert len(found) == 1, found
    (mistake,) = found
    if column:
        assert (mistake.line, mistake.column) == (LINE, column)
    assert what in mistake.what
    assert try_this in (mistake.try_this or "")


def test_a_host_after_its_range_is_told_at_the_host() -> None:
    found = mistakes(
        "  c[1-3]: {roles: [time], mgmt: 10.0.0.100+}\n  c2: {roles: [time], mgmt: 10.0.0.200}\n"
    )
    assert [(m.line, m.column, m.path) for m in found] == [(LINE + 1, 3, "hosts.c2")]
    assert found[0].what == f"c2 stands in line {LINE} already"
    assert found[0].try_this == "take it away here, or out of c[1-3]"


def test_a_thousand_hosts_are_a_line() -> None:
    wide = text("  c[0001-1000]: {roles: [time], mgmt: 10.0.0.0+}\n").replace(
        "mgmt: {cidr: 10.0.0.0/24", "mgmt: {cidr: 10.0.0.0/20"
    )
    wide = wide.replace("mgmt: 10.0.0.0+", "mgmt: 10.0.4.1+")
    site = loads(wide, Path("site.yaml"), WORDS_HERE)
    assert str(site.hosts["c1000"].addresses["mgmt"]) == "10.0.7.232"


def test_the_schema_knows_ranges() -> None:
    check = jsonschema.Draft202012Validator(site_schema(WORDS_HERE))
    document = yaml.safe_load(text(RANGE))
    assert not list(check.iter_errors(document))
    for wrong in (RANGE.replace("10.0.0.100+", "10.0.0.100"), RANGE.replace("[08-11]", "[08-]")):
        assert list(check.iter_errors(yaml.safe_load(text(wrong))))
