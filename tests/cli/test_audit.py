"""The verb: exit codes, formats, and files on disk."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fournines.audit import registry
from fournines.cli import app
from fournines.errors import AuditError

RUN = CliRunner()


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    rule = next(rule for rule in registry.rules() if rule.id == "KA005")
    for name, text in rule.bad.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text(text)
    return tmp_path / "site"


def test_findings_exit_1_and_say_so(bad: Path) -> None:
    done = RUN.invoke(app, ["audit", str(bad)])
    assert done.exit_code == 1
    assert "KA005" in done.stdout
    assert "node1/keepalived.conf:6" in done.stdout


def test_what_is_below_the_bar_exits_0(bad: Path) -> None:
    assert RUN.invoke(app, ["audit", str(bad), "--fail-on", "never"]).exit_code == 0
    assert RUN.invoke(app, ["audit", str(bad), "--ignore", "ka005,KA035"]).exit_code == 0


def test_json_and_sarif_are_json(bad: Path) -> None:
    document = json.loads(RUN.invoke(app, ["audit", str(bad), "--json"]).stdout)
    assert document["findings"][0]["file"].startswith("node")
    assert json.loads(RUN.invoke(app, ["audit", str(bad), "--sarif"]).stdout)["version"] == "2.1.0"


def test_html_is_written_beside(bad: Path, tmp_path: Path) -> None:
    RUN.invoke(app, ["audit", str(bad), "--html", str(tmp_path / "r.html")])
    assert "KA005" in (tmp_path / "r.html").read_text()


def test_a_baseline_is_written_and_kept(bad: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    assert RUN.invoke(app, ["audit", str(bad), "--write-baseline", str(known)]).exit_code == 0
    assert RUN.invoke(app, ["audit", str(bad), "--baseline", str(known)]).exit_code == 0


def test_unreadable_input_is_an_error_of_its_own(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["audit", str(tmp_path / "absent")])
    assert isinstance(done.exception, AuditError)
    assert done.exception.exit_code == 2
    assert "cannot be read: No such file or directory" in str(done.exception)
    (tmp_path / "notes.txt").write_text("hello")
    assert RUN.invoke(app, ["audit", str(tmp_path)]).exit_code == 2


def test_rules_and_their_stories() -> None:
    listed = RUN.invoke(app, ["audit", "--rules"]).stdout
    assert len(listed.splitlines()) == len(registry.rules())
    assert "Seen here" in RUN.invoke(app, ["audit", "--explain", "ka001"]).stdout
    (one,) = json.loads(RUN.invoke(app, ["audit", "--explain", "ka001", "--json"]).stdout)
    assert one["id"] == "KA001"
    assert isinstance(RUN.invoke(app, ["audit", "--explain", "XX999"]).exception, AuditError)
    assert len(json.loads(RUN.invoke(app, ["audit", "--rules", "--json"]).stdout)) == len(registry.rules())


def test_an_audit_loads_nothing_that_only_a_deployment_needs(bad: Path) -> None:
    """Half a second of two; pydantic is there all the same, typer checks its options with it."""
    said = (
        "import sys; from fournines.cli import app\n"
        "try: app(['audit', '--json', sys.argv[1]])\n"
        "finally: print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", said, str(bad)], capture_output=True, text=True, check=False)
    loaded = set(done.stderr.split())
    assert done.returncode == 1
    assert "fournines.components.keepalived.audit.rules" in loaded
    assert not loaded & {"rich", "lxml", "cryptography", "jinja2", "asyncio", "fournines.spec.model"}
    assert not any(name.startswith("fournines.components.") and name.endswith(".deploy") for name in loaded)
