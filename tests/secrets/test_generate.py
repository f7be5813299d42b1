"""Secrets: generated once, completed, rotated with overlap."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from fournines.secrets.authority import LEAF_DAYS, Authority, certificate_fits, issue, new_authority
from fournines.secrets.generate import rotate_fernet

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
