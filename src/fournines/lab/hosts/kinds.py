"""Which kind a host is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.lab.cgroups import HostCgroups
from fournines.lab.hosts.container import Container
from fournines.lab.hosts.vm import VirtualMachine

if TYPE_CHECKING:
    from fournines.lab.cgroups import Hierarchies
    from fournines.lab.hosts.host import RunningHost
    from fournines.lab.plan import LabPlan
    from fournines.lab.state import LabPaths


def host_of(plan: LabPlan, name: str, paths: LabPaths, where: Hierarchies) -> RunningHost:
    """The handles of the host called ``name``.

    Raises:
        LabError: the lab has no such host.
    """
    host = plan.host(name)
    kind = VirtualMachine if host.vm else Container
    return kind(plan, host, paths, HostCgroups(where, plan.name, name))
