"""Secrets that only the operator knows."""

from __future__ import annotations

import pytest
from tests.support import site_of

from fournines.errors import SecretsError
from fournines.kit.declare import Secret, SecretKind
from fournines.plan.context import wanted_secrets
from fournines.secrets.generate import complete, lacking, rotated, told
from fournines.spec.model import Fencing, Site

BOARD = "fencing/controller1"


@pytest.fixture(name="site")
def real_machines() -> Site:
    site = site_of("active-passive.yaml")
    boards = {name: Fencing(address="10.9.0.1") for name in site.hosts}
    return site.model_copy(update={"lab": False, "fencing": boards})


def secret(site: Site, name: str) -> Secret:
    return next(s for s in wanted_secrets(site) if s.name == name)


def test_a_boards_password_is_lacking_until_it_is_said(site: Site) -> None:
    assert lacking({}, site) == ("fencing/dashboard", BOARD, "fencing/controller2")
    said = told({}, secret(site, BOARD), "calvin")
    assert BOARD not in lacking(said, site)
    assert complete(said, site)[BOARD] == "calvin"


def test_a_lab_lacks_nothing(site: Site) -> None:
    assert lacking({}, site.model_copy(update={"lab": True})) == ()


def test_a_stand_in_is_never_kept(site: Site) -> None:
    certificate = next(s for s in wanted_secrets(site) if s.kind is SecretKind.CERTIFICATE)
    assert not set(lacking({}, site)) & set(rotated({}, site, certificate))


@pytest.mark.parametrize(
    ("value", "why"), [("", "is empty"), ("it's", "a quote"), ("two\nlines", "a control character")]
)
def test_what_no_agent_could_be_told_is_refused(site: Site, value: str, why: str) -> None:
    with pytest.raises(SecretsError, match=why):
        told({}, secret(site, BOARD), value)


def test_what_is_said_is_not_made_anew(site: Site) -> None:
    with pytest.raises(SecretsError) as caught:
        rotated({BOARD: "calvin"}, site, secret(site, BOARD))
    assert caught.value.try_this == f"nines secrets set SITE {BOARD}"


def test_what_is_made_here_is_not_said(site: Site) -> None:
    with pytest.raises(SecretsError, match="made by fournines"):
        told({}, secret(site, "corosync/authkey"), "x")
