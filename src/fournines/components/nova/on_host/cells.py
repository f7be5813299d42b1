"""Compares Nova's cells with what is wanted, and makes them so. Runs on a host, as Nova's account.

``nova-manage`` says the same, in 3 s of CPU each time; this asks the tables.

Input: JSON with database (how to reach that of all cells, a JSON text for PyMySQL), cell (the name of the one
cell's database), and the addresses that the cells are to have: cell0, cell1 (of databases), brokers.
Argument: none to compare the cells; ``make`` to make them; ``hosts`` to see which hosts of instances are in
the cell.
Output: of ``hosts`` JSON with mapped and unmapped (names); else what there is to do, line by line.
Exit: 0 when nothing is left to do, 1 when something is.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

CELL0 = "00000000-0000-0000-0000-000000000000"
"""Nova knows the one that is no cell by this (``CellMapping.CELL0_UUID``)."""
CELL = "cell1"
NOWHERE = "none:///"
"""Nobody listens in the one that is no cell."""
COLUMNS = ("uuid", "name", "database_connection", "transport_url")

Row = tuple[Any, ...]


def todo(found: list[Row], wanted: dict[str, str]) -> list[tuple[str, ...]]:
    """What is to be said to ``nova-manage cell_v2``, in order; other cells than these two are nobody's."""
    cells = [dict(zip(COLUMNS, row, strict=True)) for row in found]
    nothing = [cell for cell in cells if cell["uuid"] == CELL0]
    ours = [cell for cell in cells if cell["name"] == CELL and cell["uuid"] != CELL0]
    said: list[tuple[str, ...]] = []
    if not nothing:
        said.append(("map_cell0", "--database_connection", wanted["cell0"]))
    elif nothing[0]["database_connection"] != wanted["cell0"]:
        said.append(update(CELL0, wanted["cell0"], NOWHERE))
    if not ours:
        where = ("--database_connection", wanted["cell1"], "--transport-url", wanted["brokers"])
        said.append(("create_cell", "--name", CELL, *where))
    said += [
        update(cell["uuid"], wanted["cell1"], wanted["brokers"])
        for cell in ours
        if (cell["database_connection"], cell["transport_url"]) != (wanted["cell1"], wanted["brokers"])
    ]
    return said


def update(uuid: str, database: str, brokers: str) -> tuple[str, ...]:
    """The command that gives a cell other addresses."""
    where = ("--database_connection", database, "--transport-url", brokers)
    return ("update_cell", "--cell_uuid", uuid, *where)


def rows(question: dict[str, str], statement: str) -> list[Row]:
    """What a statement finds in the database of all cells; nothing where its tables are not there yet."""
    import pymysql  # noqa: PLC0415 - not needed to test the rest, and only hosts have it

    server = json.loads(question["database"])
    with pymysql.connect(**server, connect_timeout=5, read_timeout=10) as connection:
        cursor = connection.cursor()
        cursor.execute("SHOW TABLES LIKE 'cell_mappings'")
        if not cursor.fetchall():
            return []
        cursor.execute(statement)
        return list(cursor.fetchall())


def cells_of(question: dict[str, str]) -> list[tuple[str, ...]]:
    """What there is to do about the cells."""
    return todo(rows(question, f"SELECT {', '.join(COLUMNS)} FROM cell_mappings"), question)  # noqa: S608


def hosts_of(question: dict[str, str]) -> dict[str, list[str]]:
    """Hosts that have told of themselves, by whether they are in the cell."""
    # The user owns both databases; only names that fournines wrote are put into the statement.
    heard = f"SELECT host FROM {question['cell']}.services WHERE `binary` = 'nova-compute' AND deleted = 0"  # noqa: S608
    told = {row[0] for row in rows(question, heard)}
    known = {row[0] for row in rows(question, "SELECT host FROM host_mappings")}
    return {"mapped": sorted(told & known), "unmapped": sorted(told - known)}


def main(arguments: list[str], question: dict[str, str]) -> int:
    """Look, change if told to, and say what is left to do."""
    if arguments == ["hosts"]:
        found = hosts_of(question)
        sys.stdout.write(json.dumps(found))
        return 1 if found["unmapped"] else 0
    if arguments == ["make"]:
        for words in cells_of(question):
            subprocess.run(["nova-manage", "cell_v2", *words], check=True, stdout=subprocess.DEVNULL)
    left = cells_of(question)
    sys.stdout.write("".join(f"to do: {words[0]}\n" for words in left) or "both cells are as wanted\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], json.load(sys.stdin)))
