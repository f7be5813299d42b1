"""How the lab's hosts are reached by SSH: ordinary OpenSSH files, as an operator would keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.lab.shell import run
from fournines.spec.model import HostKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Address

    from fournines.lab.plan import LabHost, LabPlan
    from fournines.lab.state import LabPaths


def entrance(plan: LabPlan, host: LabHost) -> IPv4Address:
    """The address a host is reached at.

    The jump host is the site's face to the operator, so it is reached on its first network that is not
    the cluster's, if it has one; all others on the cluster network, or on their first when not attached.
    """
    if host.name == plan.through:
        outer = (nic for nic in host.nics if nic.network != plan.cluster)
        return next(outer, host.nics[0]).address.ip
    nic = host.nic_on(plan.cluster) or host.nics[0]
    return nic.address.ip


_PATIENCE = {
    HostKind.CONTAINER: ("ConnectTimeout 8", "ServerAliveInterval 2", "ServerAliveCountMax 3"),
    HostKind.VM: ("ConnectTimeout 30", "ServerAliveInterval 10", "ServerAliveCountMax 3"),
}
"""How long a host may be silent. One whose processor is emulated needs seconds for a login."""


def render_config(plan: LabPlan, paths: LabPaths) -> str:
    """The ``ssh_config(5)`` of the lab."""
    lines = [f"# managed by fournines: lab {plan.name}"]
    for host in plan.hosts:
        lines += [f"Host {host.name}", f"  HostName {entrance(plan, host)}"]
        if plan.through and host.name != plan.through:
            lines.append(f"  ProxyJump {plan.through}")
        lines += [f"  {option}" for option in _PATIENCE[host.kind]]
    lines += [
        "Host *",
        "  User root",
        f"  IdentityFile {paths.key}",
        "  IdentitiesOnly yes",
        f"  UserKnownHostsFile {paths.known_hosts}",
        "  GlobalKnownHostsFile /dev/null",
        "  StrictHostKeyChecking yes",
        "  UpdateHostKeys no",
    ]
    return "\n".join(lines) + "\n"


def render_known_hosts(plan: LabPlan, keys: Mapping[str, str]) -> str:
    """One line a host: its name and all its addresses, and the key it really has."""
    lines = []
    for host in plan.hosts:
        kind, key, *_ = keys[host.name].split()
        names = ",".join([host.name, *(str(nic.address.ip) for nic in host.nics)])
        lines.append(f"{names} {kind} {key}")
    return "\n".join(lines) + "\n"


def ensure_key(paths: LabPaths) -> str:
    """The operator's public key for this lab; the pair is made when it is not there or not whole."""
    public = paths.key.with_name(paths.key.name + ".pub")
    if not public.exists():
        paths.key.unlink(missing_ok=True)
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"nines-{paths.lab}", "-f", str(paths.key)])
    return public.read_text(encoding="ascii")
