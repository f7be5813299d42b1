"""Horizon: what it writes, what Apache thinks of it, and that its checks go red."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path

import pytest
from tests.components.fixed import file_of
from tests.components.openstack import openstack
from tests.programs import opinion

from fournines.components.horizon.component import COMPONENT
from fournines.components.horizon.deploy import PEM, PORTS, SETTINGS, VHOST
from fournines.components.horizon.model import CERTIFICATE
from fournines.components.horizon.on_host import login
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import FirewallPort, Secret
from fournines.kit.step import Absent
from fournines.kit.verdict import Outcome
from fournines.spec.model import Role, Site

GOLDEN = Path(__file__).parent / "golden"
WELL = {
    "redirected": "https://dashboard/horizon/",
    "login": 302,
    "page": 200,
    "user": "admin",
    "cookie": 1839,
    "seconds": 1.2,
}


@pytest.fixture
def context(blog: Site) -> Context:
    return openstack(blog)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == name)


@pytest.mark.parametrize(
    ("path", "golden"), [(VHOST, "horizon.conf"), (PORTS, "ports.conf"), (SETTINGS, "settings.py")]
)
def test_the_whole_file_is_as_reviewed(context: Context, path: str, golden: str) -> None:
    assert file_of(COMPONENT, context, "dashboard", path).content == (GOLDEN / golden).read_text()


def test_the_key_of_the_sessions_and_that_of_the_certificate_are_hidden(context: Context) -> None:
    settings = file_of(COMPONENT, context, "dashboard", SETTINGS)
    assert (settings.mode, settings.group) == (0o640, "www-data")
    pem = file_of(COMPONENT, context, "dashboard", PEM)
    assert pem.secret
    assert not pem.mode & (stat.S_IRWXG | stat.S_IRWXO)


def test_the_packages_sites_are_off(context: Context) -> None:
    gone = {
        s.path for s in COMPONENT.steps(context, context.site.hosts["dashboard"]) if isinstance(s, Absent)
    }
    assert "/etc/apache2/sites-enabled/000-default.conf" in gone
    assert "/etc/apache2/sites-enabled/openstack-dashboard-alias-only.conf" in gone
    assert VHOST not in gone


def certified(site: Site) -> tuple[str, ...]:
    (found,) = [d for d in COMPONENT.declarations(site) if isinstance(d, Secret) and d.name == CERTIFICATE]
    return found.names


def test_the_certificate_has_every_name_that_is_let_in(blog: Site) -> None:
    assert certified(blog) == ("dashboard", "10.0.0.10", "192.168.1.10")
    more = blog.model_copy(update={"components": {"horizon": {"names": ["cloud.example.org"]}}})
    assert "cloud.example.org" in certified(more)
    settings = file_of(COMPONENT, openstack(more), "dashboard", SETTINGS).content
    for name in certified(more):
        assert f'"{name}",' in settings


def test_a_dashboard_on_a_controller_is_also_reached_through_the_vip(blog: Site) -> None:
    both = blog.hosts["controller1"].model_copy(update={"roles": (Role.CONTROLLER, Role.DASHBOARD)})
    site = blog.model_copy(update={"hosts": {**blog.hosts, "controller1": both}})
    assert {"controller", "10.0.0.20"} <= set(certified(site))
    assert "controller" not in certified(blog)


def test_browsers_may_come_from_anywhere(blog: Site) -> None:
    ports = [d for d in COMPONENT.declarations(blog) if isinstance(d, FirewallPort)]
    assert {(p.port, p.network, p.hosts) for p in ports} == {
        (80, None, ("dashboard",)),
        (443, None, ("dashboard",)),
    }


@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ({"user": "", "login": 200}, "not logged in: the form said 200"),
        ({"redirected": ""}, "does not lead to TLS"),
        ({"cookie": 4000}, "drop a session cookie of 4000 bytes"),
    ],
)
def test_the_login_check_goes_red(context: Context, changes: dict[str, object], seen: str) -> None:
    promise = check(context, "horizon.login")
    assert promise.verdict({"dashboard": Output(0, json.dumps(WELL))}).outcome is Outcome.PASS
    verdict = promise.verdict({"dashboard": Output(0, json.dumps(WELL | changes))})
    assert verdict.outcome is Outcome.FAIL
    assert seen in verdict.seen
    refused = Output(1, "", "ConnectionRefusedError: [Errno 111] Connection refused\n")
    assert promise.verdict({"dashboard": refused}).outcome is Outcome.FAIL


def test_another_signing_key_is_seen(context: Context) -> None:
    promise = check(context, "horizon.same-secrets")
    text = file_of(COMPONENT, context, "dashboard", SETTINGS).content
    well = Output(0, hashlib.sha256(text.encode()).hexdigest() + "  x\n")
    assert promise.verdict({"dashboard": well}).outcome is Outcome.PASS
    assert promise.verdict({"dashboard": Output(0, "0" * 64 + "  x\n")}).outcome is Outcome.FAIL


FORM = '<input type="hidden" name="csrfmiddlewaretoken" value="c5"><input name="region" value="default">'
USER = '<span class="user-name">\n  admin\n</span>'


class Dashboard(login.Browser):
    """A dashboard that lets one password in."""

    asked: list[tuple[str, dict[str, str] | None]] = []  # noqa: RUF012 - reset by the test

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        self.asked.append((path, form))
        if form is not None:
            if form["password"] == "right" and form["csrfmiddlewaretoken"] == "c5":
                self.cookies.load("sessionid=signed")
                return 302, "https://dashboard/horizon/identity/", ""
            return 200, "", FORM
        if "sessionid" in self.cookies and "identity" in path:
            return 200, "", USER
        return 200, "", FORM


def test_the_program_logs_in_as_a_browser_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "Browser", Dashboard)
    monkeypatch.setattr(login, "plain", lambda name: f"https://{name}/horizon/")
    found = login.main({"name": "dashboard", "password": "right"})
    assert (found["user"], found["page"], found["cookie"]) == ("admin", 200, len("signed"))
    found = login.main({"name": "dashboard", "password": "wrong"})
    assert (found["user"], found["cookie"]) == ("", 0)


def test_only_a_users_page_shows_a_user() -> None:
    assert login.shown_user(USER) == "admin"
    assert login.shown_user(FORM) == ""


@pytest.mark.programs
def test_apache_accepts_the_site_and_refuses_a_broken_one(context: Context, tmp_path: Path) -> None:
    vhost = file_of(COMPONENT, context, "dashboard", VHOST)
    argv = [word.replace("{}", "/run/horizon.conf") for word in vhost.validate]
    said = opinion(argv, {"horizon.conf": vhost.content}, tmp_path / "good", program="keepalived")
    assert said.returncode == 0, said.stderr
    broken = vhost.content.replace("SSLProtocol", "SSLProtokoll")
    said = opinion(argv, {"horizon.conf": broken}, tmp_path / "bad", program="keepalived")
    assert said.returncode != 0
    assert "SSLProtokoll" in said.stderr


@pytest.mark.programs
def test_python_accepts_the_settings_and_refuses_broken_ones(context: Context, tmp_path: Path) -> None:
    settings = file_of(COMPONENT, context, "dashboard", SETTINGS)
    argv = [word.replace("{}", "/run/settings.py") for word in settings.validate]
    said = opinion(argv, {"settings.py": settings.content}, tmp_path / "good", program="keepalived")
    assert said.returncode == 0, said.stderr
    said = opinion(argv, {"settings.py": "A = [\n"}, tmp_path / "bad", program="keepalived")
    assert said.returncode != 0
