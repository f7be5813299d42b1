"""Sections of the services' configuration files: the database, the cache, Keystone.

The numbers bound what a dead peer may cost one request. They are written once here, because a service
that is slower to give up than the others sets the outage for all.
"""

from __future__ import annotations

from collections.abc import Mapping

from fournines.kit.context import Context
from fournines.kit.declare import CacheServers, Coordination, Database, ServiceUser
from fournines.kit.endpoints import at
from fournines.kit.openstack.urls import (
    CA_BUNDLE,
    DATABASE_PORT,
    IDENTITY_PORT,
    REGION,
    internal_url,
    public_url,
)

_RECYCLE = 300
"""Seconds after which an idle database connection is replaced: below every idle timeout on its way."""
CACHE_SECONDS = 120
"""The longest that a cached value counts: one that was cut off may still hold what was changed since."""
_DEAD_RETRY = 15
"""Seconds Keystone leaves a dead memcached alone. Once per that time a request pays the timeouts of one that
is really dead; one that was only late on a busy host is missed no longer. Without a cache a validation costs
twenty times the processor time (docs/cache.md), and the host gets busier still."""
_AUTHTOKEN_RETRY = 120
"""The same for keystonemiddleware, whose shortest timeout is ten times as long and which loses little."""


def cache_servers(context: Context) -> str:
    """Every memcached as ``address:port``, in the same order everywhere.

    The order matters: a client picks a server by the key's hash modulo their number.
    """
    return ",".join(
        at(context.site.address(host), cache.port)
        for cache in context.declared(CacheServers)
        for host in cache.hosts
    )


def section(name: str, settings: Mapping[str, object]) -> str:
    """An INI section as text, without the last newline."""
    lines = (f"{key} = {_ini(value)}" for key, value in settings.items())
    return "\n".join((f"[{name}]", *lines))


def _ini(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def database_url(context: Context, database: Database) -> str:
    """Where SQLAlchemy finds a database: at the balancer of the service's own host."""
    login = f"{database.user}:{context.secret(database.password)}"
    return f"mysql+pymysql://{login}@127.0.0.1:{DATABASE_PORT}/{database.name}?charset=utf8mb4"


def database_section(context: Context, database: Database) -> str:
    """oslo.db's settings, for a database behind the balancer of the service's own host.

    * Connections go to 127.0.0.1: the host's own HAProxy follows the writer, and losing the VIP does not
      cut them. HAProxy closes them when it marks a writer down; ``read_timeout`` is for the rest, a
      balancer that hangs itself. It must let a slow commit pass (flow control, a busy disk).
    * ``max_retries = 0``: without a database a request fails at once and its thread is free again. With
      the default each thread would wait 100 s, and the service would still hang after the database is back.
    * oslo.db tests each pooled connection before use, so a writer change is seen by no later request.
    """
    return section(
        database.section,
        {
            "connection": database_url(context, database),
            "connection_parameters": "connect_timeout=2&read_timeout=5&write_timeout=5",
            "connection_recycle_time": _RECYCLE,
            "max_pool_size": database.pool,
            "max_overflow": database.overflow,
            "pool_timeout": 5,
            "max_retries": 0,
        },
    )


def cache_section(context: Context) -> str:
    """oslo.cache's settings, for memcacheds of which any may be silently dead.

    * ``memcache_pool`` is the backend that shares the knowledge of a dead server between the threads of a
      process: the plain memcached backend finds it out anew with every connection, and pymemcache has no time
      limit at all there: it hangs with a frozen memcached (oslo.cache passes it none).
    * ``memcache_pool_flush_on_reconnect`` stays off. When its ``flush_all`` is not answered in time,
      python-memcached (1.60 to 1.62) keeps the connection, and from then on every answer on it is the answer
      to the question before: Keystone took one user's data for another's and answered 404 to valid tokens.
      What a memcached that comes back still holds is soon too old to count instead (``CACHE_SECONDS``).
    * Keystone keeps a pool for each of its four or five cache regions, and each finds out for itself: a dead
      memcached costs a request four to five timeouts, and no second request of that process.
    """
    return section(
        "cache",
        {
            "enabled": True,
            "backend": "oslo_cache.memcache_pool",
            "expiration_time": CACHE_SECONDS,
            "memcache_servers": cache_servers(context),
            "memcache_dead_retry": _DEAD_RETRY,
            "memcache_socket_timeout": 0.1,
            "memcache_pool_maxsize": 10,
            "memcache_pool_connection_get_timeout": 2,
            "memcache_pool_flush_on_reconnect": False,
        },
    )


def credentials(context: Context, user: ServiceUser) -> dict[str, object]:
    """How a service logs in as its user (keystoneauth): in ``[keystone_authtoken]``, ``[placement]``, ...

    Of a user whose roles are on its domain (``project`` is None) the scope is that domain.
    """
    scope: dict[str, object] = (
        {"domain_name": user.domain}
        if user.project is None
        else {"project_name": user.project, "project_domain_name": "Default"}
    )
    return {
        "auth_url": internal_url(context.site, IDENTITY_PORT),
        "cafile": CA_BUNDLE,
        "auth_type": "password",
        "username": user.name,
        "password": context.secret(user.password),
        "user_domain_name": user.domain,
        **scope,
        "region_name": REGION,
    }


def authtoken_section(context: Context, user: ServiceUser, *, cache_key: str) -> str:
    """``[keystone_authtoken]``: how a service has its clients' tokens validated."""
    return section("keystone_authtoken", authtoken_settings(context, user, cache_key=cache_key))


def authtoken_settings(context: Context, user: ServiceUser, *, cache_key: str) -> dict[str, object]:
    """Settings of keystonemiddleware, for a service that keeps them in a section of another name.

    ``cache_key`` names the secret with which cached tokens are encrypted: memcached knows no users, and
    who could write there could make himself an administrator. The middleware takes whole seconds only
    for memcached's timeout, so a dead one costs 1 s, once per 120 s and process.
    """
    return {
        "www_authenticate_uri": public_url(context.site, IDENTITY_PORT),
        **credentials(context, user),
        "service_token_roles": "service",
        "service_token_roles_required": True,
        "http_connect_timeout": 3,
        "http_request_max_retries": 3,
        "memcached_servers": cache_servers(context),
        "memcache_security_strategy": "ENCRYPT",
        "memcache_secret_key": context.secret(cache_key),
        "memcache_pool_dead_retry": _AUTHTOKEN_RETRY,
        "memcache_pool_socket_timeout": 1,
        "memcache_pool_conn_get_timeout": 2,
    }


def coordination_section(context: Context) -> str:
    """Tooz's settings, where the services of several hosts share their work.

    Raises:
        PlanError: the site has nothing to coordinate with.
    """
    return section("coordination", {"backend_url": context.one(Coordination).url})
