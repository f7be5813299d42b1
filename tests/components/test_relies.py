"""What the components take for granted, asked of the packages of a host image."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest
from tests.programs import image_with

from fournines.components import registered
from fournines.engine.asking.relied import Found, examine
from fournines.lab.images.inside import InsideImage

pytestmark = pytest.mark.programs


def test_everything_relied_on_is_so_in_the_host_image(tmp_path: Path) -> None:
    tree = image_with("mariadbd")
    if tree is None:
        pytest.skip("no lab image here, or not root: nines lab up makes one")
    relies = [relied for component in registered().values() for relied in component.relies]

    async def ask() -> tuple[Found, ...]:
        return await examine(InsideImage(tree, tmp_path), {"image": relies})

    found = anyio.run(ask)
    assert {one.relied.package for one in found} == {relied.package for relied in relies}
    assert [complaint for one in found for complaint in one.complaints] == []
    assert [truth.what for one in found for truth in one.unknown] == []
    assert [one.note for one in found if one.note] == []
