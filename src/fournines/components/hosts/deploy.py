"""Steps for what all hosts have in common."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.hosts.model import Options, sysctls
from fournines.kit.context import Context
from fournines.kit.step import Command, File, Packages, Step, Sysctl
from fournines.spec.model import Host

PACKAGES = ("ca-certificates", "curl", "iproute2", "openssl", "procps", "python3")
"""What fournines itself uses on a host to ask questions and carry out steps."""


def steps(context: Context, host: Host) -> Iterator[Step]:
    """Names, host name, kernel settings.

    There is no ``127.0.1.1`` line: RabbitMQ, Galera and keepalived must find a host's own name at the
    address its peers use. The file is the same on every host, so it is seen at once if one differs.
    """
    yield Packages(PACKAGES)
    yield File("/etc/hosts", context.render("hosts", "hosts.j2", names=context.name_lines))
    yield File("/etc/hostname", f"{host.name}\n")
    yield Command(
        "set the host name",
        ("hostname", host.name),
        unless=("sh", "-c", '[ "$(hostname)" = "$0" ]', host.name),
    )
    for key, value in sysctls(context.site, host, context.options("hosts", Options)).items():
        yield Sysctl(key, value)
