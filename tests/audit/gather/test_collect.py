"""Finding files: whatever lies there, reading it is bounded, and what was left out is said."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.audit.hostile.folders import deep, linked

from fournines.audit.gather import collect as room
from fournines.audit.gather.collect import File, collect
from fournines.audit.run import audit
from fournines.errors import AuditError

CONF = "vrrp_sync_group VG {\n  group {\n VI_1\n }\n}\n"


def found(*paths: Path) -> dict[str, File]:
    return {file.path: file for file in collect(paths)}


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def test_a_tarball_is_read_without_unpacking_it(tmp_path: Path) -> None:
    names = ["./n1/etc/keepalived/keepalived.conf", "../../evil/keepalived.conf"]
    files = found(packed(tmp_path / "site.tar.gz", dict.fromkeys(names, CONF.encode())))
    assert list(files) == ["n1/etc/keepalived/keepalived.conf", "../../evil/keepalived.conf"]
    assert not (tmp_path / "n1").exists()


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    broken = tmp_path / "a.tar.gz"
    broken.write_bytes(b"\x1f\x8b nonsense")
    binary = tmp_path / "b.conf"
    binary.write_bytes(b"\0\1\2")
    for path in (tmp_path / "absent", broken, binary, Path("no\0name")):
        with pytest.raises(AuditError):
            collect([path])


def test_pipes_and_devices_are_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "haproxy.cfg")
    for path in (tmp_path / "haproxy.cfg", Path("/dev/zero")):
        with pytest.raises(AuditError, match="no regular file"):
            collect([path])
    assert found(tmp_path)["haproxy.cfg"].trouble == "no regular file: not read"


def test_version_control_is_passed_over_and_binary_files_are_named(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x")
    (tmp_path / "data.bin").write_bytes(b"\0\0")
    (tmp_path / "haproxy.cfg").write_text("global\n")
    files = found(tmp_path)
    assert {path: bool(file.trouble) for path, file in files.items()} == {
        "data.bin": True,
        "haproxy.cfg": False,
    }
    assert "1 of 2 files not read: data.bin" in audit(list(files.values())).verdict


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1"])
def test_text_with_its_mark_is_read_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "keepalived.conf").write_bytes(f"# f\u00fcr\n{CONF}".encode(encoding))
    file = found(tmp_path)["keepalived.conf"]
    assert (file.text, file.trouble) == (f"# f\u00fcr\n{CONF}", "")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_text_without_its_mark_is_never_clean(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "keepalived.conf").write_bytes(CONF.encode(encoding))
    report = audit(collect([tmp_path]))
    assert [(f.rule, f.at.path) for f in report.findings] == [("SY012", "keepalived.conf")]
    assert "Nothing wrong" not in report.verdict


def test_a_file_is_read_up_to_its_limit_and_never_clean(tmp_path: Path) -> None:
    with (tmp_path / "keepalived.conf").open("wb") as stream:
        stream.write(CONF.encode())
        stream.truncate(1 << 34)  # sparse: it takes no room
    with (tmp_path / "cib.xml").open("wb") as stream:
        stream.write(b"<cib>" + b" " * (2 * room.LONGEST) + b"</cib>")
    files = found(tmp_path)
    assert "NUL" in files["keepalived.conf"].trouble
    assert files["cib.xml"].trouble == ""
    with (tmp_path / "keepalived.conf").open("wb") as stream:
        stream.write(CONF.encode() + b"# comment\n" * room.LONGEST)
    file = found(tmp_path)["keepalived.conf"]
    assert len(file.text) == room.LONGEST
    assert file.trouble.startswith("only the first 1.0 MiB of 10.0 MiB")
    assert "SY012" in [finding.rule for finding in audit([file]).findings]


def test_a_limit_inside_a_character_is_no_other_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("x" + "\u00fc" * room.LONGEST)
    assert set(found(tmp_path)["a.conf"].text) == {"x", "\u00fc"}


def test_all_files_together_have_a_limit_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST", 100)
    for name in "abc":
        (tmp_path / f"{name}.conf").write_text("#" * 60)
    files = found(tmp_path)
    assert [len(file.text) for file in files.values()] == [60, 40, 0]
    assert "only the first 40" in files["b.conf"].trouble
    assert "the most" in files["c.conf"].trouble


def test_an_archive_is_not_unpacked_beyond_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_UNPACKED", 100_000)
    members = {"a.conf": b"# a\n", "b.conf": b"#" * 200_000, "c.conf": b"# c\n"}
    files = found(packed(tmp_path / "a.tgz", members))
    assert list(files) == ["a.conf", "b.conf"]
    assert "nor what follows" in files["b.conf"].trouble


def test_links_that_leave_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.cfg").write_text("global\n")
    folder = tmp_path / "n1"
    folder.mkdir()
    (folder / "haproxy.cfg").symlink_to(tmp_path / "secret.cfg")
    (folder / "all").symlink_to("/etc")
    (folder / "real.cfg").write_text("global\n")
    (folder / "inside.cfg").symlink_to("real.cfg")
    (folder / "loop.cfg").symlink_to("loop.cfg")
    files = found(folder)
    assert {path: file.text for path, file in files.items()} == {
        "all": "",
        "haproxy.cfg": "",
        "inside.cfg": "global\n",
        "loop.cfg": "",
        "real.cfg": "global\n",
    }
    report = audit(list(files.values()))
    assert "haproxy.cfg" in report.unread
    assert [(u.at.path, "leaves" in u.what) for u in report.unknown if u.at.path == "haproxy.cfg"] == [
        ("haproxy.cfg", True)
    ]


def test_a_name_that_is_not_utf8_is_shown_and_its_file_read(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"n\xff\x1b[31m")
    folder.mkdir()
    (folder / "keepalived.conf").write_text(CONF)
    (file,) = collect([tmp_path])
    assert file.path == "n\\xff\\x1b[31m/keepalived.conf"
    assert file.text == CONF


def test_the_bytes_of_all_files_are_counted_as_they_lie_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST", 5000)
    for number, sign in enumerate(("a", "\N{GRINNING FACE}", "b")):
        (tmp_path / f"{number}.cfg").write_text(f"# {'x' * 1000}{sign}\n")
    files = collect([tmp_path])
    assert [file.beyond for file in files] == [False, False, True]
    report = audit(files)
    assert "the most that is read was reached before 1 file" in report.verdict
    assert any("came before it" in item.what for item in report.unknown)
    assert not any(file.beyond for file in collect([tmp_path], whole=True))


def test_a_hard_link_of_an_archive_is_the_file_that_came_before_it(tmp_path: Path) -> None:
    files = {file.path: file for file in collect([linked(tmp_path / "a.tgz", filler=1000)])}
    assert files["n2/haproxy.cfg"].text == files["n0/haproxy.cfg"].text != ""
    assert files["n1/haproxy.cfg"].trouble


def test_folders_as_deep_as_a_path_may_be_are_walked(tmp_path: Path) -> None:
    deep(tmp_path / "d", levels=1500)
    try:
        assert [file.path.endswith("/a/hosts") for file in collect([tmp_path / "d"])] == [True]
    finally:
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)  # shutil calls itself for each level


def test_a_folder_that_cannot_be_looked_into_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "n1").mkdir()
    (tmp_path / "hosts").write_text("10.0.0.1 a\n")
    real = os.scandir

    def scandir(path: Path) -> Iterator[os.DirEntry[str]]:
        if str(path).rstrip("/").endswith("n1"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    report = audit(collect([tmp_path]))
    assert report.unread == ("n1/",)
    assert "1 of 2 files not read: n1/." in report.verdict


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
@pytest.mark.parametrize("size", [100 << 20, 12_000])
def test_a_header_that_nobody_needs_is_refused(tmp_path: Path, kind: bytes, size: int) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = kind, size
    path = tmp_path / "a.tar"
    path.write_bytes(header.tobuf(tarfile.USTAR_FORMAT) + b"1" * 12_288)
    with pytest.raises(AuditError, match="header"):
        collect([path])


@pytest.mark.parametrize("mode", ["w:", "w:gz", "w:bz2", "w:xz"])
def test_archives_are_read_however_they_are_packed(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.tar"
    long = f"{'f' * 90}/{'g' * 90}/haproxy.cfg"
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]  # one mode of four
        for name, data in {
            "n1/keepalived.conf": CONF.encode(),
            long: b"global\n",
            "b": b"x" * 3_000_000,
        }.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    files = found(path)
    assert files["n1/keepalived.conf"].text == CONF
    assert files[long].text == "global\n"
    assert len(files["b"].text) == room.LONGEST
    path.write_bytes(path.read_bytes()[:-2000] if mode == "w:" else path.read_bytes()[:-40])
    if mode != "w:":
        with pytest.raises(AuditError, match="broken off or damaged"):
            collect([path])
