"""oslo.config files as facts: one reader for every OpenStack service, and the URLs their options hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.oslo.audit.facts.model import FernetKey, Option, OsloConf
from fournines.components.oslo.audit.facts.url import Url, host_port, parse_url
from fournines.kit.audit.source import Kind, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["KEY", "OSLO", "SERVICES", "FernetKey", "Option", "OsloConf", "Url", "host_port", "parse_url"]

SERVICES = (
    "keystone", "glance", "nova", "neutron", "cinder", "placement", "heat", "horizon", "swift", "octavia",
    "barbican", "designate", "ironic", "manila", "magnum", "mistral", "trove", "sahara", "senlin", "zun",
    "zaqar", "watcher", "masakari", "ceilometer", "aodh", "gnocchi", "panko", "cloudkitty", "murano",
    "blazar", "cyborg", "tacker", "vitrage", "freezer", "karbor", "solum", "monasca",
)  # fmt: skip
"""Services whose files are read; governance.openstack.org, official projects past and present."""


def read(source: Source) -> Iterator[object]:
    """The facts of one file."""
    options = [
        Option(source.at(node), "", _name(node.key), node.value) for node in source.nodes if not node.block
    ]
    for section in source.nodes:
        if section.block:
            options += [
                Option(source.at(child), section.key, _name(child.key), child.value)
                for child in section.children
            ]
    path = source.name or source.path
    program = path.rsplit("/", 1)[-1].removesuffix(".j2").rsplit(".", 1)[0].lower()
    yield OsloConf(
        at=source.top,
        service=_service(path, program, options),
        program=program,
        options=tuple(options),
        sections=tuple(node.key for node in source.nodes if node.block),
        excerpt=source.excerpt,
        headings={node.key: source.at(node) for node in source.nodes if node.block},
    )


def _name(key: str) -> str:
    return key.strip().replace("-", "_")


_AGENTS = ("dhcp_agent", "l3_agent", "metadata_agent", "ml2_conf", "openvswitch_agent", "linuxbridge_agent")


def _service(path: str, program: str, options: list[Option]) -> str:
    if program in _AGENTS:
        return "neutron"
    for word in (re.split(r"[-_.]", program)[0], *reversed(path.lower().split("/")[:-1])):
        if word in SERVICES:
            return word
    for option in options:
        url = option.url if option.name in ("connection", "sql_connection") else None
        if url and (url.user in SERVICES or url.path in SERVICES):
            return url.user if url.user in SERVICES else url.path
    said = {o.value for o in options if o.section == "keystone_authtoken" and o.name == "username"}
    return next((word for word in SERVICES if word in said), "")


_STRONG = (
    r"transport_url|sql_connection|rabbit_(?:hosts?|port|userid|password|virtual_host|ha_queues|quorum_queue|"
    r"retry_interval|retry_backoff|max_retries|durable_queues)|notifier_strategy|neutron_url|"
    r"dhcp_agents_per_network|l3_ha|(?:min|max)_l3_agents_per_router|memcached_servers|auth_plugin|"
    r"www_authenticate_uri|(?:glance_)?api_servers|filesystem_store_datadir|registry_host|osapi_volume_listen|"
    r"metadata_proxy_shared_secret|bind_host|auth_uri|allow_automatic_l3agent_failover|my_ip|admin_token"
)
"""Options no other kind of file has: one of them is enough."""


def read_key(source: Source) -> Iterator[FernetKey]:
    """A key of ``fernet-keys`` or ``credential-keys``."""
    parts = (source.name or source.path).split("/")
    yield FernetKey(source.top, parts[-2] if len(parts) > 1 else "", parts[-1], source.text.strip())


KEY = Kind(
    name="fernet key",
    syntax=Syntax.LINES,
    names=tuple(f"{folder}-keys/{'[0-9]' * n}" for folder in ("fernet", "credential") for n in (1, 2, 3)),
    marks=(),
    read=read_key,
)

_OWN_SECTIONS = (
    r"keystone_authtoken|oslo_messaging_\w+|oslo_middleware|oslo_concurrency|oslo_policy|glance_store|"
    r"fernet_tokens|os_glance_\w+|api_database|placement_database|neutron|service_user|paste_deploy|"
    r"clients_keystone"
)

OSLO = Kind(
    name="oslo",
    syntax=Syntax.INI,
    names=(
        *(f"{service}.conf" for service in SERVICES),
        *(f"{service}-*.conf" for service in SERVICES),
        *(f"{service}/*.conf" for service in SERVICES),
        *(f"{service}.conf.d/*.conf" for service in SERVICES),
        *(f"{agent}.ini" for agent in _AGENTS),
        "api-paste.ini",
        "*-paste.ini",
    ),
    marks=(
        rf"^\s*\[(?:{_OWN_SECTIONS})\]",
        r"^\s*\[(?:database|token|memcache|cache|DEFAULT|identity|catalog|revoke|federation|credential)\]",
        r"^\s*connection\s*=\s*\w+(?:\+\w+)?://",
        rf"^\s*(?:{_STRONG})\s*=",
        rf"^\s*(?:{_STRONG})\s*=\s*\S",
        r"^\s*(?:project_domain_(?:id|name)|user_domain_(?:id|name)|auth_url|auth_type|enabled_backends)\s*=",
    ),
    read=read,
)
