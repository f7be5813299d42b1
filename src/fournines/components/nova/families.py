"""Nova in other families of distributions."""

from __future__ import annotations

from fournines.kit.family import NOT_PROVED, account, alike_all, nowhere, package, path, there, unit

_RDO = "rdo-packages/nova-distgit openstack-nova.spec"
_SUSE = "openstack/rpm-packaging openstack/nova/nova.spec.j2"
_LIBVIRT = "openela-main/libvirt SPECS/libvirt.spec"
_SUSE_LIBVIRT = "openSUSE/libvirt libvirt.spec"
_ALONE = "{}: a package of its own, which is not installed"
_DAEMONS = ("compute", "conductor", "novncproxy", "scheduler")

FAMILIES = (
    *(
        package(
            f"nova-{name}",
            rhel=there(f"openstack-nova-{name}", by=_RDO),
            suse=there(f"openstack-nova-{name}", by=_SUSE),
        )
        for name in ("api", "compute", "conductor", "scheduler")
    ),
    package(
        "nova-consoleproxy",
        rhel=there("openstack-nova-novncproxy", by=_RDO),
        suse=there("openstack-nova-novncproxy", by=_SUSE),
    ),
    package("nova-compute-kvm", rhel=there("libvirt-daemon-kvm", by=_LIBVIRT), suse=NOT_PROVED),
    *alike_all(package, "python3-nova", rhel=_RDO, suse=_SUSE),
    *alike_all(package, "libvirt-daemon", rhel=_LIBVIRT, suse=_SUSE_LIBVIRT),
    unit(
        "nova-api.service",
        rhel=there("openstack-nova-api.service", by=_RDO),
        suse=there("openstack-nova-api.service", by=_SUSE),
    ),
    unit(
        "nova-api-metadata.service",
        rhel=there("openstack-nova-metadata-api.service", by=_RDO),
        suse=there("openstack-nova-api-metadata.service", by=_SUSE),
    ),
    *(
        unit(
            f"nova-{name}.service",
            rhel=there(f"openstack-nova-{name}.service", by=_RDO),
            suse=there(f"openstack-nova-{name}.service", by=_SUSE),
        )
        for name in _DAEMONS
    ),
    *(
        unit(f"nova-{name}.service", rhel=nowhere(_ALONE.format(_RDO)), suse=nowhere(_ALONE.format(_SUSE)))
        for name in ("serialproxy", "spicehtml5proxy")
    ),
    *alike_all(unit, "libvirtd.service", rhel=_LIBVIRT, suse=_SUSE_LIBVIRT),
    *alike_all(account, "nova", rhel=_RDO, suse=_SUSE),
    path("/etc/default/libvirtd", rhel=there("/etc/sysconfig/libvirtd", by=_LIBVIRT), suse=NOT_PROVED),
    path("/etc/libvirt/qemu.conf", rhel=NOT_PROVED, suse=NOT_PROVED),
    *alike_all(
        path,
        *("/etc/nova", "/var/lib/nova", "/var/log/nova"),
        *("/usr/bin/nova-api-wsgi", "/usr/bin/nova-metadata-wsgi"),
        *(f"/usr/bin/nova-{name}" for name in _DAEMONS),
        rhel=_RDO,
        suse=_SUSE,
    ),
)
