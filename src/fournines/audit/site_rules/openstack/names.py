"""Where OpenStack's services look for one another, and what they take for their own."""

from __future__ import annotations

from collections import defaultdict
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import is_address, names
from fournines.audit.site_rules.openstack.example import URL, proxy
from fournines.audit.site_rules.roles import LOOPBACK, alone_at, copies, proxied_here, resolved, virtual
from fournines.components.client.audit.facts import AuthUrl, Endpoint, host_of
from fournines.components.corosync.audit.facts import CorosyncConf
from fournines.components.galera.audit.facts import unfilled
from fournines.components.haproxy.audit.facts import configurations, services
from fournines.components.haproxy.audit.facts.purpose import OPENSTACK_PORTS, Purpose
from fournines.components.horizon.audit.facts import DjangoSettings
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.oslo.audit.facts import OsloConf
from fournines.components.oslo.audit.facts.agents import moving_names
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.source import EVERY_HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import Service
    from fournines.components.oslo.audit.facts import Option
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_PAIR = 2
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound

_OWN = ("my_ip", "local_ip", "host", "bind_host", "server_proxyclient_address",
        "vncserver_proxyclient_address", "osapi_compute_listen", "osapi_volume_listen",
        "metadata_listen")  # fmt: skip
_LISTENS = frozenset(name for name in _OWN if name.endswith("_listen")) | {"bind_host"}
_MINE = "[DEFAULT]\nmy_ip = 10.0.0.1{}\nhost = ctl{}\n"


@rule(
    "OS007",
    Severity.ERROR,
    "Two hosts claim to be the same",
    consequence=Consequence.SPLIT,
    why="services report to the database under this name or address: two under one overwrite each other's "
    "state, and "
    "work for one is sent to the other",
    fix="each host's own value",
    source="Nova configuration reference, my_ip and host; Neutron, local_ip",
    bad={"ctl1/nova.conf": _MINE.format(1, 1), "ctl2/nova.conf": _MINE.format(1, 2)},
    good={"ctl1/nova.conf": _MINE.format(1, 1), "ctl2/nova.conf": _MINE.format(2, 2)},
    points_at="my_ip = 10.0.0.11",
)
def same_identity(site: Evidence) -> Iterator[Hit | Unknown]:
    first: dict[tuple[str, ...], Option] = {}
    moving = moving_names(site.all(OsloConf)) if site.all(CorosyncConf) else frozenset()
    for conf in site.all(OsloConf):
        if not conf.at.host:
            continue
        for option in conf.all(*_OWN):
            value = option.value.strip()
            if conf.service == "neutron" and option.name == "host" and value in moving:
                continue  # of agents that run on one host at a time
            shared = value in virtual(site) or value in LOOPBACK or value in _EVERYWHERE
            cinder = conf.service in ("cinder", "manila") and option.name == "host"  # a back end's
            fitting = is_address(value) != (option.name == "host")
            if shared or cinder or not value or not fitting or option.placeholder or "$" in value:
                continue
            listens = option.name in _LISTENS
            if listens and value in site.derived(_proxied):
                continue  # an address that moves: HAProxy and the service want the same socket, another rule
            other = first.setdefault((conf.service, option.section, option.name, value), option)
            if other.at.host != option.at.host:
                what = (
                    f"{option.name} of {conf.service or conf.program} is {value} here and on {other.at.host}"
                )
                yield Hit(option.at, what, (other.at,), _NOT_THERE if listens else "")


_NOT_THERE = (
    "one of the two hosts does not have this address: its service cannot listen there and does not start"
)


def _proxied(site: Evidence) -> frozenset[str]:
    """The addresses that HAProxy binds."""
    confs = configurations(site)
    return frozenset(bind.address for conf in confs for proxy in conf.proxies for bind in proxy.binds)


_AUTH = ("auth_url", "www_authenticate_uri", "auth_uri", "identity_uri", "auth_host", "neutron_url",
         "api_servers", "endpoint_override", "region_auth_url", "novncproxy_base_url", "html5proxy_base_url",
         "html5_proxy_base_url")  # fmt: skip


