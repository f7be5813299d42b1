"""The same input gives the same output, byte by byte; and what is listed is listed as people count."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from tests.audit.hostile.texts import listeners

from fournines.audit.gather.collect import File
from fournines.audit.merge import merged
from fournines.audit.report import in_order
from fournines.audit.run import audit
from fournines.audit.show.text import as_text
from fournines.kit.audit.source import Place

_SHOWN = """
import sys
from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.merge import merged
from fournines.audit.run import audit
from fournines.audit.show.json import as_json
from fournines.audit.show.text import as_text

rules = registry.rules()
alone = [[File(path, text) for path, text in rule.bad.items()] for rule in rules[::8]]
together = [File(f"{rule.id}/{path}", text) for rule in rules for path, text in rule.bad.items()]
for files in (*alone, together):
    report = merged(audit(files, strict=True))
    sys.stdout.buffer.write((as_json(report) + as_text(report)).encode())
"""
"""Some of the rules' examples one by one; then all as one tree, in which sites share much that ties."""


@pytest.fixture(scope="module")
def shown() -> list[bytes]:
    """What three processes with hash seeds of their own print of the same files."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _SHOWN], stdout=subprocess.PIPE, env={**os.environ, "PYTHONHASHSEED": seed}
        )
        for seed in ("1", "2", "3")
    ]
    return [process.communicate()[0] for process in started]


def test_no_order_of_a_set_shows(shown: list[bytes]) -> None:
    first = shown[0].decode().splitlines()
    assert len(first) > 10_000
    for other in shown[1:]:
        apart = [pair for pair in zip(first, other.decode().splitlines(), strict=False) if pair[0] != pair[1]]
        assert apart[:5] == []
        assert other == shown[0]


def test_numbers_in_places_count_as_numbers() -> None:
    places = [Place("n10/a.conf", 2), Place("n9/a.conf", 10), Place("n9/a.conf", 9), Place("n09/a.conf", 1)]
    assert [str(place) for place in sorted(places, key=in_order)] == [
        "n09/a.conf:1", "n9/a.conf:9", "n9/a.conf:10", "n10/a.conf:2",
    ]  # fmt: skip
    assert in_order(Place("1" * 5000, 1)) < in_order(Place("1" * 5001, 1))


def test_the_text_lists_the_places_of_a_rule_from_top_to_bottom() -> None:
    shown = as_text(merged(audit([File("haproxy.cfg", listeners(12))], strict=True)))
    blocks = [re.findall(r"^  haproxy.cfg:(\d+)", block, re.MULTILINE) for block in shown.split("source: ")]
    assert max(map(len, blocks)) > 10
    for lines in blocks:
        assert lines == sorted(lines, key=int)
