"""Where what runs: hosts by their roles, and in which of the two architectures."""

from __future__ import annotations

from dataclasses import dataclass

from fournines.errors import PlanError
from fournines.spec.model import Host, Mode, Role, Site, Strict


@dataclass(frozen=True, slots=True)
class Where:
    """The hosts that something runs on: those with any of ``roles`` and none of ``without``.

    ``roles`` is None where it runs on every host. In a site where no host has one of them, those with any of
    ``otherwise`` stand in. Those with any of ``also`` are among them whoever else is: what runs there follows
    that role, and some other component is the use of it. No component works out hosts in another way, so what
    runs on which role is known of every component without a site.
    """

    roles: tuple[Role, ...] | None
    without: tuple[Role, ...] = ()
    otherwise: tuple[Role, ...] = ()
    also: tuple[Role, ...] = ()

    def __call__(self, site: Site) -> tuple[Host, ...]:
        """The hosts of a site, in the file's order."""
        roles = self._roles(site)
        if roles is None and not self.without:
            return tuple(site.hosts.values())
        if roles is None or self.without:
            return tuple(host for host in site.hosts.values() if self.has(site, host))
        # the hosts of a role are worked out once: each of a thousand hosts asks
        found = [site.with_role(role) for role in (*roles, *self.also)]
        if len(found) == 1:
            return found[0]
        names = {host.name for of_role in found for host in of_role}
        return tuple(host for name, host in site.hosts.items() if name in names)

    def has(self, site: Site, host: Host) -> bool:
        """Whether a host is one of them."""
        if any(host.has(role) for role in self.without):
            return False
        roles = self._roles(site)
        return roles is None or any(host.has(role) for role in (*roles, *self.also))

    def _roles(self, site: Site) -> tuple[Role, ...] | None:
        """The roles that count in a site."""
        if self.roles is None or not self.otherwise or any(site.with_role(role) for role in self.roles):
            return self.roles
        return self.otherwise

    def names(self, site: Site) -> tuple[str, ...]:
        """The hosts' names, in the file's order."""
        return tuple(host.name for host in self(site))

    def first(self, site: Site) -> Host:
        """The host that does once-per-site work among them: the first in the file's order.

        Raises:
            PlanError: there is none.
        """
        found = self(site)
        if not found:
            roles = ", ".join((*(self.roles or ()), *self.otherwise))
            raise PlanError(f"no host is left to do once-per-site work: none has the role {roles}")
        return found[0]


def on(
    *roles: Role,
    without: tuple[Role, ...] = (),
    otherwise: tuple[Role, ...] = (),
    also: tuple[Role, ...] = (),
) -> Where:
    """``on(Role.CONTROLLER, Role.ARBITER)``: the hosts with any of these roles.

    ``on(Role.NETWORK, otherwise=(Role.CONTROLLER,))``: hosts of their own where the site has such, else the
    controllers; with ``also=(Role.COMPUTE,)`` those too, either way.
    """
    return Where(roles, without, otherwise, also)


EVERYWHERE = Where(None)
"""Every host of the site."""


VIP_HOSTS = on(Role.CONTROLLER)
"""The hosts that may hold a VIP. Each has the balancer, its certificate and the VIPs' open ports."""


class Moded(Strict):
    """The options of a component that can be run in both architectures are a subclass of this.

    A component whose options are others runs active-active, and its site file has no such key.
    """

    mode: Mode | None = None
    """active-active: on all of its hosts at once; active-passive: on one of them at a time, moved by
    Pacemaker. Unless given, the site's mode."""

    def mode_in(self, site: Site) -> Mode:
        """The architecture it runs in."""
        return self.mode or site.mode

    def moves_in(self, site: Site) -> bool:
        """Whether it runs on one host at a time, and Pacemaker says on which."""
        return self.mode_in(site) is Mode.ACTIVE_PASSIVE

    def moving_options(self, site: Site) -> tuple[str, ...]:
        """The options by which any of it moves."""
        return ("mode",) if self.moves_in(site) else ()


class ApiModed(Moded):
    """Of a service whose API and whose other daemons may each be run in either way."""

    api_mode: Mode | None = None
    """The same for its API alone: active-active keeps that on all its hosts where the other daemons move.
    Unless given, as ``mode``."""

    def api_moves_in(self, site: Site) -> bool:
        """Whether its API runs on one host at a time."""
        return (self.api_mode or self.mode_in(site)) is Mode.ACTIVE_PASSIVE

    def moving_options(self, site: Site) -> tuple[str, ...]:
        """The options by which any of it moves."""
        api = self.api_mode is Mode.ACTIVE_PASSIVE
        return (*super().moving_options(site), *(("api_mode",) if api else ()))
