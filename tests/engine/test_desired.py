"""What a plan wants, as values."""

from __future__ import annotations

import base64
import hashlib

import pytest
from tests.engine.simulation import HOSTS, everywhere, phase, plan

from fournines.engine.desired import desired, entry, question
from fournines.errors import PlanError
from fournines.kit.step import Command, File, Unit

RING = File("/etc/ring.gz", base64.b64encode(b"\x00\xff").decode(), base64=True)
CERTIFICATE = File("/etc/tls.pem", "certificate\n", secret=True)


def test_a_stamp_follows_content_of_this_and_earlier_phases() -> None:
    def stamp_with(conf: str, certificate: str = "c") -> str | None:
        wanted = desired(
            plan(
                phase("tls", everywhere(File("/etc/tls.pem", certificate))),
                phase(
                    "web",
                    everywhere(
                        Unit("web.service", restart_on=("/etc/web", "/etc/tls.pem")), File("/etc/web", conf)
                    ),
                ),
            )
        )
        return wanted.stamp("one", "web.service").restart

    assert stamp_with("x") == stamp_with("x")
    assert len({stamp_with("x"), stamp_with("y"), stamp_with("x", "d")}) == 3


def test_the_order_in_which_files_are_named_makes_no_difference() -> None:
    def stamp_with(*paths: str) -> str | None:
        steps = everywhere(File("/a", "1"), File("/b", "2"), Unit("u.service", reload_on=paths))
        return desired(plan(phase("p", steps))).stamp("one", "u.service").reload

    assert stamp_with("/a", "/b") == stamp_with("/b", "/a")
    assert stamp_with("/a") != stamp_with("/b")
    assert stamp_with() is None


def test_readers_of_a_file_in_any_phase() -> None:
    wanted = desired(
        plan(
            phase("tls", everywhere(CERTIFICATE)),
            phase("web", everywhere(Unit("web.service", restart_on=(CERTIFICATE.path,)))),
            phase("vip", {"one": (Unit("vip.service", reload_on=(CERTIFICATE.path,)),)}),
        )
    )
    assert wanted.readers_of("one", [CERTIFICATE.path, "/other"]) == ("web.service", "vip.service")
    assert wanted.readers_of("two", [CERTIFICATE.path]) == ("web.service",)
    assert wanted.hosts == HOSTS


@pytest.mark.parametrize(
    "steps",
    [
        (Unit("u.service", restart_on=("/nobody/writes/this",)),),
        (Unit("u.service"), Unit("u.service", running=False)),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(steps: tuple[Unit, ...]) -> None:
    with pytest.raises(PlanError, match=r"one: .*u\.service"):
        desired(plan(phase("p", everywhere(*steps))))


def test_a_file_of_a_later_phase_comes_too_late_for_a_unit() -> None:
    with pytest.raises(PlanError, match="of its phase or an earlier one"):
        desired(
            plan(
                phase("web", everywhere(Unit("web.service", restart_on=(CERTIFICATE.path,)))),
                phase("tls", everywhere(CERTIFICATE)),
            )
        )


def test_content_travels_only_to_be_installed_and_secret_text_is_never_asked_back() -> None:
    assert "certificate" not in str(question(CERTIFICATE, show=True))
    assert question(CERTIFICATE, show=True)["show"] is False
    assert question(File("/a", "x"), show=True)["show"] is True
    assert entry(CERTIFICATE)["content"] == "certificate\n"
    assert question(RING, show=True)["show"] is False
    assert entry(RING)["base64"] is True
    assert question(RING, show=True)["sha256"] == hashlib.sha256(b"\x00\xff").hexdigest()
    command = Command("c", ("run",), ("test",), stdin="password")
    assert question(command, show=False)["stdin"] == "password"
