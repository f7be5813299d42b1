"""File systems of virtual machines: one of the image, which all of them read, and one of each host's own."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from fournines.lab.images.image import CACHE, alone
from fournines.lab.shell import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fournines.lab.vm.equipment import Equipment

BLOCK = 4096
INODE = 256
_SECONDS = 900.0
_MERGED = 'mount -t overlay image -o "lowerdir=$1:$2" "$3" && shift 3 && exec "$@"'
"""Shell text: lay one tree over another for the command that follows, in its own mount namespace."""


def path(tree: Path, equipment: Equipment) -> Path:
    """Where the image's file system for virtual machines lies: beside the image, and deleted with it."""
    return tree.parent / f"{equipment.path.name}.ext4"


def ensure(tree: Path, equipment: Equipment, progress: Callable[[str], None]) -> Path:
    """The file system that holds an image with the equipment's layer over it; made once.

    Raises:
        LabError: it could not be made.
    """
    made = path(tree, equipment)
    with alone(tree.parent / ".vm.lock", progress):
        if made.exists():
            return made
        progress("making the image a file system for virtual machines")
        making, merged = made.with_suffix(".making"), tree.parent / ".merged"
        making.unlink(missing_ok=True)
        merged.mkdir(exist_ok=True)
        blocks, inodes = size([tree, equipment.layer])
        options = ("-O", "^has_journal", "-N", str(inodes))  # nobody ever writes to it
        apart = ("unshare", "--mount", "--propagation", "private", "sh", "-c", _MERGED, "sh")
        layers = (str(equipment.layer), str(tree), str(merged))
        run([*apart, *layers, *mke2fs_argv(merged, making, blocks, options)], timeout=_SECONDS)
        merged.rmdir()
        making.rename(made)
    return made


def forget(equipment: Equipment, cache: Path = CACHE) -> None:
    """Delete the file systems that were made of images for this equipment."""
    for made in (cache / "images").glob(f"*/{equipment.path.name}.ext4"):
        made.unlink()


def mke2fs_argv(source: Path, target: Path, blocks: int, options: tuple[str, ...] = ()) -> list[str]:
    """The command that makes an ext4 of so many blocks of 4 KiB with a folder's content; a sparse file."""
    plain = ("-q", "-F", "-t", "ext4", "-m", "0", "-b", str(BLOCK), "-I", str(INODE))
    return ["mke2fs", *plain, *options, "-d", str(source), str(target), str(blocks)]


def size(trees: list[Path]) -> tuple[int, int]:
    """Blocks and inodes of a file system that these trees surely fit into together."""
    blocks = inodes = 0
    for tree in trees:
        for directory, names, files in os.walk(tree):
            for name in (*names, *files):
                entry = os.lstat(os.path.join(directory, name))  # noqa: PTH118 - a hundred thousand of them
                inodes += 1
                blocks += 1 if stat.S_ISDIR(entry.st_mode) else -(-entry.st_size // BLOCK)
    inodes += inodes // 20 + 1024
    return blocks + blocks // 20 + inodes * INODE // BLOCK + 16384, inodes
