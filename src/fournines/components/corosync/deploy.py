"""Corosync's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.corosync.model import AUTHKEY, MEMBERS, Options, links, node_id, quorum
from fournines.kit.context import Context
from fournines.kit.step import File, Packages, Step, Unit
from fournines.spec.model import Host

CONF = "/etc/corosync/corosync.conf"
KEY = "/etc/corosync/authkey"

_TEST = """\
folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT
head -c 256 /dev/zero > "$folder/key"
sed -e "/^totem {/a keyfile: $folder/key" -e 's/to_stderr: no/to_stderr: yes/' "$1" > "$folder/conf"
corosync -t -c "$folder/conf"
"""
"""``corosync -t`` opens the key, which may only come to the host with the same files, and tells syslog alone
what is wrong, as the configuration says."""
VALIDATE = ("sh", "-c", _TEST, "sh", "{}")


def steps(context: Context, host: Host) -> Iterator[Step]:
    """The same files on every member. A change restarts them one at a time, each waiting for the majority."""
    del host
    site, options = context.site, context.options("corosync", Options)
    hosts = MEMBERS(site)
    yield Packages(("corosync",))
    yield File(KEY, context.secret(AUTHKEY), base64=True, mode=0o400, secret=True)
    yield File(
        CONF,
        context.render(
            "corosync",
            "corosync.conf.j2",
            links=links(site),
            members=[(one, node_id(site, one)) for one in hosts],
            options=options,
            quorum=quorum(len(hosts), options),
        ),
        validate=VALIDATE,
    )
    yield Unit("corosync.service", restart_on=(CONF, KEY), rolling=True, packages=("corosync",))
