"""What is generated once and kept by the site."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SecretKind(StrEnum):
    """What a generated secret is; its value is always text."""

    PASSWORD = "password"  # noqa: S105 - the kind's name
    """32 letters and digits: safe in every URL and config format."""
    FERNET_KEYS = "fernet-keys"
    """A key repository as a JSON object: file name -> key; 0 is the staged key, the highest the primary."""
    AUTHORITY = "authority"
    """A certificate authority: PEM of its private key, then of its certificate."""
    CERTIFICATE = "certificate"
    """A leaf of the site's authority: PEM of private key, certificate, the authority's certificate."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that is generated once and kept.

    ``names`` are a certificate's DNS names and addresses. ``purpose`` is said of a secret that people need.
    """

    name: str
    kind: SecretKind = SecretKind.PASSWORD
    names: tuple[str, ...] = ()
    purpose: str = ""