@rule(
    "OS009",
    Severity.ERROR,
    "A service is reached at one host's own address",
    consequence=Consequence.SINGLE,
    why="the URL names one host: when it is lost everybody who follows the URL is lost with it, although the "
    "VIP has "
    "moved",
    fix="the VIP (or a name for it) in every URL",
    source="OpenStack HA guide: configure services to use the virtual IP address",
    bad={
        "ctl1/haproxy.cfg": proxy("keystone", 5000, "http"),
        "ctl1/nova.conf": "[keystone_authtoken]\nauth_url = http://10.0.0.11:5000\n",
    },
    good={
        "ctl1/haproxy.cfg": proxy("keystone", 5000, "http"),
        "ctl1/nova.conf": "[keystone_authtoken]\nauth_url = http://10.0.0.20:5000\n",
    },
    points_at="auth_url = http://10.0.0.11:5000",
)
def not_at_the_vip(site: Evidence) -> Iterator[Hit | Unknown]:
    if copies(site) < _PAIR:
        return
    for place, name, what in _urls(site):
        if name in LOOPBACK:
            if not proxied_here(site, place.host, Purpose.OPENSTACK):
                yield Hit(place, f"{what} is at {name}", severity=Severity.WARNING)
            continue
        holder = alone_at(site, resolved(site, place.host, name)) if name else ""
        if holder:
            yield Hit(place, f"{what} is at {name}, which is {holder} alone")


def _urls(site: Evidence) -> Iterator[tuple[Place, str, str]]:
    for conf in site.all(OsloConf):
        for option in conf.all(*_AUTH):
            host = host_of(option.value) if "://" in option.value else option.value.strip().lower()
            if host and not option.placeholder and "," not in option.value:
                yield option.at, host, f"{option.name} of {conf.service or conf.program}"
    for endpoint in site.all(Endpoint):
        yield endpoint.at, endpoint.host, f"the {endpoint.interface} endpoint of {endpoint.service}"
    for settings in site.all(DjangoSettings):
        for name in ("OPENSTACK_HOST", "OPENSTACK_KEYSTONE_URL"):
            text = settings.text(name)
            host = host_of(text) if "://" in text else text.strip().lower()
            if host and not set(host) & set("%<{$"):
                yield settings.places[name], host, f"{name} of Horizon"
    for said in site.all(AuthUrl):
        yield said.at, said.host, "OS_AUTH_URL"


_ALIKE = 0.85
"""SequenceMatcher ratio above which two unknown names are one name and a slip of the finger."""


@rule(
    "OS015",
    Severity.WARNING,
    "A name that nobody has",
    consequence=Consequence.DOWN,
    why="the service looks for a host by a name that resolves nowhere, and does not start",
    fix="the name as it is spelt elsewhere, or a line in /etc/hosts on every host",
    source="getaddrinfo(3): EAI_NONAME; seen with SQLHOT beside SQLHOST",
    bad={
        "ctl1/glance-api.conf": URL.format("database").replace("nova", "glance"),
        "ctl1/glance-registry.conf": URL.format("databse").replace("nova", "glance"),
    },
    good={
        "ctl1/glance-api.conf": URL.format("database").replace("nova", "glance"),
        "ctl1/glance-registry.conf": URL.format("database").replace("nova", "glance"),
    },
    points_at="connection = mysql+pymysql://glance:***@databse/glance",
)
def unknown_name(site: Evidence) -> Iterator[Hit | Unknown]:
    used: dict[str, list[Option]] = defaultdict(list)
    known = names(site)
    for conf in site.all(OsloConf):
        for option in (conf.database, conf.transport):
            url = option.url if option else None
            for name in url.names if option and url and not option.placeholder else ():
                if not is_address(name) and name not in LOOPBACK and "$" not in name and not unfilled(name):
                    used[name].append(option) if option else None
    unknown = {name: said for name, said in used.items() if not known.known(name) and name not in site.hosts}
    for name, said in unknown.items():
        twin = _twin(name, len(said), used)
        whole = [option for option in said if known.complete and option.at.host and "." not in name]
        if twin:
            yield Hit(
                said[0].at, f"{name} resolves nowhere; elsewhere it is {twin}", related=(used[twin][0].at,)
            )
        elif whole:
            yield Hit(whole[0].at, f"{name} is in no hosts file of the site", tuple(o.at for o in whole[1:]))


