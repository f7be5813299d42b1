"""The client in other families of distributions."""

from __future__ import annotations

from fournines.kit.family import alike_all, package

FAMILIES = alike_all(
    package,
    "python3-openstackclient",
    rhel="rdo-packages/openstackclient-distgit python-openstackclient.spec",
    suse="openstack/rpm-packaging openstack/python-openstackclient/python-openstackclient.spec.j2",
)
