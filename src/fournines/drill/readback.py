"""Reading every acknowledged write back: from each database server itself, from the queues by draining."""

from __future__ import annotations

from collections.abc import Mapping

import anyio

from fournines.drill.journal import Journal
from fournines.engine.wire.transport import Transport
from fournines.errors import TransportError
from fournines.kit.check import Output
from fournines.kit.context import Context
from fournines.kit.declare import Endpoint
from fournines.kit.probe import TableLedger
from fournines.probe.amqp import drain
from fournines.probe.fleet import Fleet
from fournines.probe.ledger import Account, account
from fournines.probe.sql import TABLE

_SECONDS = 60.0


def rows_of(ledger: TableLedger, client: str) -> str:
    """The statements that list a client's rows on the server they are run on.

    The server first shows all that the cluster has committed, so that what is still on its way is not
    called lost.
    """
    return f"{ledger.current} SELECT seq FROM {TABLE} WHERE client='{client}';"  # noqa: S608 - a run's own name


def numbers_in(output: Output) -> list[int] | None:
    """The numbers a server listed, one a line; None if it did not answer the question."""
    words = output.stdout.split()
    if output.code != 0 or not all(word.isdigit() for word in words):
        return None
    return [int(word) for word in words]


async def read_back(
    fleet: Fleet, transport: Transport, context: Context, journal: Journal
) -> tuple[Account, ...]:
    """The balance of every ledger of the run. What cannot be read is named in it, never skipped."""
    accounts = []
    table = next(iter(context.declared(TableLedger)), None)
    if fleet.sql is not None and table is not None:
        endpoint = next(e for e in context.declared(Endpoint) if e.name == table.endpoint)
        read = await _from_databases(transport, table, endpoint.hosts, fleet.sql.client)
        accounts.append(
            account(fleet.sql.name, fleet.sql.written, _one_of(read) if endpoint.one_host else read)
        )
        try:
            await fleet.sql.forget()
        except OSError as error:
            journal.says("rows left behind", why=str(error))
    if fleet.brokers is not None and fleet.publishers:
        queues = [publisher.queue for publisher in fleet.publishers]
        drained: Mapping[str, list[int]] = {}
        try:
            drained = await drain(fleet.brokers, queues, within=_SECONDS)
        except OSError as error:
            journal.says("queues not drained", why=str(error))
        accounts += [account(p.name, p.written, {"queue": drained.get(p.queue)}) for p in fleet.publishers]
    if fleet.objects is not None:
        store = fleet.objects
        accounts.append(account(store.name, store.written, {"the VIP": await store.read()}))
        await store.forget()
    if fleet.reader is not None:
        await fleet.reader.forget()
    return tuple(accounts)


def _one_of(read: dict[str, list[int] | None]) -> dict[str, list[int] | None]:
    """Of a server that runs on one host at a time what that one said; all the silence where none answered."""
    return {host: rows for host, rows in read.items() if rows is not None} or read


async def _from_databases(
    transport: Transport, ledger: TableLedger, hosts: tuple[str, ...], client: str
) -> dict[str, list[int] | None]:
    read: dict[str, list[int] | None] = dict.fromkeys(hosts)

    async def one(host: str) -> None:
        rows = rows_of(ledger, client)
        try:
            read[host] = numbers_in(await transport.run(host, ledger.shell, stdin=rows, timeout=_SECONDS))
        except TransportError:
            read[host] = None

    async with anyio.create_task_group() as tasks:
        for host in hosts:
            tasks.start_soon(one, host)
    return read
