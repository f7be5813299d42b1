"""Generating what is missing, keeping what is there."""

from __future__ import annotations

import base64
import json
import secrets as random
import string
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from cryptography.fernet import Fernet

from fournines.errors import SecretsError
from fournines.kit.declare import Secret, SecretKind
from fournines.plan.context import wanted_secrets
from fournines.secrets.authority import Authority, certificate_fits, issue, new_authority
from fournines.spec.model import Site

_LETTERS = string.ascii_letters + string.digits
PASSWORD_LENGTH = 32
KEY_BYTES = 256
"""As corosync-keygen(8) makes them; it takes 128 to 4096."""


def complete(existing: Mapping[str, str], site: Site, *, now: datetime | None = None) -> dict[str, str]:
    """All secrets the site needs: those that exist, and new ones for the rest.

    A certificate is issued anew when its names changed or less than a third of its life is left.
    Secrets that nothing declares any more are kept: a service may come back. One that is ``given`` and
    ``lacking`` gets a stand-in, with which a plan can be made and nothing deployed.
    """
    moment = now or datetime.now(UTC)
    wanted = wanted_secrets(site)
    found = dict(existing)
    for secret in wanted:
        if secret.kind is not SecretKind.CERTIFICATE and secret.name not in found:
            found[secret.name] = _MAKERS[secret.kind](site.name, moment)
    authorities = [s.name for s in wanted if s.kind is SecretKind.AUTHORITY]
    for secret in wanted:
        if secret.kind is SecretKind.CERTIFICATE:
            authority = Authority.parse(found[authorities[0]])
            if not certificate_fits(found.get(secret.name), secret.names, authority, moment):
                found[secret.name] = issue(authority, secret.names, moment)
    return found


def lacking(existing: Mapping[str, str], site: Site) -> tuple[str, ...]:
    """The names of the secrets that only the operator knows, and has not said."""
    return tuple(s.name for s in wanted_secrets(site) if s.given and s.name not in existing)


def told(existing: Mapping[str, str], secret: Secret, value: str) -> dict[str, str]:
    """All secrets, with one as the operator says it.

    Raises:
        SecretsError: the secret is one that is made here, or the value is none that an agent could be told.
    """
    if not secret.given:
        raise SecretsError(
            f"{secret.name} is made by fournines, not given",
            try_this=f"nines secrets show SITE {secret.name} --reveal prints it",
        )
    for wrong, what in (
        (not value, "is empty"),
        (not value.isprintable(), "has a control character in it"),
        ("'" in value, "has a quote in it"),
    ):
        if wrong:
            raise SecretsError(
                f"the value {what}", where=secret.name, try_this="say one line of text without '"
            )
    return {**existing, secret.name: value}


def _password(site: str, now: datetime) -> str:
    del site, now
    return "".join(random.choice(_LETTERS) for _ in range(PASSWORD_LENGTH))


def _fernet_keys(site: str, now: datetime) -> str:
    del site, now
    return json.dumps({"0": Fernet.generate_key().decode(), "1": Fernet.generate_key().decode()})


def _key(site: str, now: datetime) -> str:
    del site, now
    return base64.b64encode(random.token_bytes(KEY_BYTES)).decode()


def rotate_fernet(repository: str, *, keep: int = 3) -> str:
    """One rotation step of a Fernet key repository, safe to hand out to the hosts in any order.

    The staged key (0), which every host already has, becomes the primary (the highest number); a new
    staged key takes its place; the oldest secondaries beyond ``keep`` keys are dropped. A token made
    by a host that rotated early can be read by one that did not, because both hold its key.
    Source: keystone administrator guide, "Fernet - frequently asked questions".
    """
    keys = {int(name): key for name, key in json.loads(repository).items()}
    keys[max(keys) + 1] = keys.pop(0)
    while len(keys) + 1 > max(keep, 3):
        del keys[min(keys)]
    keys[0] = Fernet.generate_key().decode()
    return json.dumps({str(number): keys[number] for number in sorted(keys)})


def rotated(
    existing: Mapping[str, str], site: Site, secret: Secret, *, now: datetime | None = None
) -> dict[str, str]:
    """All secrets, with one replaced in a way that locks nobody out while it is handed out.

    Raises:
        SecretsError: the secret has one value at a time; whoever knew the old one would be locked out
            between the first host that changes it and the last. Or it is one that only the operator knows.
    """
    if secret.given:
        raise SecretsError(
            f"{secret.name} is given, not made by fournines", try_this=f"nines secrets set SITE {secret.name}"
        )
    unsaid = lacking(existing, site)
    found = {n: v for n, v in complete(existing, site, now=now).items() if n not in unsaid}
    if secret.kind is SecretKind.FERNET_KEYS:
        return found | {secret.name: rotate_fernet(found[secret.name])}
    if secret.kind is SecretKind.CERTIFICATE:  # the same authority signs the new one: clients trust both
        anew = complete({n: v for n, v in found.items() if n != secret.name}, site, now=now)
        return {n: v for n, v in anew.items() if n not in unsaid}
    why = (
        "clients trust this authority alone, and would refuse every new certificate until they got the next"
        if secret.kind is SecretKind.AUTHORITY
        else f"a {secret.kind} has one value at a time, and whoever still says the old one would be refused"
    )
    can = sorted(s.name for s in wanted_secrets(site) if s.kind in _OVERLAPPING)
    raise SecretsError(
        f"{secret.name} cannot be rotated without an outage: {why}",
        try_this=f"what can be rotated: {', '.join(can)}",
    )


_OVERLAPPING = frozenset({SecretKind.FERNET_KEYS, SecretKind.CERTIFICATE})
"""Kinds of which an old and a new value are valid at the same time."""

_MAKERS: Mapping[SecretKind, Callable[[str, datetime], str]] = {
    SecretKind.PASSWORD: _password,
    SecretKind.FERNET_KEYS: _fernet_keys,
    SecretKind.KEY: _key,
    SecretKind.AUTHORITY: new_authority,
}
