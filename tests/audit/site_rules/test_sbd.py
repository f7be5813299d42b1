"""SBD: with and without a disk, and by which names."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.corosync.audit.rules.example import TWO, corosync
from fournines.components.pacemaker.audit.rules.example import DRBD, FENCED, FS, TIED, VIP, crm

_SYSCONFIG = "SBD_PACEMAKER=yes\nSBD_WATCHDOG_DEV=/dev/watchdog\nSBD_WATCHDOG_TIMEOUT=5\n"


def found(texts: dict[str, str]) -> set[str]:
    report = audit([File(path, text) for path, text in texts.items()], strict=True)
    return {finding.rule for finding in report.findings} & {"PA062", "PA064", "PA065", "PA066"}


@pytest.mark.parametrize(
    ("nodes", "quorum", "disk", "fenced", "rules"),
    [
        (2, TWO, "", "", {"PA064"}),
        (3, "", "", "", set()),
        (2, TWO, "SBD_DEVICE=/dev/disk/by-id/scsi-1\n", "", set()),
        (2, TWO, "", FENCED, set()),
        (2, TWO, "SBD_DEVICE=/dev/sdb1;/dev/sdc1\n", "", {"PA066"}),
        (2, TWO, "SBD_DEVICE=/dev/mapper/sbd\n", "", set()),
    ],
)
def test_disks(nodes: int, quorum: str, disk: str, fenced: str, rules: set[str]) -> None:
    texts = {
        "node1/etc/corosync/corosync.conf": corosync(quorum, nodes=nodes),
        "node1/etc/sysconfig/sbd": _SYSCONFIG + disk,
        **crm(VIP, fenced=fenced, properties="stonith-enabled=true stonith-watchdog-timeout=10s"),
    }
    assert found(texts) == rules


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ("modprobe softdog", {"PA065"}),
        ("echo softdog > /etc/modules-load.d/watchdog.conf", {"PA065"}),
        ("modprobe iTCO_wdt # no softdog", set()),
        ("sbd -d /dev/vdb create", {"PA066"}),
        ("sbd -d /dev/disk/by-path/x create", set()),
        ("sbd -d $DISK create", set()),
    ],
)
def test_commands(line: str, rules: set[str]) -> None:
    disk = "SBD_DEVICE=/dev/mapper/sbd\n"
    assert found({"node1/etc/sysconfig/sbd": _SYSCONFIG + disk, "setup.sh": f"#!/bin/sh\n{line}\n"}) == rules


def test_softdog_without_sbd_is_somebody_elses() -> None:
    assert found({"setup.sh": "#!/bin/sh\nmodprobe softdog\n"}) == set()


_COPY = "pcs -f {} resource create vip ocf:heartbeat:IPaddr2 ip=10.0.0.20\n"


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (f"{_COPY.format('a')}{_COPY.format('b')}pcs cluster cib-push a\n", {"PA062"}),
        (f"{_COPY.format('a')}{_COPY.format('b')}pcs cluster cib-push a\npcs cluster cib-push b\n", set()),
        (f"{_COPY.format('a')}pcs cluster cib-push a --config\n", set()),
        (f"{_COPY.format('a')}cibadmin --replace --xml-file=a\n", set()),
        (f"{_COPY.format('a')}pcs -f b resource show\npcs cluster cib-push a\n", set()),
        (_COPY.format("a"), set()),
    ],
)
def test_copies_of_the_configuration(text: str, rules: set[str]) -> None:
    assert found({"setup.sh": f"#!/bin/sh\npcs cluster cib a\n{text}"}) == rules


@pytest.mark.parametrize(
    ("nodes", "delay", "warned"), [(2, "", True), (2, " pcmk_delay_max=15", False), (3, "", False)]
)
def test_corosync_may_say_how_many_there_are(nodes: int, delay: str, *, warned: bool) -> None:
    fenced = f"primitive f stonith:fence_gce \\\n    params zone=a{delay} \\\n    op monitor interval=60s\n"
    text = crm(VIP, fenced=fenced, nodes=0)
    conf = corosync(TWO if nodes == 2 else "", nodes=nodes)
    report = audit([File("corosync.conf", conf), File("cluster.crm", text["cluster.crm"])], strict=True)
    assert any(finding.rule == "PA006" for finding in report.findings) == warned


_NINE = "resource db {\n    device minor 0;\n    connection-mesh {\n        hosts a b;\n    }\n}\n"


@pytest.mark.parametrize(
    ("parts", "drbd", "lost"),
    [
        ((FS,), {}, True),
        ((DRBD, FS, TIED), {}, False),
        ((FS.replace("/dev/drbd/by-res/db", "/dev/vg/db"),), {}, False),
        ((FS,), {"db.res": _NINE}, False),
    ],
)
def test_who_promotes_the_device(parts: tuple[str, ...], drbd: dict[str, str], *, lost: bool) -> None:
    files = [File(path, text) for path, text in {**crm(*parts), **drbd}.items()]
    assert any(finding.rule == "PA070" for finding in audit(files, strict=True).findings) == lost


@pytest.mark.parametrize(
    ("name", "severity"),
    [("setup/prepare.sh", "info"), ("setup/failback.sh", "warning"), ("other/prepare.sh", "warning")],
)
def test_a_set_up_in_several_scripts(name: str, severity: str) -> None:
    files = [
        File("setup/disk.sh", "#!/bin/sh\ndrbdadm create-md data\n"),
        File(name, "#!/bin/sh\ndrbdadm primary --force data\n"),
    ]
    found = [f.severity.word for f in audit(files, strict=True).findings if f.rule == "DR014"]
    assert found == [severity]
