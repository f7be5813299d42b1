"""Swift in other families of distributions. ``swift-rsync.service`` is nobody's but ours."""

from __future__ import annotations

from fournines.kit.family import account, alike, alike_all, nowhere, package, path, there, unit

_RDO = "rdo-packages/swift-distgit openstack-swift.spec"
_SUSE = "openstack/rpm-packaging openstack/swift/swift.spec.j2"
_OURS = "{}: none of that name"
_KINDS = ("account", "container", "object")
_REPAIRS = (
    *(f"{kind}-{does}" for kind in _KINDS for does in ("auditor", "replicator")),
    *("account-reaper", "container-updater", "object-updater", "object-expirer"),
)
_UNITS = ("proxy", *_KINDS, *_REPAIRS, "container-sync", "object-reconstructor")

FAMILIES = (
    *(
        package(
            f"swift-{part}",
            rhel=there(f"openstack-swift-{part}", by=_RDO),
            suse=there(f"openstack-swift-{part}", by=_SUSE),
        )
        for part in ("proxy", *_KINDS)
    ),
    package(
        "swift-object-expirer",
        rhel=there("openstack-swift-proxy", by=_RDO),
        suse=there("openstack-swift-object", by=_SUSE),
    ),
    *alike_all(package, "python3-swift", rhel=_RDO, suse=_SUSE),
    *alike_all(
        package,
        "rsync",
        rhel="openela-main/rsync SPECS/rsync.spec",
        suse="bmwiedemann/openSUSE packages/r/rsync/rsync.spec",
    ),
    *(
        unit(
            f"swift-{name}.service",
            rhel=there(f"openstack-swift-{name}.service", by=_RDO),
            suse=there(f"openstack-swift-{name}.service", by=_SUSE),
        )
        for name in _UNITS
    ),
    *(
        unit(
            f"swift-{name}.service",
            rhel=there(f"openstack-swift-{name}.service", by=_RDO),
            suse=nowhere(_OURS.format(_SUSE)),
        )
        for name in ("container-reconciler", "container-sharder")
    ),
    unit("swift-rsync.service", rhel=alike(_OURS.format(_RDO)), suse=alike(_OURS.format(_SUSE))),
    *alike_all(account, "swift", rhel=_RDO, suse=_SUSE),
    path("/srv/node", rhel=alike(_OURS.format(_RDO)), suse=alike(_OURS.format(_SUSE))),
    *alike_all(
        path,
        *("/etc/swift", "/var/lib/swift", "/var/cache/swift", "/usr/bin/swift-proxy-server"),
        *(f"/usr/bin/swift-{kind}-server" for kind in _KINDS),
        *(f"/usr/bin/swift-{repair}" for repair in _REPAIRS),
        rhel=_RDO,
        suse=_SUSE,
    ),
    *alike_all(
        path,
        "/usr/bin/rsync",
        rhel="openela-main/rsync SPECS/rsync.spec",
        suse="bmwiedemann/openSUSE packages/r/rsync/rsync.spec",
    ),
)
