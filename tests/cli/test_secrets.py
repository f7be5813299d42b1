"""``nines secrets``: values stay hidden until asked for by name, and nothing is rotated into an outage."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.cli.command import nines
from tests.support import EXAMPLES, loaded

from fournines.secrets.generate import complete
from fournines.secrets.store import store_of


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site file with its secrets."""
    file = tmp_path / "blog.yaml"
    file.write_text((EXAMPLES / "blog.yaml").read_text())
    store_of(loaded(file)).update(lambda found: complete(found, loaded(file)))
    return file


def kept(site: Path) -> dict[str, str]:
    return store_of(loaded(site)).read()


def test_show_says_what_is_there_and_for_whom_without_a_value(site: Path) -> None:
    shown = nines("secrets", "show", site)
    assert shown.code == 0
    assert re.search(r"keystone/admin +password +\*{8} +the cloud administrator's: user admin", shown.stdout)
    assert "not made" not in shown.stdout
    assert not [value for value in kept(site).values() if value in shown.stdout + shown.stderr]
    assert "blog.secrets.age" in shown.stderr


def test_show_before_the_first_deploy_makes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "blog.yaml"
    file.write_text((EXAMPLES / "blog.yaml").read_text())
    shown = nines("secrets", "show", file)
    assert "made by the first deploy" in shown.stdout
    refused = nines("secrets", "show", file, "keystone/admin", "--reveal")
    assert (refused.code, refused.stdout) == (2, "")
    assert "nines deploy" in refused.stderr
    assert list(tmp_path.iterdir()) == [file]


def test_reveal_prints_what_is_named_and_nothing_else(site: Path) -> None:
    shown = nines("secrets", "show", site, "keystone/admin", "--reveal")
    assert shown.stdout == kept(site)["keystone/admin"] + "\n"
    everything = nines("secrets", "show", site, "--reveal")
    assert (everything.code, everything.stdout) == (2, "")
    assert "keystone/admin --reveal" in everything.stderr
    unknown = nines("secrets", "show", site, "keystone/admn")
    assert unknown.code == 2
    assert "did you mean keystone/admin?" in unknown.stderr


def test_rotate_keeps_all_else(site: Path) -> None:
    before = kept(site)
    assert nines("secrets", "rotate", site, "keystone/fernet").code == 0
    after = kept(site)
    assert {name for name in before if before[name] != after[name]} == {"keystone/fernet"}
    old, new = json.loads(before["keystone/fernet"]), json.loads(after["keystone/fernet"])
    assert new["2"] == old["0"]


def test_rotate_refuses_a_password_with_the_reason(site: Path) -> None:
    before = kept(site)
    refused = nines("secrets", "rotate", site, "keystone/admin")
    assert refused.code == 2
    assert "one value at a time" in refused.stderr
    assert "keystone/fernet" in refused.stderr
    assert kept(site) == before


def test_export_ca_gives_out_the_certificate_alone(site: Path, tmp_path: Path) -> None:
    printed = nines("secrets", "export-ca", site)
    assert printed.stdout.startswith("-----BEGIN CERTIFICATE-----\n")
    assert "PRIVATE" not in printed.stdout
    assert nines("secrets", "export-ca", site, "-o", tmp_path / "ca.pem").code == 0
    assert (tmp_path / "ca.pem").read_text() == printed.stdout


def test_export_ca_never_replaces_a_file(site: Path) -> None:
    before = site.read_text()
    refused = nines("secrets", "export-ca", site, "-o", site)
    assert refused.code == 2
    assert "File exists" in refused.stderr
    assert "try: name another one" in refused.stderr
    assert site.read_text() == before


def test_rekey_says_who_can_open_it_now(site: Path) -> None:
    done = nines("secrets", "rekey", site)
    assert done.code == 0
    assert "blog.secrets.key" in done.stdout


def test_a_bad_recipient_is_told_at_its_line_by_every_verb(site: Path) -> None:
    site.write_text(site.read_text() + "secrets: {recipients: [me@example.org]}\n")
    for verb in (("show",), ("secrets", "show"), ("plan", "--offline")):
        refused = nines(*verb, site)
        assert refused.code == 2
        assert re.search(r"blog\.yaml:\d+:24: secrets\.recipients\.0: me@example", refused.stderr)
