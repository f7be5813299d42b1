"""The secrets file: opened by its keys only, never half written, never written where nobody could open it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyrage
import pytest

from fournines.errors import SecretsError
from fournines.secrets.keys import Passphrase, ProtectedError
from fournines.secrets.store import Store

SECRETS = {"galera/root": "hunter2hunter2", "keystone/admin": "s3cret"}


def store(folder: Path, *recipients: str, named: tuple[Path, ...] = ()) -> Store:
    """A store as a new process finds it."""
    keys = (folder / "id_ed25519", folder / "id_rsa")
    return Store(folder / "s.secrets.age", folder / "s.secrets.key", recipients, keys, named)


def ssh_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> str:
    """Make a key pair and return the name of its public part."""
    bits = ["-b", "2048"] if kind == "rsa" else []
    subprocess.run(["ssh-keygen", "-q", "-t", kind, *bits, "-N", passphrase, "-f", path], check=True)
    return f"{path.name}.pub"


def test_what_was_written_is_read_and_nothing_lies_in_clear(tmp_path: Path) -> None:
    kept = store(tmp_path)
    assert kept.read() == {}
    kept.write(SECRETS)
    assert store(tmp_path).read() == SECRETS
    assert b"hunter2" not in kept.file.read_bytes()
    assert kept.key_file.stat().st_mode & 0o777 == 0o600
    assert kept.file.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s.secrets.age", "s.secrets.key"]


def test_a_lost_key_is_said_and_no_new_one_is_made(tmp_path: Path) -> None:
    store(tmp_path).write(SECRETS)
    kept = store(tmp_path)
    kept.key_file.unlink()
    with pytest.raises(SecretsError, match="gone"):
        kept.read()
    with pytest.raises(SecretsError, match="gone"):
        kept.write({})
    assert not kept.key_file.exists()


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    store(tmp_path).write(SECRETS)
    kept = store(tmp_path)
    kept.key_file.chmod(0o644)
    with pytest.raises(SecretsError, match="others can read"):
        kept.read()


@pytest.mark.parametrize("damage", [b"", b"garbage", b"AGE-SECRET-KEY-1NONSENSE", b"\xff\xfe"])
def test_a_damaged_key_is_an_error_with_its_place(tmp_path: Path, damage: bytes) -> None:
    store(tmp_path).write(SECRETS)
    kept = store(tmp_path)
    kept.key_file.write_bytes(damage)
    with pytest.raises(SecretsError) as caught:
        kept.read()
    assert caught.value.where == str(kept.key_file)


def test_a_strange_key_or_a_damaged_file_is_an_error(tmp_path: Path) -> None:
    store(tmp_path).write(SECRETS)
    kept = store(tmp_path)
    kept.key_file.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    with pytest.raises(SecretsError, match="cannot be opened"):
        kept.read()
    kept.file.write_bytes(b"not age")
    with pytest.raises(SecretsError, match="cannot be opened"):
        kept.read()


@pytest.mark.parametrize("damage", [b"", b"garbage"])
def test_what_is_no_age_file_is_told_as_damage_not_as_the_wrong_key(tmp_path: Path, damage: bytes) -> None:
    store(tmp_path).write(SECRETS)
    kept = store(tmp_path)
    kept.file.write_bytes(damage)
    with pytest.raises(SecretsError, match="this is no age file, so the file is damaged") as caught:
        kept.read()
    assert "restore this file from a backup" in (caught.value.try_this or "")


@pytest.mark.parametrize("byte", [-1, -40])
def test_a_flipped_bit_is_told_as_damage_not_as_the_wrong_key(tmp_path: Path, byte: int) -> None:
    store(tmp_path).write(SECRETS)
    kept = store(tmp_path)
    sealed = bytearray(kept.file.read_bytes())
    sealed[byte] ^= 1
    kept.file.write_bytes(sealed)
    with pytest.raises(SecretsError, match="so the file is damaged") as caught:
        kept.read()
    assert "restore this file from a backup" in (caught.value.try_this or "")
    kept.key_file.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    with pytest.raises(SecretsError, match="no matching keys"):
        store(tmp_path).read()


@pytest.mark.parametrize(
    ("name", "what", "advice"),
    [
        ("nope", "this key cannot be read: No such file", "name a file that holds an age identity"),
        (".", "this key cannot be read: Is a directory", "name a file that holds an age identity"),
        ("k.pub", "this is a public key", "name the private one: .*/k$"),
    ],
)
def test_a_named_key_that_opens_nothing_says_why_and_what_to_name(
    tmp_path: Path, name: str, what: str, advice: str
) -> None:
    store(tmp_path).write(SECRETS)
    ssh_key(tmp_path / "k")
    with pytest.raises(SecretsError, match=what) as caught:
        store(tmp_path, named=(tmp_path / name,)).read()
    assert re.search(advice, caught.value.try_this or "")


# --- recipients -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_an_ssh_key_of_the_operator_opens_it(tmp_path: Path, kind: str) -> None:
    public = ssh_key(tmp_path / f"id_{kind}", kind)
    store(tmp_path, public).write(SECRETS)
    assert store(tmp_path, public).read() == SECRETS
    assert not (tmp_path / "s.secrets.key").exists()


def test_an_age_identity_that_is_named_opens_it(tmp_path: Path) -> None:
    key = pyrage.x25519.Identity.generate()
    named = tmp_path / "keys.txt"
    named.write_text(f"# created: today\n{key}\n")
    named.chmod(0o600)
    recipient = str(key.to_public())
    with pytest.raises(SecretsError, match="nobody here could open"):
        store(tmp_path, recipient).write(SECRETS)
    store(tmp_path, recipient, named=(named,)).write(SECRETS)
    assert store(tmp_path, recipient, named=(named,)).read() == SECRETS
    with pytest.raises(SecretsError) as caught:
        store(tmp_path, recipient).read()
    assert "--identity" in (caught.value.try_this or "")


def test_what_nobody_here_could_open_again_is_never_written(tmp_path: Path) -> None:
    stranger = str(pyrage.x25519.Identity.generate().to_public())
    with pytest.raises(SecretsError, match="nobody here could open the secrets again"):
        store(tmp_path, stranger).write(SECRETS)
    assert not list(tmp_path.iterdir())

    mine = ssh_key(tmp_path / "id_ed25519")
    store(tmp_path, mine).write(SECRETS)
    before = (tmp_path / "s.secrets.age").read_bytes()
    with pytest.raises(SecretsError, match="nobody here could open the secrets again"):
        store(tmp_path, stranger).write({"new": "value"})
    assert (tmp_path / "s.secrets.age").read_bytes() == before


def test_a_protected_key_is_asked_for_its_passphrase_once(tmp_path: Path) -> None:
    public = ssh_key(tmp_path / "id_ed25519", passphrase="open sesame")
    asked: list[Path] = []

    def answering(text: str | None) -> Passphrase:
        def answer(path: Path) -> str | None:
            asked.append(path)
            return text

        return answer

    def protected(text: str | None) -> Store:
        whole = store(tmp_path, public)
        return Store(whole.file, whole.key_file, (public,), whole.identities, passphrase=answering(text))

    with pytest.raises(ProtectedError, match="no terminal"):
        protected(None).write(SECRETS)
    with pytest.raises(SecretsError, match="nobody here") as caught:
        protected("wrong").write(SECRETS)
    assert "say it again" in (caught.value.try_this or "")
    assert not (tmp_path / "s.secrets.age").exists()
    asked.clear()
    kept = protected("open sesame")
    kept.write(SECRETS)
    assert kept.read() == SECRETS
    assert asked == [tmp_path / "id_ed25519"]


def test_a_passphrase_is_not_asked_for_where_another_key_opens(tmp_path: Path) -> None:
    ssh_key(tmp_path / "id_rsa", "rsa", passphrase="never asked")
    public = ssh_key(tmp_path / "id_ed25519")
    whole = store(tmp_path, public)

    def refuse(_: Path) -> str | None:
        pytest.fail("nobody should be asked")

    kept = Store(whole.file, whole.key_file, (public,), tuple(reversed(whole.identities)), passphrase=refuse)
    kept.write(SECRETS)
    assert kept.read() == SECRETS


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("me@example.org", "no age or SSH public key$"),
        ("absent.pub", "cannot be read: No such file"),
        ("age1nonsense", "no age or SSH public key$"),
        ("id_ecdsa.pub", "age cannot encrypt to ecdsa-sha2-nistp256 keys"),
        ("./id_ecdsa", "is a private key"),
        ("binary.pub", "it is not text"),
        (".", "cannot be read: Is a directory"),
    ],
)
def test_a_recipient_that_is_no_key_is_an_error_that_says_why(tmp_path: Path, text: str, why: str) -> None:
    ssh_key(tmp_path / "id_ecdsa", "ecdsa")
    (tmp_path / "binary.pub").write_bytes(b"\xff\x00")
    with pytest.raises(SecretsError, match=why) as caught:
        store(tmp_path, text).write(SECRETS)
    assert caught.value.try_this
    assert not (tmp_path / "s.secrets.age").exists()


# --- two at once, other names, other readers ---------------------------------------------------------------


def test_of_two_first_runs_the_second_finds_what_the_first_made(tmp_path: Path) -> None:
    def first_run(number: int) -> dict[str, str]:
        def complete(existing: Mapping[str, str]) -> dict[str, str]:
            return dict(existing) or {"galera/root": f"made by {number}"}

        return store(tmp_path).update(complete)

    with ThreadPoolExecutor(8) as pool:
        handed_out = list(pool.map(first_run, range(8)))
    assert all(secrets == handed_out[0] for secrets in handed_out)
    assert store(tmp_path).read() == handed_out[0]


def test_what_did_not_change_is_not_written(tmp_path: Path) -> None:
    store(tmp_path).write(SECRETS)
    before = (tmp_path / "s.secrets.age").read_bytes()
    assert store(tmp_path).update(dict) == SECRETS
    assert (tmp_path / "s.secrets.age").read_bytes() == before


def test_a_site_that_was_renamed_is_told_where_its_secrets_lie(tmp_path: Path) -> None:
    store(tmp_path).write(SECRETS)
    (tmp_path / "site.yaml").write_text("name: renamed\n")
    renamed = Store(tmp_path / "renamed.secrets.age", tmp_path / "renamed.secrets.key")
    with pytest.raises(SecretsError, match="those of s lie here") as caught:
        renamed.update(lambda _: {"new": "secret"})
    advice = (caught.value.try_this or "").removeprefix("to keep the passwords: ").partition(";")[0]
    assert not renamed.file.exists()
    subprocess.run(["sh", "-c", advice], check=True)
    assert renamed.read() == SECRETS


def test_another_sites_secrets_beside_it_are_none_of_its_business(tmp_path: Path) -> None:
    store(tmp_path).write(SECRETS)
    (tmp_path / "other.yaml").write_text("# the old one\nname: 's'\n")
    assert Store(tmp_path / "new.secrets.age", tmp_path / "new.secrets.key").read() == {}


def test_rekey_hands_the_secrets_from_the_key_file_to_recipients_and_back(tmp_path: Path) -> None:
    store(tmp_path).write(SECRETS)
    public = ssh_key(tmp_path / "id_ed25519")
    assert store(tmp_path, public).rekey() == public
    (tmp_path / "s.secrets.key").unlink()
    assert store(tmp_path, public).read() == SECRETS

    assert "s.secrets.key" in store(tmp_path).rekey()
    (tmp_path / "id_ed25519").unlink()
    assert store(tmp_path).read() == SECRETS
    with pytest.raises(SecretsError, match="there are no secrets yet"):
        Store(tmp_path / "x.secrets.age", tmp_path / "x.secrets.key").rekey()
