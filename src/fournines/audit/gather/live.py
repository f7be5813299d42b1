"""The files of living hosts, read over SSH and never changed: the audit's other way in."""

from __future__ import annotations

import base64
import binascii
import io
import tarfile
from dataclasses import replace
from typing import TYPE_CHECKING

import anyio

from fournines.audit.gather.archive import opened
from fournines.audit.gather.collect import Budget, File, unpacked
from fournines.errors import HostError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fournines.engine.wire.transport import Transport

WANTED = tuple(
    """etc/keepalived etc/haproxy etc/apache2 etc/httpd etc/xinetd.d etc/corosync etc/drbd.conf etc/drbd.d
    etc/mysql etc/my.cnf etc/my.cnf.d etc/rabbitmq etc/memcached.conf etc/sysconfig/memcached etc/chrony
    etc/chrony.conf etc/ntp.conf etc/ntpsec etc/rsyslog.conf etc/rsyslog.d etc/sysctl.conf etc/sysctl.d
    etc/nftables.conf etc/nftables.d etc/iptables etc/sysconfig/iptables etc/hosts etc/systemd/system
    etc/keystone etc/glance etc/nova etc/neutron etc/cinder etc/heat etc/placement
    etc/openstack-dashboard etc/crontab etc/cron.d etc/default
    usr/local/bin usr/local/sbin usr/local/libexec""".split()  # noqa: SIM905 - a list would be a page long
)
"""Below the root of a host. Keys, certificates and data are not among them."""
_EXCLUDED = (
    "fernet-keys",
    "credential-keys",
    "*.key",
    "*.pem",
    "authkey",
    ".erlang.cookie",
    "policy.d",
    "*.bak",
    "*~",
)

_SCRIPT = """
set -u
cd / || exit 1
list=
for path in "$@"; do [ -e "$path" ] && list="$list $path"; done
[ -n "$list" ] || exit 0
tar -czf - --no-wildcards-match-slash {excluded} -h --ignore-failed-read $list 2>/dev/null | base64
if command -v cibadmin >/dev/null 2>&1; then
    printf '\\n--cib--\\n'
    timeout 10 cibadmin -Q -l 2>/dev/null || timeout 10 cibadmin -Q 2>/dev/null
fi
"""


async def files_of(transport: Transport, hosts: Sequence[str], *, whole: bool = False) -> list[File]:
    """The configuration files of these hosts, under the hosts' names; all hosts are asked at once.

    ``whole``: all together may be as long as they are (``collect``).

    Raises:
        TransportError: a host could not be reached.
        HostError: a host answered, but not with files.
    """
    answers: dict[str, str] = {}

    async def ask(host: str) -> None:
        excluded = " ".join(f"--exclude='{pattern}'" for pattern in _EXCLUDED)
        script = _SCRIPT.replace("{excluded}", excluded)
        answer = await transport.run(host, ["sh", "-s", "--", *WANTED], stdin=script, timeout=60.0)
        answers[host] = answer.stdout

    async with anyio.create_task_group() as group:
        for host in hosts:
            group.start_soon(ask, host)
    budget = Budget.of(whole=whole)
    return [file for host in hosts for file in _unpacked(host, answers[host], budget)]


def _unpacked(host: str, answer: str, budget: Budget) -> list[File]:
    packed, _, cib = answer.partition("\n--cib--\n")
    files: list[File] = []
    try:
        data = base64.b64decode("".join(packed.split()), validate=True)
        if data:
            with opened(io.BytesIO(data)) as archive:
                files = [replace(f, path=f"{host}/{f.path}", host=host) for f in unpacked(archive, budget)]
    except (binascii.Error, tarfile.TarError, EOFError, OSError) as error:
        raise HostError(
            f"its answer is no archive: {error}", where=host, try_this="is tar installed there?"
        ) from error
    if cib.strip():
        text = cib.encode()
        files.append(replace(budget.file(f"{host}/cib.xml", text, size=len(text)), host=host))
    return files
