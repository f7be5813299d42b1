"""Wrong site files: each mistake is told once, where it stands, in words of our own, with what to write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.spec.everyday import BASE, SLIPS
from tests.spec.wrong_files import GOOD, GROUPS, HINTS

from fournines.errors import Mistake, SpecError
from fournines.plan.vocabulary import vocabulary
from fournines.spec.document import plain
from fournines.spec.draft import draft_of
from fournines.spec.keys import shaped
from fournines.spec.load import loads
from fournines.spec.parse import parse
from fournines.spec.rules import networks
from fournines.spec.rules.networks import NETWORK_RULES
from fournines.spec.rules.site import SITE_RULES, WORD_RULES

FILE = Path("site.yaml")
WORDED = (*networks.WORD_RULES, *WORD_RULES)
EDITS = [
    pytest.param(*edit, id=f"{group}: {edit[1].strip()[:40]!r}")
    for group, edits in GROUPS.items()
    for edit in edits
]
FOREIGN = re.compile(
    r"[Ii]nput should|[Vv]alue error|validation|pydantic|[Ss]tring should|Traceback|scalar|None|type=|<\w+\.",
)
"""Words of the libraries beneath, which mean nothing to who wrote the file."""


def mistakes(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(SpecError) as caught:
        loads(text, FILE, vocabulary())
    return caught.value.mistakes


def well_told(found: tuple[Mistake, ...], text: str) -> None:
    lines = text.count("\n") + text.count("\r") + 2
    assert found
    for mistake in found:
        assert 1 <= mistake.line <= lines
        assert mistake.column >= 1
        assert mistake.what
        assert mistake.try_this
        assert len(mistake.what) < 300
        assert not FOREIGN.search(re.sub(r"'.*'", "", mistake.what)), mistake.what


def test_the_good_file_is_good() -> None:
    site = loads(GOOD, FILE, vocabulary())
    assert site.hosts["controller1"].bare == ("provider",)
    assert site.named_interface(site.hosts["controller1"], "external") == "enp2s0"
    assert site.named_interface(site.hosts["controller1"], "provider") == "enp3s0"


@pytest.mark.parametrize(("old", "new", "where", "words"), EDITS)
def test_one_mistake_is_told_once_where_it_stands(old: str, new: str, where: str, words: str) -> None:
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    found = mistakes(text)
    assert [f"{m.line}:{m.column}" for m in found] == [where], [str(m) for m in found]
    assert words in found[0].what
    well_told(found, text)


@pytest.mark.parametrize(("old", "new", "line"), SLIPS)
def test_an_everyday_slip_is_refused_on_its_line_with_what_to_write(old: str, new: str, line: int) -> None:
    assert BASE.count(old) == 1
    text = BASE.replace(old, new)
    found = mistakes(text)
    assert line in {mistake.line for mistake in found}, [str(mistake) for mistake in found]
    assert len(found) <= 3, "the one slip is lost among its consequences"
    well_told(found, text)


@pytest.mark.parametrize(("old", "new", "what", "try_this"), HINTS)
def test_what_to_write_is_what_may_stand_there(old: str, new: str, what: str, try_this: str) -> None:
    assert GOOD.count(old) == 1
    assert [(m.what, m.try_this) for m in mistakes(GOOD.replace(old, new))] == [(what, try_this)]


def test_without_a_slip_it_is_a_site() -> None:
    assert len(loads(BASE, FILE, vocabulary()).voters) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("\n# nothing\n", "the file is empty"),
        ("- name: blog\n", "a site file is keys with values"),
        ("blog\n", "a site file is keys with values"),
        ("{}\n", "is missing"),
        ("name: blog\nnetworks: {}\nvips: {}\nhosts: {}\nservices: []\n", "there is no network"),
        ("name: blog\nnetworks: {}\nvips: {}\nhosts: {}\nservices: []\n", "there is no VIP"),
        ("[" * 100_000, "more than 20 levels"),
        ("{a: " * 900, "more than 20 levels"),
        ("\ufeff\ufeffname: blog\n", "U+FEFF"),
        ("name: blog\x00\n", "U+0000"),
    ],
)
def test_what_is_no_site_file_at_all_says_so(text: str, words: str) -> None:
    found = mistakes(text)
    assert any(words in m.what for m in found)
    well_told(found, text)


def test_two_mistakes_of_any_groups_are_both_told() -> None:
    """Nothing waits until the rest is right: not the counting rules either."""
    text = (
        GOOD.replace("time, arbiter]", "time]")
        .replace("address: 10.0.0.20", "address: 10.0.9.20")
        .replace("buffer_pool: 256M", "buffer_pool: 1 GB")
        .replace("user: root", "user: -x")
        .replace("glance, horizon, n", "glanze, horizon, n")
        .replace("    mgmt: 10.0.0.11\n", "")
        .replace("release: epoxy", "releas: epoxy")
    )
    assert [m.path for m in mistakes(text)] == [
        "releas",
        "vips.controller.address",
        "hosts",
        "hosts.controller1",
        "ssh.user",
        "services.1",
        "components.galera.buffer_pool",
    ]


def _complaining(text: str) -> Iterator[str]:
    try:
        document = parse(text, "site.yaml")
    except SpecError:
        return
    raw: Any = plain(document.value)
    shaped(document, raw, vocabulary())
    draft = draft_of(raw, document.dropped)
    yield from (rule.__name__ for rule in (*NETWORK_RULES, *SITE_RULES) if list(rule(draft)))
    yield from (rule.__name__ for rule in WORDED if list(rule(draft, vocabulary())))


def test_every_rule_finds_its_wrong_file() -> None:
    texts = [GOOD.replace(old, new) for edits in GROUPS.values() for old, new, _, _ in edits]
    texts += ["name: blog\nnetworks: {}\nvips: {}\nhosts: {}\nservices: []\n"]
    found = {name for text in texts for name in _complaining(text)}
    assert found == {rule.__name__ for rule in (*NETWORK_RULES, *SITE_RULES, *WORDED)}
    assert not list(_complaining(GOOD))


# --- made up by hypothesis ------------------------------------------------------------------------------


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - a YAML tree
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _paths(item, (*path, key))


TREE: dict[str, Any] = plain(parse(GOOD, "site.yaml").value)  # type: ignore[assignment]
PATHS = list(_paths(TREE))
WORD = st.text(alphabet="qxz", min_size=3, max_size=6)
JUNK_OF_SCALARS = st.one_of(
    st.lists(WORD, min_size=1, max_size=3), st.dictionaries(WORD, WORD, min_size=1, max_size=2)
)
JUNK_OF_LISTS = st.one_of(WORD, st.integers(), st.dictionaries(WORD, WORD, min_size=1, max_size=2))
JUNK_OF_MAPPINGS = st.one_of(WORD, st.integers(), st.lists(WORD, min_size=1, max_size=3))


@given(st.data())
def test_junk_of_a_wrong_type_is_never_accepted(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(PATHS))
    tree = deepcopy(TREE)
    parent: Any = tree
    for key in path[:-1]:
        parent = parent[key]
    value = parent[path[-1]]
    junk = (
        JUNK_OF_MAPPINGS
        if isinstance(value, dict)
        else JUNK_OF_LISTS
        if isinstance(value, list)
        else JUNK_OF_SCALARS
    )
    parent[path[-1]] = data.draw(junk)
    text = yaml.safe_dump(tree, sort_keys=False)
    well_told(mistakes(text), text)


@given(st.data())
def test_a_control_character_anywhere_is_refused(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([p for p in PATHS if not isinstance(_at(p), dict | list)]))
    tree = deepcopy(TREE)
    parent: Any = tree
    for key in path[:-1]:
        parent = parent[key]
    character = data.draw(st.sampled_from("\n\r\t\x00\x07\x1b\x7f\x85\u2028"))
    parent[path[-1]] = data.draw(st.sampled_from([f"{_at(path)}{character}x", f"{character}{_at(path)}"]))
    text = yaml.safe_dump(tree, sort_keys=False, allow_unicode=False)
    assert any("is not one line of plain text" in m.what for m in mistakes(text))


def _at(path: tuple[Any, ...]) -> Any:  # noqa: ANN401 - a YAML tree
    value: Any = TREE
    for key in path:
        value = value[key]
    return value


@given(st.data())
def test_damage_never_ends_in_a_traceback_and_is_well_told(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 30)))
    text = GOOD[:start] + data.draw(st.text(max_size=8)) + GOOD[end:]
    try:
        loads(text, FILE, vocabulary())
    except SpecError as error:
        well_told(error.mistakes, text)
