"""What a context works out once for all who ask."""

from __future__ import annotations

from tests.support import full_site

from fournines.kit.context import Context
from fournines.kit.template import Templates


class Shown(Templates):
    """Shows the values instead of a template."""

    def render(self, component: str, template: str, **values: object) -> str:
        del values["site"]
        return f"{component} {template} {values!r}"


def test_equal_values_are_rendered_once_and_values_that_only_count_as_equal_are_not() -> None:
    context = Context(full_site(), (), {}, templates=Shown())
    one = context.render("a", "t.j2", names=["x", "y"], on=True)
    assert context.render("a", "t.j2", names=["x", "y"], on=True) is one
    assert context.render("a", "t.j2", names=["x", "y"], on=1) == "a t.j2 {'names': ['x', 'y'], 'on': 1}"
    assert context.render("b", "t.j2", names=["x", "y"], on=True).startswith("b t.j2 ")
    assert context.render("a", "t.j2", names={"x"}) == "a t.j2 {'names': {'x'}}"


def test_another_site_is_rendered_anew() -> None:
    site = full_site()
    other = site.model_copy(update={"name": "other"})
    texts = [Context(s, (), {}).render("hosts", "hosts.j2", names="") for s in (site, other)]
    assert texts[0] != texts[1]
