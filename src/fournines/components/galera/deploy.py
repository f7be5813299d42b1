"""Galera's steps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from fournines.components.galera.model import ARBITERS, DATA_HOSTS, RESPONDER_PORT, Options
from fournines.kit.context import Context
from fournines.kit.declare import Database
from fournines.kit.program import PROGRAMS, install, installed
from fournines.kit.step import Account, Command, Directory, File, Packages, Step, Unit, unit_file
from fournines.spec.model import Host

CONF = "/etc/mysql/mariadb.conf.d/70-fournines.cnf"
GARB_CONF = "/etc/default/garb"
STATE = "/var/lib/fournines-galera"
DATADIR = "/var/lib/mysql"
RECORD_VIEW = f"{PROGRAMS}/galera-record-view"
CONFIG = "/etc/fournines/galera.json"
RESPONDER = "fournines-galera.service"
SOCKET = "fournines-galera.socket"
RESTARTER = "fournines-galera-restart.path"
ACCOUNT = "fournines-galera"

_VALIDATE = ("mariadbd", "--defaults-file={}", "--user=mysql", "--datadir=/tmp", "--help", "--verbose")
"""Parses the file as at a start and ends: an unknown variable or a bad value is exit 7 or 9. Not in the
data directory, where it would write a file to try out letter case."""


def steps(context: Context, host: Host) -> Iterator[Step]:
    """A data host gets the database, its start program and its responder; the arbiter gets garbd."""
    if DATA_HOSTS.has(context.site, host):
        yield from _data_host(context, host)
    if ARBITERS.has(context.site, host):
        yield from _arbiter(context, host)


def _data_host(context: Context, host: Host) -> Iterator[Step]:
    yield Packages(("mariadb-server", "mariadb-backup", "galera-4", "socat", "python3-pymysql"))
    yield Account(ACCOUNT)
    yield Directory(STATE, owner="mysql", group="mysql")
    # The same version of MariaDB comes with its data here in one release of Debian and elsewhere in the next.
    yield Directory(DATADIR, owner="mysql", group="mysql")
    yield File(CONF, _mariadb_conf(context, host), validate=_VALIDATE)
    yield File(RECORD_VIEW, _render(context, "galera-record-view.j2", directory=STATE), mode=0o755)
    yield File(CONFIG, _on_host_config(context, host))
    for name in ("election", "records", "start", "responder"):
        yield install("galera", name)
    options = context.options("galera", Options)
    yield File(
        unit_file("mariadb.service"),
        _render(context, "mariadb.service.j2", programs=PROGRAMS, options=options),
    )
    address = context.site.address(host)
    for unit in (SOCKET, RESPONDER, RESTARTER, "fournines-galera-restart.service"):
        yield File(
            unit_file(unit),
            _render(context, f"{unit}.j2", programs=PROGRAMS, address=address, port=RESPONDER_PORT),
        )
    yield Unit(SOCKET, restart_on=(unit_file(SOCKET),))
    answering = ("election", "records", "responder")
    yield Unit(
        RESPONDER,
        restart_on=(CONFIG, unit_file(RESPONDER), *(installed("galera", name) for name in answering)),
    )
    yield Unit(RESTARTER, restart_on=(unit_file(RESTARTER),))
    # The start program and the unit are read at the next start, they are no reason for one.
    yield Unit("mariadb.service", restart_on=(CONF,), rolling=True, packages=("mariadb-server", "galera-4"))


def _arbiter(context: Context, host: Host) -> Iterator[Step]:
    yield Packages(("galera-arbitrator-4", "python3-minimal"))
    provider = context.options("galera", Options).provider(str(context.site.address(host)))
    yield File(
        GARB_CONF,
        _render(context, "garb.j2", members=_members(context), provider=_joined(provider)),
    )
    unit = unit_file("garb.service")
    yield File(unit, _render(context, "garb.service.j2", conf=GARB_CONF, programs=PROGRAMS))
    yield install("galera", "arbiter")
    yield Unit(
        "garb.service",
        restart_on=(GARB_CONF, unit, installed("galera", "arbiter")),
        packages=("galera-arbitrator-4",),
    )


def _mariadb_conf(context: Context, host: Host) -> str:
    options = context.options("galera", Options)
    address = str(context.site.address(host))
    provider = {"gcache.size": options.gcache_size, **options.provider(address)}
    # The balancer prefers the last data host as writer; the trailing comma means: or any other.
    donors = [other.name for other in DATA_HOSTS(context.site)[:-1] if other != host]
    return _render(
        context,
        "70-fournines.cnf.j2",
        address=address,
        name=host.name,
        members=_members(context),
        donors="".join(f"{donor}," for donor in donors),
        options=options,
        provider=_joined(provider),
        record_view=RECORD_VIEW,
    )


def _on_host_config(context: Context, host: Host) -> str:
    data = {other.name: str(context.site.address(other)) for other in DATA_HOSTS(context.site)}
    return json.dumps({"me": host.name, "hosts": data, "port": RESPONDER_PORT}, indent=2) + "\n"


def _members(context: Context) -> list[str]:
    return [str(context.site.address(host)) for host in DATA_HOSTS(context.site)]


def _joined(provider: dict[str, str]) -> str:
    return ";".join(f"{key}={value}" for key, value in provider.items())


def _render(context: Context, template: str, **values: object) -> str:
    return context.render("galera", template, **values)


# --- databases and accounts ---------------------------------------------------------------------------------

_CLIENT = "mariadb --batch --skip-column-names"
_HOLDS = ("sh", "-c", f"{_CLIENT} | grep -qx 1")
_SAYS_NOTHING = ("sh", "-c", f'said=$({_CLIENT}) || exit 1; [ -z "$said" ] || {{ echo "$said"; exit 1; }}')
# A host that has just been started answers before it is synced, and one that loses sight of the others for a
# moment refuses what it had begun ("Lock wait timeout exceeded"): the statements may all be said again.
_READY = f"{_CLIENT} -e \"SHOW STATUS LIKE 'wsrep_ready'\" | grep -q ON"
_APPLY = (
    "sh",
    "-c",
    f"""statements=$(cat)
