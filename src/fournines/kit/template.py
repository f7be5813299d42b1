"""Templates: Jinja2 with undefined names as errors, loaded from the components' folders."""

from __future__ import annotations

from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2


_FOLDERS = ("components", "kit/templates")
"""What several components write almost alike is one template of the kit; theirs extend it by its name."""


class Templates:
    """Renders the components' templates. Compiled templates are kept, a site of 1,000 hosts needs that.

    For a ``family`` of distributions a template of the same name in a folder called like it comes first: what
    has another format there, or needs a line more.
    """

    def __init__(self, family: str = "") -> None:
        self._kept: dict[str, jinja2.Template] = {}
        self._family = family

    @cached_property
    def _environment(self) -> jinja2.Environment:
        import jinja2  # noqa: PLC0415 - every verb knows the components, few render a template

        return jinja2.Environment(
            loader=jinja2.FileSystemLoader([str(files("fournines") / part) for part in _FOLDERS]),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            autoescape=False,  # noqa: S701 - configuration files, not HTML
        )

    def render(self, component: str, template: str, **values: object) -> str:
        """Render one template of a component.

        Raises:
            jinja2.UndefinedError: the template uses a name nobody gave.
        """
        name = f"{component}/templates/{template}"
        if name not in self._kept:
            there = [f"{component}/templates/{self._family}/{template}"] if self._family else []
            self._kept[name] = self._environment.select_template([*there, name])
        return self._kept[name].render(values)
