"""Builders that tests of every layer share."""

from __future__ import annotations

from pathlib import Path

from fournines.kit.context import Context
from fournines.plan.context import context_for
from fournines.plan.vocabulary import vocabulary
from fournines.secrets.generate import complete
from fournines.spec.load import load
from fournines.spec.model import Site
from fournines.spec.vocabulary import Vocabulary

EXAMPLES = Path(__file__).parents[1] / "examples"


def site_of(example: str) -> Site:
    """A site of the examples folder."""
    return loaded(EXAMPLES / example)


def loaded(file: Path) -> Site:
    """The site of a file."""
    words = vocabulary()
    services = {"keystone": (), "glance": (), "horizon": ()} | dict(words.services)
    return load(file, Vocabulary(services, words.options))


def context_of(site: Site) -> Context:
    """The site's context with freshly generated secrets."""
    return context_for(site, complete({}, site))
