"""What is generated once and kept by the site.

There is one way for whatever is made once and must be the same on several hosts (keys, a cookie, an
authority): it is a ``Secret``. It is made on the operator's machine and kept encrypted beside the site file;
hosts get it as a file of the plan. So it is there before any host is, it survives every host, hosts need no
trust in each other, and the plan stays a pure function that can be diffed, rendered and audited.
"""

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
    KEY = "key"
    """256 random bytes as base64: a program's key file (``File.base64``)."""
    CERTIFICATE = "certificate"
    """A leaf of the site's authority: PEM of private key, certificate, the authority's certificate."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that is generated once and kept.

    ``names`` are a certificate's DNS names and addresses. ``purpose`` is said of a secret that people need.
    One that is ``given`` is somebody else's: the operator says it, and nothing is deployed without.
    """

    name: str
    kind: SecretKind = SecretKind.PASSWORD
    names: tuple[str, ...] = ()
    purpose: str = ""
    given: bool = False
