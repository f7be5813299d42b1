"""Ways to hurt the switch."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault


def faults(context: Context) -> Iterator[Fault]:
    """Who forwards packets, and who keeps what is to be forwarded: each crashes, dies, hangs, is stopped."""
    del context
    yield from unit_faults("openvswitch", "ovs-vswitchd.service", program="ovs-vswitchd", daemon="vswitchd")
    yield from unit_faults("openvswitch", "ovsdb-server.service", program="ovsdb-server", daemon="ovsdb")
