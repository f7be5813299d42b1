"""What Horizon promises."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.horizon.deploy import SETTINGS, settings
from fournines.components.horizon.model import HOSTS
from fournines.components.horizon.on_host import login
from fournines.kit import program
from fournines.kit.check import Check, Output, each_host
from fournines.kit.common.same_file import same_file_check
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.openstack import ADMIN_PASSWORD
from fournines.kit.verdict import Verdict, failed, passed

COOKIE_LIMIT = 4096
"""Bytes of name, value and attributes that a browser must at least keep (RFC 6265, 6.1); none keeps more."""


def checks(context: Context) -> Iterator[Check]:
    """The web server runs on every dashboard, and all sign sessions alike."""
    names = HOSTS.names(context.site)
    yield units_check("horizon", names, ["apache2.service"], barrier=True)
    yield same_file_check(
        "horizon",
        "Every dashboard has this site's settings, with the key that signs the sessions",
        SETTINGS,
        dict.fromkeys(names, settings(context)),
    )


def login_checks(context: Context) -> Iterator[Check]:
    """A user can log in at every dashboard, over TLS."""
    password = context.secret(ADMIN_PASSWORD)
    yield Check(
        "horizon.login",
        "The administrator logs in at every dashboard over TLS and sees a page of his own",
        asks={
            host.name: program.ask(login, {"name": host.name, "password": password}, timeout=60)
            for host in HOSTS(context.site)
        },
        judge=each_host(judge_login),
        barrier=True,
    )


def judge_login(answer: Output) -> Verdict:
    """The page behind the form must greet the administrator."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    if found["user"] != "admin":
        return failed(f"not logged in: the form said {found['login']}, the page behind it {found['page']}")
    if not found["redirected"].startswith("https://"):
        return failed("logged in, but plain HTTP does not lead to TLS")
    if found["cookie"] > COOKIE_LIMIT - 256:
        return failed(f"logged in, but browsers drop a session cookie of {found['cookie']} bytes")
    return passed(f"logged in, {found['seconds']:.2f} s, session cookie {found['cookie']} bytes")
