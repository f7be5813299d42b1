"""Runbooks: the configuration and the commands inside a Markdown page, each with its lines in the page.

A block's file is the path named before it (or in its info string or first comment), its kind what stands in
it; its host is the one named before it when the page shows that file for several hosts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fournines.audit.gather.recognise import recognise
from fournines.audit.pages.page import Block, blocks
from fournines.kit.audit.script import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fournines.kit.audit.source import Kind

_PATH = re.compile(
    r"(?<![\w/.\-])(?:~|\.{0,2})?/?(?:[\w.\-]+/)*[\w\-]+(?:\.[\w\-]+)*"
    r"\.(?:conf|cfg|cnf|res|sh|ini|xml|config|rules|v4|nft|service|socket|env|d/[\w.\-]+)\b"
    r"|/etc/(?:[\w.\-]+/)*[\w.\-]+",
    re.ASCII,
)
_HOST = re.compile(
    r"(?<![\w/.@\-])((?:controller|ctl|ctrl|node|host|server|web|app|db|database|mysql|galera|rabbit|mq|lb|"
    r"haproxy|proxy|keepalived|compute|network|api|vm|srv|dashboard|master|slave|backup|primary|secondary|"
    r"standby)[\-_]?(?:\d{1,3}|[a-c]|one|two|three)?)(?![\w/\-]|\.\w)",
    re.IGNORECASE | re.ASCII,
)
_PROMPT = re.compile(r"^\s*(?:\[?[\w.\-]+@[\w.\-]+[^#$>\n]{0,40}[\]:]?[#$]|[\w.\-]+[#$]|[#$])\s+(?=\S)")
_SHELL_WORDS = frozenset(
    """sudo apt apt-get yum dnf zypper systemctl service cat echo sed cp mv mkdir chmod chown scp ssh rsync
    curl wget crm pcs crm_attribute drbdadm mkfs mount umount mysql mysqladmin mysql_secure_installation
    rabbitmqctl rabbitmq-plugins openstack keystone glance nova neutron cinder su export source iptables
    firewall-cmd ufw sysctl ip ln tee openstack-config crudini haproxy keepalived corosync-keygen
    corosync-cfgtool corosync-cmapctl galera_new_cluster garbd modprobe setsebool update-rc.d chkconfig
    hostnamectl ntpdate hwclock cd for if while a2enmod a2ensite keystone-manage glance-manage nova-
    manage cibadmin crm_mon stonith_admin mysqld_safe mysqld killall docker podman""".split()  # noqa: SIM905 - a list would be a page long
)
_EDITED = re.compile(r"(?:^|\s)(?:vim?|nano|emacs|gedit|mcedit|sudoedit|edit)\s+(\S+)\s*$")
_SHELL_INFO = frozenset({"sh", "bash", "shell", "console", "shell-session", "zsh", "terminal"})
_ELSEWHERE = re.compile(r"^[ \t]*(?:#?[ \t]*\.\.\.+|\[\.\.\.\])\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that was found inside another file, ready to be parsed as ``kind``."""

    name: str
    kind: Kind
    text: str
    lines: tuple[int, ...]
    excerpt: bool
    host: str = ""


def drafts(page: str, kinds: Sequence[Kind]) -> list[Draft]:
    """Everything in a page that some kind recognises, and the commands beside it."""
    found = []
    hosts = known_hosts(page)
    for block in blocks(page):
        draft = _draft(block, kinds)
        if draft:
            found.append((draft, _host_before(block, hosts)))
    return _with_hosts(found)


def _draft(block: Block, kinds: Sequence[Kind]) -> Draft | None:
    if not block.text.strip():
        return None
    text = _without_orders(block.text)
    if _speaks_shell(text) and not text.lstrip().startswith("#!"):
        return Draft("", COMMANDS, _without_prompts(text), block.lines, excerpt=True)
    names = _names_before(block)
    known = [kind for kind in kinds if kind is not COMMANDS]
    for name in (*names, ""):
        kind = recognise(name, text, known, marked=True)
        if kind:
            return Draft(name or kind.name, kind, text, block.lines, _partial(kind, text))
    if block.info.split(" ")[0].lower().strip("{}.") in _SHELL_INFO:
        return Draft("", COMMANDS, _without_prompts(text), block.lines, excerpt=True)
    return None


def _without_orders(text: str) -> str:
    """A file without the commands a page adds below it: ``systemctl restart keepalived``."""
    lines = text.split("\n")
    if _speaks_shell(text) or sum(bool(line.strip()) for line in lines) < _SHORT:
        return text
    return "\n".join("" if _ORDER.match(line) else line for line in lines)


_SHORT = 6
_ORDER = re.compile(
    r"^\s*(?:[#$]\s+)?(?:sudo\s+)?(?:systemctl|service|/etc/init\.d/\S+)\s+[\w.@\-]+(?:\s+[\w.@\-]+)?\s*$"
)


def _names_before(block: Block) -> list[str]:
    """The paths a reader would take the block for, the most likely first."""
    found = _PATH.findall(block.info)
    edited = _EDITED.search(block.previous)
    if edited:
        found += _PATH.findall(edited.group(1))
    for line in block.text.split("\n")[:2]:
        if re.match(r"\s*[#;!]", line) and not line.startswith("#!"):
            found += _PATH.findall(line)
    for line in reversed(block.before):
        found += reversed(_PATH.findall(line))
        if line.startswith("#"):
            break
    return list(dict.fromkeys(found))


