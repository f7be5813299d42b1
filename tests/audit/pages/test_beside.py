"""What pages add to the files around them, and notes that are neither page nor program."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit

STEPS = """# Two balancers

```sh
sudo crm configure property stonith-enabled=false
sudo crm configure primitive vip ocf:heartbeat:IPaddr2 params ip=10.0.0.20 op monitor interval=10s
sudo crm configure primitive db ocf:heartbeat:mysql op monitor interval=10s
```
"""
CONF = "[database]\nconnection = mysql+pymysql://nova:x@10.0.0.20/nova\n"
OTHER = "#!/bin/sh\npcs property set stonith-enabled=false\npcs resource create web ocf:heartbeat:apache\n"


def found(rule: str, *files: tuple[str, str]) -> list[tuple[str, int]]:
    report = audit([File(*file) for file in files], strict=True)
    return [(f.at.path, f.at.line) for f in report.findings if f.rule == rule]


def test_a_page_in_a_folder_of_its_own_is_a_runbook() -> None:
    assert found("PA001", ("docs/ha.md", STEPS), ("conf/nova.conf", CONF)) == [("docs/ha.md", 4)]


def test_a_page_that_lies_above_the_files_shows_what_need_not_be_in_force() -> None:
    assert not found("PA001", ("README.md", STEPS), ("conf/nova.conf", CONF))


def test_the_commands_of_a_page_apart_build_another_cluster_than_a_script_elsewhere() -> None:
    files = [("docs/ha.md", STEPS), ("scripts/lb.sh", OTHER), ("conf/nova.conf", CONF)]
    assert found("PA001", *files) == [("docs/ha.md", 4), ("scripts/lb.sh", 2)]
    assert found("PA001", ("README.md", STEPS), ("lb.sh", OTHER)) == [("README.md", 4)]


def test_what_cloud_init_writes_is_no_part_of_the_file_that_says_so() -> None:
    data = "#cloud-config\nwrite_files:\n- path: /etc/ssh/ca.pub\n  content: |\n    c3NoLXJzYSBB\n"
    conf = (
        "- path: /etc/corosync/corosync.conf\n  content: |\n    totem {\n      version: 2\n      {}\n    }\n"
    )
    page = "# Boot\n\n```yaml\n" + data + conf + "```\n"
    assert not found("CO015", ("boot.md", page.replace("{}", "token: 3000")))
    assert found("CO015", ("boot.md", page.replace("{}", "nonsense"))) == [("boot.md", 13)]


NOTES = """# disable fencing
sudo crm configure property stonith-enabled=false

# jump into the crm shell
sudo crm
configure
primitive ag ocf:mssql:ag \\
  params ag_name=ag1 \\
  op monitor interval=10s role=Master

ms ms-ag ag meta notify=true
commit
exit
sudo crm resource status
sudo crm configure colocation with INFINITY: {} ms-ag:Master
"""


@pytest.mark.parametrize("name", ["3. Create the group.ps1", "notes.txt", "steps"])
def test_notes_of_what_was_typed_at_the_cluster_shell(name: str) -> None:
    assert found("PA001", (name, NOTES.format("ag"))) == [(name, 2)]
    assert not found("PA007", (name, NOTES.format("ag")))
    assert found("PA007", (name, NOTES.format("other"))) == [(name, 15)]


def test_a_program_that_only_speaks_of_the_cluster_is_no_note() -> None:
    text = 'Write-Host "see pcs property"\n$x = 1\npcs property set stonith-enabled=false\n'
    assert not found("PA001", ("tool.ps1", text))


BOLD = """vrrp_instance V {
    **state BACKUP
    nopreempt**
    interface eth0
    **priority 100**
    virtual_router_id 7
    track_interface {
        eth1 weight -2
    }
    virtual_ipaddress {
        10.0.0.20/24
    }
}
"""


def test_the_asterisks_of_a_post_are_no_part_of_a_keyword() -> None:
    assert not found("KA033", ("keepalived.conf", BOLD))
    assert found("KA006", ("keepalived.conf", BOLD)) == [("keepalived.conf", 3)]
    assert not found("KA006", ("keepalived.conf", BOLD.replace("eth1 weight", "eth0 weight")))
    assert not found("KA006", ("keepalived.conf", BOLD.replace(" weight -2", "")))
