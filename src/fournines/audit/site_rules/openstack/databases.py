"""One database for all services of a host, or a reason for two."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import is_address, names
from fournines.audit.site_rules.roles import LOOPBACK, virtual
from fournines.components.haproxy.audit.facts import services
from fournines.components.oslo.audit.facts import OsloConf
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.oslo.audit.facts import Option
    from fournines.kit.audit.evidence import Evidence

_URL = "[database]\nconnection = mysql+pymysql://{0}:s3cret@{1}/{0}\n"
_APART = frozenset({"ceilometer", "gnocchi", "aodh", "panko", "monasca", "cloudkitty", "vitrage", "freezer"})
"""Services that many sites give a database of their own, for the load they are."""


@rule(
    "OS022",
    Severity.WARNING,
    "The services of one host look for their database in two places",
    consequence=Consequence.FRAGILE,
    why="one of the addresses is not the one that follows the database: that service stays on it when the "
    "others have moved, or never finds a database at all",
    fix="the same address in every service's [database] connection",
    source="OpenStack HA guide, Configure OpenStack services to use the highly available database",
    bad={
        "ctl1/nova.conf": _URL.format("nova", "10.0.0.20"),
        "ctl1/neutron.conf": _URL.format("neutron", "10.0.1.20"),
    },
    good={
        "ctl1/nova.conf": _URL.format("nova", "10.0.0.20"),
        "ctl1/neutron.conf": _URL.format("neutron", "10.0.0.20"),
    },
    points_at="connection = mysql+pymysql://neutron:***@10.0.1.20/neutron",
)
def two_places(site: Evidence) -> Iterator[Hit | Unknown]:
    # a name that no file explains may be any address, the virtual one above all: nothing is said of it
    moving = set(virtual(site)) | {bind.address for service in services(site) for bind in service.binds}
    for confs in site.by_host(OsloConf).values():
        said = [found for conf in confs if conf.service not in _APART for found in _addresses(site, conf)]
        count = Counter(address for _, address in said)
        strange = {address for address in count if address not in moving}
        if len(count) < 2 or not strange or len({option.at.path for option, _ in said}) < 2:  # noqa: PLR2004
            continue
        usual = max(count, key=lambda address: (address in moving, count[address]))
        reference = next(option for option, address in said if address == usual)
        for option, address in said:
            if address != usual and address in strange:
                what = f"the database is at {address} here, and at {usual} for the others"
                yield Hit(option.at, what, related=(reference.at,))


def _addresses(site: Evidence, conf: OsloConf) -> Iterator[tuple[Option, str]]:
    """Where a file looks for its MySQL: one address that is known, no placeholder, not its own host."""
    for option in conf.all("connection", "sql_connection"):
        url = option.url
        named = option.section in ("database", "api_database", "DEFAULT", "placement_database", "")
        if (
            url
            and named
            and len(url.names) == 1
            and url.scheme.startswith("mysql")
            and not option.placeholder
        ):
            address = _address(site, conf.at.host, url.names[0])
            if address and address not in LOOPBACK:
                yield option, address


def _address(site: Evidence, host: str, name: str) -> str:
    """The address behind a name on a host, by its full or its short form; empty where no file says it."""
    known = names(site)
    short = "" if is_address(name) else name.partition(".")[0]
    return known.address(host, name) or (known.address(host, short) if short else None) or ""
