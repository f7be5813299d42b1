"""What all OpenStack services have in common: URLs, the sections of their files, the way to the brokers."""

from __future__ import annotations

from fournines.kit.openstack.messaging import messaging_section, transport_url
from fournines.kit.openstack.sections import (
    CACHE_SECONDS,
    authtoken_section,
    authtoken_settings,
    cache_section,
    cache_servers,
    coordination_section,
    credentials,
    database_section,
    database_url,
    section,
)
from fournines.kit.openstack.tables import schema_question, tables
from fournines.kit.openstack.urls import (
    ADMIN_PASSWORD,
    CA_BUNDLE,
    DATABASE_PORT,
    IDENTITY_PORT,
    REGION,
    as_administrator,
    catalogue_urls,
    internal_url,
    offered,
    offered_at,
    one_address,
    own_url,
    public_url,
)

__all__ = [
    "ADMIN_PASSWORD",
    "CACHE_SECONDS",
    "CA_BUNDLE",
    "DATABASE_PORT",
    "IDENTITY_PORT",
    "REGION",
    "as_administrator",
    "authtoken_section",
    "authtoken_settings",
    "cache_section",
    "cache_servers",
    "catalogue_urls",
    "coordination_section",
    "credentials",
    "database_section",
    "database_url",
    "internal_url",
    "messaging_section",
    "offered",
    "offered_at",
    "one_address",
    "own_url",
    "public_url",
    "schema_question",
    "section",
    "tables",
    "transport_url",
]
