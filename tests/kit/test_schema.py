"""Which revisions are the newest: those on which nothing builds, nor depends."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.programs import image_with

from fournines.kit.on_host import schema

GLANCE = "usr/lib/python3/dist-packages/glance/db/sqlalchemy/alembic_migrations/versions"
KEYSTONE = "usr/lib/python3/dist-packages/keystone/common/sql/migrations/versions"


def migration(name: str, down: object = None, depends: object = None) -> str:
    return f"import os\nrevision = {name!r}\ndown_revision = {down!r}\ndepends_on = {depends!r}\n"


def test_two_branches_have_two_heads() -> None:
    sources = [migration("a"), migration("b", "a"), migration("c", "a"), migration("d", "c")]
    assert schema.heads(sources) == {"b", "d"}


def test_a_revision_that_another_depends_on_is_implied() -> None:
    sources = [migration("expand"), migration("contract", depends="expand")]
    assert schema.heads(sources) == {"contract"}


def test_a_merge_leaves_one_head_and_other_files_none() -> None:
    sources = [
        "x = 1\n",
        migration("a"),
        migration("b", "a"),
        migration("c", "a"),
        migration("d", ("b", "c")),
    ]
    assert schema.heads(sources) == {"d"}
    assert schema.heads(["x = 1\n"]) == set()


@given(st.integers(min_value=1, max_value=30), st.randoms())
def test_a_chain_has_its_end_as_head_in_any_order(length: int, random: object) -> None:
    sources = [migration(str(i), str(i - 1) if i else None) for i in range(length)]
    random.shuffle(sources)  # type: ignore[attr-defined]
    assert schema.heads(sources) == {str(length - 1)}


class Clock:
    """Time that passes only by waiting."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class RefusedError(Exception):
    """As pymysql raises it: the code first."""


@pytest.mark.parametrize("code", sorted(schema.HANGS_UP))
def test_a_database_that_hangs_up_is_asked_again(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr("fournines.kit.on_host.schema.time", clock := Clock())

    def ask() -> set[str]:
        if clock.now < schema.PATIENCE / 2:
            raise RefusedError(code, "Lost connection")
        return {"a"}

    assert schema.answered(ask) == {"a"}


@pytest.mark.parametrize(("code", "waited"), [(2013, True), (2003, False), (1045, False), (1049, False)])
def test_silence_is_waited_for_and_an_answer_is_not(
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    waited: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """A first deployment looks before there is any database: nobody has the time to wait for that."""
    monkeypatch.setattr("fournines.kit.on_host.schema.time", clock := Clock())

    def ask() -> set[str]:
        raise RefusedError(code, "no")

    with pytest.raises(RefusedError):
        schema.answered(ask)
    assert (clock.now > schema.PATIENCE) == waited
    assert (clock.now == 0) == (not waited)


@pytest.mark.parametrize(
    ("in_table", "code"), [(("b",), 0), (("a",), 1), ((), 1), (("b", "old"), 0)], ids=str
)
def test_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    in_table: tuple[str, ...],
    code: int,
) -> None:
    for name, down in (("a", None), ("b", "a")):
        (tmp_path / f"{name}.py").write_text(migration(name, down))
    monkeypatch.setattr(sys, "argv", ["schema", str(tmp_path)])
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps({})))
    monkeypatch.setattr(schema, "applied", lambda _: set(in_table))
    assert schema.main() == code
    assert ("not in the database: b" in capsys.readouterr().out) is bool(code)


def test_no_migrations_at_all_is_not_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "argv", ["schema", str(tmp_path)])
    monkeypatch.setattr(sys, "stdin", io.StringIO("{}"))
    monkeypatch.setattr(schema, "applied", lambda _: {"b"})
    assert schema.main() == 1


@pytest.mark.programs
def test_the_packages_own_migrations_are_understood() -> None:
    tree = image_with("keepalived")
    if tree is None:
        pytest.skip("no lab image here, or not root: nines lab up makes one")
    sources = [path.read_text() for path in (tree / KEYSTONE).rglob("*.py")]
    own = {(tree / KEYSTONE / name).read_text().strip() for name in ("EXPAND_HEAD", "CONTRACT_HEAD")}
    assert schema.heads(sources) == own
    found = schema.heads([path.read_text() for path in (tree / GLANCE).rglob("*.py")])
    assert len(found) == 1
    assert "contract" in found.pop()
