"""Asking the programs of a host image without starting a host: a layer above its tree, in namespaces.

Nothing is ever written into the tree itself: hosts of a lab may be living on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fournines.engine.wire.process import execute
from fournines.errors import LabError, TransportError
from fournines.kit.check import Output

_ENTER = """\
set -e
tree=$1 layer=$2
shift 2
mkdir -p "$layer/changes" "$layer/work" "$layer/root"
mount -t overlay image -o "lowerdir=$tree,upperdir=$layer/changes,workdir=$layer/work" "$layer/root"
root=$layer/root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
chmod 1777 "$root/tmp"
mkdir -p "$root/run/haproxy" "$root/run/lock"
for name in eth0 eth1; do ip link add "$name" type veth peer name "$name-peer"; done
exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"
"""


@dataclass(frozen=True)
class InsideImage:
    """Every host is the image at ``tree``; what its programs write lies in ``layer``, a folder of its own.

    A transport (``engine.wire.transport``): the engine's agent, and with it every question and every
    validator, runs there as on a host. Needs root.
    """

    tree: Path
    layer: Path

    async def run(
        self,
        host: str,
        argv: Sequence[str],
        *,
        stdin: str = "",
        timeout: float = 60.0,  # noqa: ASYNC109 - part of the wire's contract
    ) -> Output:
        """Run a command in namespaces of its own; whatever it leaves running dies with it.

        Raises:
            TransportError: it did not end within ``timeout`` seconds.
            LabError: this machine lacks ``unshare``.
        """
        apart = ("--mount", "--propagation", "private", "--net", "--pid", "--fork", "--kill-child")
        command = ("unshare", *apart, "sh", "-c", _ENTER, "sh", str(self.tree), str(self.layer), *argv)
        try:
            return await execute(command, stdin=stdin, timeout=timeout)
        except TimeoutError:
            raise TransportError(f"{argv[0]} did not end within {timeout:g} s", where=host) from None
        except OSError as error:
            raise LabError(f"the image cannot be entered: {error}", where=str(self.tree)) from error

    async def close(self) -> None:
        """Nothing was opened."""
