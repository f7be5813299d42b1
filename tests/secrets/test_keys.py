"""Recipients of a site file: a bad one is a mistake of that file, at its line."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest
from tests.secrets.test_store import ssh_key
from tests.support import EXAMPLES, loaded

from fournines.errors import SpecError
from fournines.secrets.keys import check_recipients
from fournines.secrets.store import store_of
from fournines.spec.model import Site


def site_with(folder: Path, *recipients: str) -> Site:
    file = folder / "site.yaml"
    lines = "".join(f"    - {text}\n" for text in recipients)
    file.write_text((EXAMPLES / "blog.yaml").read_text() + f"secrets:\n  recipients:\n{lines}")
    return loaded(file)


def test_every_bad_recipient_is_a_mistake_with_its_line(tmp_path: Path) -> None:
    good = ssh_key(tmp_path / "mine")
    site = site_with(tmp_path, "me@example.org", good, "absent.pub")
    with pytest.raises(SpecError) as caught:
        check_recipients(site)
    first, second = caught.value.mistakes
    lines = (tmp_path / "site.yaml").read_text().splitlines()
    assert "me@example.org" in lines[first.line - 1]
    assert "absent.pub" in lines[second.line - 1]
    assert (first.column, second.column) == (7, 7)
    assert first.try_this
    assert second.try_this


def test_paths_start_from_the_site_file_and_the_private_key_is_looked_for_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site/keys").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("HOME", str(tmp_path / "elsewhere"))
    ssh_key(tmp_path / "site/keys/mine")
    site = site_with(tmp_path / "site", "keys/mine.pub")
    check_recipients(site)
    store_of(site).write({"a": "b"})
    assert store_of(site).read() == {"a": "b"}


def test_a_private_key_in_the_site_file_is_never_shown(tmp_path: Path) -> None:
    key = str(pyrage.x25519.Identity.generate())
    with pytest.raises(SpecError) as caught:
        check_recipients(site_with(tmp_path, key))
    (mistake,) = caught.value.mistakes
    assert mistake.path == "secrets.recipients.0"
    assert "age-keygen" in (mistake.try_this or "")
    assert key not in f"{caught.value}{mistake.what}{mistake.source}{mistake.try_this}"
