"""What the components take for granted, asked of the packages of a host image."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest
from tests.programs import images_with

from fournines.components import registered
from fournines.engine.asking.relied import Found, examine
from fournines.lab.images.inside import InsideImage

pytestmark = pytest.mark.programs


def test_everything_relied_on_is_so_in_the_host_image(tmp_path: Path) -> None:
    """A service's packages are in the images of sites that list it: each is asked wherever it is."""
    trees = images_with("mariadbd")
    relies = [relied for component in registered().values() for relied in component.relies]

    async def ask() -> list[Found]:
        of_images = [await examine(InsideImage(tree, tmp_path), {"image": relies}) for tree in trees]
        return [one for found in of_images for one in found]

    found = anyio.run(ask)
    absent = {relied.package for relied in relies} - {one.relied.package for one in found}
    assert [complaint for one in found for complaint in one.complaints] == []
    assert [truth.what for one in found for truth in one.unknown] == []
    assert [one.note for one in found if one.note] == []
    if absent:
        pytest.skip(f"no lab image here has {', '.join(sorted(absent))}, or not root: nines lab up makes one")
