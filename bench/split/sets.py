"""What the guide of 2015 says of quorum and fencing, and what it does not say of DRBD's, as an option set."""

from __future__ import annotations

from bench.option_set import Edit, OptionSet

from fournines.kit.context import Context
from fournines.kit.declare import Volume

CLUSTER = "cluster configuration"
VOLUMES = "what stands on volumes"
"""The commands that are fed the cluster's configuration, whole and in part."""
HG = "openstack/ha-guide a299b5b (2015-05-15) doc/high-availability-guide"
HG_PROPERTIES = f'{HG}/includes/pacemaker-properties.crm: no-quorum-policy="ignore"'
HG_DRBD = f"{HG}/includes/mysql.res: a device, a disk, two addresses, and nothing else"
UNSAID = f"{HG}: nowhere a fencing device; without one Pacemaker starts nothing, so it has to be off"

OURS = OptionSet("ours", "fournines, as deployed")


def guide(context: Context) -> OptionSet:
    """``no-quorum-policy=ignore`` and no fencing, of the cluster and of the site's volumes."""
    volumes = [one.name for one in context.declared(Volume)]
    fed = (CLUSTER, VOLUMES) if volumes else (CLUSTER,)
    return OptionSet(
        "guide",
        "the guide of 2015",
        edits=(
            *(edit for name in fed for edit in _cluster(name)),
            *(edit for name in volumes for edit in _volume(f"/etc/drbd.d/{name}.res")),
        ),
        compare=("pacemaker.fencing",),
        unequal=(
            "its two hosts: a third votes here in both runs, and one side has the majority",
            "Corosync's links, tokens and encryption, and every resource of the cluster: ours in both runs",
            "how a DRBD that has parted is mended, of which it says nothing: DRBD's own manual, by hand",
        ),
    )


def _cluster(command: str) -> tuple[Edit, ...]:
    return (
        Edit(command, r'(name="no-quorum-policy" value)="stop"', r'\1="ignore"', HG_PROPERTIES),
        Edit(command, r'(name="stonith-enabled" value)="true"', r'\1="false"', UNSAID),
        Edit(command, r'^      <rsc_location id="fence-.*\n', "", UNSAID),
        Edit(command, r'^      <primitive id="fence-.*\n(?:        .*\n)*      </primitive>\n', "", UNSAID),
    )


def _volume(path: str) -> tuple[Edit, ...]:
    return (
        Edit(
            path,
            r"(?:^        #.*\n)*^        fencing resource-and-stonith;$",
            "        fencing dont-care;",
            HG_DRBD,
        ),
        Edit(path, r"^    handlers \{\n(?:        .*\n)*    \}\n", "", HG_DRBD),
        Edit(path, r"(?:^        #.*\n)*(?:^        after-sb-.*\n)+", "", HG_DRBD),
    )
