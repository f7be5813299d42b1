"""What a component can see while it says what it wants: the site, all declarations, the secrets."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from fournines.errors import PlanError
from fournines.kit.declare import Declaration, Endpoint, InterfaceOf
from fournines.kit.template import Templates
from fournines.kit.where import Moded, on
from fournines.spec.model import Host, Mode, Role, Site, Strict

D = TypeVar("D")
O = TypeVar("O", bound=Strict)  # noqa: E741 - O for options


@dataclass(frozen=True)
class Context:
    """The whole picture, read only. Equal contexts give equal plans."""

    site: Site
    declarations: tuple[Declaration, ...]
    secrets: Mapping[str, str]
    parsed: Mapping[str, Strict] = field(default_factory=dict)
    interfaces: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Host -> network -> the interface that has the host's address there; empty before hosts are asked."""
    templates: Templates = field(default_factory=Templates)

    def declared(self, kind: type[D]) -> tuple[D, ...]:
        """Everything of one kind that any component declared, in the components' order."""
        if kind not in self._by_kind:
            self._by_kind[kind] = tuple(d for d in self.declarations if isinstance(d, kind))
        found: tuple[D, ...] = self._by_kind[kind]
        return found

    @cached_property
    def _by_kind(self) -> dict[type, tuple[Any, ...]]:
        """What was found already: in a site of 1,000 hosts each of them asks."""
        return {}

    def one(self, kind: type[D]) -> D:
        """The one declaration of a kind of which a site has at most one (``Brokers``, ``Coordination``).

        Raises:
            PlanError: nobody declares one, or several do.
        """
        found = self.declared(kind)
        if len(found) != 1:
            says = "nobody declares" if not found else f"{len(found)} times declared:"
            raise PlanError(f"{says} {kind.__name__}", try_this="a component that uses it needs its provider")
        return found[0]

    def endpoint(self, name: str) -> Endpoint:
        """The declared endpoint of that name.

        Raises:
            PlanError: there is none.
        """
        for endpoint in self.declared(Endpoint):
            if endpoint.name == name:
                return endpoint
        raise PlanError(f"no component declares the endpoint {name!r}")

    def secret(self, name: str) -> str:
        """A generated secret's value.

        Raises:
            PlanError: no component declares a secret of that name.
        """
        try:
            return self.secrets[name]
        except KeyError:
            raise PlanError(f"no component declares the secret {name!r}") from None

    def options(self, component: str, model: type[O]) -> O:
        """A component's options: the defaults of its model with the site's overrides."""
        found = self.parsed.get(component)
        return found if isinstance(found, model) else model()

    def mode(self, component: str) -> Mode:
        """The architecture a component runs in: its own ``mode``, else the site's, where it has a choice."""
        options = self.parsed.get(component)
        if not isinstance(options, Moded):
            return Mode.ACTIVE_ACTIVE
        return options.mode_in(self.site)

    def interface(self, host: Host, network: str) -> str:
        """The host's interface in a network: as the site file names it, else as it was found on the host.

        Where no host was asked (``nines render``) it is assumed: eth0 in the first network of the file that
        the host is attached to, eth1 in the second, as hosts of a lab have it. A component that uses this
        declares ``InterfaceOf``, so that hosts are asked before anything is written to them.
        """
        named = self.site.named_interface(host, network) or self.interfaces.get(host.name, {}).get(network)
        if named:
            return named
        attached = [name for name in self.site.networks if name in host.addresses]
        return f"eth{attached.index(network)}"

    @cached_property
    def unnamed(self) -> tuple[tuple[str, str], ...]:
        """Every host and network whose interface some component uses and the site file does not name."""
        wanted = {(name, one.network): None for one in self.declared(InterfaceOf) for name in one.hosts}
        hosts = self.site.hosts
        return tuple(
            (n, network) for n, network in wanted if not self.site.named_interface(hosts[n], network)
        )

    @property
    def assumed(self) -> tuple[str, ...]:
        """What a plan made without asking its hosts takes for granted: ``mgmt is eth0 on controller1``."""
        pairs = [(n, w) for n, w in self.unnamed if w not in self.interfaces.get(n, {})]
        return tuple(f"{w} is {self.interface(self.site.hosts[n], w)} on {n}" for n, w in pairs)

    def render(self, component: str, template: str, **values: object) -> str:
        """Render ``components/<component>/templates/<template>`` with ``site`` and the given values.

        Equal values give the same text object: most of a thousand hosts differ in a file or two.
        """
        key = component, template, _by_value(values)
        try:
            text = self._rendered.get(key)
        except TypeError:  # some value cannot be a key
            return self.templates.render(component, template, site=self.site, **values)
        if text is None:
            text = self._rendered[key] = self.templates.render(component, template, site=self.site, **values)
        return text

    @cached_property
    def _rendered(self) -> dict[Hashable, str]:
        """What was rendered already."""
        return {}

    @cached_property
    def name_lines(self) -> str:
        """Every name of the site as ``/etc/hosts`` lines: the hosts in the cluster network, the VIPs.

        A host outside the cluster network stands with the first address it has. Worked out once: in a
        site of 1,000 hosts each of them gets all the lines.
        """
        cluster = self.site.cluster_network
        hosts = (
            (host.addresses.get(cluster) or next(iter(host.addresses.values())), host.name)
            for host in self.site.hosts.values()
        )
        vips = ((vip.address, name) for name, vip in self.site.vips.items())
        return "".join(f"{address}\t{name}\n" for address, name in (*hosts, *vips))

    @property
    def client_host(self) -> str:
        """The name of the host on which a client of the site is played: a dashboard, else a controller."""
        outside = on(Role.DASHBOARD)
        return (outside if outside(self.site) else on(Role.CONTROLLER)).first(self.site).name


def _by_value(value: object) -> Hashable:
    """A key, equal for values that a template shows alike: 1 and True are equal, what is shown is not."""
    if isinstance(value, Mapping):
        return tuple((key, _by_value(one)) for key, one in value.items())
    if isinstance(value, list | tuple):
        return tuple(_by_value(one) for one in value)
    return type(value), value
