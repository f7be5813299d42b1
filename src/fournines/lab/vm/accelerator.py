"""KVM where a kernel comes up under it, software emulation elsewhere: it is tried, /dev/kvm is not enough.

Under a hypervisor that offers its guests a KVM of its own kind (kvm-pvm) an ordinary kernel prints no line.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fournines import files
from fournines.lab.vm.qemu import Accelerator, Machine, bare

if TYPE_CHECKING:
    from collections.abc import Callable

KVM = Path("/dev/kvm")
KNOWN = Path("/run/fournines")
"""What was found is true until this machine boots again."""
PATIENCE = 10.0
"""Seconds in which a kernel under KVM has said its word many times over."""
WORD = "nines: this machine runs a kernel"
"""What ``on_host/init.sh`` prints when it is only tried."""


def choose(machine: Machine, progress: Callable[[str], None]) -> tuple[Accelerator, str]:
    """What virtual machines run on here, and why not on KVM, if so."""
    if not os.access(KVM, os.R_OK | os.W_OK):
        return "tcg", f"no access to {KVM}"
    known = KNOWN / f"kvm-{machine.vmlinux.parent.name}"
    if not known.exists():
        progress("trying whether KVM runs a kernel here")
        KNOWN.mkdir(exist_ok=True)
        files.write(known, trial(machine) + "\n", mode=0o644)
    found = known.read_text(encoding="utf-8").strip()
    return ("tcg", found) if found else ("kvm", "")


def trial(machine: Machine, *, patience: float = PATIENCE) -> str:
    """Why KVM does not run a kernel here; nothing if it does."""
    argv = [*bare("nines-trial", replace(machine, accelerator="kvm"), "nines.trial"), "-serial", "stdio"]
    try:
        tried = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"a kernel under KVM says nothing in {patience:g} s"
    return verdict(tried.stdout, tried.stderr)


def verdict(console: str, said: str) -> str:
    """What a trial says: nothing if the kernel ran, else the first line of the complaint."""
    if WORD in console:
        return ""
    return next((line for line in said.splitlines() if line.strip()), "a kernel under KVM ends in silence")
