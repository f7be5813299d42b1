"""Runbooks: blocks, the files and hosts they are for, and lines of the page."""

from __future__ import annotations

from textwrap import dedent

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.pages.page import blocks
from fournines.audit.report import Report
from fournines.audit.run import audit
from fournines.audit.sources import read

PAGE = """\
# HA with two nodes

Put this into /etc/hosts:

```
10.0.0.11 node1
10.0.0.12 node2
10.0.0.20 vip
```

On node1, `/etc/keepalived/keepalived.conf`:

```ini
vrrp_script check_haproxy {
    script "/etc/keepalived/check_haproxy.sh"
}
vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 101
    virtual_ipaddress {
        10.0.0.20/24
    }
    track_script {
        check_haproxy
    }
}
```

The script /etc/keepalived/check_haproxy.sh moves the VIP to node2:

```sh
#!/bin/sh
pidof haproxy || service keepalived stop
```

And on node2, the same file /etc/keepalived/keepalived.conf with

```ini
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 52
    priority 100
    virtual_ipaddress {
        10.0.0.20/24
    }
    track_script {
        chekc_haproxy
    }
}
```

Clocks, as root:

```
# apt-get install ntp
# cat <<EOF >> /etc/ntp.conf
server node1
EOF
# echo "*/5 * * * * root ntpdate node1" > /etc/cron.d/sync
$ sysctl -w net.ipv4.ip_nonlocal_bind=1
```
"""


def page(text: str) -> Report:
    return audit([File("howto.md", text)], strict=True)


def test_blocks_become_files_of_hosts() -> None:
    sources, unread, *_ = read([File("howto.md", PAGE)])
    assert unread == []
    lines = PAGE.split("\n")
    found = {(s.kind, s.name, s.host, lines[s.at(1).line - 1].strip()) for s in sources}
    assert found == {
        ("prose", "", "", "The script /etc/keepalived/check_haproxy.sh moves the VIP to node2:"),
        ("hosts", "/etc/hosts", "", "10.0.0.11 node1"),
        ("keepalived.conf", "/etc/keepalived/keepalived.conf", "node1", "vrrp_script check_haproxy {"),
        ("script", "/etc/keepalived/check_haproxy.sh", "", "#!/bin/sh"),
        ("keepalived.conf", "/etc/keepalived/keepalived.conf", "node2", "vrrp_instance VI_1 {"),
        ("commands", "", "", "# apt-get install ntp"),
        ("ntp.conf", "/etc/ntp.conf", "", "server node1"),
        ("crontab", "/etc/cron.d/sync", "", '# echo "*/5 * * * * root ntpdate node1" > /etc/cron.d/sync'),
    }


def test_findings_have_the_lines_of_the_page() -> None:
    lines = page(PAGE)
    text = PAGE.split("\n")
    found = {(finding.rule, text[finding.at.line - 1].strip()) for finding in lines.findings}
    assert ("KA001", "chekc_haproxy") in found
    assert ("KA009", "virtual_router_id 52") in found
    assert ("KA021", "pidof haproxy || service keepalived stop") in found
    assert ("SY005", "server node1") in found
    assert ("SY005", '# echo "*/5 * * * * root ntpdate node1" > /etc/cron.d/sync') in found


def test_a_page_beside_real_files_shows_only_what_they_do_not() -> None:
    lines = PAGE.split("\n")
    real = File("n1/etc/keepalived/keepalived.conf", "vrrp_instance V {\n}\n")
    beside = audit([File("README.md", PAGE), real], strict=True)
    shown = {f.rule for f in beside.findings if f.at.path == "README.md"}
    assert "KA009" not in shown, "its keepalived.conf is the folder's own"
    assert "KA021" not in shown, "and so are its scripts and commands"
    other = audit([File("README.md", PAGE), File("n1/sysctl.conf", "vm.swappiness = 1\n")], strict=True)
    found = {(f.rule, lines[f.at.line - 1].strip()) for f in other.findings if f.at.path == "README.md"}
    assert ("KA009", "virtual_router_id 52") in found
    assert other.unread == ()


def test_callouts_and_indented_fences() -> None:
    text = dedent("""\
        1. In `corosync.conf`:

           ```
           vrrp_instance V { \u2776
               state SLAVE \u2777
               virtual_ipaddress {
                   10.0.0.20
               }
           }
           ```
        """)
    assert [(f.rule, f.at.line) for f in page(text).findings if f.rule == "KA032"] == [("KA032", 5)]


def test_a_fence_that_never_closes_is_read_to_the_end() -> None:
    assert page(
        "/etc/keepalived/keepalived.conf\n~~~\nvrrp_instance V {\n state PEER\n virtual_router_id 1\n"
    ).findings


def test_commands_that_set_ini_options() -> None:
    text = "# x\n\n```\nopenstack-config --set /etc/sysctl.d/ha.conf '' net.ipv4.ip_forward 1\n```\n"
    sources, *_ = read([File("howto.md", text)])
    assert sources[0].kind == "commands"


INDENTED = """\
# Two database hosts

Set up `/etc/drbd.d/r0.res`:

    resource r0 {
      on db1 { address 10.0.0.11:7789; }
      on db2 { address 10.0.0.12:7789; }

      device /dev/drbd1;
    }

Then the cluster (`/etc/corosync/corosync.conf`)

    totem {
      version: 2
    }
    nodelist {
      node {
        ring0_addr: 10.0.0.11
      }
    }

and start it:

    sudo service corosync start
"""


