"""The tables of a service's database: the question whether they are there, and the step that makes them."""

from __future__ import annotations

from fournines.kit.context import Context
from fournines.kit.declare import Database
from fournines.kit.on_host import schema
from fournines.kit.openstack.urls import DATABASE_PORT
from fournines.kit.program import argv, fed
from fournines.kit.step import Command


def tables(
    service: str,
    context: Context,
    database: Database,
    migrations: str,
    sync: tuple[str, ...],
    *,
    stdin: str = "",
) -> Command:
    """The step that makes a service's tables; the account named like the service runs it.

    ``migrations`` is the folder of those that must be there, ``sync`` the service's own program, with what
    it reads. It goes without the time limits of the API's connections: changing a table may take long, and
    must not be cut in the middle.
    """
    called = "database" if database.name == service else f"database {database.name}"
    limits = f"OS_{database.section.upper()}__CONNECTION_PARAMETERS="
    return Command(
        f"{service}: the {called} has its tables",
        ("env", limits, *sync),
        unless=argv(schema, migrations),
        stdin=stdin,
        unless_stdin=schema_question(context, database),
        user=service,
        timeout=1800,
    )


def schema_question(context: Context, database: Database) -> str:
    """What ``kit.on_host.schema`` is fed to look into a service's database."""
    return fed(
        {
            "host": "127.0.0.1",
            "port": DATABASE_PORT,
            "user": database.user,
            "password": context.secret(database.password),
            "database": database.name,
        }
    )
