"""Which components take part in a site."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.plan.test_order import made

from fournines.kit.component import Component, Joins
from fournines.plan.context import taking_part
from fournines.spec.model import Site


def of(site: Site, monkeypatch: pytest.MonkeyPatch, *components: Component) -> list[str]:
    monkeypatch.setattr("fournines.plan.context.registered", lambda: {c.name: c for c in components})
    return [component.name for component in taking_part(site)]


def test_what_is_on_demand_joins_where_it_is_needed_even_by_another_on_demand(
    blog: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = blog.model_copy(update={"components": {}, "services": ("keystone",)})
    broker = replace(made("broker", needs=("locks",), provides=("messaging",)), joins=Joins.WANTED)
    locks = replace(made("locks", provides=("locks",)), joins=Joins.WANTED)
    unused = replace(made("unused", provides=("nothing",)), joins=Joins.WANTED)
    absent = replace(made("nova", needs=("messaging",)), joins=Joins.LISTED)
    identity = replace(made("keystone", needs=("messaging",)), joins=Joins.LISTED)
    assert of(site, monkeypatch, broker, locks, unused, absent) == []
    assert of(site, monkeypatch, broker, identity, locks, unused, absent) == ["broker", "keystone", "locks"]


def test_what_is_on_demand_joins_where_the_site_file_names_it(
    blog: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = replace(made("broker", provides=("messaging",)), joins=Joins.WANTED)
    assert of(blog.model_copy(update={"components": {"broker": {}}}), monkeypatch, broker) == ["broker"]


def test_what_follows_others_joins_where_they_are(blog: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site = blog.model_copy(update={"components": {}, "services": ("keystone",)})
    identity = replace(made("keystone", provides=("identity",)), joins=Joins.LISTED)
    client = replace(made("client", provides=("files",)), joins=Joins.POSSIBLE, follows=("identity",))
    after = replace(made("after"), joins=Joins.POSSIBLE, follows=("files",))
    assert of(site, monkeypatch, after, client, identity) == ["after", "client", "keystone"]
    assert of(site.model_copy(update={"services": ()}), monkeypatch, after, client, identity) == []


def test_the_blog_names_its_broker_and_needs_none(blog: Site) -> None:
    assert "rabbitmq" in {component.name for component in taking_part(blog)}
    without = blog.model_copy(update={"components": {}})
    assert "rabbitmq" not in {component.name for component in taking_part(without)}
