"""Who provides what, where several could: said in one place of the site file, or refused there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.plan.test_order import made
from tests.support import EXAMPLES

from fournines.components import registered
from fournines.errors import SpecError
from fournines.kit.component import Component, Joins
from fournines.kit.where import on
from fournines.plan.judges.idle import idle
from fournines.plan.order import levels
from fournines.plan.participation import participation
from fournines.plan.vocabulary import vocabulary
from fournines.spec.document import Problem
from fournines.spec.load import loads
from fournines.spec.model import Mode, Role, Site, Strict

GALERA = made("galera", provides=("database",))
DRBD = replace(made("mariadb", needs=("block",), provides=("database",)), joins=Joins.CHOSEN)
BLOCK = replace(made("drbd", provides=("block",)), joins=Joins.WANTED)
API = made("api", needs=("database",))
KNOWN = (API, BLOCK, GALERA, DRBD)


def names(site: Site, *known: Component) -> list[str]:
    found = participation(site, known)
    assert found.problems == ()
    return [component.name for component in found.components]


def problem(site: Site, *known: Component) -> Problem:
    (found,) = participation(site, known).problems
    return found


def nothings(site: Site, *known: Component) -> list[Problem]:
    """What is said of the site's options, choices and roles: of those that nothing is made of."""
    desk = replace(made("desk"), on=on(Role.DASHBOARD))
    return list(idle(site, (*participation(site, known).components, desk), known))


@pytest.fixture
def site(blog: Site) -> Site:
    return blog.model_copy(update={"components": {}, "services": ()})


def choosing(site: Site, **choose: str) -> Site:
    return site.model_copy(update={"choose": choose})


def test_unless_it_is_chosen_the_second_provider_stays_out(site: Site) -> None:
    assert names(site, *KNOWN) == ["api", "galera"]


def test_the_chosen_one_takes_the_others_place_and_brings_what_it_needs(site: Site) -> None:
    chosen = choosing(site, database="mariadb")
    assert names(chosen, *KNOWN) == ["api", "drbd", "mariadb"]
    found = levels(chosen, participation(chosen, KNOWN).components)
    assert [[placed.name for placed in level] for level in found] == [["drbd"], ["mariadb"], ["api"]]


def test_choosing_the_usual_one_changes_nothing(site: Site) -> None:
    assert names(choosing(site, database="galera"), *KNOWN) == ["api", "galera"]


def test_choosing_what_joins_on_demand_brings_it(site: Site) -> None:
    locks = replace(made("etcd", provides=("locks",)), joins=Joins.WANTED)
    assert names(choosing(site, locks="etcd"), locks) == ["etcd"]


def test_two_providers_are_refused_where_the_choice_is_missing(site: Site) -> None:
    both = (API, GALERA, replace(DRBD, joins=Joins.ALWAYS), replace(BLOCK, joins=Joins.ALWAYS))
    assert problem(site, *both) == Problem(
        ("services",),
        "api needs database, which galera and mariadb would both provide",
        "say which: choose: {database: galera}",
    )
    assert problem(choosing(site, cache="memcached"), *both).path == ("choose",)
    assert names(choosing(site, database="galera"), *both) == ["api", "galera", "drbd"]


def test_a_need_without_a_provider_says_what_to_write(site: Site) -> None:
    listed = site.model_copy(update={"services": ("api",)})
    api = replace(API, joins=Joins.LISTED)
    service = replace(made("swift", provides=("objects",)), joins=Joins.LISTED)
    wants = replace(api, needs=lambda _site, _options: ("objects",))
    found = problem(listed, wants, service)
    assert (found.path, found.what, found.try_this) == (
        ("services", "0"),
        "api needs swift, which is not listed",
        "add swift to services",
    )
    assert problem(listed, api, DRBD, BLOCK).try_this == "choose: {database: mariadb}"
    homeless = replace(GALERA, on=on(Role.STORAGE))
    assert problem(listed, api, homeless).try_this == "give a host the role storage: galera runs there"
    assert problem(listed, api).what == "api needs database, which nothing in this site provides"


