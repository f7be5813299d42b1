"""What a MariaDB on a volume promises. It is asked everywhere, and judged where it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fournines.components.mariadb.model import DATADIR, HOSTS, PORT, UNIT
from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.common.accounts import NAMES, SQL, has_databases
from fournines.kit.common.unit_check import moving_unit_check
from fournines.kit.context import Context
from fournines.kit.declare import Database
from fournines.kit.verdict import Verdict, failed, passed, unknown

_SETTINGS = (
    "SELECT 'innodb_flush_log_at_trx_commit', @@GLOBAL.innodb_flush_log_at_trx_commit"
    " UNION SELECT 'datadir', @@GLOBAL.datadir"
)
_NOT_HERE = "ERROR 2002"
"""CR_CONNECTION_ERROR: nobody listens at the socket."""
_GREETING = """\
import socket, sys
link = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=3)
link.settimeout(3)
print("greets as", link.recv(64)[5:].split(b"\\0")[0].decode(errors="replace"))
"""


def checks(context: Context) -> Iterator[Check]:
    """It runs on one host."""
    yield moving_unit_check("mariadb", HOSTS.names(context.site), UNIT)


def account_checks(context: Context) -> Iterator[Check]:
    """What is in it, how it writes, and that every host reaches it."""
    hosts = HOSTS.names(context.site)
    yield Check(
        "mariadb.databases",
        "Every declared database and its account exist",
        asks=dict.fromkeys(hosts, Ask((*SQL, NAMES))),
        judge=where_it_runs(has_databases(context.declared(Database))),
        barrier=True,
    )
    yield Check(
        "mariadb.settings",
        "It runs with the durability that was deployed, on its volume",
        asks=dict.fromkeys(hosts, Ask((*SQL, _SETTINGS))),
        judge=where_it_runs(_as_deployed),
    )
    yield Check(
        "mariadb.reached",
        "Every controller reaches it through its own balancer",
        asks=dict.fromkeys(hosts, Ask(("python3", "-c", _GREETING, str(PORT)))),
        judge=each_host(_greeted),
        barrier=True,
    )


def where_it_runs(judge_one: Callable[[Output], Verdict]) -> Callable[[Answers], Verdict]:
    """A judge of the one host on which it runs: on the others nobody listens."""

    def judge(answers: Answers) -> Verdict:
        silent = [host for host, answer in answers.items() if answer is None]
        there = {h: a for h, a in answers.items() if a is not None and _NOT_HERE not in a.stderr}
        if len(there) > 1:
            return failed(f"it answers on {' and '.join(there)}")
        if not there:
            where = f", {', '.join(silent)} cannot be asked" if silent else ""
            return unknown(f"no host that answers runs it{where}") if silent else failed("it runs on no host")
        ((host, answer),) = there.items()
        found = judge_one(answer)
        return Verdict(found.outcome, f"on {host}: {found.seen}")

    return judge


def _as_deployed(answer: Output) -> Verdict:
    if answer.code != 0:
        return failed((answer.stderr.strip().splitlines() or [f"exit {answer.code}"])[-1])
    rows = (line.split("\t") for line in answer.stdout.splitlines())
    values = {row[0]: row[-1] for row in rows}
    wanted = {"innodb_flush_log_at_trx_commit": "1", "datadir": f"{DATADIR}/"}
    wrong = [f"{k} is {values.get(k, 'missing')}, not {v}" for k, v in wanted.items() if values.get(k) != v]
    return failed("; ".join(wrong)) if wrong else passed("as deployed")


def _greeted(answer: Output) -> Verdict:
    said = answer.stdout.strip()
    if answer.code == 0 and "MariaDB" in said:
        return passed(said)
    return failed((answer.stderr.strip() or said or "no greeting").splitlines()[-1])
