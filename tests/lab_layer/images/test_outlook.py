"""What a suite would break, asked of an image: the present one breaks nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

import anyio
import pytest
from tests.programs import images_with

from fournines.lab.images.canary import outlook
from fournines.plan.make import make_plan
from fournines.secrets.generate import complete
from fournines.spec.model import Site

pytestmark = pytest.mark.programs
DASHBOARD = "/usr/share/openstack-dashboard/manage.py"


def test_the_present_release_breaks_nothing_and_its_programs_accept_every_file(blog: Site) -> None:
    tree = next(iter(images_with(DASHBOARD)), None)
    if tree is None:
        pytest.skip("no lab image of the blog's site here, or not root: nines lab up makes one")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as layer:  # not an overlay, which /tmp may be
        found = anyio.run(outlook, make_plan(blog, complete({}, blog)), tree, Path(layer))
    assert found.broken == ()
    assert found.accepted > 20
