"""What is taken for granted of Pacemaker's packages and of its agents'."""

from __future__ import annotations

from fournines.kit.relies import Relied, has, prints, unit_has

_UNIT = "pacemaker.service"

RELIES = (
    Relied(
        "pacemaker",
        "3.0.0",
        "3.0.0",
        (
            unit_has(_UNIT, "Requires=corosync.service"),
            unit_has(_UNIT, "After=corosync.service"),
            has("/usr/share/pacemaker/pacemaker-3.9.rng"),
        ),
    ),
    Relied(
        "pacemaker-cli-utils",
        "3.0.0",
        "3.0.0",
        (
            has("/usr/sbin/crm_verify"),
            prints(("crm_mon", "--help-all"), r"--output-as", what="understands --output-as"),
            prints(("crm_simulate", "--help-all"), r"--simulate", what="understands --simulate"),
            prints(("crm_resource", "--help-all"), r"--wait", what="understands --wait"),
            prints(("crm_resource", "--help-all"), r"--restart", what="understands --restart"),
            prints(("cibadmin", "--help-all"), r"--scope=", what="understands --scope"),
            prints(("cibadmin", "--help-all"), r"--patch", what="understands --patch"),
            prints(("crm_diff", "--help-all"), r"--original=", what="understands --original"),
        ),
    ),
    Relied(
        "resource-agents",
        "4.16.0",
        "4.16.0",
        (has("/usr/lib/ocf/resource.d/heartbeat/IPaddr2"),),
    ),
    Relied(
        "fence-agents-redfish",
        "4.16.0",
        "4.16.0",
        (
            prints(("fence_redfish", "--help"), r"--password-script", what="understands --password-script"),
            prints(("fence_redfish", "--help"), r"--systems-uri", what="understands --systems-uri"),
            prints(("fence_redfish", "--help"), r"--ssl-insecure", what="understands --ssl-insecure"),
        ),
    ),
)
