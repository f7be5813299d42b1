"""Databases and their accounts in a MariaDB, as declared, whichever way that server is kept alive."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from fournines.kit.check import Output
from fournines.kit.context import Context
from fournines.kit.declare import Database, Declaration, Secret
from fournines.kit.on_host.schema import HANGS_UP
from fournines.kit.probe import TableLedger
from fournines.kit.step import Command
from fournines.kit.verdict import Verdict, failed, passed

CLIENT = "mariadb --batch --skip-column-names"
SQL = (*CLIENT.split(), "--connect-timeout=3", "-e")
"""Runs a statement in the host's own server; bare rows, with tabs between."""
NAMES = (
    "SELECT 'database', SCHEMA_NAME FROM information_schema.SCHEMATA"
    " UNION SELECT 'account', User FROM mysql.global_priv"
)
_AGAIN = """\
statements=$(cat)
for _ in 1 2 3; do
    for _ in $(seq 120); do {ready} && break; sleep 0.5; done
    printf '%s\\n' "$statements" | {client} && exit 0
    sleep 1
done
exit 1"""
"""Statements that a server refuses at the moment are said again: each of them may be."""
_ASKED = """\
{elsewhere} && exit 0
question=$(cat)
for _ in $(seq 20); do
    said=$(printf '%s\n' "$question" | {client} 2>&1) && break
    case $said in
        {hangs_up}) sleep 1 ;;
        *) exit 1 ;;
    esac
done
"""
"""A question that a server refuses at the moment (no quorum, shutting down) or leaves open is asked again:
that says nothing of accounts. One that does not run has none."""
_TIDY = """\
DELETE FROM mysql.global_priv WHERE User = '';
DROP DATABASE IF EXISTS test;
FLUSH PRIVILEGES;
"""


LEDGER = "nines_ledger"
"""The database, and its owner, that is set aside for what probes write."""
SESSION_SECONDS = 3600.0
"""An idle connection of a pool is cut by the services' own recycling (about an hour), not by the balancer."""


def probes_ledger(endpoint: str, *, current: str, no_quorum: str) -> Iterator[Declaration]:
    """The database in which probes keep their ledger, with its owner; else as ``TableLedger``."""
    yield Secret("ledger/database")
    yield Database(LEDGER, LEDGER, "ledger/database")
    yield TableLedger(LEDGER, endpoint, (*CLIENT.split(), LEDGER), current=current, no_quorum=no_quorum)


def account_steps(context: Context, *, ready: str = "true", elsewhere: str = "false") -> Iterator[Command]:
    """The declared databases with their accounts, made once, in the running server.

    An account of ours that nobody declares any more is locked. Its database stays, and so do its rights, so
    that whoever looks finds the two together; declared again, it is opened again.

    Args:
        context: what is declared.
        ready: a shell command that is waited for, up to a minute, before anything is written.
        elsewhere: a shell command that says that this host has nothing to do, as its server does not run.
    """
    hangs_up = " | ".join(f'*"ERROR {code} "*' for code in sorted(HANGS_UP))
    asked = _ASKED.format(elsewhere=elsewhere, client=CLIENT, hangs_up=hangs_up)
    holds = ("sh", "-c", f'{asked}[ "$said" = 1 ]')
    silent = ("sh", "-c", f'{asked}[ -z "$said" ] || {{ echo "$said"; exit 1; }}')
    apply = ("sh", "-c", _AGAIN.format(ready=ready, client=CLIENT))
    yield Command(
        "no anonymous account, no test database",
        argv=apply,
        stdin=_TIDY,
        unless=holds,
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
            argv=apply,
            stdin=create_sql(database, origin, password),
            unless=holds,
            unless_stdin=exists_sql(database, origin, password),
        )
    users = sorted({database.user for database in declared})
    yield Command(
        "accounts that nobody declares any more are locked",
        argv=apply,
        stdin=lock_sql(users, origin),
        unless=silent,
        unless_stdin=unlocked_sql(users, origin),
        shows=True,
    )


def has_databases(databases: tuple[Database, ...]) -> Callable[[Output], Verdict]:
    """A judge of a server's answer to ``NAMES``: every declared database and account is there."""

    def judge(answer: Output) -> Verdict:
        if answer.code != 0:
            said = answer.stderr.strip().splitlines() or [f"exit {answer.code}"]
            return failed(said[-1])
        seen = set(answer.stdout.splitlines())
        wanted = [f"database\t{d.name}" for d in databases] + [f"account\t{d.user}" for d in databases]
        missing = [want.replace("\t", " ") for want in wanted if want not in seen]
        return failed(f"missing: {', '.join(missing)}") if missing else passed("all there")

    return judge


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