def test_options_of_who_stands_aside_are_refused(site: Site) -> None:
    written = site.model_copy(update={"components": {"mariadb": {}}})
    (found,) = nothings(written, *KNOWN)
    assert (found.path, found.at_key) == (("components", "mariadb"), True)
    assert "galera provides database here" in found.what
    assert found.try_this == "take them away, or write choose: {database: mariadb}"
    (found,) = nothings(written, API, BLOCK, GALERA, replace(DRBD, only_in=Mode.ACTIVE_PASSIVE))
    assert found.what == "mariadb runs in mode: active-passive only: the options of mariadb mean nothing"
    (found,) = nothings(written, GALERA, replace(DRBD, provides=("cellar",)))
    assert found.what == "nothing here needs mariadb: the options of mariadb mean nothing"
    assert nothings(choosing(written, database="mariadb"), *KNOWN) == []
    assert names(choosing(written, database="mariadb"), *KNOWN) == ["api", "drbd", "mariadb"]


def test_choices_of_what_nobody_needs_or_the_mode_does_not_leave_are_refused(site: Site) -> None:
    named = site.model_copy(update={"components": {"galera": {}}})
    locks = replace(made("etcd", provides=("locks",)), joins=Joins.WANTED)
    (found,) = nothings(choosing(named, locks="etcd"), *KNOWN, locks)
    assert (found.path, found.at_key) == (("choose", "locks"), True)
    assert found.try_this.endswith("components: {etcd: {}}")
    objects = replace(made("swift", provides=("objects",)), joins=Joins.LISTED)
    (found,) = nothings(choosing(named, objects="swift"), *KNOWN, objects)
    assert found.try_this == "add swift to services, or take the choice away"
    passive = replace(DRBD, only_in=Mode.ACTIVE_PASSIVE)
    found = problem(choosing(named, database="mariadb"), API, BLOCK, GALERA, passive)
    assert found.path == ("choose", "database")
    assert found.what == "mariadb runs in mode: active-passive only, and the site's is active-active"
    assert found.try_this == (
        "take the choice away: galera provides database here; or write mode: active-passive"
    )
    assert nothings(choosing(named, database="galera"), *KNOWN) == []


def test_roles_for_which_nothing_is_built_say_what_would_be(site: Site) -> None:
    named = site.model_copy(update={"components": {"galera": {}}})
    store = replace(made("swift"), joins=Joins.LISTED, on=on(Role.STORAGE))
    keeper = site.hosts["controller2"].model_copy(update={"roles": (Role.CONTROLLER, Role.STORAGE)})
    keeping = named.model_copy(update={"hosts": {**site.hosts, "controller2": keeper}})
    found = nothings(keeping, *KNOWN, store)
    assert [(one.path, one.try_this) for one in found] == [
        (("hosts", "controller2", "roles", "1"), "add swift to services, or take the role away")
    ]
    assert nothings(keeping.model_copy(update={"services": ("swift",)}), *KNOWN, store) == []


def test_a_site_for_nobody_is_refused(site: Site) -> None:
    (found,) = nothings(site.model_copy(update={"hosts": {}}), GALERA)
    assert (found.path, found.what.partition(":")[0]) == (("services",), "no service is listed")


class Store(Strict):
    """Where images lie."""

    store: str = "file"


def image_needs(site: Site, options: Store) -> Iterator[str]:
    del site
    yield "database"
    if options.store == "swift":
        yield "objects"


def test_needs_follow_the_options(site: Site) -> None:
    images = replace(made("images"), options=Store, needs=image_needs)
    objects = replace(made("objects", provides=("objects",)), joins=Joins.WANTED)
    assert names(site, images, GALERA, objects) == ["images", "galera"]
    swift = site.model_copy(update={"components": {"images": {"store": "swift"}}})
    assert names(swift, images, GALERA, objects) == ["images", "galera", "objects"]


@pytest.mark.parametrize("mode", Mode)
def test_no_capability_has_two_usual_providers(mode: Mode) -> None:
    """Else a site that chooses nothing could not be built."""
    usual = [c for c in registered().values() if c.joins is not Joins.CHOSEN and c.only_in in (None, mode)]
    provided = [capability for component in usual for capability in component.provides]
    assert sorted(set(provided)) == sorted(provided)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "[keystone, glance",
            "[glance",
            "blog.yaml:14:12: services.0: glance needs keystone, which is not listed",
        ),
        (
            "ssh:",
            "choose: {database: memcached}\nssh:",
            "blog.yaml:13:20: choose.database: memcached does not provide",
        ),
    ],
)
def test_the_site_file_says_where(old: str, new: str, said: str) -> None:
    text = "".join(
        line for line in (EXAMPLES / "blog.yaml").read_text().splitlines(keepends=True) if line[0] != "#"
    )
    with pytest.raises(SpecError) as refused:
        loads(text.replace(old, new), Path("blog.yaml"), vocabulary())
    assert said in str(refused.value)
