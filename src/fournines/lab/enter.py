"""Moving this process into a lab's network, so that all it does afterwards happens there."""

from __future__ import annotations

import ctypes
import os
import threading

from fournines.errors import LabError
from fournines.lab import network
from fournines.lab.names import namespace
from fournines.lab.shell import need_root

_CLONE_NEWNET = 0x40000000  # linux/sched.h; os.setns() needs Python 3.12


def enter(lab: str) -> None:
    """Move this process into the lab's network namespace, for good.

    Programs it starts inherit the place. Only the network changes: files, mounts and cgroups stay the
    machine's (``ip netns exec`` would hide /sys/fs/cgroup).

    Raises:
        LabError: the lab is down, this process is not root's, or it has several threads already (each
            thread has its own namespace, and the others would stay outside).
    """
    need_root()
    network.need(lab)
    if (threads := threading.active_count()) > 1:
        raise LabError(f"a process of {threads} threads cannot move into a lab as a whole")
    libc = ctypes.CDLL(None, use_errno=True)
    handle = os.open(network.NAMESPACES / namespace(lab), os.O_RDONLY | os.O_CLOEXEC)
    try:
        if libc.setns(handle, _CLONE_NEWNET) != 0:
            raise LabError(f"cannot enter the network of lab {lab}: {os.strerror(ctypes.get_errno())}")
    finally:
        os.close(handle)
