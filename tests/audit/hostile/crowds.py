"""Much that refers to much: hosts that name one another, names that are tracked, scripts that are called."""

from __future__ import annotations

_ADDRESS = "10.0.{}.{}"


def _address(number: int) -> str:
    return _ADDRESS.format(number // 250, number % 250 + 1)


def tracking(count: int = 3000) -> str:
    """Scripts, and instances that each track some of them."""
    scripts_ = "".join(f"vrrp_script c{n} {{\n script /x/c{n}.sh\n weight -1\n}}\n" for n in range(count))
    return scripts_ + "".join(
        f"vrrp_instance V{n} {{\n track_script {{\n"
        + "".join(f"  c{(n * 7 + m) % count}\n" for m in range(15))
        + " }\n}\n"
        for n in range(count // 4)
    )


def synchronized(count: int = 2700) -> str:
    """Sync groups that overlap, each of two instances."""
    return "".join(
        f"vrrp_sync_group G{n} {{\n group {{\n  V{n}\n  V{n + 1}\n }}\n}}\n"
        f"vrrp_instance V{n} {{\n interface eth{n}\n virtual_router_id {n % 255}\n"
        f" virtual_ipaddress {{\n  {_address(n)}\n }}\n}}\n"
        for n in range(count)
    )


def galera_hosts(count: int = 1500) -> dict[str, str]:
    """Hosts of one cluster, each of which names itself and two others."""
    return {
        f"n{n}/galera.cnf": "[mysqld]\nwsrep_on = ON\nwsrep_cluster_name = c\n"
        f"wsrep_node_address = {_address(n)}\n"
        f"wsrep_cluster_address = gcomm://{_address(n)},{_address(n + 1)},{_address(n + 2)}\n"
        for n in range(count)
    }


def crm_hosts(count: int = 1000) -> dict[str, str]:
    """Hosts that each have a cluster of their own to tell of."""
    return {
        f"n{n}/site.crm": f"node n{n}\nprimitive p{n} ocf:heartbeat:IPaddr2 params ip={_address(n)}\n"
        f"property no-quorum-policy=stop\n"
        for n in range(count)
    }


def scripts(count: int = 1500) -> dict[str, str]:
    """One host whose instance tracks as many scripts as it has."""
    conf = "".join(f"vrrp_script c{n} {{\n script /x/c{n}.sh\n}}\n" for n in range(count))
    tracked = "".join(f"  c{n}\n" for n in range(count))
    return {
        "n1/keepalived.conf": f"{conf}vrrp_instance V {{\n track_script {{\n{tracked} }}\n}}\n",
        **{f"n1/x/c{n}.sh": f"#!/bin/sh\nip addr show | grep -q {_address(n)}\n" for n in range(count)},
    }


def drbd_resources(count: int = 8000) -> str:
    """Resources that all have one name and say one thing."""
    return (
        "resource r0 { device /dev/drbd0; disk /dev/vg/x; meta-disk internal;"
        " on a { address 10.0.0.1:7788; } on b { address 10.0.0.2:7788; } }\n"
    ) * count


def banned(count: int = 6000) -> str:
    """Resources that share an address, and a rule of location on each, for and against hosts."""
    return "".join(
        f"primitive v{n} IPaddr2 params ip=10.0.0.7 cidr_netmask=24\n"
        f"location l{n} v{n} inf: nowhere\nlocation b{n} v{n} -inf: n{n % 3}\n"
        for n in range(count)
    )


def undefined(count: int = 6000) -> str:
    """Resources, and groups that name others which nobody defines."""
    return "".join(
        f"primitive p{n} ocf:heartbeat:Dummy \\\n    op monitor interval=10s\ngroup g{n} q{n} r{n}\n"
        for n in range(count)
    )


def galera_sections(count: int = 8000) -> str:
    """One section again and again."""
    return ("[mysqld]\nwsrep_on=ON\nwsrep_cluster_address=gcomm://\nwsrep_node_address=127.0.0.1\n") * count