def _partial(kind: Kind, text: str) -> bool:
    """Whether a block shows only part of its file."""
    if _ELSEWHERE.search(text):
        return True
    position = 0
    for pattern in _WHOLE.get(kind.name, (r"(?!)",)):
        match = re.compile(pattern).search(text, position)
        if match is None:
            return True
        position = match.end()
    return False


_WHOLE = {
    "keepalived.conf": (r"(?m)^[ \t]*vrrp_instance\b",),
    "haproxy.cfg": (r"(?m)^[ \t]*(?:global|defaults)[ \t]*$",),
    "corosync.conf": (r"totem\s*\{", r"(?:quorum|nodelist|service)\s*\{"),
    "drbd.res": (r"resource\s+\S+\s*\{", r"\bon\s"),
    "cib.xml": (r"<cib\b",),
    "script": (r"\A#!",),
    "hosts": (r".",),
}
"""What a whole file has, one behind the other."""


def _speaks_shell(text: str) -> bool:
    """Whether a third of the lines are commands, or a command opens a here-document."""
    lines = [line for line in text.split("\n") if line.strip() and not re.match(r"\s*--?[a-z]", line)]
    speaking = 0
    for line in lines:
        words = _PROMPT.sub("", line).split()
        command = bool(words) and words[0].rsplit("/", 1)[-1] in _SHELL_WORDS
        if command and "<<" in line:
            return True
        speaking += command
    return bool(lines) and speaking * 3 >= len(lines)


def _without_prompts(text: str) -> str:
    lines = text.split("\n")
    kept: list[str] = []
    for line in lines:
        if kept and re.match(r"\s*--?[a-z]", line) and kept[-1].strip():
            kept[-1] += " \\"  # a command the page broke: its options go on in the next line
        bare = _PROMPT.sub("", line)
        word = bare.split()[0].rsplit("/", 1)[-1] if bare.split() else ""
        kept.append(bare if word in _SHELL_WORDS or not line.lstrip().startswith("#") else line)
    return "\n".join(kept)


_WITH_ADDRESS = re.compile(
    r"(?m)^[ \t]*(?:\d{1,3}\.){3}\d{1,3}[ \t]+([A-Za-z][\w.\-]*)"
    r"|^[ \t]*(?:\|[ \t]*)?([A-Za-z][\w.\-]*)[ \t]*\|[^|\n]*?(?:\d{1,3}\.){3}\d{1,3}"
)
_ALONE = re.compile(r"^[\s#>*`\-]*([A-Za-z][\w.\-]*\d[\w\-]*)[\s:*`\uff1a]*$", re.ASCII)
_SPACED = re.compile(
    r"(?i)\b(node|host|server|controller|master|backup|slave|vm|lb|proxy|machine) "
    r"(\d{1,2})\b"
)


def known_hosts(page: str) -> frozenset[str]:
    """Names to which the page gives an address, in a table or in lines of a hosts file."""
    found = {name.lower() for pair in _WITH_ADDRESS.findall(page) for name in pair if name}
    return frozenset(found - {"localhost", "vip", "virtual", "gateway"})


def _host_before(block: Block, hosts: frozenset[str]) -> str:
    """The one host named right before a block, else in the heading above; empty where several are."""
    for line in (*reversed(block.before[-3:]), block.heading):
        named = _named(line, hosts)
        if named:
            return named.pop() if len(named) == 1 else ""
    return ""


def _named(line: str, hosts: frozenset[str]) -> set[str]:
    alone = _ALONE.match(line)
    if alone and not _PATH.search(line):
        return {alone.group(1).lower()}
    bare = _SPACED.sub(r"\1\2", _PATH.sub(" ", line))
    words = {word.lower() for word in re.findall(r"[A-Za-z][\w.\-]*", bare)}
    return (words & hosts) or {str(name).lower() for name in _HOST.findall(bare) if _is_a_host(name)}


def _is_a_host(name: str) -> bool:
    """A word like ``server`` is a host's name only with a number; roles of VRRP are names by themselves."""
    roles = ("MASTER", "SLAVE", "BACKUP", "PRIMARY", "SECONDARY", "STANDBY")
    return bool(re.search(r"\d|[\-_]", name)) or name.upper() in roles


def _with_hosts(found: Iterable[tuple[Draft, str]]) -> list[Draft]:
    """Hosts count where the page shows the same file for more than one of them."""
    pairs = [(draft, "" if draft.kind is COMMANDS else _host_inside(draft) or host) for draft, host in found]
    per_file: dict[tuple[str, str], set[str]] = defaultdict(set)
    for draft, host in pairs:
        if host:
            per_file[draft.kind.name, _base(draft.name)].add(host)
    kept = []
    for draft, host in pairs:
        several = len(per_file[draft.kind.name, _base(draft.name)]) > 1
        kept.append(replace(draft, host=host) if several and host else draft)
    return kept


def _base(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def _host_inside(draft: Draft) -> str:
    """The host a file names itself: ``router_id``, ``wsrep_node_name``."""
    match = re.search(
        r"(?m)^[ \t]*(?:router_id\s+|wsrep_node_name\s*=\s*[\"']?)([A-Za-z][\w\-]*\d)\b", draft.text
    )
    return match.group(1).lower() if match else ""
