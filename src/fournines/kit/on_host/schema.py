"""Says whether a database is at the newest revision of the installed migrations (Alembic). Runs on a host.

The services' own ``*-manage`` commands say it too, in 2 to 3 s of CPU each, because they import the whole
service. This asks the two things that decide: which revisions lie in the package, which are in the table.

Input: JSON with host, port, user, password, database. Arguments: the directories of the migrations.
Exit: 0 when nothing is left to do, 1 when something is, with what on standard output.
"""

from __future__ import annotations

import ast
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 20.0
"""Seconds for which a database that hangs up is asked again."""
PACE = 0.5
HANGS_UP = {1047, 1053, 2006, 2013}
"""MariaDB's error codes: refused without quorum, shutting down, gone, lost. So says a balancer whose server
is away for a moment. That tells nothing; a refused connection does: nothing listens, none are there."""

NAMES = ("revision", "down_revision", "depends_on")


def revision(source: str) -> dict[str, tuple[str, ...]]:
    """The three names that place a migration among the others, each with the revisions it holds."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys(NAMES, ())
    for statement in ast.parse(source).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in NAMES:
                held = ast.literal_eval(value)
                found[name] = (held,) if isinstance(held, str) else tuple(held or ())
            case _:
                pass
    return found


def heads(sources: list[str]) -> set[str]:
    """The revisions on which no other builds: Alembic keeps these in its table, and no implied ones."""
    revisions = [revision(source) for source in sources]
    below = {name for r in revisions for name in (*r["down_revision"], *r["depends_on"])}
    return {name for r in revisions for name in r["revision"]} - below


def applied(question: dict[str, object]) -> set[str]:
    """The revisions in the database's table; empty when there is no table yet."""
    import pymysql  # noqa: PLC0415 - not needed to test the rest, and only hosts have it

    connection = pymysql.connect(**question, connect_timeout=5, read_timeout=10)  # type: ignore[call-overload]
    with connection, connection.cursor() as cursor:
        cursor.execute("SHOW TABLES LIKE 'alembic_version'")
        if not cursor.fetchall():
            return set()
        cursor.execute("SELECT version_num FROM alembic_version")
        return {row[0] for row in cursor.fetchall()}


def answered(ask: Callable[[], set[str]]) -> set[str]:
    """What the database says in the end: no silence is taken for tables that are missing."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except Exception as error:  # pymysql's, which is not imported to test this
            code = error.args[0] if error.args else None
            if code not in HANGS_UP or time.monotonic() > until:
                raise
        time.sleep(PACE)


def main() -> int:
    """Compare, and say what is missing."""
    question = json.load(sys.stdin)
    paths = sorted(path for directory in sys.argv[1:] for path in Path(directory).rglob("*.py"))
    newest = heads([path.read_text(encoding="utf-8") for path in paths])
    missing = newest - answered(lambda: applied(question))
    if not newest:
        sys.stdout.write(f"no migrations in {' '.join(sys.argv[1:])}\n")
    if missing:
        sys.stdout.write(f"not in the database: {', '.join(sorted(missing))}\n")
    return 0 if newest and not missing else 1


if __name__ == "__main__":
    sys.exit(main())
