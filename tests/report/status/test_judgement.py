from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
from tests.report.samples import BROKEN, HOLDS, SIZE, UNHEARD, judged
from tests.report.status.samples import PLAN, SEEN, UNITS, WELL_LOOKS, WELL_POOLS, look, pools

from fournines.kit.check import Ask, Check, Output
from fournines.kit.context import Context
from fournines.kit.verdict import Outcome, passed
from fournines.report.document import Judged
from fournines.report.status.document import EXIT_CODES, Level, StatusDocument
from fournines.report.status.judgement import assess
from fournines.report.status.questions import backends_seen, looks, pool_asks, quick, units_of

AT = datetime(2026, 11, 22, 18, 4, 11, tzinfo=UTC)


def of(
    *,
    verdicts: Sequence[Judged] = (HOLDS, SIZE),
    looked: Mapping[str, Output | None] | None = None,
    pooled: Mapping[str, Output | None] | None = None,
) -> StatusDocument:
    return assess(
        PLAN,
        verdicts,
        WELL_LOOKS | dict(looked or {}),
        WELL_POOLS | dict(pooled or {}),
        at=AT,
        seconds=1.23456,
    )


def check(check_id: str, *, barrier: bool = False, timeout: float = 10.0) -> Check:
    asks = {"controller1": Ask(("true",), timeout=timeout)}
    return Check(check_id, "", asks, judge=lambda _: passed(""), barrier=barrier)


def test_a_site_that_is_well() -> None:
    found = of()
    assert (found.level, EXIT_CODES[found.level]) == (Level.OK, 0)
    assert [(v.name, v.holders) for v in found.vips] == [("controller", ("controller2",))]
    assert [(h.name, h.up_seconds, h.units, h.not_running) for h in found.hosts] == [
        ("dashboard", 4711, 1, ()),
        ("controller1", 4711, 2, ()),
        ("controller2", 4711, 2, ()),
    ]
    assert [(p.name, p.up, p.writer) for p in found.pools] == [
        ("keystone", ("controller1", "controller2"), None),
        ("galera", ("controller1", "controller2"), "controller2"),
    ]
    assert found.seconds == 1.235
    assert "nines drill" in found.hint


def test_nobody_holds_the_vip() -> None:
    found = of(looked={"controller2": look("controller2")})
    assert (found.level, EXIT_CODES[found.level]) == (Level.CRITICAL, 2)
    assert found.why == "no host that answers holds controller (10.0.0.20)"


def test_two_hold_the_vip() -> None:
    found = of(looked={"controller1": look("controller1", vip=True)})
    assert found.level is Level.CRITICAL
    assert "controller1 and controller2 hold controller" in found.why


def test_a_pool_without_any_backend_is_critical() -> None:
    dead = pools({("keystone", "controller1"): "DOWN", ("keystone", "controller2"): "DOWN 1/2"})
    found = of(pooled={"controller2": dead})
    assert (found.level, found.why) == (Level.CRITICAL, "keystone has no usable backend")


def test_the_holders_balancer_is_the_one_that_counts() -> None:
    dead = pools({("keystone", "controller1"): "DOWN", ("keystone", "controller2"): "DOWN"})
    assert of(pooled={"controller1": dead}).level is Level.OK


def test_a_missing_backend_is_a_warning_and_the_writer_moves() -> None:
    half = pools({("galera", "controller2"): "DOWN"})
    found = of(pooled={"controller2": half})
    assert (found.level, EXIT_CODES[found.level]) == (Level.WARNING, 1)
    assert found.why == "galera runs without controller2"
    assert found.pools[1].writer == "controller1"


def test_a_backend_on_its_way_down_still_serves() -> None:
    assert of(pooled={"controller2": pools({("galera", "controller2"): "UP 1/2"})}).level is Level.OK


def test_a_stopped_unit_is_a_warning_with_the_way_to_its_log() -> None:
    broken = look("controller1", states={"mariadb.service": ("failed", "failed")})
    found = of(looked={"controller1": broken})
    assert found.level is Level.WARNING
    assert found.why == "mariadb.service is failed on controller1"
    assert [(u.unit, u.state) for u in found.hosts[1].not_running] == [("mariadb.service", "failed")]
    assert "on controller1: journalctl -b -n 50 -u mariadb.service" in found.hint