for _ in 1 2 3; do
    for _ in $(seq 120); do {_READY} && break; sleep 0.5; done
    printf '%s\\n' "$statements" | {_CLIENT} && exit 0
    sleep 1
done
exit 1""",
)
_TIDY = """\
DELETE FROM mysql.global_priv WHERE User = '';
DROP DATABASE IF EXISTS test;
FLUSH PRIVILEGES;
"""


def accounts(context: Context, host: Host) -> Iterator[Step]:
    """The declared databases with their accounts, made once, in the running cluster.

    An account of ours that nobody declares any more is locked. Its database stays, and so do its rights, so
    that whoever looks finds the two together; declared again, it is opened again.
    """
    if host != DATA_HOSTS.first(context.site):
        return
    yield Command(
        "no anonymous account, no test database",
        argv=_APPLY,
        stdin=_TIDY,
        unless=_HOLDS,
        unless_stdin=(
            "SELECT (SELECT COUNT(*) FROM mysql.global_priv WHERE User = '')"
            " + (SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'test') = 0;\n"
        ),
    )
    origin = account_origin(context)
    declared = context.declared(Database)
    for database in declared:
        password = context.secret(database.password)
        yield Command(
            f"database {database.name}",
            argv=_APPLY,
            stdin=create_sql(database, origin, password),
            unless=_HOLDS,
            unless_stdin=exists_sql(database, origin, password),
        )
    users = sorted({database.user for database in declared})
    yield Command(
        "accounts that nobody declares any more are locked",
        argv=_APPLY,
        stdin=lock_sql(users, origin),
        unless=_SAYS_NOTHING,
        unless_stdin=unlocked_sql(users, origin),
        shows=True,
    )


def account_origin(context: Context) -> str:
    """Where accounts may log in from: the cluster network, as ``address/netmask`` (no resolver needed)."""
    return context.site.networks[context.site.cluster_network].range.with_netmask


MARK = "fournines"
"""A role without rights, which the accounts that we made have: what is not marked is not ours."""
_LOCKED = "COALESCE(JSON_VALUE(Priv, '$.account_locked'), 0)"


def create_sql(database: Database, origin: str, password: str) -> str:
    """Statements that make a database and its account as declared, whatever was there; data is kept."""
    account = f"'{database.user}'@'{origin}'"
    return (
        f"CREATE DATABASE IF NOT EXISTS `{database.name}` CHARACTER SET utf8mb4;\n"
        f"CREATE ROLE IF NOT EXISTS {MARK};\n"
        f"CREATE USER IF NOT EXISTS {account};\n"
        f"GRANT {MARK} TO {account};\n"
        f"ALTER USER {account} IDENTIFIED VIA mysql_native_password USING PASSWORD('{password}')"
        " ACCOUNT UNLOCK;\n"
        f"GRANT ALL PRIVILEGES ON `{_escaped(database.name)}`.* TO {account};\n"
    )


def exists_sql(database: Database, origin: str, password: str) -> str:
    """A query that gives 1 when database, account, password and rights are as declared.

    The character set is left to the service: Keystone's first migration sets its database to utf8mb3.
    In a grant an underscore means any letter unless escaped; in a string the escape is escaped again.
    """
    account = f"User = '{database.user}' AND Host = '{origin}'"
    return (
        "SELECT (SELECT COUNT(*) FROM information_schema.SCHEMATA"  # noqa: S608 - names are our declarations'
        f" WHERE SCHEMA_NAME = '{database.name}') = 1\n"
        f" AND (SELECT COUNT(*) FROM mysql.global_priv WHERE {account}\n"
        "  AND JSON_VALUE(Priv, '$.plugin') = 'mysql_native_password'\n"
        f"  AND JSON_VALUE(Priv, '$.authentication_string') = PASSWORD('{password}')\n"
        f"  AND NOT ({_LOCKED})) = 1\n"
        f" AND (SELECT COUNT(*) FROM mysql.roles_mapping WHERE {account} AND Role = '{MARK}') = 1\n"
        f" AND (SELECT COUNT(*) FROM mysql.db WHERE {account}\n"
        f"  AND Db = '{_escaped(database.name).replace(chr(92), chr(92) * 2)}'\n"
        "  AND 'N' NOT IN (Select_priv, Insert_priv, Update_priv, Delete_priv, Create_priv, Drop_priv,"
        " References_priv, Index_priv, Alter_priv, Create_tmp_table_priv, Lock_tables_priv)) = 1;\n"
    )


def unlocked_sql(users: Sequence[str], origin: str) -> str:
    """A query with a line for each open account that we made and that is none of these users from there."""
    owned = (
        "(SELECT GROUP_CONCAT(REPLACE(d.Db, '\\\\', '')) FROM mysql.db d"
        " WHERE d.User = a.User AND d.Host = a.Host)"
    )
    return (
        "SELECT CONCAT('- account ', a.User, '@', a.Host, ': locked, nobody declares it any more;"
        f" kept with all that is in it: ', COALESCE({owned}, 'no database'))\n{_undeclared(users, origin)};\n"
    )


def lock_sql(users: Sequence[str], origin: str) -> str:
    """Statements that lock those accounts."""
    return (
        "SET @these = (SELECT GROUP_CONCAT(CONCAT(QUOTE(a.User), '@', QUOTE(a.Host)))"
        f"\n{_undeclared(users, origin)});\n"
        "SET @lock = IF(@these IS NULL, 'DO 0', CONCAT('ALTER USER ', @these, ' ACCOUNT LOCK'));\n"
        "EXECUTE IMMEDIATE @lock;\n"
    )


def _undeclared(users: Sequence[str], origin: str) -> str:
    """From which rows: whoever made the role has it as well, as its administrator."""
    names = ", ".join(f"'{user}'" for user in users)
    return (
        f" FROM mysql.roles_mapping m JOIN mysql.global_priv a ON a.User = m.User AND a.Host = m.Host\n"
        f" WHERE m.Role = '{MARK}' AND m.Admin_option = 'N' AND NOT {_LOCKED}\n"
        f"  AND NOT (a.Host = '{origin}' AND a.User IN ({names}))"
    )


def _escaped(name: str) -> str:
    return name.replace("_", r"\_")