_MOST_NAMES = 200
"""Names among which a slip of the finger is looked for; a site of more has not mistyped one."""


def _twin(name: str, count: int, used: dict[str, list[Option]]) -> str:
    """A name spelt nearly so and used more often (or first); digits must agree: db1 is no slip for db2."""
    digits = [c for c in name if c.isdigit()]
    for other, said in used.items() if len(used) <= _MOST_NAMES else ():
        close = SequenceMatcher(None, name, other).ratio() >= _ALIKE and other != name
        earlier = len(said) > count or (
            len(said) == count and list(used).index(other) < list(used).index(name)
        )
        if close and earlier and [c for c in other if c.isdigit()] == digits:
            return other
    return ""


_PORTS = {
    "glance": 9292,
    "neutron": 9696,
    "keystone": 5000,
    "heat": 8004,
    "placement": 8778,
    "barbican": 9311,
}
_LISTEN = {
    "osapi_compute_listen": ("osapi_compute_listen_port", 8774),
    "osapi_volume_listen": ("osapi_volume_listen_port", 8776),
    "metadata_listen": ("metadata_listen_port", 8775),
    "public_bind_host": ("public_port", 5000),
    "admin_bind_host": ("admin_port", 35357),
}


@rule(
    "OS018",
    Severity.WARNING,
    "A service and HAProxy want the same socket",
    consequence=Consequence.DOWN,
    why="two programs cannot listen on one port of one address: whichever starts second fails, and on the "
    "VIP the "
    "service cannot even start where the VIP is not",
    fix="bind_host = the host's own address; HAProxy binds the VIP",
    source="bind(2): EADDRINUSE, EADDRNOTAVAIL; OpenStack HA guide, bind_host",
    bad={
        "ctl1/keepalived.conf": keepalived(vip="10.0.0.20/24"),
        "ctl1/haproxy.cfg": proxy("glance", 9292, "http"),
        "ctl1/glance-api.conf": "[DEFAULT]\nbind_host = 10.0.0.20\n",
    },
    good={
        "ctl1/keepalived.conf": keepalived(vip="10.0.0.20/24"),
        "ctl1/haproxy.cfg": proxy("glance", 9292, "http"),
        "ctl1/glance-api.conf": "[DEFAULT]\nbind_host = 10.0.0.11\n",
    },
    points_at="bind_host = 10.0.0.20",
)
def same_socket(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(OsloConf):
        for option, port in _listens(conf):
            address = resolved(site, conf.at.host, option.value.strip())
            for service in services(site):
                clash = _clash(service, conf.at.host, address, port)
                if clash:
                    said = "everywhere" if address in _EVERYWHERE else f"on {address}"
                    yield Hit(
                        option.at,
                        f"{conf.service} listens {said}, port {port}, and so does HAProxy "
                        f"({service.front.name})",
                        related=(clash,),
                    )
                    break


def _listens(conf: OsloConf) -> Iterator[tuple[Option, int]]:
    for option in conf.options:
        if (
            option.name == "bind_host"
            and option.section in ("DEFAULT", "", "heat_api")
            and conf.service in _PORTS
        ):
            said = conf.get(option.section, "bind_port")
            registry = 9191 if conf.program == "glance-registry" else _PORTS[conf.service]
            yield option, (said.number if said else None) or registry
        elif option.name in _LISTEN:
            name, default = _LISTEN[option.name]
            port = conf.find(name)
            yield option, (port.number if port else None) or default


def _clash(service: Service, host: str, address: str, port: int) -> Place | None:
    """The bind that collides, where this host's HAProxy also sends to that port of its own hosts."""
    if service.at.host not in (host, EVERY_HOST) or port not in OPENSTACK_PORTS:
        return None
    anywhere = address in _EVERYWHERE
    for bind in service.binds:
        if bind.port == port and (anywhere or bind.everywhere or bind.address == address):
            return bind.at
    return None
