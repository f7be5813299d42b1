"""Galera's steps."""

from __future__ import annotations

import json
from collections.abc import Iterator

from fournines.components.galera.model import ARBITERS, DATA_HOSTS, RESPONDER_PORT, Options
from fournines.kit.common.accounts import CLIENT, account_steps
from fournines.kit.context import Context
from fournines.kit.program import PROGRAMS, install, installed
from fournines.kit.step import Account, Directory, File, Packages, Step, Unit, unit_file
from fournines.spec.model import Host

CONF = "/etc/mysql/mariadb.conf.d/70-fournines.cnf"
GARB_CONF = "/etc/default/garb"
STATE = "/var/lib/fournines-galera"
DATADIR = "/var/lib/mysql"
RECORD_VIEW = f"{PROGRAMS}/galera-record-view"
TRANSFER = f"{PROGRAMS}/galera-transfer"
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
    yield File(TRANSFER, _render(context, "galera-transfer.j2"), validate=("bash", "-n", "{}"))
    yield File(CONFIG, _on_host_config(context, host))
    for name in ("election", "records", "start", "responder"):
        yield install("galera", name)
    options = context.options("galera", Options)
    yield File(
        unit_file("mariadb.service"),
        _render(context, "mariadb.service.j2", programs=PROGRAMS, transfer=TRANSFER, options=options),
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
    yield File(CONFIG, _on_host_config(context, host))
    programs = ("election", "records", "arbiter")
    for name in programs:
        yield install("galera", name)
    yield Unit(
        "garb.service",
        restart_on=(GARB_CONF, CONFIG, unit, *(installed("galera", name) for name in programs)),
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
        transfer=TRANSFER,
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


# A host that has just been started answers before it is synced, and one that loses sight of the others for a
# moment refuses what it had begun ("Lock wait timeout exceeded"): the statements may all be said again.
_READY = f"{CLIENT} -e \"SHOW STATUS LIKE 'wsrep_ready'\" | grep -q ON"


def accounts(context: Context, host: Host) -> Iterator[Step]:
    """The declared databases with their accounts, by one host, in the running cluster."""
    if host == DATA_HOSTS.first(context.site):
        yield from account_steps(context, ready=_READY)
