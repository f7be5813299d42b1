"""The secrets file: age-encrypted JSON beside the site file.

Who can open it: the holders of the keys that the spec names, or, where it names none, whoever holds the
site key file, which is written with mode 0600. A file that nobody here could open again is never written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyrage

from fournines import files
from fournines.errors import SecretsError
from fournines.secrets.keys import Passphrase, ProtectedError, identities, key_path, recipient
from fournines.spec.model import Site

_SUFFIX = ".secrets.age"
_OWN_KEYS = ("id_ed25519", "id_rsa")
"""What ssh-keygen(1) calls the keys that age can use."""

_AGE_FILE = (b"age-encryption.org/v1\n", b"-----BEGIN AGE ENCRYPTED FILE-----")
"""What an age file begins with, plain and armored (age-encryption.org/v1, "Header")."""
_NO_MATCH = "No matching keys"
"""What age says of a key that is none of the file's; whatever else it says is of the file itself."""


def _nobody(_: Path) -> None:
    return None


@dataclass(frozen=True)
class Store:
    """Where one site's secrets lie.

    ``identities`` are the private keys to try besides the site key file; those that are not there are left
    out, ``named`` ones (the operator's ``--identity``) must be usable.
    """

    file: Path
    key_file: Path
    recipients: tuple[str, ...] = ()
    identities: tuple[Path, ...] = ()
    named: tuple[Path, ...] = ()
    passphrase: Passphrase = _nobody
    _opened: dict[Path, tuple[object, ...]] = field(default_factory=dict, compare=False, repr=False)

    def read(self) -> dict[str, str]:
        """The secrets; empty when there is no file yet.

        Raises:
            SecretsError: the file cannot be opened with the keys at hand, is not ours, or is missing while
                one of a site that was renamed lies beside.
        """
        if not self.file.exists():
            self._refuse_beside_orphans()
            return {}
        try:
            sealed = self.file.read_bytes()
            if not sealed.startswith(_AGE_FILE):
                raise self._damaged("this is no age file")
            found = json.loads(self._decrypt(sealed))
        except (ValueError, OSError) as error:
            raise SecretsError(f"the secrets cannot be opened: {error}", where=str(self.file)) from None
        if not isinstance(found, dict):
            raise SecretsError("the secrets file holds something else", where=str(self.file))
        return {str(name): str(value) for name, value in found.items()}

    def update(self, change: Callable[[Mapping[str, str]], dict[str, str]]) -> dict[str, str]:
        """Read, change and keep the secrets, as one of those who might do so at the same time.

        Returns what is kept now: of two first runs at once, the second finds what the first made.

        Raises:
            SecretsError, FileError: as ``read`` and ``write``; the file is as it was.
        """
        with files.held(self.file.parent):
            existing = self.read()
            changed = change(existing)
            if changed != existing:
                self.write(changed)
            return changed

    def write(self, secrets: Mapping[str, str], *, new_keys: bool = False) -> None:
        """Replace the file in one step, after proving that it can be opened again from here.

        Args:
            secrets: all of them.
            new_keys: a site key file may be made though there is a secrets file already (``rekey``).

        Raises:
            SecretsError: a recipient is no key, or nobody here could open the file again.
            FileError: it could not be written.
        """
        text = json.dumps(dict(sorted(secrets.items())), indent=1)
        sealed = pyrage.encrypt(text.encode(), self._recipients(new_keys=new_keys))
        try:
            proved = self._decrypt(sealed)
        except ProtectedError:
            raise
        except SecretsError as error:
            raise SecretsError(
                "nobody here could open the secrets again, so they were not written",
                where=str(self.file),
                try_this=f"{error.try_this}, or add a recipient whose private key is on this machine",
            ) from None
        if proved != text.encode():
            raise SecretsError("what was encrypted is not what was meant", where=str(self.file))
        files.write(self.file, sealed, mode=0o600)

    def rekey(self) -> str:
        """Encrypt what is kept for those whom the site file names now; returns who they are, in words.

        Raises:
            SecretsError: there is nothing yet, or it cannot be opened, or nobody here could open it again.
        """
        with files.held(self.file.parent):
            if not self.file.exists():
                raise SecretsError("there are no secrets yet", where=str(self.file), try_this="nines deploy")
            self.write(self.read(), new_keys=True)
        return ", ".join(self.recipients) or f"whoever holds {self.key_file}"

    # --- keys -------------------------------------------------------------------------------------------

    def _decrypt(self, sealed: bytes) -> bytes:
        """What was sealed. Keys with a passphrase are tried last, so that it is asked for only if needed.

        Raises:
            ProtectedError: only a protected key is left, and nobody is there to open it.
            SecretsError: it is damaged, or no key at hand opens it; the words say what was tried.
        """
        tried: list[str] = []
        protected: list[Path] = []
        for last in (False, True):
            for path in tuple(protected) if last else self._key_files():
                try:
                    return bytes(
                        pyrage.decrypt(sealed, list(self._of(path, self.passphrase if last else _nobody)))
                    )
                except ProtectedError:
                    if last:
                        raise
                    protected.append(path)
                except pyrage.DecryptError as error:
                    if _NO_MATCH not in str(error):
                        raise self._damaged("what the key opens is not what was written") from None
                    tried.append(f"{path} ({str(error).lower()})")
                except SecretsError as error:
                    if path in self.named or path == self.key_file or last:
                        raise
                    tried.append(f"{path} ({error.what})")
        if not self.recipients and not self.key_file.exists():
            raise self._gone()
        raise SecretsError(
            f"the secrets cannot be opened: {'; '.join(tried) or 'there is no key to try'}",
            where=str(self.file),
            try_this="name the private key they were written for: --identity FILE",
        )

    def _of(self, path: Path, ask: Passphrase = _nobody) -> tuple[object, ...]:
        """The keys of a file; a passphrase is asked for once."""
        if path not in self._opened:
            self._opened[path] = tuple(identities(path, ask))
        return self._opened[path]

    def _key_files(self) -> tuple[Path, ...]:
        """Named keys first, then the site's own, then what the operator happens to have."""
        others = (path for path in (self.key_file, *self.identities) if path.exists())
        return tuple(dict.fromkeys((*self.named, *others)))

    def _recipients(self, *, new_keys: bool) -> list[object]:
        if self.recipients:
            return [recipient(text, self.file.parent) for text in self.recipients]
        if not self.key_file.exists():
            if self.file.exists() and not new_keys:
                raise self._gone()
            made = pyrage.x25519.Identity.generate()
            files.write(self.key_file, f"{made}\n", mode=0o600, new=True)
        return [key.to_public() for key in self._of(self.key_file) if isinstance(key, pyrage.x25519.Identity)]

    def _damaged(self, why: str) -> SecretsError:
        return SecretsError(
            f"the secrets cannot be opened: {why}, so the file is damaged",
            where=str(self.file),
            try_this="restore this file from a backup; the keys are not what is wrong",
        )

    def _gone(self) -> SecretsError:
        return SecretsError(
            "the key of this secrets file is gone",
            where=str(self.key_file),
            try_this="put the key file back beside the site file",
        )

    # --- a site that was renamed ------------------------------------------------------------------------

    def _refuse_beside_orphans(self) -> None:
        """New secrets beside those of a site that no file here describes: that site was renamed, surely."""
        others = {p.name.removesuffix(_SUFFIX): p for p in self.file.parent.glob(f"*{_SUFFIX}")}
        described = _names_beside(self.file.parent) if others else set()
        for name, path in sorted(others.items()):
            if name not in described:
                mine = self.file.name.removesuffix(_SUFFIX)
                moves = f"mv {path} {self.file}"
                if (key := path.with_name(f"{name}.secrets.key")).exists():
                    moves += f" && mv {key} {self.key_file}"
                raise SecretsError(
                    f"the site {mine} has no secrets, but those of {name} lie here, which no site file beside"
                    " them describes: was it renamed?",
                    where=str(path),
                    try_this=f"to keep the passwords: {moves}; to begin anew, move them out of this folder",
                )


