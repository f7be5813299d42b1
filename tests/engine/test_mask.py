"""No secret is ever shown."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from fournines.engine.mask import HIDDEN, Masker

SECRET = "aB3$dE/f+G?hI=jK"
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n"


def test_hides_the_value_and_the_forms_it_takes() -> None:
    masker = Masker([SECRET])
    for form in (
        SECRET,
        quote(SECRET, safe=""),
        base64.b64encode(SECRET.encode()).decode(),
        json.dumps({"password": SECRET}),
        f"mysql+pymysql://keystone:{SECRET}@127.0.0.1/keystone",
    ):
        masked = masker.mask(f"before {form} after")
        assert HIDDEN in masked
        assert SECRET not in masked
        assert masked.startswith("before ")
        assert masked.endswith(" after")


def test_hides_each_line_of_a_key_but_not_its_frame() -> None:
    masked = Masker([PEM]).mask("+MIIEvQIBADANBgkq\n-----BEGIN PRIVATE KEY-----\n+hkiG9w0BAQEFAASC")
    assert masked == f"+{HIDDEN}\n-----BEGIN PRIVATE KEY-----\n+{HIDDEN}"


def test_hides_each_key_of_a_repository() -> None:
    repository = json.dumps({"0": "c3RhZ2Vka2V5", "1": "cHJpbWFyeWtleQ=="})
    assert Masker([repository]).mask("key c3RhZ2Vka2V5!") == f"key {HIDDEN}!"


def test_a_secret_within_another_leaves_no_rest() -> None:
    assert Masker(["abcdefgh", "abcdefghijkl"]).mask("abcdefghijkl") == HIDDEN


def test_short_values_and_no_secrets_change_nothing() -> None:
    assert Masker(["", "yes"]).mask("yes, please") == "yes, please"
    assert Masker().mask("text") == "text"


secrets = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40)


@given(st.lists(secrets, min_size=1, max_size=4), st.text(max_size=20), st.text(max_size=20))
def test_whatever_the_secrets_none_survives(values: list[str], before: str, after: str) -> None:
    masker = Masker(values)
    for value in values:
        masked = masker.mask(before + value + after)
        assert value not in masked.replace(HIDDEN, "\0") or set(value) <= {"*"}
