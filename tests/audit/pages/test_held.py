"""Files that a page's YAML or a script's here-document holds in turn, copies, and Chinese names of roles."""

from __future__ import annotations

from fournines.audit.gather.collect import File
from fournines.audit.report import Report
from fournines.audit.run import audit

VRRP = (
    "vrrp_instance V {\n  state BACKUP\n  interface {{ NIC }}\n  virtual_router_id 7\n  priority 300\n"
    "  virtual_ipaddress {\n    10.1.0.100/24\n  }\n}\n"
)
"""KA053's: the priority is none."""
CONF = "/etc/keepalived/keepalived.conf"


def report(files: dict[str, str]) -> Report:
    return audit([File(path, text) for path, text in files.items()], strict=True)


def lines(files: dict[str, str], rule: str) -> list[int]:
    return [finding.at.line for finding in report(files).findings if finding.rule == rule]


def play(key: str) -> str:
    held = "".join(f"      {line}" for line in VRRP.splitlines(keepends=True))
    return f"- name: keepalived\n  {key}:\n    path: {CONF}\n    block: |\n{held}"


def test_a_part_that_a_playbook_of_a_page_puts_into_a_file_is_read() -> None:
    page = {"start.md": f"```yaml\n{play('blockinfile')}```\n"}
    assert lines(page, "KA053") == [10]
    assert not lines(page, "KA034")


def test_a_playbook_that_a_script_writes_is_read() -> None:
    text = f"#!/bin/sh\ncat > site.yml <<'EOF'\n{play('blockinfile')}EOF\n"
    assert lines({"setup.sh": text}, "KA053") == [11]


def test_a_copy_beside_its_file_is_not_read() -> None:
    other = VRRP.replace("300", "100").replace("{{ NIC }}", "eth0")
    wrong = VRRP.replace("{{ NIC }}", "eth0")
    assert not lines({"keepalived.conf": other, "keepalived.conf.bak": wrong}, "KA053")
    assert lines({"a/keepalived.conf": other, "b/keepalived.conf": wrong}, "KA053") == [5]


def test_roles_are_named_in_chinese() -> None:
    block = VRRP.replace("{{ NIC }}", "eth0").replace("300", "100")
    page = f"\u4e3b\u8282\u70b9\n\n```\n{block}```\n\n\u5907\u8282\u70b9\n\n```\n{block}```\n"
    assert {finding.at.host for finding in report({"start.md": page}).findings} & {"master", "backup"}
    same = page.replace("\u5907", "\u4e3b")
    assert not {finding.at.host for finding in report({"start.md": same}).findings} & {"master", "backup"}


def test_a_text_of_several_lines_that_echo_writes_is_a_file() -> None:
    written = VRRP.replace("{{ NIC }}", "eth0")
    page = f"```\necho '{written}' > {CONF}\n```\n"
    assert lines({"start.md": page}, "KA053") == [6]
    assert not lines({"start.md": page.replace("300", "100")}, "KA053")


def test_addresses_that_are_filled_in_tell_no_two_groups_apart() -> None:
    one = VRRP.replace("{{ NIC }}", "eth0").replace("300", "100")
    other = one.replace("instance V", "instance W")
    apart = f"{one}{other.replace('10.1.0.100', '10.1.0.101')}"
    assert lines({"keepalived.conf": apart}, "KA010")
    assert not lines({"keepalived.conf": apart.replace("10.1.0.101", "{{ VIP }}")}, "KA010")
