"""Options that are read by nobody, or hold what was never meant to stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.oslo.audit.facts import Option, OsloConf
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.source import EVERY_HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_DATABASES = frozenset({"database", "api_database", "placement_database", "sql", "DATABASE"})
_HOMES: dict[str, frozenset[str]] = {
    "connection": _DATABASES,
    "max_pool_size": _DATABASES,
    "connection_recycle_time": _DATABASES,
    "mysql_wsrep_sync_wait": _DATABASES,
    "sql_connection": frozenset({"DEFAULT", "DATABASE", "database"}),  # group names are case-blind
    "transport_url": frozenset({"DEFAULT", "oslo_messaging_notifications", "notification", "ceilometer"}),
    "rabbit_quorum_queue": frozenset({"oslo_messaging_rabbit"}),
    "heartbeat_timeout_threshold": frozenset({"oslo_messaging_rabbit"}),
    "l3_ha": frozenset({"DEFAULT"}),
    "max_l3_agents_per_router": frozenset({"DEFAULT"}),
    "dhcp_agents_per_network": frozenset({"DEFAULT"}),
    "my_ip": frozenset({"DEFAULT"}),
    "www_authenticate_uri": frozenset({"keystone_authtoken"}),
}
"""The sections in which an option is read; oslo.db options, oslo.messaging conffixture, neutron.conf."""
_ANYWHERE = frozenset({"max_pool_size", "transport_url"})
"""Options that other groups than the known ones may have too: only [DEFAULT] and messaging are wrong."""


@rule(
    "OS001",
    Severity.ERROR,
    "An option in a section where nobody reads it",
    consequence=Consequence.DOWN,
    why="oslo.config ignores it without a word and the default counts: for a database that is a SQLite file "
    "of "
    "this host",
    fix="move the option to the section it belongs to",
    source="oslo.db options; run with oslo.config",
    bad={
        "ctl1/keystone.conf": "[DEFAULT]\nconnection = mysql+pymysql://keystone:s3cret@10.0.0.20/keystone\n"
    },
    good={
        "ctl1/keystone.conf": "[database]\nconnection = mysql+pymysql://keystone:s3cret@10.0.0.20/keystone\n"
    },
    points_at="connection = mysql+pymysql://keystone:***@10.0.0.20/keystone",
)
def misplaced(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for conf in evidence.all(OsloConf):
        if conf.program.endswith("paste"):
            continue
        for option in conf.options:
            home = _HOMES.get(option.name)
            if home is None or not option.section or option.section in home or ":" in option.section:
                continue  # [filter:authtoken] and its like belong to paste
            if not _clearly_wrong(conf, option):
                continue
            right = next(s for s in ("database", "DEFAULT", *sorted(home)) if s in home)
            yield Hit(option.at, f"{option.name} stands in [{option.section}], it is read in [{right}]")


def _clearly_wrong(conf: OsloConf, option: Option) -> bool:
    if (
        option.name == "connection"
    ):  # other groups have connections of their own: ceilometer, gnocchi's indexer
        sql = option.value.startswith(("mysql", "postgresql", "sqlite", "mariadb"))
        return sql and option.section in ("DEFAULT", "keystone_authtoken", "token", "oslo_messaging_rabbit")
    if option.name in _ANYWHERE or option.name == "connection_recycle_time":
        return option.section in ("DEFAULT", "keystone_authtoken", "oslo_messaging_rabbit") and bool(
            conf.sections
        )
    return True


_REMOVED = frozenset({
    "notifier_strategy", "rabbit_host", "rabbit_hosts", "rabbit_port", "rabbit_userid", "rabbit_password",
    "rabbit_virtual_host", "rabbit_durable_queues", "rabbit_max_retries", "rpc_backend",
    "neutron_url", "auth_host", "auth_port", "auth_protocol", "auth_uri", "auth_plugin",
    "identity_uri", "sql_connection", "admin_token", "notification_driver",
    "registry_host", "public_bind_host", "admin_bind_host", "admin_tenant_name", "admin_user",
    "admin_password",
})  # fmt: skip
"""Options that current services no longer read; release notes, and oslo-config-validator."""
_CURRENT = frozenset({"transport_url", "www_authenticate_uri"})
"""Options of the releases that have dropped those."""
_STILL_READ = frozenset({"auth_uri"})
"""Deprecated since Queens, and keystonemiddleware reads it all the same."""


@rule(
    "OS017",
    Severity.WARNING,
    "Options that current releases no longer read",
    consequence=Consequence.DOWN,
    why="an option that was removed is ignored without a word, and the default counts: for a broker that is "
    "localhost",
    fix="the current names: transport_url, www_authenticate_uri, auth_type, [database] connection",
    source="release notes of oslo.messaging, keystonemiddleware and nova; oslo-config-validator",
    bad={
        "ctl1/nova.conf": "[DEFAULT]\ntransport_url = rabbit://nova:s3cret@mq1\n"
        "[keystone_authtoken]\nauth_host = 10.0.0.20\nwww_authenticate_uri = http://10.0.0.20:5000\n"
    },
    good={
        "ctl1/nova.conf": "[DEFAULT]\ntransport_url = rabbit://nova:s3cret@mq1\n"
        "[keystone_authtoken]\nauth_url = http://10.0.0.20:5000\nwww_authenticate_uri = "
        "http://10.0.0.20:5000\n"
    },
    points_at="auth_host = 10.0.0.20",
)
def no_longer_read(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for conf in evidence.all(OsloConf):
        old = [option for option in conf.options if option.name in _REMOVED]
        old = [
            o
            for o in old
            if not o.name.startswith("admin_") or o.section in ("keystone_authtoken", "DEFAULT")
        ]
        if not old:
            continue
        gone = any(option.name not in _STILL_READ for option in old)
        current = gone and any(option.name in _CURRENT for option in conf.options)
        names = dict.fromkeys(option.name for option in old)
        harmless = names.keys() <= _DEFAULT_SERVES
        yield Hit(
            old[0].at,
            f"removed since: {', '.join(names)}",
            related=tuple(option.at for option in old[1:]),
            severity=None if current and not harmless else Severity.INFO,
            why=_SERVES if harmless else "",
            fix="leave them out; amqp_durable_queues where queues have to be durable" if harmless else "",
        )


_DEFAULT_SERVES = frozenset({"rabbit_max_retries", "rabbit_durable_queues"})
_SERVES = (
    "ignored without a word: today's service tries for ever to reach a broker, and its queues are durable "
    "where amqp_durable_queues or rabbit_quorum_queue says so"
)


_LEFT = re.compile(
    r"[A-Z][A-Z0-9]*_(?:DB)?PASS(?:WORD)?|<[\w \-]*(?:password|secret|pass)[\w \-]*>|change_?me|replace_?me|"
    r"secretsecret|ADMIN_TOKEN|METADATA_SECRET|YOUR_\w+"
)


@rule(
    "OS014",
    Severity.WARNING,
    "The example's password",
    consequence=Consequence.EXPOSED,
    why="either nobody replaced it and the service cannot log in, or the password is one that everybody can "
    "read "
    "in the guide",
    fix="a secret of the site's own",
    source="OpenStack installation guide, Security: passwords",
    bad={"ctl1/nova.conf": "[DEFAULT]\ntransport_url = rabbit://openstack:RABBIT_PASS@mq1:5672\n"},
    good={"ctl1/nova.conf": "[DEFAULT]\ntransport_url = rabbit://openstack:x7Gk2m@mq1:5672\n"},
    points_at="transport_url = rabbit://openstack:***@mq1:5672",
)
def example_password(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for conf in evidence.all(OsloConf):
        found = [option for option in conf.options if _left(option)]
        if found:
            names = " and ".join(dict.fromkeys(option.name for option in found))
            yield Hit(
                found[0].at,
                f"the guide's placeholder is still in {names}",
                related=tuple(option.at for option in found[1:]),
                severity=Severity.INFO if conf.excerpt or conf.at.host == EVERY_HOST else None,
            )


def _left(option: Option) -> bool:
    url = option.url
    value = url.password if url else option.value.strip()
    return bool(_LEFT.fullmatch(value))


@rule(
    "OS016",
    Severity.WARNING,
    "Tokens that are kept in one place",
    consequence=Consequence.ERRORS,
    why="uuid tokens have to be found in a store, the database or one host's memory: with it every login is "
    "lost; "
    "Keystone dropped them in Rocky, pki before that",
    fix="provider = fernet, with the same keys on every host",
    source="Keystone release notes, Rocky: the uuid token provider has been removed",
    bad={"ctl1/keystone.conf": "[token]\nprovider = uuid\n"},
    good={"ctl1/keystone.conf": "[token]\nprovider = fernet\n"},
    points_at="provider = uuid",
)
def kept_tokens(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for conf in evidence.all(OsloConf):
        said = conf.get("token", "provider")
        if said and said.section == "token" and re.search(r"\b(?:uuid|pkiz?)\b", said.value.lower()):
            yield Hit(said.at, f"the token provider is {said.value}")
