"""What makes an image a certain host: its name, its addresses, its keys, and who may log in."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from fournines.lab.shell import run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fournines.lab.plan import LabHost, Nic

HOST_KEY = "etc/ssh/ssh_host_ed25519_key"


def personalise(
    root: Path, host: LabHost, public_key: str, more: Mapping[str, tuple[str, int]] | None = None
) -> None:
    """Write it below ``root``: the host's tree, or an empty folder that will lie over one.

    Interrupted, it can be done again: what was made once (identity, key) is kept. ``more`` are further files
    with their modes.
    """
    for path, (text, mode) in {**personal_files(host, public_key), **(more or {})}.items():
        _write(root / path, text, mode)
    identity = root / "etc/machine-id"
    if not identity.exists() or not identity.read_text(encoding="ascii").strip():
        # Written, not left to the first boot: an unset one would make systemd apply its presets.
        identity.write_text(uuid.uuid4().hex + "\n", encoding="ascii")
    key = root / HOST_KEY
    if not key.with_suffix(".pub").exists():
        key.unlink(missing_ok=True)
        key.parent.mkdir(parents=True, exist_ok=True)
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", host.name, "-f", str(key)])


def public_host_key(root: Path) -> str:
    """The public key that was made for the host whose files these are."""
    return (root / HOST_KEY).with_suffix(".pub").read_text(encoding="ascii").strip()


def personal_files(host: LabHost, public_key: str) -> Mapping[str, tuple[str, int]]:
    """What makes an image this host: its name, its addresses, and who may log in."""
    files = {
        "etc/hostname": (f"{host.name}\n", 0o644),
        "etc/hosts": ("127.0.0.1 localhost\n", 0o644),
        "root/.ssh/authorized_keys": (public_key.strip() + "\n", 0o600),
    }
    for nic in host.nics:
        files[f"etc/systemd/network/10-{nic.inside}.network"] = (_networkd(nic), 0o644)
    return files


def _networkd(nic: Nic) -> str:
    """A static address that is there from the start and stays, cable or no cable."""
    return (
        f"[Match]\nName={nic.inside}\n\n[Link]\nRequiredForOnline=no-carrier\n\n"
        f"[Network]\nAddress={nic.address}\nConfigureWithoutCarrier=yes\n"
        "LinkLocalAddressing=no\nIPv6AcceptRA=no\n"
    )


def _write(path: Path, text: str, mode: int) -> None:
    if not path.parent.is_dir():
        path.parent.mkdir(mode=0o700 if path.parent.name == ".ssh" else 0o755, parents=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
