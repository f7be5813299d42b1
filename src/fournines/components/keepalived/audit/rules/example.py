"""Short keepalived.confs for the examples of the rules."""

from __future__ import annotations

from textwrap import dedent, indent

CHECK = """
vrrp_script check_haproxy {
    script "/usr/local/bin/check-haproxy"
    interval 1
    fall 3
    rise 2
}
"""
TRACKED = """
track_script {
    check_haproxy
}
"""


def keepalived(
    body: str = "",
    *,
    state: str = "BACKUP",
    vrid: int = 51,
    priority: int = 101,
    vip: str = "10.0.0.20/24",
    check: str = CHECK,
    tracked: str = TRACKED,
    head: str = "",
    interface: str = "eth0",
) -> str:
    """A complete file with one instance; ``body`` goes into the instance, ``head`` before everything."""
    parts = [
        f"state {state}",
        f"interface {interface}",
        f"virtual_router_id {vrid}",
        f"priority {priority}",
        "advert_int 1",
        dedent(body).strip("\n"),
        "virtual_ipaddress {\n    " + vip + "\n}",
        dedent(tracked).strip("\n"),
    ]
    inside = indent("\n".join(part for part in parts if part), "    ")
    instance = f"vrrp_instance VI_1 {{\n{inside}\n}}\n"
    return "\n".join(part for part in (dedent(head).strip("\n"), dedent(check).strip("\n"), instance) if part)


def script(**settings: str | int) -> str:
    """A ``vrrp_script check_haproxy`` with these settings after (or instead of) the usual ones."""
    usual: dict[str, str | int] = {
        "script": '"/usr/local/bin/check-haproxy"',
        "interval": 1,
        "fall": 3,
        "rise": 2,
    }
    usual.update(settings)
    lines = "\n".join(f"    {key} {value}" for key, value in usual.items() if value != "")
    return f"vrrp_script check_haproxy {{\n{lines}\n}}\n"
