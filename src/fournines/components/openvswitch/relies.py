"""What is taken for granted of Open vSwitch's package."""

from __future__ import annotations

from fournines.kit.relies import Relied, has, unit_has

RELIES = (
    Relied(
        "openvswitch-switch",
        "3.5.0",
        "3.5.0",
        (
            has("/usr/bin/ovs-vsctl"),
            # Only this one can be enabled; it brings the daemons at boot.
            unit_has("openvswitch-switch.service", "Requires=ovsdb-server.service"),
            unit_has("openvswitch-switch.service", "Requires=ovs-vswitchd.service"),
            unit_has("ovs-vswitchd.service", "Restart=on-failure"),
        ),
    ),
)