def _names_beside(folder: Path) -> set[str]:
    """The names of the sites whose files lie in a folder."""
    found: set[str] = set()
    for file in (*folder.glob("*.yaml"), *folder.glob("*.yml")):
        text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        found |= {match[1] for match in re.finditer(r"^name:\s*[\"']?([a-z0-9-]+)", text, re.MULTILINE)}
    return found


def store_of(site: Site, *, named: tuple[Path, ...] = (), passphrase: Passphrase = _nobody) -> Store:
    """The store beside the site file: ``blog.secrets.age``, and its key unless the spec names recipients.

    Args:
        site: the site.
        named: private keys that the operator named.
        passphrase: asks for the passphrase of a private key.
    """
    beside = Path(site.file)
    public = (key_path(text, beside.parent) for text in site.secrets.recipients)
    private = [path.with_suffix("") for path in public if path is not None and path.suffix == ".pub"]
    ssh = Path.home() / ".ssh"
    return Store(
        file=beside.with_name(f"{site.name}{_SUFFIX}"),
        key_file=beside.with_name(f"{site.name}.secrets.key"),
        recipients=site.secrets.recipients,
        identities=tuple(dict.fromkeys((*private, *(ssh / name for name in _OWN_KEYS)))),
        named=named,
        passphrase=passphrase,
    )
