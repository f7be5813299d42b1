"""The plan of a site: phases, barriers, files; and the same without secrets."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from fournines.kit.context import Context
from fournines.kit.step import File
from fournines.plan.make import make_plan
from fournines.plan.model import Phase, Plan, PlannedStage
from fournines.plan.placeholders import without_secrets
from fournines.plan.render import rendered, write


@pytest.fixture(scope="module")
def plan(blog_context: Context) -> Plan:
    return make_plan(blog_context.site, blog_context.secrets)


def test_equal_input_gives_an_equal_plan(plan: Plan, blog_context: Context) -> None:
    again = make_plan(blog_context.site, blog_context.secrets)
    assert [(p.name, p.steps) for p in again.phases] == [(p.name, p.steps) for p in plan.phases]
    assert [check.id for check in again.checks] == [check.id for check in plan.checks]


def test_every_barrier_is_one_of_the_checks(plan: Plan) -> None:
    ids = {check.id for check in plan.checks}
    assert {check.id for phase in plan.phases for check in phase.barrier} <= ids


def private_lines(value: str) -> list[str]:
    """The lines of a secret that nobody may see: of PEM text the private key, certificates are public."""
    key, end, _ = value.partition("-----END PRIVATE KEY-----")
    lines = key.splitlines()[1:] if end else value.splitlines()
    return [line for line in lines if len(line) >= 16]


def test_no_secret_is_left_in_what_is_shown(plan: Plan) -> None:
    shown = "".join(one.file.content for one in rendered(without_secrets(plan)))
    for name, value in plan.context.secrets.items():
        assert private_lines(value), name
        assert not [line for line in private_lines(value) if line in shown], name


def test_files_are_written_with_their_own_modes(plan: Plan, tmp_path: Path) -> None:
    count = write(plan, tmp_path)
    files = list(rendered(plan))
    assert count == len(files) > 0
    for one in files:
        target = tmp_path / one.host / one.file.path.lstrip("/")
        assert target.read_text() == one.file.content
        assert target.stat().st_mode & 0o777 == one.file.mode


def test_of_secrets_that_hold_one_another_the_longest_is_named(blog_context: Context) -> None:
    """The shorter one first would leave the rest of the longer one in clear."""
    secrets = {"short": "hunter2", "long": "hunter2-and-the-rest", "middle": "hunter2-and"}
    held = File("/etc/held", "a hunter2-and-the-rest b hunter2-and c hunter2 d")
    stage = PlannedStage("held", "held", {"controller1": (held,)})
    shown = without_secrets(Plan(replace(blog_context, secrets=secrets), (Phase((stage,)),), ()))
    (one,) = rendered(shown)
    assert one.file.content == "a <secret long> b <secret middle> c <secret short> d"


def test_a_file_that_is_no_text_is_written_as_it_is_and_named_where_it_is_a_secret(
    blog_context: Context, tmp_path: Path
) -> None:
    ring, key = b"\x00ring\xff", base64.b64encode(b"\x00key of the cluster\xff").decode()
    files = (
        File("/etc/ring", base64.b64encode(ring).decode(), base64=True),
        File("/etc/key", key, base64=True),
    )
    stage = PlannedStage("held", "held", {"controller1": files})
    plan = Plan(replace(blog_context, secrets={"cluster/key": key}), (Phase((stage,)),), ())
    write(plan, tmp_path / "whole")
    assert (tmp_path / "whole/controller1/etc/key").read_bytes() == b"\x00key of the cluster\xff"
    write(without_secrets(plan), tmp_path / "shown")
    assert (tmp_path / "shown/controller1/etc/ring").read_bytes() == ring
    assert (tmp_path / "shown/controller1/etc/key").read_text() == "<secret cluster/key>"
