"""The exit codes that --help and the docs tell are one table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.command import nines

from fournines.cli.shared.exits import EVERYWHERE, OF_VERB, codes

PAGE = (Path(__file__).parents[3] / "docs/exit-codes.md").read_text()


def test_the_page_tells_every_code_and_no_other() -> None:
    wanted = [f"| {code} | {words} |" for code, words in EVERYWHERE.items()]
    wanted += [f"| `{v}` | {code} | {words} |" for v, of in OF_VERB.items() for code, words in of.items()]
    rows = [line for line in PAGE.splitlines() if re.match(r"\| (`[\w ]+` \| )?\d+ \|", line)]
    assert sorted(rows) == sorted(wanted)


@pytest.mark.parametrize("verb", [*sorted(OF_VERB), "lab up", "lab net cut", "secrets rotate"])
def test_help_of_every_verb_ends_with_its_codes(verb: str) -> None:
    shown = nines(*verb.split(), "-h").stdout
    for code, words in codes(verb).items():
        assert f"{code:>3}  {words}" in shown
