"""What switches a recovery off, and its near misses."""

from __future__ import annotations

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.pacemaker.audit.rules.example import DRBD, FENCED, FS, TIED, VIP, crm

RULES = {rule.id: rule for rule in registry.rules()}


def said(rule: str, files: dict[str, str]) -> list[str]:
    report = audit([File(path, text) for path, text in files.items()], rules=[RULES[rule]], strict=True)
    return [finding.severity.word for finding in report.findings]


@pytest.mark.parametrize(
    ("rule", "properties", "found"),
    [
        ("PA021", "stonith-enabled=true startup-fencing=no", ["error"]),
        ("PA021", "stonith-enabled=false startup-fencing=false", ["info"]),
        ("PA021", "stonith-enabled=true startup-fencing=true", []),
    ],
)
def test_properties(rule: str, properties: str, found: list[str]) -> None:
    assert said(rule, crm(VIP, properties=properties)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pcs resource create v IPaddr2 ip=10.0.0.9 meta migration-threshold=0\n", ["error"]),
        ("pcs resource defaults migration-threshold=0\n", ["error"]),
        ("pcs resource defaults update migration-threshold=0\n", ["error"]),
        ("pcs resource create v IPaddr2 ip=10.0.0.9 meta migration-threshold=1\n", []),
    ],
)
def test_a_threshold_of_nothing(text: str, found: list[str]) -> None:
    assert said("PA022", {"a.sh": f"#!/bin/sh\n{text}"}) == found


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("master-max=1 notify=true", ["error"]),
        ("meta master-max=1 notify=true", []),
        ("params config=x meta notify=true", []),
        ("", []),
    ],
)
def test_options_of_a_clone(options: str, found: list[str]) -> None:
    text = f"primitive p ocf:heartbeat:pgsql op monitor interval=10s\nms m p {options}\n"
    assert said("PA023", {"a.crm": text}) == found


@pytest.mark.parametrize(
    ("fenced", "found"),
    [
        (FENCED.replace("pcmk_host_list=node2", "pcmk_host_list=NODE2.example.net"), []),
        (FENCED.replace("pcmk_host_list=node2", 'pcmk_host_map="node2:17;node1:4"'), []),
        (FENCED.replace("pcmk_host_list=node2", "lanplus=1"), []),
        (FENCED.replace("pcmk_host_list=node2", "pcmk_host_list=$peer"), []),
        (FENCED.replace("pcmk_host_list=node2", "pcmk_host_list=nod2"), ["error"]),
        (FENCED.replace("pcmk_host_list=node2", "pcmk_host_list=node1"), ["error"]),
    ],
)
def test_every_host_has_a_device(fenced: str, found: list[str]) -> None:
    assert said("PA024", crm(VIP, fenced=fenced)) == found


SBD = "SBD_PACEMAKER=yes\nSBD_DEVICE={}\nSBD_WATCHDOG_TIMEOUT={}\n"


@pytest.mark.parametrize(
    ("disk", "watchdog", "property_", "found"),
    [
        ('""', 5, "stonith-watchdog-timeout=10", []),
        ('""', 5, "stonith-watchdog-timeout=8s", ["warning"]),
        ('""', 15, "stonith-watchdog-timeout=10s", ["error"]),
        ('""', 5, "stonith-watchdog-timeout=-1", []),
        ('""', 5, "stonith-watchdog-timeout=0", ["error"]),
        ('""', 5, "no-quorum-policy=stop", ["error"]),
        ("/dev/disk/by-id/x", 5, "no-quorum-policy=stop", []),
        ('"/dev/a;/dev/b"', 5, "stonith-watchdog-timeout=10s", ["warning"]),
    ],
)
def test_sbd_and_the_cluster_agree(disk: str, watchdog: int, property_: str, found: list[str]) -> None:
    files = crm(VIP, fenced="", properties=f"stonith-enabled=true {property_}")
    assert said("PA025", {**files, "node1/etc/sysconfig/sbd": SBD.format(disk, watchdog)}) == found


