"""A memcached that was cut off and comes back late: nobody is given the value of another key."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.components.openstack import openstack
from tests.programs import opinion

from fournines.kit.openstack import cache_section
from fournines.spec.model import Site

_PROGRAM = Path(__file__).with_name("cut_off_cache.py")
_KEYS = 20
_FLUSH = "memcache_pool_flush_on_reconnect = {}"


def answered(section: str, folder: Path) -> dict[str, dict[str, int]]:
    """What the program saw in a lab image, with this section."""
    sooner = re.sub("dead_retry = .*", "dead_retry = 1", section)
    assert sooner != section
    here = sooner.replace("10.0.0.11:11211,10.0.0.12:11211", "127.0.0.1:11211")
    assert here != sooner
    said = opinion(
        ["sh", "-c", f"ip link set lo up && exec python3 /run/cached.py /run/cache.conf {_KEYS}"],
        {"cached.py": _PROGRAM.read_text(), "cache.conf": here + "\n"},
        folder,
        program="/usr/bin/keystone-manage",
    )
    assert said.returncode == 0, said.stderr
    found: dict[str, dict[str, int]] = json.loads(said.stdout)
    return found


@pytest.mark.programs
def test_a_memcached_that_comes_back_late_gives_no_key_the_value_of_another(
    blog: Site, tmp_path: Path
) -> None:
    section = cache_section(openstack(blog))
    assert answered(section, tmp_path) == {
        "well": {"own": _KEYS},
        "cut off": {"nothing": _KEYS},
        "back": {"own": _KEYS},
    }


@pytest.mark.programs
def test_with_a_flush_on_reconnect_it_would(blog: Site, tmp_path: Path) -> None:
    """The reason for the setting, and for the audit's rule: the day this fails, they may go."""
    section = cache_section(openstack(blog))
    flushing = section.replace(_FLUSH.format("false"), _FLUSH.format("true"))
    assert flushing != section
    assert answered(flushing, tmp_path)["back"]["another"] > _KEYS // 2
