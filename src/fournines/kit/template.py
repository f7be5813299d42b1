"""Templates: Jinja2 with undefined names as errors, loaded from the components' folders."""

from __future__ import annotations

from functools import cached_property
from importlib.resources import files

import jinja2


class Templates:
    """Renders the components' templates. Compiled templates are kept, a site of 1,000 hosts needs that."""

    @cached_property
    def _environment(self) -> jinja2.Environment:
        return jinja2.Environment(
            loader=jinja2.FileSystemLoader(str(files("fournines").joinpath("components"))),
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
        return self._environment.get_template(f"{component}/templates/{template}").render(values)
