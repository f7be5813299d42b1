"""Runbooks: the configuration and the commands inside a Markdown page, each with its lines in the page.

A block's file is the path named before it (or in its info string or first comment), its kind what stands in
it; its host is the one named before it when the page shows that file for several hosts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fournines.audit.recognise import recognise
from fournines.kit.script import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fournines.kit.source import Kind

PAGES = (".md", ".markdown", ".mdown", ".mkd")
"""Endings of the pages that are read as runbooks."""

_FENCE = re.compile(
    r"^(?P<indent>[ ]{0,12})(?P<item>(?:[-*+]|\d{1,3}[.)])[ ]+)?(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`]*)$"
)
_CALLOUT = re.compile("[ \t]*[\u2460-\u2473\u2776-\u2793\u278a-\u2793\u3251-\u325f]+[ \t]*$")
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
_SHELL_INFO = frozenset({"sh", "bash", "shell", "console", "shell-session", "zsh", "terminal"})
_ELSEWHERE = re.compile(r"^\s*(?:#?\s*\.\.\.+|\[\.\.\.\])\s*$", re.MULTILINE)
_BACK = 8
"""Lines before a block in which its file and host are looked for."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a page as it stands: ``lines`` are the page's line numbers of the lines of ``text``."""

    text: str
    lines: tuple[int, ...]
    info: str
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that was found inside another file, ready to be parsed as ``kind``."""

    name: str
    kind: Kind
    text: str
    lines: tuple[int, ...]
    excerpt: bool
    host: str = ""


def is_page(path: str) -> bool:
    """Whether the path is that of a runbook."""
    return path.lower().endswith(PAGES)


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, with the prose before each."""
    found: list[Block] = []
    prose: list[str] = []
    inside: list[tuple[int, str]] = []
    fence: re.Match[str] | None = None
    for number, line in enumerate(page.split("\n"), start=1):
        match = _FENCE.match(line)
        if fence is None:
            if match:
                fence, inside = match, []
            elif line.strip():
                prose.append(line)
        elif match and _closes(fence, match):
            found.append(_block(fence, inside, prose))
            prose, fence = [], None
        else:
            inside.append((number, line))
    if fence is not None:
        found.append(_block(fence, inside, prose))
    return found


def _closes(opening: re.Match[str], match: re.Match[str]) -> bool:
    return (
        match["fence"][0] == opening["fence"][0]
        and not match["item"]
        and len(match["fence"]) >= len(opening["fence"])
        and not match["info"].strip()
    )


def _block(fence: re.Match[str], inside: list[tuple[int, str]], prose: list[str]) -> Block:
    indent = len(fence["indent"])
    lines = [line[indent:] if not line[:indent].strip() else line for _, line in inside]
    text = "\n".join(_CALLOUT.sub("", line.rstrip("\r")) for line in lines)
    return Block(text, tuple(number for number, _ in inside), fence["info"].strip(), tuple(prose[-_BACK:]))


def drafts(page: str, kinds: Sequence[Kind]) -> list[Draft]:
    """Everything in a page that some kind recognises, and the commands beside it."""
    found = []
    for block in blocks(page):
        draft = _draft(block, kinds)
        if draft:
            found.append((draft, _host_before(block, page)))
    return _with_hosts(found)


def _draft(block: Block, kinds: Sequence[Kind]) -> Draft | None:
    if not block.text.strip():
        return None
    text = block.text
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


def _names_before(block: Block) -> list[str]:
    """The paths a reader would take the block for, the most likely first."""
    found = _PATH.findall(block.info)
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
    whole = {
        "keepalived.conf": r"(?m)^\s*vrrp_instance\b",
        "haproxy.cfg": r"(?m)^\s*(?:global|defaults)\s*$",
        "corosync.conf": r"(?s)totem\s*\{.*(?:quorum|nodelist|service)\s*\{",
        "drbd.res": r"(?s)resource\s+\S+\s*\{.*\bon\s",
        "cib.xml": r"<cib\b",
        "script": r"\A#!",
        "hosts": r".",
    }
    pattern = whole.get(kind.name)
    return pattern is None or not re.search(pattern, text)


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


def _host_before(block: Block, page: str) -> str:
    """The one host named in the two lines of prose before a block; empty when there is none or several."""
    for line in reversed(block.before[-3:]):
        bare = _PATH.sub(" ", line)
        named = [name for name in _HOST.findall(bare) if _is_a_host(name, page)]
        if named:
            return str(named[0]).lower() if len({name.lower() for name in named}) == 1 else ""
    return ""


def _is_a_host(name: str, page: str) -> bool:
    """A word like ``master`` is a host's name only with a number, or where the page gives it an address."""
    if re.search(r"\d|[\-_]", name):
        return True
    if name.upper() in ("MASTER", "SLAVE", "BACKUP", "PRIMARY", "SECONDARY", "STANDBY"):
        return True
    return bool(re.search(rf"(?m)^\s*\d+\.\d+\.\d+\.\d+\s.*\b{re.escape(name)}\b", page))


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
        r"(?m)^\s*(?:router_id\s+|wsrep_node_name\s*=\s*[\"']?)([A-Za-z][\w\-]*\d)\b", draft.text
    )
    return match.group(1).lower() if match else ""
