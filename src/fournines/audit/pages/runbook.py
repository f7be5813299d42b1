"""Runbooks: the configuration and the commands inside a Markdown page, each with its lines in the page.

A block's file is the path named before it (or in its info string or first comment), its kind what stands in
it; its host is the one named before it when the page shows that file for several hosts.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from fournines.audit.gather.recognise import recognise
from fournines.audit.pages.draft import Draft
from fournines.audit.pages.embedded import written
from fournines.audit.pages.playbook import LONGEST, is_playbook, playbook
from fournines.audit.pages.prose import named, told
from fournines.audit.pages.values import aliases, filled, unaliased, values
from fournines.audit.pages.whose import PATH, everywhere, host_before, known_hosts, with_hosts
from fournines.audit.parse import parse
from fournines.kit.audit.script import COMMANDS, SCRIPT
from fournines.kit.audit.source import ALL_HOSTS, Source
from fournines.kit.audit.wrapped import program_of, unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fournines.audit.pages.page import Block
    from fournines.audit.pages.shown import Shown
    from fournines.kit.audit.source import Kind

_PROMPT = re.compile(
    r"^\s*+(?:\([\w.\- ]{1,30}\)\s*+)?"
    r"(?:\[?[\w.\-]++@[\w.\-]++(?:[^#$>\n]{0,40}[\]:]?[#$]|:[~/][\w./\-]{0,40}>|:)"
    r"|[\w.\-]++:[~/][\w./\-]{0,40} ?[#$>]|\[[\w.\- ]{1,30}\] ?[#$]|[\w.\-]++[#$]|[#$])\s+(?=\S)"
)
"""``[root@db1 ~]#``, ``root@db1:~#``, ``(venv) user@db1 ~ $``, SUSE's ``db1:~ #`` and ``user@db1:~>``."""
_AT = re.compile(r"@([\w\-]+)|^\s*([A-Za-z][\w\-]*):[~/]")
"""The host in a prompt."""
_SHELL_WORDS = frozenset(
    """sudo apt apt-get yum dnf zypper systemctl service cat echo sed cp mv mkdir chmod chown scp ssh rsync
    curl wget crm pcs crm_attribute drbdadm mkfs mount umount mysql mysqladmin mysql_secure_installation
    rabbitmqctl rabbitmq-plugins openstack keystone glance nova neutron cinder su export source iptables
    firewall-cmd ufw sysctl ip ln tee openstack-config crudini haproxy keepalived corosync-keygen
    corosync-cfgtool corosync-cmapctl galera_new_cluster garbd modprobe setsebool update-rc.d chkconfig
    hostnamectl ntpdate hwclock cd for if while a2enmod a2ensite keystone-manage glance-manage nova-
    manage cibadmin crm_mon stonith_admin mysqld_safe mysqld killall docker podman ansible pssh pdsh clush
    parallel-ssh salt lxc kubectl crm_resource mariadb mariadb-admin mariadbd mariadbd-safe nmcli netplan nft
    redis-cli psql patronictl etcdctl chronyc timedatectl drbdsetup xargs printf
    rabbitmqadmin sshpass doas oc crictl nerdctl docker-compose podman-compose incus juju
    runuser nsenter lxc-attach pct""".split()  # noqa: SIM905 - a list would be a page long
)
_EDITED = re.compile(r"(?:^|\s)(?:vim?|nano|emacs|gedit|mcedit|sudoedit|edit)\s+(\S+)\s*$")
_SHELL_INFO = frozenset({"sh", "bash", "shell", "console", "shell-session", "zsh", "terminal"})
_WRITES = re.compile(r">|<<|\btee\b|--set\b|\bsed\b|_GALERA_|WSREP_")
"""What a command that writes a file has in it."""
_ELSEWHERE = re.compile(r"^[ \t]*+(?:(?:#[ \t]*+)?\.{3,}+|\[\.\.\.\])[ \t\r]*$", re.MULTILINE)


def drafts(given: Shown, kinds: Sequence[Kind]) -> list[Draft]:
    """What some kind recognises in a page, the commands, the files they write and what the prose sets."""
    page = given.prose
    hosts = known_hosts(page)
    found = []
    shown = given.blocks
    short = aliases(block.text for block in shown)
    shown = [replace(block, text=unaliased(block.text, short)) for block in shown] if short else shown
    room = LONGEST
    for block in shown:
        room -= len(block.text) if is_playbook(block.text) else 0
        draft = _draft(block, kinds, plays=room > 0)
        if draft:
            found.append((draft, host_before(block, hosts)))
    known = values(draft.text for draft, _ in found if draft.kind is COMMANDS)
    pairs = []
    for draft, host in found:
        full = draft if draft.kind is not COMMANDS else replace(draft, text=filled(draft.text, known))
        pairs.append((full, host))
        pairs.extend((_typed_where(file, full), file.host or host) for file in _written(full, kinds))
    pairs.extend((draft, "") for draft in told(page, shown, kinds))
    names = named(page, shown) if pairs else None
    pairs.extend([(names, "")] if names else [])
    return with_hosts(pairs)


def _typed_where(file: Draft, by: Draft) -> Draft:
    """A file with the host at which the command is typed that writes it."""
    at = by.lines.index(file.lines[0]) if file.lines[0] in by.lines else 0
    said = by.typed.get(at + 1, "")
    return replace(file, typed={1: said}) if said else file


def _written(draft: Draft, kinds: Sequence[Kind]) -> Iterator[Draft]:
    """The files that a block of commands or a script writes."""
    if draft.kind in (COMMANDS, SCRIPT) and _WRITES.search(draft.text):
        parsed = parse(draft.kind.syntax, draft.text)
        yield from written(Source("", "", draft.kind.name, draft.text, parsed, lines=draft.lines), kinds)


