"""What hurts and is no text: pipes, links, holes, devices, depths, archives, and files without number."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

from tests.audit.hostile.crowds import crm_hosts, galera_hosts, scripts
from tests.audit.hostile.texts import listeners


def in_folder(folder: Path) -> None:
    """Lay out what is no text: pipes, links, holes, archives, names."""
    os.mkfifo(folder / "keepalived.conf")
    (folder / "loop").symlink_to("loop")
    (folder / "root").symlink_to("/")
    (folder / "zero.cfg").symlink_to("/dev/zero")
    (folder / "passwd.conf").symlink_to("/etc/passwd")
    for name in ("sparse/haproxy.cfg", "sparse/cib.xml"):
        (folder / name).parent.mkdir(exist_ok=True)
        with (folder / name).open("wb") as stream:
            stream.write(b"<cib>" if name.endswith("xml") else b"global\n")
            stream.truncate(1 << 30)
    for encoding in ("utf-16-le", "utf-32-be", "utf-32"):
        (folder / f"{encoding}.cfg").write_bytes(listeners(3).encode(encoding))
    odd = folder / os.fsdecode(b"n\xff\x1b[2J")
    odd.mkdir()
    (odd / "haproxy.cfg").write_text(listeners(2))


def bomb(path: Path, *, members: int = 60, size: int = 16 << 20) -> Path:
    """A tarball of a few kilobytes that unpacks to a gigabyte."""
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        data = (b"listen x\n bind :80\n" * (size // 19 + 1))[:size]
        for number in range(members):
            member = tarfile.TarInfo(f"n{number}/haproxy.cfg")
            member.size = size
            archive.addfile(member, io.BytesIO(data))
    return path


def deep(folder: Path, *, levels: int = 1900) -> None:
    """A folder in a folder in a folder, as deep as a path may name; the last one holds a file."""
    folder.mkdir(exist_ok=True)
    here = os.open(folder, os.O_RDONLY)
    try:
        for _ in range(levels):
            os.mkdir("a", dir_fd=here)
            inner = os.open("a", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
        os.close(os.open("hosts", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    finally:
        os.close(here)


def small(folder: Path, *, hosts: int = 4000) -> None:
    """A host for each of thousands of files, all of one site."""
    for number in range(hosts):
        (folder / f"n{number}").mkdir(parents=True)
        (folder / f"n{number}" / "keepalived.conf").write_text(
            f"vrrp_instance V {{\n interface eth0\n virtual_router_id 51\n priority {number % 250}\n"
            " virtual_ipaddress {\n  10.0.0.20\n }\n}\n"
        )


def linked(path: Path, *, filler: int = 100 << 20) -> Path:
    """A tarball of a link to itself, and of links at its end to a file at its beginning."""
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        data = b"listen a\n bind :80\n"
        first = tarfile.TarInfo("n0/haproxy.cfg")
        first.size = len(data)
        archive.addfile(first, io.BytesIO(data))
        between = tarfile.TarInfo("between")
        between.size = filler
        archive.addfile(between, io.BytesIO(bytes(filler)))
        for number in range(1, 300):
            link = tarfile.TarInfo(f"n{number}/haproxy.cfg")
            link.type, link.linkname = tarfile.LNKTYPE, "n0/haproxy.cfg" if number > 1 else "n1/haproxy.cfg"
            archive.addfile(link)
    return path


def jsons(path: Path) -> Path:
    """A tarball of sixty files of one line."""
    line = ("[" + ",".join(f'{{"name":"q{n}","vhost":"/"}}' for n in range(20_000)) + "]").encode()
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for number in range(60):
            member = tarfile.TarInfo(f"n{number}/definitions.json")
            text = b'{"queues":' + line + b"}"
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    return path


def headers(path: Path, *, size: int = 400 << 20) -> Path:
    """A tarball of half a megabyte whose first header says that a name of 400 MiB follows."""
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, size
    with gzip.open(path, "wb", compresslevel=1) as packed:
        packed.write(header.tobuf(tarfile.USTAR_FORMAT))
        for _ in range(size >> 20):
            packed.write(bytes(1 << 20))
    return path


def strangers(folder: Path, *, count: int = 8000) -> None:
    """Files of no known kind, each of words of its own."""
    for number in range(count):
        lines = (f"w{number}x{line} a{line * 7} = b c:d_{number} e" for line in range(60))
        (folder / f"f{number}.x").write_text("\n".join(lines))


def links(folder: Path, *, count: int = 12_000) -> None:
    """Links to one file, and a chain of them."""
    (folder / "real").mkdir()
    (folder / "real" / "haproxy.cfg").write_text("listen a\n bind :80\n")
    for number in range(count):
        (folder / f"l{number}.cfg").symlink_to(
            "real/haproxy.cfg" if number % 39 == 0 else f"l{number - 1}.cfg"
        )


def _laid(made: Callable[[], dict[str, str]]) -> Callable[[Path], None]:
    def lay_out(folder: Path) -> None:
        for name, text in made().items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return lay_out


FOLDERS: dict[str, Callable[[Path], None]] = {
    "folder": in_folder,
    "deep": deep,
    "small": small,
    "strangers": strangers,
    "links": links,
    **{f"crowd-{made.__name__}": _laid(made) for made in (galera_hosts, crm_hosts, scripts)},
}
ARCHIVES: dict[str, Callable[[Path], Path]] = {
    "bomb": bomb,
    "linked": linked,
    "jsons": jsons,
    "headers": headers,
}
