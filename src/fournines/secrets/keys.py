"""The keys that secrets are encrypted to, and the keys that open them: age's own and SSH's.

age encrypts to ``ssh-ed25519`` and ``ssh-rsa`` keys as well as to its own (``age1...``). Opening needs the
private key itself: an SSH agent only signs, so it cannot help (age(1), "SSH keys").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyrage
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from fournines.errors import NinesError, SecretsError, SpecError
from fournines.spec.model import Site
from fournines.spec.parse import parse

Passphrase = Callable[[Path], "str | None"]
"""Asks the operator for the passphrase of a key file; None where there is nobody to ask."""

_AGE_KEY = "AGE-SECRET-KEY-"
_PUBLIC = (b"age1", b"ssh-", b"ecdsa-", b"sk-")
"""What public keys begin with."""
_PRIVATE = "name a file that holds an age identity, or an ssh-ed25519 or ssh-rsa private key"
_WANTED = "write an age1... recipient, or the path of an ssh-ed25519 or ssh-rsa public key (.pub)"
_WHOLE = "copy the whole line of the .pub file, or name the file: this key is not whole"


def recipient(text: str, beside: Path) -> object:
    """The public key that a line of ``secrets.recipients`` names, or is.

    Args:
        text: ``age1...``, ``ssh-ed25519 AAAA...``, ``ssh-rsa AAAA...``, or the path of a file that holds one.
        beside: the folder that relative paths start from.

    Raises:
        SecretsError: it is none; ``what`` says why.
    """
    content = text.strip()
    path = key_path(text, beside)
    if path is not None:
        try:
            content = path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SecretsError(f"{text} cannot be read: {error.strerror}", try_this=_WANTED) from None
        except UnicodeDecodeError:
            raise SecretsError(f"{text} is no public key: it is not text", try_this=_WANTED) from None
    if "PRIVATE KEY" in content or _AGE_KEY in content:
        if path is None:
            what = "a private key stands here; whoever has read this file knows it"
            raise SecretsError(
                what, try_this="make another one (age-keygen), and write its public key: age1..."
            )
        raise SecretsError(f"{text} is a private key", try_this=f"name the public one: {text}.pub")
    try:
        if content.startswith("age1"):
            return pyrage.x25519.Recipient.from_str(content)
        return pyrage.ssh.Recipient.from_str(content)
    except pyrage.RecipientError as error:
        unsupported = "Unsupported" in str(error)
        why = f": age cannot encrypt to {content.split()[0]} keys" if unsupported else ""
        hint = _WANTED if unsupported or not content.startswith("ssh-") else _WHOLE
        raise SecretsError(f"{text} is no age or SSH public key{why}", try_this=hint) from None


def key_path(text: str, beside: Path) -> Path | None:
    """The file a recipient names; None where the text is the key itself, or no path at all."""
    if text.encode().startswith(_PUBLIC) or "\n" in text:
        return None
    path = beside / Path(text).expanduser()
    return path if path.exists() or "/" in text or text.endswith(".pub") else None


def check_recipients(site: Site) -> None:
    """Refuse recipients that nothing can be encrypted to, at their place in the site file.

    Raises:
        SpecError: with every bad recipient.
    """
    file = Path(site.file)
    wrong: dict[int, NinesError] = {}
    for number, text in enumerate(site.secrets.recipients):
        try:
            recipient(text, file.parent)
        except SecretsError as error:
            wrong[number] = error
    if wrong:
        document = parse(file.read_text(encoding="utf-8"), str(file))
        found = [
            document.mistake(("secrets", "recipients", str(number)), error.what, error.try_this or _WANTED)
            for number, error in wrong.items()
        ]
        raise SpecError([replace(one, source="") if _AGE_KEY in one.source else one for one in found])


class ProtectedError(SecretsError):
    """The private key needs a passphrase, and there is nobody to ask for it."""


def identities(path: Path, passphrase: Passphrase) -> Iterator[object]:
    """The private keys in a file, opened with their passphrase where they have one.

    Raises:
        ProtectedError: the passphrase is needed and nobody is there to say it.
        SecretsError: it cannot be read, others can read it, it holds no private key, or the passphrase is
            wrong.
    """
    try:
        raw = path.read_bytes()
        open_to_others = path.stat().st_mode & 0o077
    except OSError as error:
        raise SecretsError(
            f"this key cannot be read: {error.strerror}", where=str(path), try_this=_PRIVATE
        ) from None
    if raw.startswith(_PUBLIC):
        private = f": {path.with_suffix('')}" if path.suffix == ".pub" else ""
        raise SecretsError(
            "this is a public key; it opens nothing",
            where=str(path),
            try_this=f"name the private one{private}",
        )
    if open_to_others:
        raise SecretsError("others can read this key", where=str(path), try_this=f"chmod 600 {path}")
    ours = [line.strip() for line in raw.decode("utf-8", "replace").splitlines() if line.startswith(_AGE_KEY)]
    try:
        if ours:
            yield from map(pyrage.x25519.Identity.from_str, ours)
        else:
            yield pyrage.ssh.Identity.from_buffer(raw)
    except pyrage.IdentityError as error:
        if "must be decrypted" not in str(error):
            raise SecretsError(
                f"this is no private key that age can use: {error}",
                where=str(path),
                try_this=_PRIVATE,
            ) from None
        yield pyrage.ssh.Identity.from_buffer(_decrypted(path, raw, passphrase))


def _decrypted(path: Path, raw: bytes, passphrase: Passphrase) -> bytes:
    """The same SSH key without its passphrase, in memory only."""
    said = passphrase(path)
    if said is None:
        raise ProtectedError(
            "this key is protected by a passphrase, and there is no terminal to ask for it",
            where=str(path),
            try_this="run this on a terminal, or name another key: --identity FILE (an SSH agent cannot"
            " open age files)",
        )
    try:
        key = serialization.load_ssh_private_key(raw, password=said.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise SecretsError("the passphrase is wrong", where=str(path), try_this="say it again") from None
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
