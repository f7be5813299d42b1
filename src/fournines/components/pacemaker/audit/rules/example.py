"""Short ``crm configure`` texts for the examples of the rules."""

from __future__ import annotations

from textwrap import dedent

FENCED = """\
primitive fence-node1 stonith:fence_ipmilan \\
    params ip=10.0.9.11 pcmk_host_list=node1 pcmk_delay_base=5s \\
    op monitor interval=60s
primitive fence-node2 stonith:fence_ipmilan \\
    params ip=10.0.9.12 pcmk_host_list=node2 \\
    op monitor interval=60s
"""
VIP = """\
primitive vip ocf:heartbeat:IPaddr2 \\
    params ip=10.0.0.20 cidr_netmask=24 \\
    op monitor interval=10s
"""
DRBD = """\
primitive drbd-db ocf:linbit:drbd \\
    params drbd_resource=db \\
    op start interval=0 timeout=240s \\
    op stop interval=0 timeout=100s \\
    op promote interval=0 timeout=90s \\
    op monitor interval=31s role=Unpromoted \\
    op monitor interval=29s role=Promoted
clone ms-drbd-db drbd-db \\
    meta promotable=true notify=true
"""
FS = """\
primitive fs-db ocf:heartbeat:Filesystem \\
    params device=/dev/drbd/by-res/db directory=/var/lib/mysql fstype=xfs \\
    op start interval=0 timeout=60s \\
    op stop interval=0 timeout=60s \\
    op monitor interval=20s
"""
TIED = """\
colocation fs-with-drbd inf: fs-db ms-drbd-db:Promoted
order drbd-then-fs Mandatory: ms-drbd-db:promote fs-db:start
"""


def crm(
    *parts: str,
    fenced: str = FENCED,
    properties: str = "stonith-enabled=true no-quorum-policy=stop",
    nodes: int = 2,
) -> dict[str, str]:
    """A configuration as ``crm configure show`` prints it, with these parts in it."""
    named = "".join(f"node {n}: node{n}\n" for n in range(1, nodes + 1))
    said = f"property cib-bootstrap-options: \\\n    {properties}\n"
    tail = "rsc_defaults rsc-options: \\\n    resource-stickiness=100\n"
    return {"cluster.crm": named + fenced + "".join(dedent(part) for part in parts) + said + tail}
