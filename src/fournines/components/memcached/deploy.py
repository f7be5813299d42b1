"""Memcached's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.memcached.model import PORT, Options
from fournines.kit.context import Context
from fournines.kit.step import File, Packages, Step, Unit
from fournines.spec.model import Host

CONF = "/etc/memcached.conf"


def steps(context: Context, host: Host) -> Iterator[Step]:
    """Memcached listens on the host's own address in the cluster network, by TCP only.

    UDP stays off: an open UDP port amplifies 51,000-fold (CVE-2018-1000115).
    """
    yield Packages(("memcached",))
    yield File(
        CONF,
        context.render(
            "memcached",
            "memcached.conf.j2",
            address=context.site.address(host),
            port=PORT,
            options=context.options("memcached", Options),
        ),
    )
    yield Unit("memcached.service", restart_on=(CONF,), packages=("memcached",))