def test_indented_code_is_code() -> None:
    sources, *_ = read([File("howto.md", INDENTED)])
    lines = INDENTED.split("\n")
    assert [(s.kind, s.name, lines[s.at(1).line - 1].strip()) for s in sources] == [
        ("drbd.res", "/etc/drbd.d/r0.res", "resource r0 {"),
        ("corosync.conf", "/etc/corosync/corosync.conf", "totem {"),
        ("commands", "", "sudo service corosync start"),
    ]


SECTIONS = """\
| name | address |
|---|---|
| alpha | 10.0.0.11 |
| beta | 10.0.0.12 |

## On alpha

```
vi /etc/keepalived/keepalived.conf
```

with

```
---
vrrp_instance V {
    state MASTER
    virtual_router_id 5
    virtual_ipaddress {
        10.0.0.20
    }
}
-----------
systemctl restart keepalived
```

## On beta

```
vim /etc/keepalived/keepalived.conf
```

the same with

```
vrrp_instance V {
    state MASTER
    virtual_router_id 5
    virtual_ipaddress {
        10.0.0.20
    }
}
```
"""


def test_the_file_opened_before_and_the_host_of_the_section() -> None:
    sources, *_ = read([File("howto.md", SECTIONS)])
    found = [(s.name, s.host) for s in sources if s.kind == "keepalived.conf"]
    assert found == [
        ("/etc/keepalived/keepalived.conf", "alpha"),
        ("/etc/keepalived/keepalived.conf", "beta"),
    ]
    report = page(SECTIONS)
    assert [f.rule for f in report.findings if f.rule in ("KA018", "KA033")] == ["KA018"]


@pytest.mark.parametrize(
    ("first", "second", "hosts"),
    [
        ("On node 1:", "On node 2:", ["node1", "node2"]),
        ("#### lab-a1", "#### lab-b2", ["lab-a1", "lab-b2"]),
        ("k8s-m1", "k8s-m2", ["k8s-m1", "k8s-m2"]),
        ("MASTER", "BACKUP", ["master", "backup"]),
        ("On both servers:", "The same again:", ["", ""]),
        ("On node1 and node2:", "On node3:", ["", ""]),
    ],
)
def test_hosts_as_pages_name_them(first: str, second: str, hosts: list[str]) -> None:
    block = "/etc/keepalived/keepalived.conf\n```\nvrrp_instance V {\n virtual_router_id 5\n}\n```\n"
    sources, *_ = read([File("howto.md", f"{first}\n\n{block}\n{second}\n\n{block}")])
    assert [source.host for source in sources] == hosts


HALF = """
On {host}:

    $ sudo tee /etc/keepalived/keepalived.conf <<EOF
    vrrp_instance VI_1 {{
        interface eth0
        virtual_router_id {number}
        virtual_ipaddress {{
            ${{VIP}}
        }}
    }}
    EOF
"""


def test_files_that_commands_write_belong_to_the_host_named_before_them() -> None:
    page = "    export VIP=10.0.0.20\n" + "".join(
        HALF.format(host=host, number=number) for host, number in (("lb1", 51), ("lb2", 52))
    )
    sources, *_ = read([File("ha.md", page)])
    files = [source for source in sources if source.kind == "keepalived.conf"]
    assert [source.host for source in files] == ["lb1", "lb2"]
    assert {f"{f.rule} {f.at}" for f in audit([File("ha.md", page)]).findings} >= {"KA009 ha.md:20"}
    assert not any(f.rule == "KA034" for f in audit([File("ha.md", page)]).findings)


def test_a_here_document_for_a_shell_is_commands_on_lines_of_their_own() -> None:
    commands = "pcs cluster setup c c1 c2 c3\npcs property set stonith-enabled=false"
    page = f"```bash\nssh root@c1 <<EOF\n{commands}\nEOF\n```\n"
    found = [f for f in audit([File("ha.md", page)]).findings if f.rule == "PA001"]
    assert [f.at.line for f in found] == [4]


NESTED = """# Setup

- ### One

    - Switch it off, on both nodes:

            pcs property set stonith-enabled=false

      then this:

            pcs property set no-quorum-policy=ignore

\t- And with a fence:
\t  ```sh
\t  pcs resource defaults resource-stickiness=100
\t  ```

1. In a plain list four columns are enough:

    pcs resource create vip ocf:heartbeat:IPaddr2 ip=10.0.0.20
"""


def test_code_in_lists_of_lists_is_code_and_the_text_around_it_is_not() -> None:
    assert [(block.lines[0], block.text.strip()) for block in blocks(NESTED)] == [
        (7, "pcs property set stonith-enabled=false"),
        (11, "pcs property set no-quorum-policy=ignore"),
        (15, "pcs resource defaults resource-stickiness=100"),
        (20, "pcs resource create vip ocf:heartbeat:IPaddr2 ip=10.0.0.20"),
    ]
    assert {(f.rule, f.at.line) for f in page(NESTED).findings} >= {("PA001", 7), ("PA003", 11)}


def test_a_list_inside_indented_code_is_code() -> None:
    (block,) = blocks(
        "Netplan:\n\n    network:\n      addresses:\n        - 10.0.0.1/24\n\n    bridges: {}\n"
    )
    assert block.text == "network:\n  addresses:\n    - 10.0.0.1/24\n\nbridges: {}"
