"""What fournines itself uses on hosts, in other families of distributions."""

from __future__ import annotations

from fournines.kit.family import alike, package, there

_RHEL = "openela-main/{0} SPECS/{0}.spec"
_SUSE = "bmwiedemann/openSUSE packages/{0[0]}/{0}/{0}.spec"

FAMILIES = (
    *(
        package(name, rhel=alike(_RHEL.format(name)), suse=alike(_SUSE.format(name)))
        for name in ("ca-certificates", "openssl")
    ),
    package(
        "iproute2", rhel=there("iproute", by=_RHEL.format("iproute")), suse=alike(_SUSE.format("iproute2"))
    ),
    package(
        "procps", rhel=there("procps-ng", by=_RHEL.format("procps-ng")), suse=alike(_SUSE.format("procps"))
    ),
    package(
        "python3",
        rhel=alike(_RHEL.format("python3.9")),
        suse=there("python3-base", by=_SUSE.format("python313")),
    ),
)