@pytest.mark.parametrize(
    ("service", "mycnf", "found"),
    [
        ("systemd:mariadb", "bind-address = 127.0.0.1", 1),
        ("systemd:mariadb", "bind-address = 0.0.0.0", 0),
        ("ocf:heartbeat:mysql params additional_parameters=--bind-address=localhost", "", 1),
        (
            "ocf:heartbeat:mysql params additional_parameters=--bind-address=10.0.0.20",
            "bind-address = ::1",
            0,
        ),
        ("systemd:httpd", "bind-address = 127.0.0.1", 0),
    ],
)
def test_what_an_address_announces_listens_on_it(service: str, mycnf: str, found: int) -> None:
    text = f"primitive db {service} op monitor interval=20s\ngroup g vip db\n"
    files = {**crm(VIP, text), "my.cnf": f"[mysqld]\ndatadir = /srv\n{mycnf}\n"}
    assert len(said("PA026", files)) == found


PCS = "#!/bin/sh\npcs resource create vip ocf:heartbeat:IPaddr2 ip=10.0.0.20 op monitor interval=9s{}\n"


@pytest.mark.parametrize(
    ("vip", "rest", "found"),
    [
        (" --group g", "pcs resource create db systemd:mariadb op monitor interval=9s --group g", 1),
        (" --group g", "pcs resource create db systemd:mariadb --group g --after vip", 1),
        ("", "pcs resource create db systemd:mariadb\npcs resource group add g vip db", 1),
        (" --group g", "pcs resource create db systemd:mariadb\npcs resource group add g db", 1),
        (" --group g", "pcs resource create db systemd:mariadb --group h", 0),
        (" --group g", "pcs resource create db systemd:mariadb", 0),
    ],
)
def test_a_group_is_what_all_commands_put_into_it(vip: str, rest: str, found: int) -> None:
    files = {"setup.sh": PCS.format(vip) + rest + "\n", "my.cnf": "[mysqld]\nbind-address = 127.0.0.1\n"}
    assert len(said("PA026", files)) == found


RES = (
    "resource db {{\n net {{ protocol C; {} }}\n device /dev/drbd0;\n"
    " on node1 {{ address 10.0.2.1:7789; }}\n on node2 {{ address 10.0.2.2:7789; }}\n}}\n"
)
LVM = FS.replace("/dev/drbd/by-res/db", "/dev/vg0/mysql")


@pytest.mark.parametrize(
    ("mount", "tied", "found"),
    [(LVM, TIED, ["error"]), (LVM, "", []), (LVM.replace("xfs", "gfs2"), TIED, [])],
)
def test_a_volume_group_between_drbd_and_the_file_system(mount: str, tied: str, found: list[str]) -> None:
    assert said("DR002", {"db.res": RES.format("allow-two-primaries;"), **crm(DRBD, mount, tied)}) == found


def test_a_script_that_builds_services_and_knows_no_fencing() -> None:
    made = "pcs resource create vip IPaddr2 ip=10.0.0.9 op monitor interval=10s\n"
    assert said("PA002", {"a.sh": f"#!/bin/sh\n{made}"}) == ["warning"]
    assert said("PA002", {"a.sh": made}) == ["warning"], "its name says that it is a script"
    assert (
        said("PA002", {"a.sh": f"#!/bin/sh\n{made}", "b.sh": "#!/bin/sh\npcs stonith create f fence_x\n"})
        == []
    )


@pytest.mark.parametrize(
    ("times", "timeout", "found"),
    [
        ("-1 15 -4 30", "stonith-timeout=40s", []),
        ("-1 15 -4 20", "stonith-timeout=40s", ["warning"]),
        ("-4 15 -1 15", "stonith-timeout=40s", ["error"]),
        ("-1 20 -4 60", "", ["error"]),
        ("-1 20 -4 $WAIT", "", []),
        ("", "", []),
    ],
)
def test_the_times_of_sbds_disk(times: str, timeout: str, found: list[str]) -> None:
    script = f"#!/bin/sh\nsbd -d /dev/sdb1 {times} create\n"
    cluster = crm(VIP, properties=timeout or "stonith-enabled=true")
    assert said("PA038", {"sbd.sh": script, **cluster}) == found
