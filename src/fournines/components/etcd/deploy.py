"""etcd's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.etcd.model import CLIENT_PORT, DATA, MEMBERS, PEER_PORT, UNIT, Options
from fournines.kit.context import Context
from fournines.kit.endpoints import at
from fournines.kit.step import Directory, File, Packages, Step, Unit, unit_file
from fournines.spec.model import Host

CONF = "/etc/etcd/fournines.yaml"
UNIT_FILE = unit_file(UNIT)


def steps(context: Context, host: Host) -> Iterator[Step]:
    """A member that knows the others from its first start; a majority of them makes the cluster."""
    yield Packages(("etcd-server",))
    yield Directory("/etc/etcd")
    yield Directory("/var/lib/etcd", mode=0o700, owner="etcd", group="etcd")
    yield File(
        CONF,
        context.render(
            "etcd",
            "fournines.yaml.j2",
            name=host.name,
            data=DATA,
            own=peer_url(context, host),
            client_url=f"http://{at('127.0.0.1', CLIENT_PORT)}",
            members={member.name: peer_url(context, member) for member in MEMBERS(context.site)},
            options=context.options("etcd", Options),
        ),
    )
    yield File(UNIT_FILE, context.render("etcd", "etcd.service.j2", conf=CONF))
    yield Unit(UNIT, restart_on=(CONF, UNIT_FILE), rolling=True, packages=("etcd-server",))


def peer_url(context: Context, host: Host) -> str:
    """Where the other members find one."""
    return f"http://{at(context.site.address(host), PEER_PORT)}"
