"""MariaDB's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.mariadb.model import DATADIR, SOCKET, UNIT, Options
from fournines.kit.common.accounts import account_steps
from fournines.kit.common.clustered import service_unit
from fournines.kit.context import Context
from fournines.kit.program import PROGRAMS
from fournines.kit.step import Directory, File, Packages, Step, Unit, unit_file
from fournines.spec.model import Host

CONF = "/etc/mysql/mariadb.conf.d/70-fournines.cnf"
FILL = f"{PROGRAMS}/mariadb-fill"
_VALIDATE = ("mariadbd", "--defaults-file={}", "--user=mysql", "--datadir=/tmp", "--help", "--verbose")
"""Parses the file as at a start and ends: an unknown variable or a bad value is exit 7 or 9."""
ELSEWHERE = f'[ "$(systemctl is-active {UNIT})" != active ]'
"""It does not run here: what is done in it is done where it does."""


def steps(context: Context, host: Host) -> Iterator[Step]:
    """The program with its file on each host that it can move to; the cluster manager starts it on one."""
    options = context.options("mariadb", Options)
    yield Packages(("mariadb-server", "python3-minimal"))
    yield Directory(DATADIR, owner="mysql", group="mysql")
    address = context.site.address(host)
    conf = context.render(
        "mariadb", "70-fournines.cnf.j2", address=address, datadir=DATADIR, socket=SOCKET, options=options
    )
    yield File(CONF, conf, validate=_VALIDATE)
    yield File(FILL, context.render("mariadb", "mariadb-fill.j2", datadir=DATADIR), mode=0o755)
    unit = context.render("mariadb", "mariadb.service.j2", datadir=DATADIR, fill=FILL, options=options)
    yield File(unit_file(UNIT), unit)
    yield from service_unit(
        context, Unit(UNIT, restart_on=(CONF, unit_file(UNIT)), packages=("mariadb-server",))
    )


def accounts(context: Context, host: Host) -> Iterator[Step]:
    """The declared databases with their accounts, by whichever host it runs on."""
    del host
    yield from account_steps(context, elsewhere=ELSEWHERE)
