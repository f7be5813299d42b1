"""Cold starts in an order: what a name asks for, and who gets power when."""

from __future__ import annotations

import pytest
from tests.drill.play import site

from fournines.drill.choosing.names import picked
from fournines.drill.choosing.orders import APART, ordered
from fournines.drill.scenarios import scenarios
from fournines.errors import DrillError
from fournines.kit.context import Context

COLD = scenarios()["cold-start"]
HOSTS = ("dashboard", "controller1", "controller2")


def test_power_returns_in_the_order_that_is_named() -> None:
    (drill,) = ordered("cold-start:controller2,dashboard,controller1", COLD, site())
    assert drill.name == "cold-start:controller2,dashboard,controller1"
    assert drill.one_by_one(HOSTS) == dict.fromkeys(HOSTS, 0.0), "it goes away at once"
    assert drill.returns(HOSTS) == {"controller2": 0.0, "dashboard": APART, "controller1": 2 * APART}
    assert drill.heal == COLD.heal + 2 * APART
    assert "one after the other: controller2, dashboard, controller1" in drill.sentence


def test_whoever_is_not_named_comes_with_the_first() -> None:
    (drill,) = ordered("cold-start:controller2,controller1", COLD, site())
    assert drill.returns(HOSTS) == {"dashboard": 0.0, "controller2": 0.0, "controller1": APART}


def test_every_order_of_those_that_vote_is_a_run_of_its_own() -> None:
    drills = ordered("cold-start:every", COLD, site())
    assert len(drills) == len({one.name for one in drills}) == 6
    assert {one.order[0] for one in drills} == set(HOSTS)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("cold-start:controller9", "there is no host controller9"),
        ("cold-start:", "there is no host nothing"),
        ("cold-start:controller1,controller1", "names a host twice"),
        ("vip-power:controller1", "vip-power has no order of hosts"),
    ],
)
def test_an_order_that_cannot_be_is_refused(blog_context: Context, name: str, says: str) -> None:
    with pytest.raises(DrillError, match=says) as caught:
        picked(scenarios(), [name], blog_context)
    assert "cold-start:HOST,HOST,..." in (caught.value.try_this or "")


def test_an_order_is_picked_among_other_drills(blog_context: Context) -> None:
    picks = picked(scenarios(), ["vip-power", "cold-start:every", "memcached.hang"], blog_context)
    assert [one.name.partition(":")[0] for one in picks] == [
        "vip-power",
        *["cold-start"] * 6,
        "memcached.hang",
    ]
