"""The blog's site, once for all the tests in this folder: bringing it up takes a minute."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.lab.deployed import Deployed, example


@pytest.fixture(name="deployed", scope="package")
def of_the_example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """It goes with the last of these tests, and not with the last of all: other labs want the memory."""
    with example("blog", tmp_path_factory.mktemp("site")) as site:
        yield site
