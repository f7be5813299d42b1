"""What is taken for granted of rsyslog's and logrotate's packages."""

from __future__ import annotations

from fournines.kit.relies import Relied, has, prints

RELIES = (
    Relied(
        "rsyslog",
        "8.2504.0",
        "8.2504.0",
        (
            prints(
                ("cat", "/etc/rsyslog.conf"),
                r"^\s*(\$IncludeConfig\s+|include\(file=\")/etc/rsyslog\.d/\*\.conf",
                what="reads /etc/rsyslog.d/*.conf",
            ),
        ),
    ),
    Relied(
        "logrotate",
        "3.22.0",
        "3.22.0",
        (
            has("/usr/lib/systemd/system/logrotate.timer"),
            prints(
                ("cat", "/etc/logrotate.conf"),
                r"^include /etc/logrotate\.d$",
                what="reads /etc/logrotate.d",
            ),
        ),
    ),
)
