"""Sites and contexts that tests of every layer share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from tests.support import context_of, site_of
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from fournines.kit.context import Context
from fournines.spec.model import Site

LONG = 5.0
"""Seconds from which on a test says how long it took."""
EXAMPLES = Path(__file__).parents[1] / "examples"


# In CI the same code gives the same verdict; new examples are looked for wherever people run the tests.
# No verdict depends on how busy the machine is.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("people", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "people")


LABS = (
    "tests/lab/blog/",
    "tests/lab/test_passive.py",
    "tests/lab/test_deploy.py",
    "tests/lab/test_vm.py",
    "tests/lab/test_volumes.py",
    "tests/lab/test_hosts.py",
    "tests/proofs/test_proofs.py",
)
"""Whose tests share hosts, and so stay with one worker; the longest first, which nobody shall begin with when
all others are done."""


def _lab(nodeid: str) -> str | None:
    return next((lab for lab in LABS if nodeid.startswith(lab)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Labs one after the other, then everything else as it was found."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if not item.get_closest_marker("lab"):
        return len(LABS)
    lab = _lab(item.nodeid)
    if lab is None:
        raise pytest.UsageError(f"{item.nodeid}: whose hosts are these? None of {', '.join(LABS)}")
    return LABS.index(lab)


class ByLab(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Gives each worker a lab at a time, and of all other tests each on its own (``--dist loadscope``).

    Instead of xdist's own ``loadgroup``, which with pytest 9.2 and xdist 3.8 groups nothing and says nothing.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _lab(nodeid) or nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByLab | None:
    """Only where it was asked for."""
    return ByLab(config, log) if config.getoption("dist") == "loadscope" else None


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Of what took long it is said how long."""
    if report.when == "call" and report.passed and report.duration >= LONG:
        return "passed", ".", f"PASSED in {report.duration:.0f} s"
    return None


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
