"""The files of living hosts: read over the wire, never changed."""

from __future__ import annotations

import base64
import io
import tarfile
from functools import partial

import anyio
import pytest

from fournines.audit.gather import collect
from fournines.audit.gather.collect import File
from fournines.audit.gather.live import WANTED, files_of
from fournines.engine.wire.transport import Call, Fake
from fournines.errors import HostError
from fournines.kit.check import Output


def packed(**files: str) -> str:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name.replace("__", "/"))
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return base64.encodebytes(out.getvalue()).decode()


def ask(answer: str, code: int = 0) -> tuple[list[File], Fake]:
    wire = Fake(lambda _call: Output(code, answer))
    return anyio.run(files_of, wire, ("c1", "c2")), wire


def test_files_come_under_their_hosts() -> None:
    files, wire = ask(packed(etc__hosts="10.0.0.1 a\n") + "\n--cib--\n<cib/>\n")
    assert [(file.path, file.host) for file in files] == [
        ("c1/etc/hosts", "c1"),
        ("c1/cib.xml", "c1"),
        ("c2/etc/hosts", "c2"),
        ("c2/cib.xml", "c2"),
    ]
    assert {call.host for call in wire.calls} == {"c1", "c2"}


def test_the_files_of_all_hosts_share_a_limit_that_whole_lifts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "MOST", 33)
    answer = packed(etc__hosts="10.0.0.1 a\n10.0.0.2 b\n") + "\n--cib--\n<cib></cib>\n"
    files, wire = ask(answer)
    assert [file.beyond for file in files] == [False, False, True, True]
    assert [file.host for file in files] == ["c1", "c1", "c2", "c2"]
    whole = anyio.run(partial(files_of, wire, ("c1", "c2"), whole=True))
    assert not any(file.beyond or file.trouble for file in whole)


def test_nothing_but_reading_is_asked_for() -> None:
    _, wire = ask(packed())
    call: Call = wire.calls[0]
    assert call.argv[:3] == ("sh", "-s", "--")
    assert {"etc/keepalived", "etc/openstack-dashboard"} <= set(WANTED)
    assert all(path.startswith(("etc/", "usr/local/")) for path in WANTED)
    assert not any(word in call.stdin for word in ("rm ", " > ", "mv ", "systemctl", "cp "))
    for secret in ("fernet-keys", "*.key", "authkey", ".erlang.cookie"):
        assert f"--exclude='{secret}'" in call.stdin


def test_a_host_with_nothing_has_nothing() -> None:
    assert ask("")[0] == []


def test_an_answer_that_is_no_archive_is_an_error() -> None:
    with pytest.raises(HostError, match="no archive"):
        ask("Welcome to c1!\n")
