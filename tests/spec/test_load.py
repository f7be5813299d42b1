"""Every mistake of a site file, all at once, where a person would point to."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fournines.errors import Mistake, SpecError
from fournines.spec.document import Problem
from fournines.spec.load import load, loads
from fournines.spec.model import Role, Site, Strict
from fournines.spec.told.starter import STARTER
from fournines.spec.vocabulary import Vocabulary


class CacheOptions(Strict):
    """Options for these tests."""

    memory_mb: int = 64


def small(site: Site) -> list[Problem]:
    """Stands for what those who know the components have to say."""
    missing = "keystone" not in site.services
    return [Problem(("services", "0"), f"{site.services[0]} needs keystone", "add it")] if missing else []


def tidy(site: Site) -> list[Problem]:
    """The second that is asked."""
    return [Problem(("services",), "too many", "fewer", at_key=True)] if len(site.services) > 3 else []


WORDS = Vocabulary(
    services=frozenset({"keystone", "glance", "horizon"}),
    options={"memcached": CacheOptions},
    roles={"horizon": (Role.DASHBOARD,)},
    providers={"cache": ("memcached", "redis"), "database": ("galera",)},
    judges=(small, tidy),
)
GOOD = """\
name: blog
networks:
  mgmt: {cidr: 10.0.0.0/24}
  external: {cidr: 192.168.1.0/24}
vips:
  controller: {network: mgmt, address: 10.0.0.20}
hosts:
  dashboard: {roles: [dashboard, arbiter], mgmt: 10.0.0.10, external: 192.168.1.10}
  controller1:
    roles: [controller]
    mgmt: 10.0.0.11
  controller2:
    roles: [controller]
    mgmt: 10.0.0.12
