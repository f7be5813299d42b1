"""Local hosts: images, containers, networks, power; the rest of fournines sees ordinary hosts over SSH.

A lab is a set of Debian hosts on this one machine, each with its own systemd, sshd, disk, cgroups and
cables, in a network namespace of the lab's own. Several labs live side by side under different names.
"""

from __future__ import annotations

from fournines.lab.control import build, down, images, prune, up
from fournines.lab.enter import enter
from fournines.lab.hurt import cut, exec_, exec_command, freeze, heal, power, thaw
from fournines.lab.look import (
    CableStatus,
    HostStatus,
    LabStatus,
    board_secrets,
    is_up,
    labs,
    ssh_config_path,
    status,
)
from fournines.lab.plan import LabPlan, lab_plan

__all__ = [
    "CableStatus",
    "HostStatus",
    "LabPlan",
    "LabStatus",
    "board_secrets",
    "build",
    "cut",
    "down",
    "enter",
    "exec_",
    "exec_command",
    "freeze",
    "heal",
    "images",
    "is_up",
    "lab_plan",
    "labs",
    "power",
    "prune",
    "ssh_config_path",
    "status",
    "thaw",
    "up",
]
