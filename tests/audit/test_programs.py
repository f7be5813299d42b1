"""The programs' own verdicts: asked where installed, in a closed room, masked, and never trusted to end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fournines.audit import sandbox
from fournines.audit.gather.collect import File
from fournines.audit.programs import ProgramVerdict, ask
from fournines.audit.sources import read
from fournines.errors import AuditError

CONF = "global\n maxconn 1\ndefaults\n mode tcp\n timeout connect 1s\n"


@pytest.fixture(scope="session")
def room() -> None:
    try:
        sandbox.prove()
    except AuditError as error:
        pytest.skip(f"no sandbox on this machine: {error}")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: None) -> Path:  # noqa: ARG001 - needs one
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/bin:/usr/bin")
    return tmp_path


def installed(path: Path, name: str, body: str) -> None:
    program = path / "bin" / name
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)


def asked(text: str = CONF, name: str = "n1/haproxy.cfg") -> ProgramVerdict:
    (said,) = ask(read([File(name, text)])[0])
    return said


def test_a_program_speaks_of_the_audited_path(path: Path) -> None:
    installed(path, "haproxy", 'printf "\\033[31m[ALERT] $3:2 : password = hunter2"; exit 1')
    said = asked()
    assert (said.program, said.path, said.accepted) == ("haproxy -c -f", "n1/haproxy.cfg", False)
    assert said.messages == ("\\x1b[31m[ALERT] n1/haproxy.cfg:2 : password = ***",)


def test_an_accepted_file_is_accepted(path: Path) -> None:
    installed(path, "haproxy", 'grep -q maxconn "$3"')
    assert asked().accepted


def test_a_file_that_is_named_out_of_the_tree_stays_in_it(path: Path) -> None:
    installed(path, "haproxy", 'echo "$3"')
    assert asked(name="../../n1/haproxy.cfg").messages == ("../../n1/haproxy.cfg",)


def test_a_program_that_hangs_is_not_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "LONGEST", 0.5)
    installed(path, "haproxy", "exec sleep 60")
    said = asked()
    assert not said.accepted
    assert said.messages == ("could not be asked: it did not end within 0.5 s",)


def test_a_program_that_never_stops_talking_is_cut_off(path: Path) -> None:
    installed(path, "haproxy", "exec yes")
    assert asked().messages == ("y",) * 30


@pytest.mark.parametrize(
    "deed",
    [
        'echo x >> "$3"',
        'rm "$3"',
        "touch /x",
        "touch /usr/lib/x",
        'cat "$OUTSIDE"',
        "cat /etc/hostname",
        "ls /root /home",
        "ls /proc/1",
        "test -r /dev/sda || test -r /dev/mem",
        "env | grep OUTSIDE=/",
        "grep . /sys/class/net/*/address",
    ],
)
def test_nothing_outside_is_seen_or_written(path: Path, deed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = path / "outside"
    outside.write_text("kept")
    monkeypatch.setenv("OUTSIDE", str(outside))
    installed(path, "haproxy", deed.replace("$OUTSIDE", str(outside)))
    assert not asked().accepted
    assert outside.read_text() == "kept"


def test_what_is_written_is_gone_with_the_room(path: Path) -> None:
    outside = path / "outside"
    outside.write_text("kept")
    installed(path, "haproxy", f"echo x > {outside}; echo x > /tmp/fournines-was-here")
    asked()
    assert outside.read_text() == "kept"
    assert not Path("/tmp/fournines-was-here").exists()


def test_there_is_no_network_but_its_own(path: Path) -> None:
    installed(path, "haproxy", "exec ip -o -4 address show")
    if not shutil.which("ip"):
        pytest.skip("no ip on this machine")
    assert [line for line in asked().messages if "inet " in line and " lo " not in line] == []


def test_where_no_room_can_be_made_nothing_is_run(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(path, "haproxy", f"touch {path}/run")
    installed(path, "bwrap", "echo 'bwrap: No permissions to create new namespace' >&2; exit 1")
    with pytest.raises(AuditError, match="No permissions"):
        asked()
    monkeypatch.setenv("PATH", str(path / "nowhere"))
    with pytest.raises(AuditError, match="bwrap is not here"):
        asked()
    assert not (path / "run").exists()


def test_excerpts_are_not_given_to_programs(path: Path) -> None:
    installed(path, "haproxy", "exit 0")
    page = File(
        "howto.md",
        "/etc/haproxy/haproxy.cfg\n```\nlisten a\n  bind *:80\n  server x 10.0.0.1:80 check\n```\n",
    )
    assert ask(read([page])[0]) == []


@pytest.mark.programs
def test_lua_in_a_configuration_neither_reads_nor_writes_outside(tmp_path: Path, room: None) -> None:  # noqa: ARG001
    needed("haproxy")
    outside = tmp_path / "outside"
    outside.write_text("hunter2")
    lua = (
        f'local r = io.open("{outside}") ; local w = io.open("{outside}", "w")\n'
        'io.stderr:write("read " .. tostring(r) .. ", written " .. tostring(w) .. "\\n")\n'
    )
    # a directory of the audited site is where a stranger would put it; the audit copies only what it reads
    conf = f"global\n lua-load {sandbox.INSIDE}/check_x.lua\n{CONF}"
    (said,) = ask(read([File("haproxy.cfg", conf), File("check_x.lua", "#!/usr/bin/lua\n" + lua)])[0])
    assert "read nil, written nil" in " ".join(said.messages)
    assert outside.read_text() == "hunter2"


@pytest.mark.programs
def test_an_include_prints_nothing_of_other_files(tmp_path: Path, room: None) -> None:  # noqa: ARG001
    needed("keepalived")
    (tmp_path / "outside").write_text("hunter2 is a word of its own\n")
    files = [tmp_path / "outside", Path("/etc/passwd")]
    text = "".join(f"include {file}\n" for file in files) + "vrrp_instance V {\n interface lo\n}\n"
    said = asked(text, "keepalived.conf")
    assert not [line for line in said.messages if "hunter2" in line or "root:" in line]
    assert any("missing" in line for line in said.messages)


def needed(program: str) -> None:
    if not shutil.which(program):
        pytest.skip(f"no {program} on this machine")
