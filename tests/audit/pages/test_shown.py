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
