"""What the database promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from fournines.components.galera.deploy import RESPONDER, RESTARTER, SOCKET
from fournines.components.galera.model import ARBITERS, DATA_HOSTS, PORT, RESPONDER_PORT, Options, votes
from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.common.accounts import NAMES, SQL, has_databases
from fournines.kit.context import Context
from fournines.kit.declare import Database
from fournines.kit.verdict import Verdict, failed, passed, unknown, worst

_STATUS = (
    "SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_ready', 'wsrep_cluster_status', 'wsrep_cluster_size',"
    " 'wsrep_cluster_state_uuid', 'wsrep_local_state_comment')"
)
_SETTINGS = (
    "SELECT 'innodb_flush_log_at_trx_commit', @@GLOBAL.innodb_flush_log_at_trx_commit"
    " UNION SELECT 'wsrep_sst_method', @@GLOBAL.wsrep_sst_method"
    " UNION SELECT 'evs.suspect_timeout', @@GLOBAL.wsrep_provider_evs_suspect_timeout"
    " UNION SELECT 'evs.join_retrans_period', @@GLOBAL.wsrep_provider_evs_join_retrans_period"
    " UNION SELECT 'pc.recovery', @@GLOBAL.wsrep_provider_pc_recovery"
)
_RESPONDER = """\
import http.client, socket, subprocess, sys
host, health, port, query = sys.argv[1:]
socket.create_connection((host, int(port)), timeout=2).close()
link = http.client.HTTPConnection(host, int(health), timeout=2)
link.request("GET", "/")
print("responder", link.getresponse().status)
argv = ["mariadb", "--batch", "--skip-column-names", "--connect-timeout=2", "-e", query]
said = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=5)
print(said.stdout if said.returncode == 0 else "mariadbd down")
"""


def checks(context: Context) -> Iterator[Check]:
    """Members, durability, the responder, and what starts at boot."""
    data = [host.name for host in DATA_HOSTS(context.site)]
    status = {name: Ask((*SQL, _STATUS)) for name in data}
    expected = votes(context.site)
    yield Check(
        "galera.synced",
        "Every data host is synced and accepts statements",
        asks=status,
        judge=each_host(_synced),
        barrier=True,
        seconds=180,
    )
    yield Check(
        "galera.whole",
        f"All {expected} members are in one primary component with one history",
        asks=status,
        judge=_whole(expected),
        barrier=True,
        seconds=180,
    )
    yield Check(
        "galera.settings",
        "Each mariadbd runs with the durability and failure detection that were deployed",
        asks={name: Ask((*SQL, _SETTINGS)) for name in data},
        judge=each_host(_as_deployed(context.options("galera", Options)), all_well="as deployed"),
    )
    yield Check(
        "galera.responder",
        "Each mariadbd takes connections, and the health page that balancers ask says what it says",
        asks={
            name: Ask(
                (
                    "python3",
                    "-c",
                    _RESPONDER,
                    str(context.site.address(name)),
                    str(RESPONDER_PORT),
                    str(PORT),
                    _STATUS,
                )
            )
            for name in data
        },
        judge=each_host(_agrees),
        barrier=True,
    )
    yield from _units(context)


def account_checks(context: Context) -> Iterator[Check]:
    """The databases and their accounts."""
    yield Check(
        "galera.databases",
        "Every declared database and its account exist on every data host",
        asks={host.name: Ask((*SQL, NAMES)) for host in DATA_HOSTS(context.site)},
        judge=each_host(has_databases(context.declared(Database)), all_well="all there"),
        barrier=True,
    )


def _units(context: Context) -> Iterator[Check]:
    ours = ("mariadb.service", SOCKET, RESPONDER, RESTARTER)
    wanted = {host.name: ours for host in DATA_HOSTS(context.site)} | {
        host.name: ("garb.service",) for host in ARBITERS(context.site)
    }
    yield Check(
        "galera.units",
        "The database, its responder and the arbiter run and start at boot",
        asks={
            # is-enabled and is-active print a line per unit; both lists in the order asked.
            name: Ask(("sh", "-c", f"systemctl is-enabled {' '.join(u)}; systemctl is-active {' '.join(u)}"))
            for name, u in wanted.items()
        },
        judge=_units_judge(wanted),
        barrier=True,
    )


def _values(answer: Output) -> dict[str, str]:
    lines = (line.split("\t", 1) for line in answer.stdout.splitlines())
    return {fields[0]: fields[1] for fields in lines if len(fields) == 2}  # noqa: PLR2004 - name and value


def _refused(answer: Output) -> Verdict | None:
    if answer.code == 0:
        return None
    return failed(answer.stderr.strip().splitlines()[-1] if answer.stderr.strip() else f"exit {answer.code}")


def _synced(answer: Output) -> Verdict:
    refused = _refused(answer)
    if refused is not None:
        return refused
    values = _values(answer)
    state = values.get("wsrep_local_state_comment", "no wsrep")
    if state == "Synced" and values.get("wsrep_ready") == "ON":
        return passed("synced")
    return failed(f"{state}, ready {values.get('wsrep_ready', 'unknown')}")


def _whole(expected: int) -> Callable[[Answers], Verdict]:
    def one(answer: Output) -> Verdict:
        refused = _refused(answer)
        if refused is not None:
            return refused
        values = _values(answer)
        status, size = values.get("wsrep_cluster_status", "no wsrep"), values.get("wsrep_cluster_size", "0")
        seen = f"{status}, {size} of {expected} members"
        return passed(seen) if status == "Primary" and size == str(expected) else failed(seen)

    each = each_host(one, all_well=f"primary, {expected} of {expected} members, one history")

    def judge(answers: Answers) -> Verdict:
        histories: dict[str, list[str]] = {}
        for host, answer in answers.items():
            if answer is not None and answer.code == 0:
                uuid = _values(answer).get("wsrep_cluster_state_uuid", "none")
                histories.setdefault(uuid, []).append(host)
        if len(histories) > 1:
            return failed("; ".join(f"{', '.join(h)}: history {u}" for u, h in sorted(histories.items())))
        return each(answers)

    return judge


def _as_deployed(options: Options) -> Callable[[Output], Verdict]:
    provider = options.provider("-")
    wanted: Mapping[str, float | str] = {
        "innodb_flush_log_at_trx_commit": 1.0,
        "evs.suspect_timeout": _seconds(provider["evs.suspect_timeout"]),
        "evs.join_retrans_period": _seconds(provider["evs.join_retrans_period"]),
        "pc.recovery": 0.0,
        "wsrep_sst_method": "mariabackup",
    }

    def judge(answer: Output) -> Verdict:
        refused = _refused(answer)
        if refused is not None:
            return refused
        values = _values(answer)
        wrong = [
            f"{key} is {values.get(key, 'missing')}, not {want if isinstance(want, str) else f'{want:g}'}"
            for key, want in wanted.items()
            if not _same(values.get(key, ""), want)
        ]
        return failed("; ".join(wrong)) if wrong else passed("as deployed")

    return judge


def _seconds(period: str) -> float:
    return float(period.removeprefix("PT").removesuffix("S"))


def _same(seen: str, want: float | str) -> bool:
    if isinstance(want, str):
        return seen == want
    try:
        return abs(float(seen) - want) < 1e-6  # noqa: PLR2004 - both were printed with six digits
    except ValueError:
        return False


def _agrees(answer: Output) -> Verdict:
    refused = _refused(answer)
    if refused is not None:
        return refused
    first, _, rest = answer.stdout.partition("\n")
    said = first.removeprefix("responder ")
    values = _values(Output(0, rest))
    well = (
        values.get("wsrep_ready") == "ON"
        and values.get("wsrep_cluster_status") == "Primary"
        and values.get("wsrep_local_state_comment") in ("Synced", "Donor/Desynced")
    )
    if well and said == "200":
        return passed("answers 200 and is usable")
    state = values.get("wsrep_local_state_comment", "not answering")
    if not well and said == "503":
        return failed(f"answers 503 rightly: mariadbd is {state}")
    return failed(f"answers {said} while mariadbd is {state}")


def _units_judge(wanted: Mapping[str, tuple[str, ...]]) -> Callable[[Answers], Verdict]:
    def one(units: tuple[str, ...], answer: Output | None) -> Verdict:
        if answer is None:
            return unknown("not reachable")
        lines = answer.stdout.split()
        if len(lines) != 2 * len(units):
            return failed(f"unexpected answer {answer.stdout.strip()!r}")
        boot, now = lines[: len(units)], lines[len(units) :]
        wrong = [f"{u} is {b}" for u, b in zip(units, boot, strict=True) if b != "enabled"]
        wrong += [f"{u} is {n}" for u, n in zip(units, now, strict=True) if n != "active"]
        return failed(", ".join(wrong)) if wrong else passed("running, and enabled at boot")

    def judge(answers: Answers) -> Verdict:
        return worst(
            ((host, one(wanted[host], answer)) for host, answer in answers.items()),
            all_well="running, and enabled at boot",
        )

    return judge
