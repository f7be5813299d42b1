"""Chrony's options, and who serves time."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fournines.kit.where import on
from fournines.spec.model import Host, Role, Site, Strict
from fournines.spec.shapes import Once
from fournines.spec.types import Seconds, Server

PORT = 123


class Options(Strict):
    """What a site may override."""

    upstream: Annotated[tuple[Server, ...], Once()] = ()
    """NTP servers outside the site for the time hosts; none means that the time host's own clock is the
    site's time: nothing outside is needed, and the hosts still agree among themselves."""
    max_offset: Seconds = Field(default=0.1, gt=0, le=5)
    """Seconds by which a host may differ from the time host before the check fails. Tokens, certificates and
    Galera's logs bear a second; 0.1 s is where an honest NTP client in a LAN has long been corrected."""


def time_hosts(site: Site) -> tuple[Host, ...]:
    """The hosts that serve time: those with the role, else the first controller."""
    return on(Role.TIME)(site) or on(Role.CONTROLLER)(site)[:1]
