"""Sites and contexts that tests of every layer share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from tests.support import context_of, site_of

from fournines.kit.context import Context
from fournines.spec.model import Site

EXAMPLES = Path(__file__).parents[1] / "examples"


# In CI the same code gives the same verdict; new examples are looked for wherever people run the tests.
# No verdict depends on how busy the machine is.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("people", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "people")


@pytest.fixture(scope="session")
def blog() -> Site:
    """The blog's site: two controllers and a dashboard that is jump host, time server and third vote."""
    return site_of("blog.yaml")


@pytest.fixture(scope="session")
def three() -> Site:
    """The guide's shape: three controllers."""
    return site_of("three-controllers.yaml")


@pytest.fixture(scope="session")
def blog_context(blog: Site) -> Context:
    """The blog's site with made-up secrets."""
    return context_of(blog)


@pytest.fixture(scope="session")
def three_context(three: Site) -> Context:
    """Three controllers with made-up secrets."""
    return context_of(three)
