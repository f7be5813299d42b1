"""Records of a terminal: what was typed, without what was printed."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.pages.session import printed, typed
from fournines.audit.run import audit
from fournines.audit.sources import read

_NOTES = """\
It's the second host's turn now.
[root@node01 ~]# pcs property set stonith-enabled=false
Warning: it isn't supported
[root@node01 ~]# pcs resource create vip ocf:heartbeat:IPaddr2 \\
    ip=10.0.0.20
admin@node01:~$ sudo tee /etc/sysctl.d/ha.conf <<EOF
net.ipv4.ip_nonlocal_bind=1
EOF
net.ipv4.ip_nonlocal_bind=1
"""


def test_only_what_was_typed_is_kept_in_its_line() -> None:
    assert typed(_NOTES).split("\n") == [
        "",
        "pcs property set stonith-enabled=false",
        "",
        "pcs resource create vip ocf:heartbeat:IPaddr2 \\",
        "    ip=10.0.0.20",
        "sudo tee /etc/sysctl.d/ha.conf <<EOF",
        "net.ipv4.ip_nonlocal_bind=1",
        "EOF",
        "",
        "",
    ]


@pytest.mark.parametrize("text", ["pcs status\npcs config\n", "[root@a ~]# pcs status\nfine\n", "# a@b: c\n"])
def test_what_is_no_session_stays(text: str) -> None:
    assert typed(text) == text


def test_notes_are_read_for_their_commands_alone() -> None:
    (notes, conf), *_ = read([File("notes.txt", _NOTES)])
    assert (notes.kind, conf.kind) == ("commands", "sysctl")
    found = {(f.rule, f.at.line) for f in audit([File("notes.txt", _NOTES)], strict=True).findings}
    assert ("PA001", 2) in found
    assert "SY011" not in {rule for rule, _ in found}


@pytest.mark.parametrize(
    ("first", "kept"),
    [
        ("cat /etc/drbd.d/r0.res", False),
        ("[root@a ~]# sudo cat /etc/drbd.d/r0.res", False),
        ("# vim /etc/drbd.d/r0.res", False),
        ("resource r0 {", True),
        ("# cat of the second host", True),
    ],
)
def test_the_command_above_a_file(first: str, *, kept: bool) -> None:
    text = f"{first}\n  protocol C;\n"
    assert printed(text) == (text if kept else "\n  protocol C;\n")


def test_a_printed_file_is_read() -> None:
    hosts = "".join(f"on n{n} {{\n  address 10.0.0.{n}:7788;\n}}\n" for n in (1, 2))
    text = f"cat /etc/drbd.d/r0.res\nresource r0 {{\n{hosts}}}\ncommon {{\n  protocol C;\n}}\n"
    found = {(f.rule, f.at.line) for f in audit([File("r0.res", text)], strict=True).findings}
    assert ("DR001", 2) in found
