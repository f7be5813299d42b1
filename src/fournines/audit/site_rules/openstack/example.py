"""Short files for the examples of the rules."""

from __future__ import annotations

PROXY = """
    defaults
        mode http
        timeout connect 2s
        timeout client 90m
        timeout server 90m
    listen {name}
        bind 10.0.0.20:{port}
        mode {mode}
        server ctl1 10.0.0.11:{port} check
        server ctl2 10.0.0.12:{port} check backup
    """


def proxy(name: str, port: int, mode: str = "tcp") -> str:
    """A balancer in front of two hosts, of which one stands by."""
    return PROXY.format(name=name, port=port, mode=mode)


URL = "[database]\nconnection = mysql+pymysql://nova:s3cret@{}/nova\n"
