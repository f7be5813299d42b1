"""Short resources for the examples of the rules."""

from __future__ import annotations

from textwrap import indent

FENCED = (
    "net {\n    fencing resource-and-stonith;\n}\n"
    'handlers {\n    fence-peer "/usr/lib/drbd/crm-fence-peer.9.sh";\n'
    '    unfence-peer "/usr/lib/drbd/crm-unfence-peer.9.sh";\n}'
)


def res(body: str = FENCED, *, protocol: str = "C", name: str = "mysql") -> str:
    """A resource of two hosts with these sections in it."""
    hosts = "\n".join(
        f"on node{n} {{\n    device /dev/drbd0;\n    disk /dev/vg/{name};\n    address 10.0.2.1{n}:7789;\n"
        f"    meta-disk internal;\n}}"
        for n in (1, 2)
    )
    inside = "\n".join(part for part in (f"protocol {protocol};", body, hosts) if part)
    return f"resource {name} {{\n{indent(inside, '    ')}\n}}\n"