ssh: {through: dashboard}
services: [keystone, glance, horizon]
"""


def read(text: str) -> Site:
    return loads(text, Path("site.yaml"), WORDS)


def mistakes(text: str) -> list[Mistake]:
    with pytest.raises(SpecError) as caught:
        read(text)
    return list(caught.value.mistakes)


def only(old: str, new: str) -> Mistake:
    """The one mistake made by replacing ``old`` with ``new`` in the good file."""
    assert GOOD.count(old) == 1, old
    (found,) = mistakes(GOOD.replace(old, new))
    return found


def test_a_good_file_is_a_site() -> None:
    site = read(GOOD)
    assert str(site.address("controller2")) == "10.0.0.12"
    assert [host.name for host in site.voters] == ["dashboard", "controller1", "controller2"]
    assert site.vip_name == "controller"
    assert site.cluster_network == "mgmt"


def test_a_lab_may_be_told_to_make_a_host_a_virtual_machine() -> None:
    site = read(GOOD.replace("mgmt: 10.0.0.11", "mgmt: 10.0.0.11\n    kind: vm"))
    assert {name: host.kind.value for name, host in site.hosts.items()} == {
        "dashboard": "container",
        "controller1": "vm",
        "controller2": "container",
    }


def test_the_starter_is_a_good_file() -> None:
    assert read(STARTER).name == "mysite"


def test_an_address_outside_its_network_says_file_line_column_and_what_to_write() -> None:
    found = only("mgmt: 10.0.0.12", "mgmt: 10.0.1.12")
    assert str(found) == (
        "site.yaml:14:11: hosts.controller2.mgmt: 10.0.1.12 is not in network mgmt (10.0.0.0/24)"
    )
    assert found.source == "    mgmt: 10.0.1.12"
    assert found.try_this == "write a free address of 10.0.0.0/24, or widen it"


def test_who_knows_the_components_is_asked_last_and_one_after_the_other() -> None:
    """About a site that is sound in itself only; after a complaint the next judge has nothing to go by."""
    (first,) = mistakes(GOOD.replace("keystone, glance", "glance"))
    assert first.what == "glance needs keystone"
    assert [m.what for m in mistakes(GOOD.replace("name: blog", "name: Blog").replace("keystone, ", ""))] == [
        "'Blog' is not a name"
    ]


@pytest.mark.parametrize(
    ("old", "new", "place", "path", "what"),
    [
        ("name: blog", "name: Blog", (1, 7), "name", "is not a name"),
        ("name: blog", "nome: blog", (1, 1), "nome", "unknown key"),
        ("10.0.0.0/24", "10.0.0.0/33", (3, 16), "networks.mgmt.cidr", "is not an IPv4 network"),
        ("192.168.1.0/24", "10.0.0.128/25", (4, 20), "networks.external.cidr", "overlaps network mgmt"),
        ("address: 10.0.0.20", "address: 10.0.0.11", (6, 40), "vips.controller.address", "is also"),
        (
            "network: mgmt",
            "network: mgnt",
            (6, 25),
            "vips.controller.network",
            "is not a network of this site",
        ),
        (
            "mgmt: 10.0.0.11",
            "mgmt: 10.0.0.12",
            (14, 11),
            "hosts.controller2.mgmt",
            "is also hosts.controller1",
        ),
        ("mgmt: 10.0.0.11", "mgmt: 10.0.0.300", (11, 11), "hosts.controller1.mgmt", "is not an IPv4 address"),
        (
            "mgmt: 10.0.0.11",
            "mgnt: 10.0.0.11",
            (11, 5),
            "hosts.controller1.mgnt",
            "neither a host's key nor a network",
        ),
        ("arbiter]", "arbitre]", (8, 34), "hosts.dashboard.roles.1", "is not known here"),
        ("[dashboard, arbiter]", "[dashboard]", (7, 1), "hosts", "an even number cannot break a tie"),
        ("through: dashboard", "through: dashbord", (15, 16), "ssh.through", "is not a host of this site"),
        ("keystone, glance", "glance", (16, 12), "services.0", "glance needs keystone"),
        ("glance, horizon", "glanze, horizon", (16, 22), "services.1", "is not a service"),
        (
            "ssh:",
            "choose: {databse: galera}\nssh:",
            (15, 10),
            "choose.databse",
            "there is no capability databse",
        ),
        (
            "ssh:",
            "choose: {cache: memcache}\nssh:",
            (15, 17),
            "choose.cache",
            "memcache does not provide cache",
        ),
        ("ssh:", "choose: [galera]\nssh:", (15, 9), "choose", "is not a mapping"),
        (
            "dashboard: {roles: [dashboard",
            "dashboard: {roles: [time",
            (16, 30),
            "services.2",
            "role dashboard",
        ),
        (
            "roles: [controller]\n    mgmt: 10.0.0.11",
            "roles: [controller, compute]\n    mgmt: 10.0.0.11",
            (10, 25),
            "hosts.controller1.roles.1",
            "nothing is built for the role compute yet",
        ),
        (
            "external: 192.168.1.10",
            "external: 192.168.1.255",
            (8, 71),
            "hosts.dashboard.external",
            "broadcast",
        ),
    ],
)
def test_one_mistake_is_found_where_it_stands(
    old: str, new: str, place: tuple[int, int], path: str, what: str
) -> None:
    found = mistakes(GOOD.replace(old, new))
    match = [m for m in found if m.path == path and what in m.what]
    assert match, [str(m) for m in found]
    assert (match[0].line, match[0].column) == place


def test_all_mistakes_are_shown_at_once() -> None:
    text = (
        GOOD.replace("10.0.0.20", "10.0.9.20")
        .replace("[keystone, glance, horizon]", "[keystone, glanse]")
        .replace("roles: [controller]\n    mgmt: 10.0.0.11", "roles: [controler]\n    mgmt: 10.0.0.999")
        .replace("external: 192.168.1.10", "external: 192.168.2.10")
    )
    assert [m.path for m in mistakes(text)] == [
        "vips.controller.address",
        "hosts.dashboard.external",
        "hosts.controller1.roles.0",
        "hosts.controller1.mgmt",
        "services.1",
    ]


def test_options_are_judged_by_the_components_own_model() -> None:
    assert read(GOOD + "components: {memcached: {memory_mb: 128}}\n").components["memcached"]
    found = mistakes(GOOD + "components:\n  memcached: {memory_mb: much}\n  memcache: {}\n")
    assert [(m.line, m.column, m.path) for m in found] == [
        (18, 26, "components.memcached.memory_mb"),
        (19, 3, "components.memcache"),
    ]
    assert found[1].try_this == "did you mean memcached?"


def test_traps_of_yaml_do_not_bite() -> None:
    text = GOOD.replace("controller1:", "on:").replace("name: blog", "name: no")
    site = read(text)
    assert site.name == "no"
    assert "on" in site.hosts
    found = only("mgmt: 10.0.0.12", "mgmt: 22:22")
    assert "'22:22' is not an IPv4 address" in found.what
    found = only("mgmt: 10.0.0.12", "mgmt: 010.0.0.12")
    assert "'010.0.0.12' is not an IPv4 address" in found.what
    found = only("mgmt: 10.0.0.12", "mgmt: 52:54:00:12:34:56")
    assert "'52:54:00:12:34:56'" in found.what


def test_a_key_that_stands_twice_is_a_mistake_at_the_second() -> None:
    (found,) = mistakes(GOOD + "name: other\n")
    assert (found.line, found.path) == (17, "name")
    assert "the first is on line 1" in found.what


def test_aliases_and_merge_keys_are_refused() -> None:
    text = GOOD.replace("mgmt: {cidr: 10.0.0.0/24}", "mgmt: &m {cidr: 10.0.0.0/24}")
    aliased = mistakes(text.replace("external: {cidr: 192.168.1.0/24}", "external: *m"))
    assert [(m.line, m.column) for m in aliased if "aliases" in m.what] == [(4, 13)]
    merged = mistakes(text.replace("external: {cidr", "external: {<<: *m, cidr"))
    assert any("merge keys" in m.what for m in merged)


def test_an_alias_is_told_where_it_stands_whatever_stands_around_it() -> None:
    head, first, rest = GOOD.partition("[controller]")
    text = f"{head}&r {first}{rest.replace(first, '*r')}"
    lines = text.splitlines()
    at = [(n, line.index("*r") + 1) for n, line in enumerate(lines, 1) if "*r" in line]
    assert at
    assert [(m.line, m.column) for m in mistakes(text) if "aliases" in m.what] == at
    listed = GOOD.replace("services: [keystone", "services: [&k keystone, *k")
    assert {(m.line, m.column) for m in mistakes(listed)} == {
        (n, line.index(sign) + 1)
        for n, line in enumerate(listed.splitlines(), 1)
        for sign in ("&k", "*k")
        if sign in line
    }


def test_a_file_that_holds_itself_ends() -> None:
    assert mistakes("name: &a [*a]\n")
    assert mistakes("&a hosts: &b {x: *b}\n")


def test_broken_yaml_says_where() -> None:
    (found,) = mistakes("name: blog\nhosts: }\n")
    assert found.line == 2
    assert found.what == "a value is missing here, or a bracket is too many"


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    from fournines.spec.load import load  # noqa: PLC0415 - only this test reads a file

    path = tmp_path / "site.yaml"
    with pytest.raises(SpecError, match="cannot be read: No such file"):
        load(path, WORDS)
    path.symlink_to(tmp_path / "gone.yaml")
    with pytest.raises(SpecError, match="cannot be read: No such file"):
        load(path, WORDS)
    with pytest.raises(SpecError, match="cannot be read: Is a directory"):
        load(tmp_path, WORDS)


@pytest.mark.parametrize("kind", ["device", "pipe", "long"])
def test_what_may_never_end_is_not_read(tmp_path: Path, kind: str) -> None:
    from fournines.spec.load import load  # noqa: PLC0415 - as above

    path = tmp_path / "site.yaml"
    if kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.write_bytes(b"#\n" * (5 << 20))
    words = "no site file is that long" if kind == "long" else "is no file, but a device, a pipe or the like"
    with pytest.raises(SpecError, match=words):
        load(path, WORDS)


@given(st.text(alphabet=st.sampled_from("abz019: -{}[],&*<#'\"\n\t|>!%@.\x00é"), max_size=200))
def test_no_text_ends_in_a_traceback(text: str) -> None:
    with pytest.raises(SpecError):
        read(text)


@given(st.data())
def test_no_damage_to_a_good_file_ends_in_a_traceback(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 30)))
    text = GOOD[:start] + data.draw(st.text(max_size=8)) + GOOD[end:]
    lines = len(text.splitlines()) or 1
    found: tuple[Mistake, ...] = ()
    try:
        read(text)
    except SpecError as error:
        found = error.mistakes
    assert all(1 <= m.line <= lines + 1 and m.column >= 1 for m in found)


@pytest.mark.parametrize(
    ("data", "place", "source"),
    [
        (b"\xfe\xfen", "1:1", "\ufffd\ufffdn"),
        (b"name: blog\r\n# gr\xfc\xdfe\nlab: no\n", "2:5", "# gr\ufffd\ufffde"),
        ("name: \xfcb".encode() + b"\xfc", "1:9", "name: \xfcb\ufffd"),
    ],
)
def test_the_first_byte_that_is_not_utf_8_is_shown(
    tmp_path: Path, data: bytes, place: str, source: str
) -> None:
    file = tmp_path / "site.yaml"
    file.write_bytes(data)
    with pytest.raises(SpecError) as caught:
        load(file, WORDS)
    (found,) = caught.value.mistakes
    assert f"{found.line}:{found.column}" == place
    assert (found.source, found.try_this) == (source, "save it as UTF-8")
    assert "is not UTF-8" in found.what


@pytest.mark.parametrize(
    ("data", "what", "hint"),
    [
        (gzip.compress(b"name: blog\n"), "compressed by gzip", "unpack it: gunzip"),
        (lzma.compress(b"name: blog\n"), "compressed by xz", "unpack it: unxz"),
        (bz2.compress(b"name: blog\n"), "compressed by bzip2", "unpack it: bunzip2"),
        (Path(sys.executable).resolve().read_bytes()[:4096], "a program", "name the site file itself"),
        ("name: blog\n".encode("utf-16"), "UTF-16 text", "save it as UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0", "binary", "name the site file itself"),
    ],
    ids=["gzip", "xz", "bzip2", "ELF", "UTF-16", "PNG"],  # gzip writes the time into its head
)
def test_what_is_no_text_is_named_and_not_shown(tmp_path: Path, data: bytes, what: str, hint: str) -> None:
    file = tmp_path / "site.yaml"
    file.write_bytes(data)
    with pytest.raises(SpecError) as caught:
        load(file, WORDS)
    (found,) = caught.value.mistakes
    assert (found.line, found.column, found.source) == (1, 1, "")
    assert found.what.startswith("a site file is text in UTF-8")
    assert what in found.what
    assert hint in str(found.try_this)


@pytest.mark.parametrize(
    "text",
    [GOOD.replace("\n", "\r\n"), f"\ufeff{GOOD}", json.dumps(yaml.safe_load(GOOD), indent=2)],
    ids=["CRLF", "BOM", "JSON"],
)
def test_other_editors_files_are_read(text: str) -> None:
    assert read(text) == read(GOOD)


@pytest.mark.parametrize("word", ["yes", "No", "on", "OFF", "True", "false"])
def test_true_and_false_may_be_any_of_the_six_words(word: str) -> None:
    expected = word.lower() in {"yes", "on", "true"}
    assert read(f"{GOOD}lab: {word}\n").lab is expected