@pytest.mark.parametrize(
    "told", ["", "--\n--\n", "garbage", "1\n--\n--\nId=haproxy.service\nActiveState=active\n"]
)
def test_units_nobody_told_of_are_not_running(told: str) -> None:
    found = of(looked={"controller1": Output(1, told)})
    assert found.level is Level.WARNING
    assert found.hosts[1].not_running


def test_a_silent_host_is_a_warning_if_the_rest_serves() -> None:
    found = of(looked={"controller1": None}, pooled={"controller1": None})
    assert (found.level, found.why) == (Level.WARNING, "controller1 does not answer")
    assert not found.hosts[1].reachable
    assert "controller1's power and network" in found.hint


def test_no_host_answers() -> None:
    nobody: dict[str, Output | None] = dict.fromkeys(UNITS)
    found = of(looked=nobody, pooled=dict.fromkeys(WELL_POOLS))
    assert (found.level, EXIT_CODES[found.level]) == (Level.UNKNOWN, 3)
    assert found.pools == ()
    assert "nines lab up" in found.hint


def test_a_broken_or_unknown_promise_is_a_warning() -> None:
    found = of(verdicts=(HOLDS, UNHEARD, SIZE, BROKEN))
    assert found.level is Level.WARNING
    assert found.why.startswith("galera: controller2: wsrep_local_state_comment")
    assert found.hint.endswith("--only 'galera.*'")
    assert of(verdicts=(HOLDS, UNHEARD)).level is Level.WARNING


def test_a_component_shows_its_worst_promise_or_the_one_that_says_most() -> None:
    found = {c.name: c for c in of(verdicts=(SIZE, BROKEN, HOLDS)).components}
    galera = found["galera"]
    assert (galera.outcome, galera.holding, galera.asked) == (Outcome.FAIL, 1, 2)
    assert galera.check == "galera.synced"
    each = judged("galera.synced", "", passed("controller1: synced; controller2: synced"))
    whole = judged("galera.whole", "", passed("primary, 3 of 3 members"))
    (galera,) = of(verdicts=(each, whole)).components
    assert galera.seen == "primary, 3 of 3 members"


def test_quick_takes_what_says_whether_a_component_works() -> None:
    checks = [
        check("galera.synced", barrier=True),
        check("galera.settings"),
        check("galera.units", barrier=True),
        check("keystone.token", barrier=True, timeout=30),
        check("keystone.units"),
        check("horizon.login", barrier=True, timeout=60),
        check("client.files"),
        check(SEEN.check),
        check("haproxy.answers", barrier=True),
    ]
    assert [c.id for c in quick(checks, SEEN)] == [
        "galera.synced",
        "keystone.units",
        "horizon.login",
        "client.files",
        SEEN.check,
        "haproxy.answers",
    ]


def test_every_component_of_a_real_plan_is_asked_and_fast(blog_context: Context) -> None:
    from fournines.plan.make import make_plan  # noqa: PLC0415 - the only test that needs all components

    real = make_plan(blog_context.site, blog_context.secrets)
    seen = backends_seen(real.context)
    chosen = quick(real.checks, seen)
    assert {c.id.partition(".")[0] for c in chosen} == {c.id.partition(".")[0] for c in real.checks}
    assert len(chosen) < len(real.checks)
    assert set(looks(real)) == set(blog_context.site.hosts)
    assert set(pool_asks(real.checks, seen)) == {"controller1", "controller2"}


def test_every_host_is_looked_at_and_asked_about_its_units() -> None:
    asked = looks(PLAN)
    assert set(asked) == set(PLAN.context.site.hosts)
    assert asked["controller1"].argv[-2:] == ("haproxy.service", "mariadb.service")
    assert units_of(PLAN)["dashboard"] == ("chrony.service",)


def test_without_a_balancer_there_are_no_pools_to_ask() -> None:
    assert pool_asks([check("galera.synced")], SEEN) == {}
    assert pool_asks([check(SEEN.check)], None) == {}
