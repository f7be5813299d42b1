"""A SQL client with one held connection, as an application has it, and a ledger of what it wrote.

PyMySQL is synchronous: it runs in a worker thread, bounded by its own socket timeouts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import pymysql
from anyio import to_thread

from fournines.probe.client import Attempt
from fournines.probe.sample import Reply

TABLE = "writes"
_CREATE = (
    f"CREATE TABLE IF NOT EXISTS {TABLE} (client VARCHAR(64) NOT NULL, seq INT NOT NULL,"
    " PRIMARY KEY (client, seq)) ENGINE=InnoDB"
)
_INSERT = f"INSERT INTO {TABLE} (client, seq) VALUES (%s, %s)"  # noqa: S608 - TABLE is the constant above
_FORGET = f"DELETE FROM {TABLE} WHERE client = %s"  # noqa: S608
_SERVER_SAID_NO = frozenset({1213})
"""Error codes of COMMIT that certainly undid the transaction: a deadlock, which is also Galera's failed
certification (ER_LOCK_DEADLOCK)."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SqlPlace:
    """Where the ledger's database is, and as whom to log in."""

    address: str
    port: int
    user: str
    password: str
    database: str


class SqlClient:
    """Inserts (client, number) and commits, through the VIP, over a connection it holds.

    A broken connection is counted in ``connections`` and made anew by the next attempt, never by the
    same one. ``written`` is the ledger: how each attempt ended.
    """

    name = "sql"
    kind = "sql"
    serial = True

    def __init__(
        self,
        place: SqlPlace,
        client: str,
        *,
        interval: float = 0.1,
        patience: float = 1.0,
    ) -> None:
        self.asks = f"INSERT and COMMIT at {place.address}:{place.port} over a held connection"
        self.interval = interval
        self.timeout = 3 * patience  # connect, insert and commit have each their own
        self.client = client
        self.connections = 0
        self.written: dict[int, Reply] = {}
        self._place = place
        self._patience = patience
        self._held: pymysql.Connection[Any] | None = None
        self._server = ""

    async def open(self) -> None:
        """Create the table and connect."""
        await self._in_thread(lambda connection: self._execute(connection, _CREATE))

    async def attempt(self, this: Attempt) -> tuple[Reply, str]:
        """One insert with its commit."""
        self.written[this.number] = Reply.UNKNOWN
        reply, detail = await to_thread.run_sync(self._insert, this)
        self.written[this.number] = reply
        return reply, detail

    async def server(self) -> str:
        """The name of the host whose database answers through the VIP now.

        Raises:
            OSError: none does.
        """
        return await self._in_thread(_hostname)

    async def forget(self) -> None:
        """Delete this client's rows, once they have been read back.

        Raises:
            OSError: the database does not answer.
        """
        await self._in_thread(lambda connection: self._execute(connection, _FORGET, self.client))

    async def close(self) -> None:
        """Drop the connection."""
        self._drop()

    def _insert(self, this: Attempt) -> tuple[Reply, str]:
        try:
            connection = self._held or self._connect()
            self._execute(connection, _INSERT, self.client, this.number, commit=False)
        except (pymysql.MySQLError, OSError) as error:
            self._drop()
            return Reply.FAIL, _words(error)  # without a COMMIT the server rolls back
        try:
            this.sent = True
            connection.commit()
        except (pymysql.MySQLError, OSError) as error:
            self._drop()
            refused = bool(error.args) and error.args[0] in _SERVER_SAID_NO
            return (Reply.FAIL if refused else Reply.UNKNOWN), _words(error)
        return Reply.OK, self._server

    def _connect(self) -> pymysql.Connection[Any]:
        place = self._place
        fresh = pymysql.connect(
            host=place.address,
            port=place.port,
            user=place.user,
            password=place.password,
            database=place.database,
            connect_timeout=self._patience,
            read_timeout=self._patience,
            write_timeout=self._patience,
        )
        self._held = fresh
        self.connections += 1
        self._server = _hostname(fresh)
        return fresh

    def _drop(self) -> None:
        held, self._held = self._held, None
        if held is not None and held.open:
            # close() would write COM_QUIT to a peer that may be dead; the stubs do not know this one.
            cast("Any", held)._force_close()  # noqa: SLF001

    def _execute(
        self, connection: pymysql.Connection[Any], statement: str, *values: object, commit: bool = True
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
        if commit:
            connection.commit()

    async def _in_thread(self, work: Callable[[pymysql.Connection[Any]], T]) -> T:
        def run() -> T:
            try:
                return work(self._held or self._connect())
            except pymysql.MySQLError as error:
                self._drop()
                raise OSError(_words(error)) from error

        return await to_thread.run_sync(run)


def _hostname(connection: pymysql.Connection[Any]) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@hostname")
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def _words(error: Exception) -> str:
    return " ".join(str(part) for part in error.args) or type(error).__name__
