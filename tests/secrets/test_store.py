"""The secrets file: opened by its keys only, never half written."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fournines.errors import SecretsError
from fournines.secrets.store import Store

SECRETS = {"galera/root": "hunter2hunter2", "keystone/admin": "s3cret"}


def store(folder: Path, *recipients: str) -> Store:
    return Store(folder / "s.secrets.age", folder / "s.secrets.key", recipients, (folder / "id_ed25519",))


def test_what_was_written_is_read_and_nothing_lies_in_clear(tmp_path: Path) -> None:
    kept = store(tmp_path)
    assert kept.read() == {}
    kept.write(SECRETS)
    assert kept.read() == SECRETS
    assert b"hunter2" not in kept.file.read_bytes()
    assert kept.key_file.stat().st_mode & 0o777 == 0o600
    assert kept.file.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s.secrets.age", "s.secrets.key"]


def test_a_lost_key_is_said_and_no_new_one_is_made(tmp_path: Path) -> None:
    kept = store(tmp_path)
    kept.write(SECRETS)
    kept.key_file.unlink()
    with pytest.raises(SecretsError, match="gone"):
        kept.read()
    with pytest.raises(SecretsError, match="gone"):
        kept.write({})
    assert not kept.key_file.exists()


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    kept = store(tmp_path)
    kept.write(SECRETS)
    kept.key_file.chmod(0o644)
    with pytest.raises(SecretsError, match="others can read"):
        kept.read()


def test_a_strange_key_or_a_damaged_file_is_an_error(tmp_path: Path) -> None:
    kept = store(tmp_path)
    kept.write(SECRETS)
    kept.key_file.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    with pytest.raises(SecretsError, match="cannot be opened"):
        kept.read()
    kept.file.write_bytes(b"not age")
    with pytest.raises(SecretsError, match="cannot be opened"):
        kept.read()


def test_an_ssh_key_of_the_operator_opens_it(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    (tmp_path / "id.pub").write_bytes(public)
    (tmp_path / "id_ed25519").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
    )
    kept = store(tmp_path, str(tmp_path / "id.pub"))
    kept.write(SECRETS)
    assert kept.read() == SECRETS
    assert not kept.key_file.exists()


def test_a_recipient_that_is_no_key_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SecretsError, match="no age or ssh-ed25519"):
        store(tmp_path, "me@example.org").write(SECRETS)
