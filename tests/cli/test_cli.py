"""The verbs that need no host, as a user meets them: output, exit codes, errors with a place."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from tests.cli.command import nines

EXAMPLES = Path(__file__).parents[2] / "examples"
BLOG = EXAMPLES / "blog.yaml"


@pytest.fixture(scope="module")
def schema() -> dict[str, object]:
    found = json.loads(nines("schema").stdout)
    assert isinstance(found, dict)
    return found


def test_the_starter_can_be_shown_and_is_never_overwritten(tmp_path: Path) -> None:
    assert nines("init", cwd=tmp_path).code == 0
    assert nines("show", "site.yaml", cwd=tmp_path).code == 0
    again = nines("init", cwd=tmp_path)
    assert again.code == 2
    assert "site.yaml: cannot be written: File exists" in again.stderr


def test_a_mistake_is_shown_with_its_line_and_a_mark_and_the_exit_code_is_2(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(BLOG.read_text().replace("mgmt: 10.0.0.12}", "mgmt: 10.0.1.12}"))
    done = nines("show", site)
    assert done.code == 2
    assert re.search(r"site\.yaml:\d+:\d+: hosts\.controller2\.mgmt: 10\.0\.1\.12 is not in", done.stderr)
    assert "try: write a free address of 10.0.0.0/24" in done.stderr
    lines = done.stderr.splitlines()
    mark = next(line for line in lines if line.strip() == "^")
    assert lines[lines.index(mark) - 1][mark.index("^") :].startswith("10.0.1.12")


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yaml")), ids=lambda p: p.name)
def test_examples_keep_to_the_schema(example: Path, schema: dict[str, object]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(example.read_text()), schema)


def test_the_schema_refuses_what_the_loader_refuses(schema: dict[str, object]) -> None:
    site = yaml.safe_load(BLOG.read_text())
    site["hosts"]["controller1"]["roles"] = ["controler"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(site, schema)


@pytest.mark.parametrize("columns", [40, 69, 120])
def test_show_breaks_no_name_and_no_address(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = nines("show", BLOG).stdout
    words = set(re.split(r"[^\w.]+", shown))
    assert {"controller1", "controller2", "dashboard", "10.0.0.11", "10.0.0.20"} <= words
    assert max(map(len, shown.splitlines())) <= columns


def test_show_as_json_says_who_runs_what() -> None:
    shown = json.loads(nines("show", "--json", BLOG).stdout)
    assert shown["components"]["memcached"]["hosts"] == ["controller1", "controller2"]
    assert shown["components"]["memcached"]["options"]["memory_mb"] == 64
    assert any("keystone identity" in phase for phase in shown["phases"])
    taken = shown["capacity"]
    assert taken["database_connections"]["wanted"] < taken["database_connections"]["room"]
    assert taken["memory_mib"]["controller1"]["full"] > taken["memory_mib"]["dashboard"]["full"] > 0


def test_the_plan_says_what_the_site_takes(tmp_path: Path) -> None:
    site = tmp_path / "blog.yaml"
    site.write_text(BLOG.read_text())
    said = nines("plan", "--offline", site).stdout
    assert "note: memory of controller1, controller2: " in said
    assert "note: database connections: 80 of 980 (glance 2 x 2 x 10" in said


def test_render_writes_every_host_and_refuses_a_full_directory(tmp_path: Path) -> None:
    site = tmp_path / "blog.yaml"
    site.write_text(BLOG.read_text())
    done = nines("render", site, "-o", tmp_path / "out")
    assert done.code == 0, done.stderr
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"dashboard", "controller1", "controller2"}
    assert (tmp_path / "out/controller1/etc/memcached.conf").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["blog.yaml", "out"]  # no secrets were made
    assert nines("render", site, "-o", tmp_path / "out").code == 2


def test_render_for_another_family_says_what_it_is_worth(tmp_path: Path) -> None:
    site = tmp_path / "blog.yaml"
    site.write_text(BLOG.read_text())
    done = nines("render", site, "-o", tmp_path / "out", "--family", "rhel")
    assert done.code == 0, done.stderr
    assert "rhel: only Debian 13 is built and run; no host of this family has read these files" in done.stdout
    assert (tmp_path / "out/controller1/etc/my.cnf.d/70-fournines.cnf").exists()
    assert "package mariadb-server-galera\n" in (tmp_path / "out/controller1.names").read_text()


@pytest.mark.parametrize("verb", ["plan", "deploy", "verify"])
def test_nothing_is_done_in_another_familys_names(verb: str) -> None:
    done = nines(verb, BLOG, "--family", "rhel")
    assert done.code == 2
    assert "No such option: --family" in done.stderr


def test_a_site_of_a_lab_is_never_looked_for_elsewhere(tmp_path: Path) -> None:
    site = tmp_path / "blog.yaml"
    site.write_text(BLOG.read_text().replace("name: blog", "name: nosuchlab"))
    done = nines("plan", site)
    assert done.code == 2
    assert "the lab nosuchlab is down" in done.stderr
    assert "nines lab up" in done.stderr
