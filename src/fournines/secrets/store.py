"""The secrets file: age-encrypted JSON beside the site file.

Who can open it: the holders of the ssh-ed25519 keys (or age recipients) that the spec names, or,
where it names none, whoever holds the site key file, which is written with mode 0600.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyrage

from fournines.errors import SecretsError
from fournines.spec.model import Site


@dataclass(frozen=True, slots=True)
class Store:
    """Where one site's secrets lie."""

    file: Path
    key_file: Path
    recipients: tuple[str, ...]
    identities: tuple[Path, ...]

    def read(self) -> dict[str, str]:
        """The secrets; empty when there is no file yet.

        Raises:
            SecretsError: the file cannot be opened with the keys at hand, or is not ours.
        """
        if not self.file.exists():
            return {}
        try:
            text = pyrage.decrypt(self.file.read_bytes(), self._identities())
            found = json.loads(text)
        except (pyrage.DecryptError, ValueError, OSError) as error:
            raise SecretsError(
                f"the secrets cannot be opened: {error}",
                where=str(self.file),
                try_this=f"use the key it was written for ({self._where_keys_are()}), or restore a backup",
            ) from None
        if not isinstance(found, dict):
            raise SecretsError("the secrets file holds something else", where=str(self.file))
        return {str(name): str(value) for name, value in found.items()}

    def write(self, secrets: Mapping[str, str]) -> None:
        """Replace the file in one step; a crash leaves the old one.

        Raises:
            SecretsError: a recipient of the spec is no age or ssh-ed25519 public key.
        """
        text = json.dumps(dict(sorted(secrets.items())), indent=1)
        _replace(self.file, pyrage.encrypt(text.encode(), self._recipients()), 0o600)

    def _recipients(self) -> list[object]:
        if not self.recipients:
            return [self._site_key().to_public()]
        return [_recipient(text) for text in self.recipients]

    def _identities(self) -> list[object]:
        if not self.recipients:
            return [self._site_key()]
        found: list[object] = []
        for path in self.identities:
            if path.exists():
                try:
                    found.append(pyrage.ssh.Identity.from_buffer(path.read_bytes()))
                except pyrage.IdentityError:
                    continue
        if self.key_file.exists():
            found.append(self._site_key())
        return found

    def _site_key(self) -> pyrage.x25519.Identity:
        if not self.key_file.exists():
            if self.file.exists():
                raise SecretsError(
                    "the key of this secrets file is gone",
                    where=str(self.key_file),
                    try_this="put the key file back beside the site file",
                )
            _replace(self.key_file, str(pyrage.x25519.Identity.generate()).encode() + b"\n", 0o600)
        if self.key_file.stat().st_mode & 0o077:
            raise SecretsError(
                "others can read this key", where=str(self.key_file), try_this=f"chmod 600 {self.key_file}"
            )
        return pyrage.x25519.Identity.from_str(self.key_file.read_text().strip())

    def _where_keys_are(self) -> str:
        return ", ".join(str(p) for p in self.identities) if self.recipients else str(self.key_file)


def store_of(site: Site) -> Store:
    """The store beside the site file: ``blog.secrets.age``, and its key unless the spec names recipients."""
    beside = Path(site.file)
    ssh = Path.home() / ".ssh"
    return Store(
        file=beside.with_name(f"{site.name}.secrets.age"),
        key_file=beside.with_name(f"{site.name}.secrets.key"),
        recipients=site.secrets.recipients,
        identities=(ssh / "id_ed25519",),
    )


def _recipient(text: str) -> object:
    path = Path(text).expanduser()
    content = path.read_text().strip() if path.is_file() else text
    try:
        if content.startswith("age1"):
            return pyrage.x25519.Recipient.from_str(content)
        return pyrage.ssh.Recipient.from_str(content)
    except pyrage.RecipientError as error:
        raise SecretsError(
            f"{text} is no age or ssh-ed25519 public key: {error}",
            try_this="write an age1... recipient or the path of an ssh-ed25519 .pub file",
        ) from None


def _replace(path: Path, content: bytes, mode: int) -> None:
    """Write beside, flush to disk, rename over: readers see the old file or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