def _draft(block: Block, kinds: Sequence[Kind], *, plays: bool) -> Draft | None:
    if not block.text.strip():
        return None
    tasks = playbook(block.text, block.lines) if plays else None
    if tasks:
        return replace(tasks, section=block.heading)
    if block.given:
        return _commands(block, block.text)
    text = _without_orders(block.text)
    if _speaks_shell(text) and not text.lstrip().startswith("#!"):
        return _commands(block, text)
    names = _names_before(block)
    script = bool(_SHEBANG.match(text))
    known = [SCRIPT] if script else [kind for kind in kinds if kind is not COMMANDS]
    for name in (*names, ""):
        kind = recognise(name, text, known, marked=True)
        if kind:
            excerpt = _partial(kind, text) if not block.whole else bool(_ELSEWHERE.search(text))
            return Draft(name or kind.name, kind, text, block.lines, excerpt, template=block.filled)
    shell = block.info.split(" ")[0].lower().strip("{}.") in _SHELL_INFO or script
    typed = text if shell else _typed_only(block.text)
    return _commands(block, typed) if typed else None


def _typed_only(text: str) -> str:
    """A terminal's session without what was printed in it; empty where the first line is no prompt's."""
    kept: list[str] = []
    for line in text.split("\n"):
        goes_on = bool(kept) and kept[-1].endswith("\\")
        prompt = _PROMPT.match(line)
        typed = goes_on or (prompt is not None and _is_command(line[prompt.end() :]))
        if line.strip() and not typed and not any(kept):
            return ""
        kept.append(line if typed else "")
    return "\n".join(kept) if any(kept) else ""


def _commands(block: Block, text: str) -> Draft:
    """Commands of a page, and where each is typed: at its prompt's host, else as the line before says."""
    said = ALL_HOSTS if block.before and everywhere(block.before[-1]) else ""
    typed = {}
    for number, line in enumerate(text.split("\n"), start=1):
        prompt = _PROMPT.match(line)
        at = _AT.search(prompt.group()) if prompt else None
        typed[number] = (at.group(1) or at.group(2)).lower() if at else said
    bare = without_prompts(text)
    return Draft("", COMMANDS, bare, block.lines, excerpt=True, section=block.heading, typed=typed)


def _without_orders(text: str) -> str:
    """A file without the commands a page adds below it: ``systemctl restart keepalived``."""
    if _speaks_shell(text):
        return text
    lines = ["" if _TYPED.match(line) else line for line in text.split("\n")]
    if sum(bool(line.strip()) for line in lines) < _SHORT:
        return "\n".join(lines)
    return "\n".join("" if _ORDER.match(line) else line for line in lines)


_SHEBANG = re.compile(r"\s*#!\s?/\S{0,40}(?:\s|/)(?:ba|da|k|z)?sh\b")
_SHORT = 6
_TYPED = re.compile(
    r"^\s*+(?:\[?[\w.\-]++@[\w.\-]++[^#$>\n]{0,40}[\]:]?[#$](?:\s|$)|"
    r"(?:[#$]\s+)?(?:sudo\s+)?(?:cat|more|less|vim?|nano|head|tail)\s+[\w.\-]*/[\w./\-]+\s*$)"
)
"""A prompt, or the command that shows or opens the file below it: no line of that file."""
_ORDER = re.compile(
    r"^\s*(?:[#$]\s+)?(?:sudo\s+)?(?:systemctl\s+[\w.@\-]+(?:\s+[\w.@\-]+)?"
    r"|service\s+[\w.@\-]+\s+[\w\-]+|/etc/init\.d/\S+\s+[\w\-]+)\s*$"
)


def _names_before(block: Block) -> list[str]:
    """The paths a reader would take the block for, the most likely first."""
    found = PATH.findall(block.info)
    edited = _EDITED.search(block.previous)
    if edited:
        found += PATH.findall(edited.group(1))
    for line in block.text.split("\n")[:2]:
        if _TYPED.match(line):
            found += PATH.findall(line)
        if re.match(r"\s*[#;!]", line) and not line.startswith("#!"):
            found += PATH.findall(line)
    for line in reversed(block.before):
        found += reversed(PATH.findall(line))
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
    if lines and _OPENS.match(_PROMPT.sub("", lines[0])):
        return True
    speaking = 0
    for line in lines:
        command = _is_command(_PROMPT.sub("", line))
        if command and "<<" in line:
            return True
        speaking += command
    return bool(lines) and speaking * 3 >= len(lines)


_OPENS = re.compile(r"\s*+(?:sudo\s++)?(?:echo|printf)\s++(?:-[en]++\s++)?(?:'[^']*+|\"[^\"]*+)$")
"""A command that begins a text of several lines."""


def without_prompts(text: str) -> str:
    """Commands without what stands before them at a terminal, each in its line."""
    lines = text.split("\n")
    kept: list[str] = []
    for line in lines:
        if kept and re.match(r"\s*--?[a-z]", line) and kept[-1].strip():
            kept[-1] += " \\"  # a command the page broke: its options go on in the next line
        bare = _PROMPT.sub("", line)
        kept.append(bare if not line.lstrip().startswith("#") or _is_command(bare) else line)
    return "\n".join(kept)


def _is_command(line: str) -> bool:
    """Whether a line begins with a program that pages have typed, behind ``LC_ALL=C`` and its like too."""
    words = line.split()
    return program_of(words) in _SHELL_WORDS or program_of(unwrapped(words)) in _SHELL_WORDS
