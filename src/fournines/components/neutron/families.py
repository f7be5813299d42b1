"""Neutron in other families of distributions.

Their servers are one program (``neutron-server``), which has to stay off; ours are uwsgi's API and who
answers the agents. ``neutron-periodic-workers`` is in none of their packages yet.
"""

from __future__ import annotations

from fournines.kit.family import NOT_PROVED, account, alike, alike_all, nowhere, package, path, there, unit

_RDO = "rdo-packages/neutron-distgit openstack-neutron.spec"
_SUSE = "openstack/rpm-packaging openstack/neutron/neutron.spec.j2"
_NO_UNIT = "{}: no unit of that name, ours is whole"
_AGENTS = ("dhcp-agent", "l3-agent", "metadata-agent", "openvswitch-agent")

FAMILIES = (
    package(
        "neutron-api",
        rhel=there("openstack-neutron", "openstack-neutron-ml2", by=_RDO),
        suse=there("openstack-neutron-server", by=_SUSE),
    ),
    package(
        "neutron-rpc-server",
        rhel=there("openstack-neutron-rpc-server", by=_RDO),
        suse=there("openstack-neutron-rpc-server", by=_SUSE),
    ),
    package("neutron-periodic-workers", rhel=nowhere(_RDO), suse=nowhere(_SUSE)),
    *(
        package(
            f"neutron-{agent}",
            rhel=there(f"openstack-neutron{'-openvswitch' * agent.startswith('open')}", by=_RDO),
            suse=there(f"openstack-neutron-{agent}", by=_SUSE),
        )
        for agent in _AGENTS
    ),
    *alike_all(package, "python3-neutron", rhel=_RDO, suse=_SUSE),
    # RHEL has not had it since 7; no source here shows what it is not.
    package("busybox", rhel=NOT_PROVED, suse=alike("bmwiedemann/openSUSE packages/b/busybox/busybox.spec")),
    unit("neutron-api.service", rhel=alike(_NO_UNIT.format(_RDO)), suse=alike(_NO_UNIT.format(_SUSE))),
    unit("neutron-periodic-workers.service", rhel=NOT_PROVED, suse=NOT_PROVED),
    *(
        unit(
            f"neutron-{daemon}.service",
            rhel=alike(_RDO),
            suse=there(f"openstack-neutron-{daemon}.service", by=_SUSE),
        )
        for daemon in ("rpc-server", *_AGENTS)
    ),
    unit(
        "openvswitch-switch.service",
        rhel=there("openvswitch.service", by="openvswitch/ovs rhel/openvswitch-fedora.spec.in"),
        suse=there("openvswitch.service", by="bmwiedemann/openSUSE packages/o/openvswitch/openvswitch.spec"),
    ),
    *alike_all(account, "neutron", rhel=_RDO, suse=_SUSE),
    path("/etc/init.d", rhel=nowhere(f"{_RDO}: units only"), suse=nowhere(f"{_SUSE}: units only")),
    path(
        "/usr/share/neutron-common/api-paste.ini",
        rhel=there("/etc/neutron/api-paste.ini", by=_RDO),
        suse=there("/etc/neutron/api-paste.ini", by=_SUSE),
    ),
    path("/usr/bin/neutron-periodic-workers", rhel=NOT_PROVED, suse=NOT_PROVED),
    *alike_all(
        path,
        *("/etc/neutron", "/var/lib/neutron", "/var/log/neutron"),
        *("/usr/bin/neutron-api", "/usr/bin/neutron-rpc-server"),
        *("/usr/bin/neutron-rootwrap", "/usr/bin/neutron-rootwrap-daemon"),
        *(f"/usr/bin/neutron-{agent}" for agent in _AGENTS),
        rhel=_RDO,
        suse=_SUSE,
    ),
)
