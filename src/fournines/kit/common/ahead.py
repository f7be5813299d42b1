"""What keeps a cluster together comes first where processors are short.

Otherwise an API that loads counts as much as the membership or the agent of a fencing device. Those have
time limits: a host that only works hard is taken for lost, and a fencer that waits for its agent is killed.
"""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.context import Context
from fournines.kit.step import File, Step, unit_file

SLICE = "cluster.slice"
_HEAD = "# Managed by fournines for the site {site}; change {file} instead.\n"
_SHARE = """\
[Unit]
Description=The membership, the cluster manager and its agents
[Slice]
# Ten times as much as all services together, and as all logins; what they leave is the others'.
CPUWeight=1000
"""


def ahead(context: Context, unit: str) -> Iterator[Step]:
    """The unit in a slice of its own, from its next start on: what runs is not restarted for it."""
    head = _HEAD.format(site=context.site.name, file=context.site.file.name)
    yield File(unit_file(SLICE), head + _SHARE)
    yield File(f"{unit_file(unit)}.d/slice.conf", f"{head}[Service]\nSlice={SLICE}\n")
