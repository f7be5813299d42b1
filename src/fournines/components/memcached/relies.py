"""What is taken for granted of memcached's package: Debian's wrapper turns a file into arguments."""

from __future__ import annotations

from fournines.kit.relies import Relied, has, has_account, reads, unit_has

_WRAPPER = "/usr/share/memcached/scripts/systemd-memcached-wrapper"

RELIES = (
    Relied(
        "memcached",
        "1.6.38",
        "1.6.38",
        (
            has("/usr/bin/memcached"),
            has_account("memcache"),
            unit_has("memcached.service", f"ExecStart={_WRAPPER} /etc/memcached.conf"),
            # It drops -d from our file: the unit has no type, so a daemon that forks would count as ended.
            reads(_WRAPPER, r"next if $line =~ /^\-[dh]/"),
        ),
    ),
)
