"""Components go after what they need."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support import site_of

from fournines.errors import PlanError
from fournines.kit.component import Component, Stage, always, no_steps
from fournines.kit.declare import Resource
from fournines.kit.where import EVERYWHERE
from fournines.plan.order import levels

SITE = site_of("blog.yaml")


def made(
    name: str, needs: tuple[str, ...] = (), provides: tuple[str, ...] = (), stages: tuple[str, ...] = ("",)
) -> Component:
    return Component(
        name=name,
        summary="",
        on=EVERYWHERE,
        stages=tuple(Stage(lambda *_: (), lambda _: (), stage) for stage in stages),
        needs=always(*needs),
        provides=provides,
    )


def test_each_level_needs_only_earlier_ones() -> None:
    components = [
        made("api", needs=("database", "cache")),
        made("cache", provides=("cache",)),
        made("db", needs=("names",), provides=("database",)),
        made("names", provides=("names",)),
    ]
    assert names(components) == [["cache", "names"], ["db"], ["api"]]


def names(components: list[Component]) -> list[list[str]]:
    return [[placed.name for placed in level] for level in levels(SITE, components)]


def test_a_stage_may_provide_something_before_the_last() -> None:
    stages = (
        Stage(lambda *_: (), lambda _: (), "members"),
        Stage(lambda *_: (), lambda _: (), "volumes", provides=("volumes",)),
        Stage(lambda *_: (), lambda _: (), "all"),
    )
    cluster = replace(made("cluster", provides=("vip", "volumes")), stages=stages)
    components = [cluster, made("db", needs=("volumes",)), made("web", needs=("vip",))]
    assert names(components) == [["cluster members"], ["cluster volumes"], ["cluster all", "db"], ["web"]]


def test_stages_follow_one_another_and_who_needs_the_component_comes_after_the_last() -> None:
    components = [
        made("api", needs=("database",)),
        made("broker", stages=("cluster", "accounts", "queues")),
        made("db", provides=("database",), stages=("cluster", "accounts")),
    ]
    assert names(components) == [
        ["broker cluster", "db cluster"],
        ["broker accounts", "db accounts"],
        ["api", "broker queues"],
    ]


def test_a_stage_comes_after_what_it_may_use_where_that_is_there() -> None:
    shown = Stage(lambda *_: (), lambda _: (), "shown", after=("image", "network"))
    api = replace(made("api"), stages=(Stage(lambda *_: (), lambda _: (), "service"), shown))
    images = made("images", needs=("names",), provides=("image",))
    known = made("names", provides=("names",))
    assert names([api, images, known]) == [["api service", "names"], ["images"], ["api shown"]]
    assert names([api, known]) == [["api service", "names"], ["api shown"]]


def test_what_completes_a_component_and_nobody_waits_for_comes_beside_the_last_awaited_steps() -> None:
    shown = Stage(no_steps, lambda _: (), "shown", needs=("identity",))
    page = made("page", stages=("service",))
    keystone = made("keystone", needs=("database",), provides=("identity",), stages=("service", "identity"))
    components = [
        made("broker", stages=("cluster", "accounts")),
        replace(page, stages=(*page.stages, shown)),
        made("db", provides=("database",), stages=("cluster", "accounts")),
        keystone,
    ]
    assert names(components) == [
        ["broker cluster", "db cluster", "page service"],
        ["db accounts"],
        ["keystone service"],
        ["broker accounts", "keystone identity"],
        ["page shown"],
    ]
    needed = [replace(c, provides=("messaging",)) if c.name == "broker" else c for c in components]
    user = made("volumes", needs=("messaging",))
    assert names([*needed, user])[1:3] == [
        ["broker accounts", "db accounts"],
        ["keystone service", "volumes"],
    ]


def test_a_stage_that_needs_more_than_those_before_it_waits_for_that_alone() -> None:
    shown = Stage(lambda *_: (), lambda _: (), "shown", needs=("identity",))
    images = made("images", needs=("database",), stages=("service",))
    components = [
        made("db", provides=("database",)),
        replace(images, stages=(*images.stages, shown)),
        made("keys", needs=("database",), provides=("identity",), stages=("service", "accounts")),
    ]
    assert names(components) == [
        ["db"],
        ["images service", "keys service"],
        ["keys accounts"],
        ["images shown"],
    ]
    with pytest.raises(PlanError, match="images needs 'identity'"):
        levels(SITE, components[:2])


def test_who_collects_declarations_comes_after_the_first_stage_of_who_declares_them() -> None:
    """Pacemaker runs what components have brought to their hosts, which show it to work through its VIP."""
    shown = Stage(lambda *_: (), lambda _: (), "shown", needs=("vip",))
    api = made("api", needs=("database",), stages=("service",))
    runs = Stage(lambda *_: (), lambda _: (), "configuration", collects=(Resource,))
    manager = made("manager", provides=("vip",), stages=("members",))
    components = [
        replace(api, stages=(*api.stages, shown), declares=lambda *_: (Resource("api", "api.service"),)),
        made("db", provides=("database",)),
        replace(manager, stages=(*manager.stages, runs)),
        made("mute", needs=("database",)),
    ]
    assert names(components) == [
        ["db", "manager members"],
        ["api service", "mute"],
        ["manager configuration"],
        ["api shown"],
    ]


def test_who_collects_waits_for_the_stage_that_brings_what_is_declared() -> None:
    """Agents come after the server, and the cluster is told of them once their files are there."""
    steps = lambda *_: ()  # noqa: E731 - a stage's
    server, agents = Stage(steps, steps, "server"), Stage(steps, steps, "agents", brings=(Resource,))
    shown = Stage(steps, steps, "shown", needs=("vip",))
    manager = made("manager", provides=("vip",), stages=("members",))
    components = [
        replace(
            made("nets"),
            stages=(server, agents, shown),
            declares=lambda *_: (Resource("agent", "agent.service"),),
        ),
        replace(
            manager, stages=(*manager.stages, Stage(steps, steps, "configuration", collects=(Resource,)))
        ),
    ]
    assert names(components) == [
        ["manager members", "nets server"],
        ["nets agents"],
        ["manager configuration"],
        ["nets shown"],
    ]


def test_a_need_that_nobody_provides_is_an_error() -> None:
    with pytest.raises(PlanError, match="api needs 'database'"):
        levels(SITE, [made("api", needs=("database",))])


def test_a_circle_is_an_error_that_names_it() -> None:
    with pytest.raises(PlanError, match=r"circle: .*(a -> b|b -> a)"):
        levels(SITE, [made("a", ("b",), ("a",)), made("b", ("a",), ("b",))])
