"""Trusted authorities in other families of distributions, where p11-kit keeps them."""

from __future__ import annotations

from fournines.kit.family import alike, alike_all, package, path, there

_RHEL = "openela-main/{0} SPECS/{0}.spec"
_SUSE = "bmwiedemann/openSUSE packages/{0[0]}/{0}/{0}.spec"

FAMILIES = (
    *(
        package(name, rhel=alike(_RHEL.format(name)), suse=alike(_SUSE.format(name)))
        for name in ("ca-certificates", "openssl")
    ),
    path(
        "/usr/local/share/ca-certificates",
        rhel=there("/etc/pki/ca-trust/source/anchors", by=_RHEL.format("ca-certificates")),
        suse=there("/etc/pki/trust/anchors", by=_SUSE.format("p11-kit")),
    ),
    *alike_all(path, "/etc/haproxy", rhel=_RHEL.format("haproxy"), suse=_SUSE.format("haproxy")),
)
