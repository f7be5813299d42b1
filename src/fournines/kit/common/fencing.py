"""Which board switches a host's power: the one that the site file names, or the one that every lab has."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from fournines.spec.model import Fencing, Host, Site

LAB_PORT = 8443
LAB_USER = "fencing"


def password_of(host: Host | str) -> str:
    """The name under which the password of a host's board is kept."""
    return f"fencing/{host if isinstance(host, str) else host.name}"


def board_of(site: Site, host: Host) -> Fencing:
    """The board of a host. In a lab it is the lab's, whatever the file says: it may be a real site's copy.

    Raises:
        KeyError: no board is known; the site file's rules refuse that where hosts are fenced.
    """
    if not site.lab:
        return site.fencing[host.name]
    return Fencing(
        address=str(lab_address(site, site.cluster_network)),
        port=LAB_PORT,
        user=LAB_USER,
        system=f"/redfish/v1/Systems/{host.name}",
    )


def lab_address(site: Site, network: str) -> IPv4Address | None:
    """The address that a lab itself has in a network: the last usable one that nobody has."""
    taken = {address for host in site.hosts.values() for address in host.addresses.values()}
    return last_free(site.networks[network].range, taken | {vip.address for vip in site.vips.values()})


def last_free(cidr: IPv4Network, taken: Iterable[IPv4Address]) -> IPv4Address | None:
    """The last usable address of a range that is not taken; None when all are."""
    used = set(taken)
    first, last = int(cidr.network_address) + 1, int(cidr.broadcast_address) - 1
    free = (IPv4Address(n) for n in range(last, first - 1, -1) if IPv4Address(n) not in used)
    return next(free, None)
