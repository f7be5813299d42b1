"""Several components on one host."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.engine.simulation import stage

from fournines.errors import PlanError
from fournines.kit.step import Absent, Account, Command, Directory, File, Packages, Step, Sysctl, Unit
from fournines.plan.merge import merged
from fournines.plan.model import Phase

WISHES: list[tuple[Step, Step]] = [
    (File("/etc/nova.conf", "a"), File("/etc/nova.conf", "b")),
    (Directory("/var/lib/shared"), Directory("/var/lib/shared", mode=0o700)),
    (File("/etc/x", ""), Absent("/etc/x")),
    (Sysctl("net.ipv4.tcp_retries2", "5"), Sysctl("net.ipv4.tcp_retries2", "6")),
    (Unit("apache2.service", restart_on=("/a",)), Unit("apache2.service", restart_on=("/b",))),
    (Account("nova"), Account("nova", home="/var/lib/nova")),
    (Command("sync", ("a",), ("b",)), Command("sync", ("c",), ("b",))),
]
names = [type(one).__name__ for one, _ in WISHES]


def two(one: Step, other: Step) -> tuple[Phase, ...]:
    """``horizon`` wants one step in the first phase, ``gnocchi`` the other in the second."""
    return Phase((stage("horizon", {"one": (one,)}),)), Phase((stage("gnocchi", {"one": (other,)}),))


@pytest.mark.parametrize("wish", [one for one, _ in WISHES], ids=names)
def test_an_equal_wish_stands_only_where_it_is_first(wish: Step) -> None:
    first, second = merged(two(wish, replace(wish)))
    assert first.steps == {"one": (wish,)}
    assert second.steps == {}


@pytest.mark.parametrize(("one", "other"), WISHES, ids=names)
def test_a_contradiction_names_the_host_both_components_and_the_thing(one: Step, other: Step) -> None:
    thing = getattr(one, "path", None) or getattr(one, "key", None) or getattr(one, "name", None)
    with pytest.raises(PlanError, match=rf"one: horizon and gnocchi want {thing} differently"):
        merged(two(one, other))


def test_packages_add_up_and_other_hosts_are_other_matters() -> None:
    wish = File("/etc/x", "a")
    first, second = merged(
        [
            Phase((stage("horizon", {"one": (wish, Packages(("a", "b")))}),)),
            Phase((stage("gnocchi", {"one": (Packages(("b",)),), "two": (replace(wish, content="b"),)}),)),
        ]
    )
    assert first.steps == {"one": (wish, Packages(("a", "b")))}
    assert second.steps == {"one": (Packages(("b",)),), "two": (replace(wish, content="b"),)}


def test_one_component_may_not_contradict_itself_either() -> None:
    with pytest.raises(PlanError, match="horizon wants /etc/x twice, and differently"):
        merged([Phase((stage("horizon", {"one": (File("/etc/x", "a"), File("/etc/x", "b"))}),))])
