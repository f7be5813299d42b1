"""What is taken for granted of HAProxy's package."""

from __future__ import annotations

from fournines.kit.relies import Relied, has, has_account, prints, unit_has

_UNIT = "haproxy.service"

RELIES = (
    Relied(
        "haproxy",
        "3.0.11",
        "3.0.11",
        (
            has_account("haproxy"),
            has("/var/lib/haproxy"),
            # Where the statistics socket and the file that keepalived watches lie.
            prints(
                ("cat", "/usr/lib/tmpfiles.d/haproxy.conf"),
                r"^d /run/haproxy ",
                what="makes /run/haproxy at boot",
            ),
            unit_has(_UNIT, "Type=notify"),
            unit_has(_UNIT, "ExecReload=/bin/kill -USR2 $MAINPID"),
            prints(
                ("grep", "Environment=", f"/usr/lib/systemd/system/{_UNIT}"),
                r"CONFIG=/etc/haproxy/haproxy\.cfg",
                what="reads /etc/haproxy/haproxy.cfg",
            ),
            # In the chroot there is no /dev/log but this.
            unit_has(_UNIT, "BindReadOnlyPaths=/dev/log:/var/lib/haproxy/dev/log"),
            prints(("haproxy", "-vv"), "prometheus-exporter|PROMEX", what="has the Prometheus exporter"),
        ),
    ),
)
