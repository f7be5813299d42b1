"""Certificates as facts: whom they name, until when, and which key they belong to. Keys are never kept."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from warnings import catch_warnings, simplefilter

from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from cryptography import x509

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+?-----END CERTIFICATE-----")


@dataclass(frozen=True)
class Certificate:
    """One certificate; ``names``: its DNS names and addresses in lower case; ``leaf``: the file's first.

    ``path`` is the path on its host as far as known; ``key`` a digest of the public key.
    """

    at: Place
    path: str
    names: frozenset[str]
    not_after: date
    key: str
    leaf: bool
    authority: bool

    def covers(self, name: str) -> bool:
        """Whether a client that asks for this name accepts it."""
        name = name.lower()
        return name in self.names or f"*.{name.partition('.')[2]}" in self.names


def read(source: Source) -> Iterator[Certificate]:
    """The certificates of a PEM file; blocks that are none are passed over."""
    for number, match in enumerate(_BLOCK.finditer(source.text)):
        fact = _fact(source, match, leaf=number == 0)
        if fact:
            yield fact


def _fact(source: Source, block: re.Match[str], *, leaf: bool) -> Certificate | None:
    from cryptography import x509  # noqa: PLC0415 - 100 ms that most audits do not need

    with suppress(ValueError, x509.UnsupportedGeneralNameType, x509.DuplicateExtension), catch_warnings():
        simplefilter("ignore")  # what a library thinks of a stranger's serial number
        found = x509.load_pem_x509_certificate(block.group().encode())
        return _certificate(source, found, source.at_character(block.start()), leaf=leaf)
    return None


def _certificate(source: Source, found: x509.Certificate, place: Place, *, leaf: bool) -> Certificate:
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415
    from cryptography.x509.oid import NameOID  # noqa: PLC0415

    names = {str(a.value).lower() for a in found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)}
    authority = False
    for extension in found.extensions:
        value = extension.value
        if isinstance(value, x509.SubjectAlternativeName):
            names |= {name.lower() for name in value.get_values_for_type(x509.DNSName)}
            names |= {str(address) for address in value.get_values_for_type(x509.IPAddress)}
        elif isinstance(value, x509.BasicConstraints):
            authority = value.ca
    public = found.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Certificate(
        at=place,
        path=source.name or source.path,
        names=frozenset(names),
        not_after=found.not_valid_after_utc.date(),
        key=sha256(public).hexdigest()[:16],
        leaf=leaf,
        authority=authority,
    )


CERTIFICATE = Kind(
    name="certificate",
    syntax=Syntax.LINES,
    names=("*.pem", "*.crt", "*.cer"),
    marks=(r"^-----BEGIN CERTIFICATE-----",),
    read=read,
)
