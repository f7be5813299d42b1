"""Nothing that goes wrong ends in a traceback: trouble has words, and a bug has a line and a file."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support import EXAMPLES

from fournines import __version__
from fournines.cli.shared.trouble import BUG, CUT_OFF, errors_shown, understood
from fournines.errors import NinesError, SecretsError, TransportError


def shown(error: BaseException, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended, errors_shown():
        raise error
    assert isinstance(ended.value.code, int)
    return ended.value.code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (
            SecretsError("cannot be opened", where="s.age", try_this="the right key"),
            2,
            ["error: s.age: cannot be opened", "  try: the right key"],
        ),
        (
            ExceptionGroup("tasks", [ValueError("x"), TransportError("not reachable", where="one")]),
            3,
            ["error: one: not reachable"],
        ),
        (
            OSError(errno.ENOSPC, "No space left on device", "/var/x"),
            2,
            ["error: /var/x: cannot be used: No space left on device", "  try: make room on that disk"],
        ),
        (
            UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
            2,
            ["error: text that cannot be read or shown", "  try: save the file as UTF-8"],
        ),
        (RecursionError("deep"), 2, ["error: something is nested too deeply to be read"]),
        (MemoryError(), 2, ["error: this machine has no memory left"]),
        (KeyboardInterrupt(), 130, ["interrupted; run the same command again to go on"]),
    ],
)
def test_trouble_is_told_in_words(
    error: BaseException, code: int, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    ended, said = shown(error, capsys)
    assert ended == code
    for line in lines:
        assert any(each.startswith(line) for each in said.splitlines()), said
    assert "Traceback" not in said


def test_a_bug_is_one_line_and_a_file_only_its_owner_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code, said = shown(ZeroDivisionError("division\nby zero"), capsys)
    assert code == BUG
    first, second = said.splitlines()
    assert first == f"error: this is a bug in fournines {__version__}: ZeroDivisionError: division"
    (report,) = tmp_path.iterdir()
    assert str(report) in second
    assert report.stat().st_mode & 0o077 == 0
    assert "by zero" in report.read_text()
    assert "Traceback" in report.read_text()


def test_a_bug_is_told_even_where_no_file_can_be_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nonexistent")
    code, said = shown(ZeroDivisionError("division"), capsys)
    assert code == BUG
    assert "try: report it where you got fournines from" in said


def test_of_errors_side_by_side_the_first_that_says_something_is_told() -> None:
    inner = NinesError("meant")
    assert understood(ExceptionGroup("a", [ExceptionGroup("b", [KeyError("x"), inner])])) is inner
    assert understood(ExceptionGroup("a", [KeyError("x")])) is None


@pytest.mark.parametrize("verb", [("show",), ("plan", "--offline")])
def test_an_end_because_nobody_reads_on_is_quiet_and_no_verdict(verb: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    nines = Path(sys.executable).with_name("nines")
    done = subprocess.run(
        [nines, *verb, EXAMPLES / "blog.yaml"], stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (CUT_OFF, "")
