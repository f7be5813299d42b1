"""Secrets: generated once, completed, rotated with overlap."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from fournines.errors import SecretsError
from fournines.kit.declare import Secret, SecretKind
from fournines.plan.context import wanted_secrets
from fournines.secrets import generate
from fournines.secrets.authority import (
    LEAF_DAYS,
    Authority,
    certificate_fits,
    issue,
    new_authority,
    public_part,
)
from fournines.secrets.generate import complete, rotate_fernet, rotated
from fournines.spec.model import Site

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FIRST = json.dumps({"0": "staged", "1": "primary"})


def test_the_staged_key_becomes_the_primary() -> None:
    keys = json.loads(rotate_fernet(FIRST))
    assert keys["2"] == "staged"
    assert keys["1"] == "primary"
    assert keys["0"] not in {"staged", "primary"}


@given(st.integers(1, 12), st.integers(1, 6))
def test_hosts_one_rotation_apart_read_each_others_tokens(rotations: int, keep: int) -> None:
    """A host encrypts with its highest key; whoever is one step behind or ahead must hold that key."""
    before = FIRST
    for _ in range(rotations):
        after = rotate_fernet(before, keep=keep)
        old, new = json.loads(before), json.loads(after)
        assert new[max(new, key=int)] in old.values()
        assert old[max(old, key=int)] in new.values()
        assert len(new) <= max(keep, 3)
        before = after


def test_a_certificate_stays_until_its_names_change_or_its_life_ends() -> None:
    authority = Authority.parse(new_authority("blog", NOW))
    names = ("controller", "10.0.0.20")
    leaf = issue(authority, names, NOW)
    assert certificate_fits(leaf, names, authority, NOW)
    assert certificate_fits(leaf, tuple(reversed(names)), authority, NOW)
    assert not certificate_fits(None, names, authority, NOW)
    assert not certificate_fits(leaf, (*names, "other"), authority, NOW)
    assert not certificate_fits(leaf, names, authority, NOW + timedelta(days=LEAF_DAYS * 0.7))
    stranger = Authority.parse(new_authority("blog", NOW))
    assert not certificate_fits(leaf, names, stranger, NOW)


def test_a_leaf_is_signed_by_its_authority_and_no_authority_itself() -> None:
    authority = Authority.parse(new_authority("blog", NOW))
    leaf = x509.load_pem_x509_certificate(issue(authority, ("controller",), NOW).encode())
    leaf.verify_directly_issued_by(authority.certificate)
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


# --- what exists is kept ----------------------------------------------------------------------------------


def test_what_exists_is_kept_and_what_is_missing_is_made(blog: Site) -> None:
    """Of every kind: a second deployment that made new ones would lock everybody out."""
    first = complete({}, blog, now=NOW)
    assert set(first) == {secret.name for secret in wanted_secrets(blog)}
    assert complete(first, blog, now=NOW + timedelta(days=1)) == first
    for missing in first:
        rest = {name: value for name, value in first.items() if name != missing}
        made = complete(rest, blog, now=NOW)
        kinds = {secret.name: secret.kind for secret in wanted_secrets(blog)}
        renewed = {missing}
        if kinds[missing] is SecretKind.AUTHORITY:  # nobody trusts the old one's leaves any more
            renewed |= {name for name, kind in kinds.items() if kind is SecretKind.CERTIFICATE}
        assert {name for name in first if made[name] != first[name]} == renewed


def test_secrets_of_a_service_that_left_are_kept(blog: Site) -> None:
    assert complete({"gone/password": "kept"}, blog, now=NOW)["gone/password"] == "kept"


def test_no_two_passwords_are_alike(blog: Site) -> None:
    made = complete({}, blog, now=NOW)
    assert len(set(made.values())) == len(made)


# --- rotation ---------------------------------------------------------------------------------------------


def test_a_rotated_certificate_is_new_and_of_the_same_authority(blog: Site) -> None:
    secrets = complete({}, blog, now=NOW)
    for secret in wanted_secrets(blog):
        if secret.kind is SecretKind.CERTIFICATE:
            after = rotated(secrets, blog, secret, now=NOW)
            assert {name for name in secrets if after[name] != secrets[name]} == {secret.name}


def test_what_has_one_value_at_a_time_is_refused_with_the_reason(blog: Site) -> None:
    secrets = complete({}, blog, now=NOW)
    refused = {
        SecretKind.PASSWORD: "a password has one value at a time",
        SecretKind.AUTHORITY: "trust this authority alone",
    }
    for secret in wanted_secrets(blog):
        if secret.kind in refused:
            with pytest.raises(SecretsError, match=refused[secret.kind]) as caught:
                rotated(secrets, blog, secret, now=NOW)
            assert "keystone/fernet" in (caught.value.try_this or "")


# --- the authority ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [1, 41, 42, 63])
def test_a_site_may_have_any_name_that_is_one(length: int) -> None:
    """A common name holds 64 characters, and "fournines authority of" takes 23 of them."""
    authority = Authority.parse(new_authority("s" * length, NOW))
    assert "s" * length in authority.certificate.subject.rfc4514_string()
    assert certificate_fits(issue(authority, ("v" * 63,), NOW), ("v" * 63,), authority, NOW)


def test_the_public_part_has_no_key() -> None:
    pem = new_authority("blog", NOW)
    assert "PRIVATE" not in public_part(pem)
    assert public_part(pem) in pem


@pytest.mark.parametrize("text", ["", "garbage", "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----"])
def test_a_damaged_authority_is_an_error_and_a_damaged_leaf_is_made_anew(text: str) -> None:
    with pytest.raises(SecretsError, match="authority is damaged"):
        Authority.parse(text)
    assert not certificate_fits(text, ("a",), Authority.parse(new_authority("blog", NOW)), NOW)


def test_a_key_is_many_random_bytes_and_stays(blog: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    key = Secret("corosync/authkey", SecretKind.KEY)
    monkeypatch.setattr(generate, "wanted_secrets", lambda _: (key,))
    made = complete({}, blog)
    assert len(b64decode(made[key.name], validate=True)) == generate.KEY_BYTES
    assert complete(made, blog) == made
    assert complete({}, blog) != made
    with pytest.raises(SecretsError, match="a key has one value at a time"):
        rotated(made, blog, key)
