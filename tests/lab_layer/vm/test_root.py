from __future__ import annotations

import subprocess
from pathlib import Path

from fournines.lab.vm import root


def test_a_file_system_is_made_of_folders_and_they_fit(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for number in range(300):
        (source / f"upper/{number}").mkdir(parents=True)
        (source / f"upper/{number}/file").write_text("x" * number * 50)
    (source / "upper/link").symlink_to("0")
    blocks, inodes = root.size([source])
    assert inodes > 601
    target = tmp_path / "made.ext4"
    argv = root.mke2fs_argv(source, target, blocks, ("-N", str(inodes)))
    subprocess.run(argv, check=True, capture_output=True)
    assert target.stat().st_size == blocks * root.BLOCK
    shown = subprocess.run(
        ["debugfs", "-R", "cat /upper/299/file", str(target)], check=True, capture_output=True, text=True
    )
    assert shown.stdout == "x" * 299 * 50
    subprocess.run(["e2fsck", "-fn", str(target)], check=True, capture_output=True)
