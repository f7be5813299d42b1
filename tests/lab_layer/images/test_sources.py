from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fournines.errors import LabError
from fournines.lab.images.sources import (
    AptSource,
    apt_options,
    for_suite,
    from_mirror,
    of_this_machine,
    parse_deb822,
    parse_one_line,
    parse_os_release,
)

if TYPE_CHECKING:
    from pathlib import Path

DEB822 = """\
Types: deb
# a comment between fields
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb deb-src
URIs: http://mirror.example/debian-security
 http://other.example/debian-security
Suites: bookworm-security
Components: main

Types: deb-src
URIs: http://mirror.example/debian
Suites: bookworm
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
"""


def test_deb822_gives_one_source_for_each_place_and_suite() -> None:
    key = "/usr/share/keyrings/debian-archive-keyring.gpg"
    assert parse_deb822(DEB822) == [
        AptSource("http://mirror.example/debian", "bookworm", ("main", "contrib"), key),
        AptSource("http://mirror.example/debian", "bookworm-updates", ("main", "contrib"), key),
        AptSource("http://mirror.example/debian-security", "bookworm-security", ("main",)),
        AptSource("http://other.example/debian-security", "bookworm-security", ("main",)),
    ]


def test_one_line_sources_with_options_comments_and_source_packages() -> None:
    text = """
# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by=/etc/apt/keyrings/x.gpg] http://a.example/debian bookworm main non-free # why
deb-src http://a.example/debian bookworm main
deb http://b.example/debian bookworm-updates main
"""
    assert parse_one_line(text) == [
        AptSource("http://a.example/debian", "bookworm", ("main", "non-free"), "/etc/apt/keyrings/x.gpg"),
        AptSource("http://b.example/debian", "bookworm-updates", ("main",)),
    ]


def test_only_debians_own_sources_are_moved_to_the_new_suite() -> None:
    archive = "/usr/share/keyrings/debian-archive-keyring.gpg"
    given = [
        AptSource("http://m.example/debian", "bookworm", ("main", "contrib"), archive),
        AptSource("http://m.example/debian-security", "bookworm-security", ("main",)),
        AptSource("http://m.example/debian", "bookworm-backports", ("main",), archive),
        AptSource("http://vendor.example/debian", "bookworm", ("main",), "/etc/apt/keyrings/vendor.gpg"),
        AptSource("http://docker.example/linux/debian", "bookworm", ("stable",)),
        AptSource("http://node.example/", "nodistro", ("main",)),
    ]
    assert for_suite(given, "bookworm") == (
        AptSource("http://m.example/debian", "trixie", ("main",)),
        AptSource("http://m.example/debian-security", "trixie-security", ("main",)),
    )


def test_a_named_mirror_replaces_all() -> None:
    assert [s.suite for s in from_mirror("http://m.example/debian")] == ["trixie", "trixie-updates"]


def test_a_source_is_written_with_debians_own_key() -> None:
    line = AptSource("http://m.example/debian", "trixie", ("main",)).one_line()
    assert line == (
        "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://m.example/debian trixie main"
    )


def _etc(tmp_path: Path, os_release: str, sources: str) -> Path:
    (tmp_path / "apt/sources.list.d").mkdir(parents=True)
    (tmp_path / "os-release").write_text(os_release)
    (tmp_path / "apt/sources.list").write_text(sources)
    return tmp_path


def test_both_kinds_of_files_are_read_and_others_are_not(tmp_path: Path) -> None:
    etc = _etc(
        tmp_path, 'ID=debian\nVERSION_CODENAME="bookworm"\n', "deb http://one.example/debian bookworm main\n"
    )
    (etc / "apt/sources.list.d/more.sources").write_text(DEB822)
    (etc / "apt/sources.list.d/old.list.disabled").write_text("deb http://no.example/debian bookworm main\n")
    assert [(s.uri, s.suite) for s in of_this_machine(etc=etc)] == [
        ("http://one.example/debian", "trixie"),
        ("http://mirror.example/debian", "trixie"),
        ("http://mirror.example/debian", "trixie-updates"),
        ("http://mirror.example/debian-security", "trixie-security"),
        ("http://other.example/debian-security", "trixie-security"),
    ]


def test_a_mirror_list_is_resolved_to_its_first_mirror(tmp_path: Path) -> None:
    mirrors = tmp_path / "mirrors.list"
    mirrors.write_text("# comment\nhttps://first.example/debian\tpriority:1\nhttps://second.example/debian\n")
    etc = _etc(tmp_path, "ID=debian\nVERSION_CODENAME=trixie\n", f"deb mirror+file://{mirrors} trixie main\n")
    assert [s.uri for s in of_this_machine(etc=etc)] == ["https://first.example/debian"]


@pytest.mark.parametrize(
    ("os_release", "sources"),
    [
        ("ID=ubuntu\nVERSION_CODENAME=noble\n", "deb http://u.example/ubuntu noble main\n"),
        ("ID=debian\nVERSION_CODENAME=bookworm\n", "deb http://node.example/ nodistro main\n"),
    ],
)
def test_a_machine_without_debians_sources_is_told_to_name_a_mirror(
    tmp_path: Path, os_release: str, sources: str
) -> None:
    with pytest.raises(LabError) as error:
        of_this_machine(etc=_etc(tmp_path, os_release, sources))
    assert "--mirror" in str(error.value.try_this)


def test_os_release_values_may_be_quoted() -> None:
    assert parse_os_release('# c\nNAME="Debian GNU/Linux"\nID=debian\n') == {
        "NAME": "Debian GNU/Linux",
        "ID": "debian",
    }


def test_only_what_decides_how_mirrors_are_reached_is_taken_over() -> None:
    dump = """\
APT::Install-Recommends "1";
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::https::Proxy::mirror.example "DIRECT";
Acquire::Check-Valid-Until "false";
Acquire::Languages "de";
Acquire::IndexTargets::deb::Packages::Optional "0";
Dir::Cache "var/cache/apt";
"""
    assert apt_options(dump) == (
        'Acquire::http::Proxy "http://proxy.example:3128"',
        'Acquire::https::Proxy::mirror.example "DIRECT"',
        'Acquire::Check-Valid-Until "false"',
    )
