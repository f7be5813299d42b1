"""Options of what all hosts have in common, and the kernel settings that follow from them."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field, JsonValue

from fournines.kit.where import VIP_HOSTS
from fournines.spec.model import Host, Site, Strict
from fournines.spec.shapes import wrong
from fournines.spec.types import Line, SysctlName, Whole, WholeSeconds

_FIXED: Final = {
    # An address that moved is announced by the kernel itself when an interface comes up or gets it.
    "net.ipv4.conf.all.arp_notify": "1",
    "net.ipv4.conf.default.arp_notify": "1",
    # time + intvl * probes: an idle connection to a dead peer lasts 45 s.
    "net.ipv4.tcp_keepalive_intvl": "5",
    "net.ipv4.tcp_keepalive_probes": "3",
}
_BY_OPTION: Final = {
    "net.ipv4.tcp_keepalive_time": "tcp_keepalive_time",
    "net.ipv4.tcp_retries2": "tcp_retries2",
    "net.ipv4.tcp_syn_retries": "tcp_syn_retries",
}
_NONLOCAL: Final = "net.ipv4.ip_nonlocal_bind"
_OURS: Final[list[JsonValue]] = [*sorted((*_FIXED, *_BY_OPTION, _NONLOCAL))]


def _not_ours(name: str) -> str:
    """A setting that the failover stands on has one place: sysctl(8) also reads the name with slashes."""
    dotted = name.replace("/", ".")
    if dotted in _BY_OPTION:
        raise wrong(f"{name} has an option of its own", f"write components.hosts.{_BY_OPTION[dotted]}")
    if dotted in _FIXED or dotted == _NONLOCAL:
        raise wrong(f"{name} is set by fournines: failover needs it as it is", "leave it out")
    return name


def _number(value: str) -> str:
    """The kernel knows 1 and 0, and answers "Invalid argument" to YAML's words for them."""
    words = {"true": "1", "yes": "1", "on": "1", "false": "0", "no": "0", "off": "0"}
    if number := words.get(value.lower()):
        raise wrong(f"{value} is no value of a kernel setting", f"write {number}")
    return value


Value = Annotated[Line, AfterValidator(_number)]


class Options(Strict):
    """What a site may override."""

    tcp_retries2: Whole = Field(default=5, ge=3, le=15)
    """Retransmissions before a connection to a silent peer is given up: 5 are 12.6 s, the kernel's own 15 are
    924.6 s (tcp(7); Kolla's production guide asks for 6). A host that lost power sends no FIN."""
    tcp_syn_retries: Whole = Field(default=3, ge=1, le=6)
    """Retries of a connection attempt to a silent host: 3 are 15 s, the kernel's own 6 are 127 s."""
    tcp_keepalive_time: WholeSeconds = Field(default=30, ge=5, le=7200)
    """Seconds of silence before an idle connection is probed (``SO_KEEPALIVE``); the kernel's own wait
    is two hours."""
    sysctls: dict[Annotated[SysctlName, AfterValidator(_not_ours)], Value] = Field(
        default_factory=dict,
        json_schema_extra={"propertyNames": {"not": {"enum": _OURS}}},
    )
    """Further kernel settings for every host, by name; those that fournines sets itself are refused."""


def sysctls(site: Site, host: Host, options: Options) -> dict[str, str]:
    """The kernel settings of a host, by name.

    Only ``net.*``, which belongs to a container's own network namespace as well as to a machine.
    """
    wanted = _FIXED | {name: str(getattr(options, option)) for name, option in _BY_OPTION.items()}
    if VIP_HOSTS.has(site, host):
        # HAProxy listens on the VIPs on every controller, long before it holds them.
        wanted[_NONLOCAL] = "1"
    return wanted | options.sysctls
