"""Commands of clusters, as other texts hold them: in quotes, as a list of words, as a value."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from fournines.kit.audit.wrapped import program_of, unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PROGRAMS = frozenset(
    """dnf yum zypper pcs crm crm_attribute crm_resource cibadmin stonith_admin drbdadm drbdsetup
    corosync-cfgtool rabbitmqctl rabbitmq-plugins galera_new_cluster garbd systemctl crudini openstack-config
    sysctl keystone-manage setenforce setsebool iptables firewall-cmd ufw mkfs mkfs.ext4 mkfs.xfs
    service chkconfig update-rc.d mysqld mariadbd mysqld_safe docker podman kubectl sed
    pssh parallel-ssh pdsh clush""".split()  # noqa: SIM905 - a list would be a page long
)
"""Programs that begin a command worth reading wherever it stands."""
_WORD = re.compile(r"\"([^\"\n]{0,300})\"|'([^'\n]{0,300})'")
_SHELL = frozenset({"-c", "-ec", "-lc", "-xc"})
"""Options behind which a shell is given its command."""
_LONGEST = 2000
_QUOTED = re.compile(r"([\"'`])((?:sudo )?[a-z_\-]{3,20}(?:\.\w{1,5})? [^\"'`\n]{1,400})\1")
_LIST = re.compile(r"[\[(]\s{0,4}([\"'])[a-z_\-]{3,20}\1\s{0,4},[^\[\]()\n]{0,400}[\])]")


def command_of(text: str) -> str:
    """A text that is a command of a cluster's programs; empty for another."""
    if len(text) > _LONGEST:
        return ""
    words = text.split()
    if len(words) > 1 and program_of(unwrapped(words)) in _PROGRAMS:
        return text
    return "galera_new_cluster" if words in (["galera_new_cluster"], ["sudo", "galera_new_cluster"]) else ""


def listed(text: str) -> str:
    """The same of a list of quoted words: ``["rabbitmqctl", "stop_app"]``, ``['sh', '-c', 'pcs ...']``."""
    words: list[str] = [double or single for double, single in _WORD.findall(text[:_LONGEST])]
    if len(words) > 2 and words[1] in _SHELL:  # noqa: PLR2004 - a shell, its option and the command
        return words[2]
    return shlex.join(words) if words and command_of(" ".join(words)) else ""


def quoted(text: str) -> Iterator[tuple[str, int]]:
    """The commands that stand in the quotes of a program text, and their lines."""
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > _LONGEST or not any(mark in line for mark in "\"'`"):
            continue
        found = [listed(match.group()) for match in _LIST.finditer(line)]
        found += [command_of(match.group(2)) for match in _QUOTED.finditer(line)]
        yield from ((said, number) for said in found if said)


_PROPERTY = re.compile(
    r"(?<![\w\-=.])(stonith-enabled|no-quorum-policy|startup-fencing|maintenance-mode|symmetric-cluster)(?![\w\-])"
)
_GIVEN = re.compile(r"\bvalue[\"']? {0,4}(?:=>|[:=]) {0,4}[\"']?(\w{1,20})")
_NEXT = 3
"""Lines below a property's name in which its value stands."""


def properties(lines: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Properties of a cluster that a module of Puppet or Ansible sets by name and value, as commands."""
    for number, line in enumerate(lines):
        name = _PROPERTY.search(line) if len(line) <= _LONGEST and not line.lstrip().startswith("#") else None
        if name is None:
            continue
        for near in range(number, min(len(lines), number + 1 + _NEXT)):
            value = _GIVEN.search(lines[near][:_LONGEST])
            if value:
                yield f"pcs property set {name[1]}={value[1]}", near + 1
                break
            if near > number and _PROPERTY.search(lines[near][:_LONGEST]):
                break
