"""Opening a site: whose machines are meant is said by the file, never by what happens to run here."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from tests.cli.command import nines
from tests.support import EXAMPLES

from fournines import lab
from fournines.cli.shared.site import Opened, open_site
from fournines.errors import LabError, SecretsError

BLOG = (EXAMPLES / "blog.yaml").read_text()


@pytest.fixture
def lab_site(tmp_path: Path) -> Path:
    file = tmp_path / "blog.yaml"
    file.write_text(BLOG)
    return file


@pytest.fixture
def real_site(tmp_path: Path) -> Path:
    file = tmp_path / "real.yaml"
    file.write_text(BLOG.replace("lab: true", "# lab: false"))
    return file


@pytest.fixture
def labs(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The labs that are up; entering one is remembered by its name with a star."""
    up: set[str] = set()
    monkeypatch.setattr(lab, "is_up", lambda name: name in up)
    monkeypatch.setattr(lab, "enter", lambda name: up.add(f"{name}*"))
    monkeypatch.setattr(lab, "ssh_config_path", lambda name: Path("/labs", name, "ssh_config"))
    return up


def test_a_site_of_a_lab_is_entered_and_said(
    labs: set[str], lab_site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(LabError, match="the lab blog is down"):
        open_site(lab_site)
    labs.add("blog")
    assert open_site(lab_site).ssh_config == Path("/labs/blog/ssh_config")
    assert "blog*" in labs
    assert capsys.readouterr().err == "blog: the lab on this machine\n"


def test_real_machines_are_said_and_a_lab_of_their_name_is_never_entered(
    labs: set[str], real_site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert open_site(real_site).ssh_config is None
    assert capsys.readouterr().err == "blog: 3 real machines, as root through dashboard\n"
    labs.add("blog")
    with pytest.raises(
        LabError, match="a lab called blog is up, but this site file is one of real"
    ) as caught:
        open_site(real_site)
    assert "nines lab down blog" in (caught.value.try_this or "")
    assert labs == {"blog"}


def test_without_hosts_nothing_is_entered_or_said(
    labs: set[str], lab_site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labs.add("blog")
    open_site(lab_site, reach_hosts=False)
    assert labs == {"blog"}
    assert capsys.readouterr().err == ""


def test_only_verbs_that_keep_secrets_write_them(labs: set[str], real_site: Path) -> None:
    del labs
    first = open_site(real_site).plan.context.secrets
    assert [p.name for p in real_site.parent.iterdir()] == ["real.yaml"]
    kept = open_site(real_site, keep_secrets=True).plan.context.secrets
    assert first != kept
    assert open_site(real_site).plan.context.secrets == kept


def test_who_objects_to_first_secrets_keeps_them_unwritten(labs: set[str], real_site: Path) -> None:
    del labs
    asked: list[str] = []

    def object_to(opened: Opened) -> None:
        asked.append(opened.place)
        raise SecretsError("not so")

    with pytest.raises(SecretsError, match="not so"):
        open_site(real_site, keep_secrets=True, at_first=object_to)
    assert [p.name for p in real_site.parent.iterdir()] == ["real.yaml"]
    open_site(real_site, keep_secrets=True)
    open_site(real_site, keep_secrets=True, at_first=object_to)  # there are some: nobody is asked
    assert asked == ["blog: 3 real machines, as root through dashboard"]


def test_a_lab_of_a_site_of_real_machines_is_not_made(real_site: Path) -> None:
    refused = nines("lab", "up", real_site)
    assert refused.code == 2
    assert "this site file is one of real machines" in refused.stderr
    assert "lab: true" in refused.stderr


def test_real_machines_are_not_broken_without_a_yes(
    labs: set[str], real_site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    del labs

    class BegunError(Exception):
        pass

    def begin(*_: object, **__: object) -> None:
        raise BegunError

    monkeypatch.setattr(import_module("fournines.cli.drill"), "_Session", begin)
    refused = nines("drill", real_site, "haproxy-kill", cwd=tmp_path)
    assert refused.code == 2
    assert "these are real machines" in refused.stderr
    assert "dashboard, controller1, controller2" in refused.stderr
    assert "--yes" in refused.stderr
    assert not (tmp_path / "reports").exists()
    begun = nines("drill", real_site, "haproxy-kill", "--yes", cwd=tmp_path)
    assert "BegunError" in begun.stderr


def test_a_limit_says_what_it_leaves_out(real_site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opened = open_site(real_site, limit=["dashboard,controller1", " controller1"], reach_hosts=False)
    assert opened.plan.only == frozenset(("dashboard", "controller1"))
    said = capsys.readouterr().err
    assert said.startswith(
        "limited to dashboard, controller1. Left out: what would be done to controller2, and"
    )
    assert "Barriers still ask them." in said
    assert open_site(real_site, reach_hosts=False).plan.only is None
    refused = nines("plan", real_site, "--offline", "--limit", "controler1")
    assert refused.code == 2
    assert "did you mean controller1?" in refused.stderr
    shown = nines("plan", real_site, "--offline", "--limit", "dashboard")
    assert "dashboard: file" in shown.stdout
    assert "controller1: file" not in shown.stdout
