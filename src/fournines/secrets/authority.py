"""The site's own certificate authority and the leaves it signs, as PEM text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fournines.errors import SecretsError

AUTHORITY_DAYS = 3650
LEAF_DAYS = 397
"""The longest life that today's clients accept of a leaf (CA/Browser Forum baseline requirements 6.3.2)."""
_LONGEST_NAME = 64
"""Characters of a common name (RFC 5280, appendix A.1, ub-common-name)."""
_SKEW = timedelta(hours=1)
"""Certificates begin in the past, so that a host whose clock is a little late accepts them."""


@dataclass(frozen=True)
class Authority:
    """A certificate authority: its key and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def parse(cls, pem: str) -> Authority:
        """Read what :func:`new_authority` wrote.

        Raises:
            SecretsError: it is something else.
        """
        try:
            key = serialization.load_pem_private_key(pem.encode(), password=None)
            certificate = x509.load_pem_x509_certificate(pem.encode())
        except (ValueError, UnsupportedAlgorithm) as error:
            raise SecretsError(f"the site's certificate authority is damaged: {error}") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise SecretsError("the site's certificate authority has a key of another kind")
        return cls(key, certificate)


def new_authority(site: str, now: datetime) -> str:
    """A new authority named after the site: PEM of the key, then of the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = f"fournines authority of {site}"
    name = _named(called if len(called) <= _LONGEST_NAME else site)
    certificate = (
        _builder(name, name, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _pem_key(key) + _pem(certificate)


def public_part(pem: str) -> str:
    """The authority's certificate alone, for clients that are to trust the site.

    Raises:
        SecretsError: there is no authority in the text.
    """
    return _pem(Authority.parse(pem).certificate)


def issue(authority: Authority, names: Sequence[str], now: datetime) -> str:
    """A server certificate for these DNS names and addresses: PEM of key, leaf and authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _named(names[0])
    certificate = (
        _builder(subject, authority.certificate.subject, key.public_key(), now, LEAF_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False
        )
        .sign(authority.key, hashes.SHA256())
    )
    return _pem_key(key) + _pem(certificate) + _pem(authority.certificate)


def certificate_fits(pem: str | None, names: Sequence[str], authority: Authority, now: datetime) -> bool:
    """Whether a leaf can stay: same names, signed by this authority, a third of its life left."""
    if pem is None:
        return False
    try:
        leaf = x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        return False  # damaged: a new one costs nothing
    found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    if set(found) != {_general(name) for name in names}:
        return False
    if leaf.issuer != authority.certificate.subject or _pem(authority.certificate) not in pem:
        return False
    return leaf.not_valid_after_utc - now > timedelta(days=LEAF_DAYS / 3)


def _named(name: str) -> x509.Name:
    """A certificate's subject. The names that clients compare stand in the alternative names, unshortened."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:_LONGEST_NAME])])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _pem_key(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
