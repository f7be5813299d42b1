"""The SQL client against connections that break where it hurts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import anyio
import pymysql
import pytest

from fournines.probe.client import Attempt
from fournines.probe.sample import Reply
from fournines.probe.sql import SqlClient, SqlPlace

LOST = pymysql.err.OperationalError(2013, "Lost connection to MySQL server during query")
DEADLOCK = pymysql.err.OperationalError(1213, "Deadlock found when trying to get lock")
NOT_READY = pymysql.err.OperationalError(1047, "WSREP has not yet prepared node for application use")
REFUSED = pymysql.err.OperationalError(2003, "Can't connect to MySQL server")


@dataclass
class Database:
    """A made-up server: what fails next, and what it has committed."""

    connect: Exception | None = None
    insert: Exception | None = None
    commit: Exception | None = None
    rows: list[tuple[str, int]] = field(default_factory=list)
    opened: int = 0
    dropped: int = 0


class Connection:
    """As much of a PyMySQL connection as the client uses."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.open = True
        self.pending: list[tuple[str, int]] = []

    def cursor(self) -> Connection:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def execute(self, statement: str, values: tuple[str, int] = ("", 0)) -> None:
        if statement.startswith("INSERT"):
            if self.database.insert:
                raise self.database.insert
            self.pending.append(values)
        if statement.startswith("DELETE"):
            self.database.rows = [row for row in self.database.rows if row[0] != values[0]]

    def fetchone(self) -> tuple[str]:
        return ("controller2",)

    def commit(self) -> None:
        if self.database.commit:
            raise self.database.commit
        self.database.rows += self.pending
        self.pending = []

    def _force_close(self) -> None:
        self.open = False
        self.database.dropped += 1


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Database:
    made = Database()

    def connect(**options: object) -> Connection:
        assert options["read_timeout"] == options["connect_timeout"] == 1.0
        made.opened += 1
        if made.connect:
            raise made.connect
        return Connection(made)

    monkeypatch.setattr(pymysql, "connect", connect)
    return made


PLACE = SqlPlace("10.0.0.20", 3306, "u", "p", "nines_ledger")


def attempt(client: SqlClient, number: int) -> tuple[Reply, str, bool]:
    this = Attempt(number)
    reply, detail = anyio.run(client.attempt, this)
    return reply, detail, this.sent


def test_a_commit_that_was_confirmed_is_ok_and_in_the_ledger(database: Database) -> None:
    client = SqlClient(PLACE, "run")
    assert attempt(client, 0) == (Reply.OK, "controller2", True)
    assert attempt(client, 1) == (Reply.OK, "controller2", True)
    assert client.written == {0: Reply.OK, 1: Reply.OK}
    assert database.rows == [("run", 0), ("run", 1)]
    assert (database.opened, client.connections) == (1, 1), "the connection is held"


def test_what_broke_before_the_commit_certainly_is_not_there(database: Database) -> None:
    client = SqlClient(PLACE, "run")
    for error in (LOST, NOT_READY):
        database.insert = error
        assert attempt(client, 0)[0] is Reply.FAIL
    assert database.rows == []


@pytest.mark.parametrize(
    ("error", "reply"),
    [
        (LOST, Reply.UNKNOWN),
        (NOT_READY, Reply.UNKNOWN),
        (TimeoutError("timed out"), Reply.UNKNOWN),
        (DEADLOCK, Reply.FAIL),
    ],
)
def test_what_broke_within_the_commit_is_unknown_unless_the_server_undid_it(
    database: Database, error: Exception, reply: Reply
) -> None:
    client = SqlClient(PLACE, "run")
    database.commit = error
    got, _, sent = attempt(client, 7)
    assert (got, sent) == (reply, True)
    assert client.written[7] is reply


def test_a_broken_connection_is_made_anew_by_the_next_attempt_only(database: Database) -> None:
    client = SqlClient(PLACE, "run")
    attempt(client, 0)
    database.insert = LOST
    assert attempt(client, 1)[0] is Reply.FAIL
    assert (database.opened, database.dropped) == (1, 1), "no hidden retry"
    database.insert = None
    assert attempt(client, 2)[0] is Reply.OK
    assert client.connections == 2


def test_a_refused_connection_is_a_definite_fail(database: Database) -> None:
    database.connect = REFUSED
    reply, detail, sent = attempt(SqlClient(PLACE, "run"), 0)
    assert (reply, sent) == (Reply.FAIL, False)
    assert "2003" in detail


def test_preparing_a_client_on_a_dead_database_is_an_os_error(database: Database) -> None:
    database.connect = REFUSED
    with pytest.raises(OSError, match="2003"):
        anyio.run(SqlClient(PLACE, "run").open)


def test_the_writer_says_its_name_and_rows_are_forgotten(database: Database) -> None:
    client = SqlClient(PLACE, "run")
    database.rows = [("other", 1)]
    attempt(client, 0)
    assert anyio.run(client.server) == "controller2"
    anyio.run(client.forget)
    assert database.rows == [("other", 1)]
    anyio.run(client.close)
    assert database.dropped == 1
