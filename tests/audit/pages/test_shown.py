"""What a page shows of a file, and what it leaves to its reader."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.audit.sources import read

VRRP = """vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        10.0.0.20
    }
}
"""


def ids(page: str, name: str = "ha.md") -> set[str]:
    return {finding.rule for finding in audit([File(name, page)], strict=True).findings}


@pytest.mark.parametrize(
    "typed",
    [
        "[root@lb2 keepalived]# cat keepalived.conf",
        "root@lb2:~# more /etc/keepalived/keepalived.conf",
        "$ cat /etc/keepalived/keepalived.conf",
        "sudo vim /etc/keepalived/keepalived.conf",
    ],
)
def test_the_command_that_shows_a_file_is_no_line_of_it(typed: str) -> None:
    page = f"# VIP\n\n```\n{typed}\n{VRRP}```\n"
    (file,) = [s for s in read([File("ha.md", page)]).sources if s.kind == "keepalived.conf"]
    assert [node.key for node in file.nodes] == ["vrrp_instance"]
    assert file.at(file.nodes[0]).line == 5
    assert "KA033" not in ids(page)
    assert "KA033" in ids(page.replace(typed, "cat is a stray word"))


BLANK = VRRP.replace("10.0.0.20", "${VIP}")


def test_a_placeholder_that_a_sentence_explains() -> None:
    page = f"# VIP\n\nIn /etc/keepalived/keepalived.conf:\n\n```\n{BLANK}```\n\n"
    told = f"{page}- `${{VIP}}` is the address that the hosts share.\n"
    report = audit([File("ha.md", told)], strict=True)
    assert "KA034" not in {finding.rule for finding in report.findings}
    assert any("fill in ${VIP}" in unknown.what for unknown in report.unknown)
    assert "KA034" in ids(f"{page}- `${{VIPS}}` is something else.\n")
    assert "KA034" in ids(page)


MOVED = """# Database

In `/etc/haproxy/haproxy.cfg`:

```
listen mysql-cluster
    bind 10.0.0.20:3306
    mode tcp
    server mysql1 10.0.0.11:3307 check
    server mysql2 10.0.0.12:3307 check
```

In `/etc/mysql/mysql.conf.d/mysqld.cnf`:

```
[mysqld]
bind-address = 0.0.0.0
log_bin = /var/log/mysql/mysql-bin.log
```

{}
"""


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Then change the port 3306 to:\n- mysql1: port = 3307\n", set()),
        ("Let it listen on port 3307 of every address.\n", set()),
        ("Restart it; port = 3308 is for the other one.\n", {"HA004"}),
        ("Its report has the number 3307.\n", {"HA004"}),
    ],
)
def test_a_port_that_a_sentence_names(sentence: str, said: set[str]) -> None:
    assert ids(MOVED.format(sentence)) & {"HA004"} == said
