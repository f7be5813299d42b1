"""Rsyslog's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.rsyslog.model import Options, logs_on
from fournines.kit.context import Context
from fournines.kit.declare import LogFile
from fournines.kit.step import File, Packages, Step, Unit
from fournines.spec.model import Host

CONF = "/etc/rsyslog.d/10-fournines.conf"
ROTATE = "/etc/logrotate.d/fournines"


def steps(context: Context, host: Host) -> Iterator[Step]:
    """A rule and a rotation for each declared log of this host.

    The number 10 sorts before the rules of packages and of Debian's own ``rsyslog.conf``, and each rule
    ends in ``stop``: what has a file of its own is not repeated in ``/var/log/syslog``.
    """
    logs = logs_on(host.name, context.declared(LogFile))
    yield Packages(("rsyslog", "logrotate"))
    yield File(
        CONF,
        context.render("rsyslog", "rsyslog.conf.j2", logs=logs),
        validate=("rsyslogd", "-N1", "-f", "{}"),
    )
    yield File(
        ROTATE,
        context.render(
            "rsyslog",
            "logrotate.j2",
            paths=[path for path, _ in logs],
            options=context.options("rsyslog", Options),
        ),
        validate=("logrotate", "--debug", "--state", "/dev/null", "{}"),
    )
    yield Unit("rsyslog.service", restart_on=(CONF,), packages=("rsyslog",))
    yield Unit("logrotate.timer")
