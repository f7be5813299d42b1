"""Horizon's options and the names it goes by."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from fournines.kit.where import VIP_HOSTS, on
from fournines.spec.model import Role, Site, Strict
from fournines.spec.relations import AtMost
from fournines.spec.shapes import Once
from fournines.spec.types import DnsName, Whole, WholeSeconds

CERTIFICATE: Final = "horizon/certificate"
SECRET_KEY: Final = "horizon/secret-key"  # noqa: S105 - a name


PROCESS_MB: Final = 120
"""What one Django process holds, in MiB."""


class Options(Strict):
    """What a site may override."""

    names: Annotated[tuple[DnsName, ...], Once()] = ()
    """More names users reach the dashboard by, or IPv4 addresses; they are put into its certificate and are
    let in. Those of hosts and VIPs that lead to a dashboard are there anyway."""
    processes: Whole = Field(default=2, ge=1, le=32)
    """Django processes per host; each takes about 120 MiB."""
    threads: Whole = Field(default=8, ge=1, le=64)
    """Requests one process works on at once."""
    session: Annotated[WholeSeconds, AtMost("keystone", "token_lifetime")] = Field(
        default=3600, ge=300, le=86400
    )
    """Seconds after which a user has to log in again; no longer than a token lives."""


HOSTS: Final = on(Role.DASHBOARD)


def served_names(site: Site, options: Options) -> tuple[str, ...]:
    """Every name and address under which a browser may ask for the dashboard.

    A dashboard on a controller can also be reached through the VIPs.
    """
    found = HOSTS(site)
    own = [host.name for host in found]
    addresses = [str(address) for host in found for address in host.addresses.values()]
    moving = [word for name, vip in site.vips.items() for word in (name, str(vip.address))]
    vips = moving if any(VIP_HOSTS.has(site, host) for host in found) else []
    return tuple(dict.fromkeys((*own, *options.names, *addresses, *vips)))
