"""Scripts that keepalived drops when it starts, and goes on without."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import KeepalivedConf, VrrpInstance, VrrpScript
from fournines.components.keepalived.audit.facts.includes import incomplete
from fournines.components.keepalived.audit.facts.states import MOST, inlined
from fournines.components.keepalived.audit.rules.example import keepalived, script
from fournines.components.keepalived.audit.rules.scripts import given
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.script import Script
from fournines.kit.audit.wrapped import program_of, unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.node import Node
    from fournines.kit.audit.source import Place, Source

_MERGED = re.compile(r"^[\"']?(/(?:bin|sbin|lib|lib64)/\S+)")
"""A script below one of the folders that are links where ``/usr`` is merged."""


@rule(
    "KA026",
    Severity.ERROR,
    "enable_script_security without a user for the scripts",
    consequence=Consequence.NO_FAILOVER,
    why="scripts then run as keepalived_script, a user that packages do not create: keepalived drops the "
    "script",
    fix="script_user root in global_defs, or a user that exists",
    source="acassen/keepalived #2184, #586",
    bad={"keepalived.conf": keepalived(head="global_defs {\n    enable_script_security\n}")},
    good={
        "keepalived.conf": keepalived(
            head="global_defs {\n    enable_script_security\n    script_user root\n}"
        )
    },
    points_at="enable_script_security",
)
def no_script_user(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(KeepalivedConf):
        if (
            not conf.script_security
            or incomplete(site, conf.at.host)
            or site.derived_on(conf.at.host, _named)
        ):
            continue
        bare = [s for s in site.on(conf.at.host, VrrpScript) if not s.user and s.at.path == conf.at.path]
        if bare:
            names = ", ".join(s.name for s in bare)
            yield Hit(
                conf.place("enable_script_security"),
                f"neither script_user nor a user in {names}",
                related=tuple(s.at for s in bare),
            )


def _named(site: Evidence, host: str) -> bool:
    """Whether some file of a host says as whom scripts run."""
    return any(conf.script_user for conf in site.on(host, KeepalivedConf))


@rule(
    "KA027",
    Severity.ERROR,
    "A script where anybody can write, under enable_script_security",
    consequence=Consequence.NO_FAILOVER,
    why="'Unsafe permissions found for script - disabling': the check is switched off",
    fix="put it where only root can write, /usr/local/bin or /etc/keepalived",
    source="acassen/keepalived #1372, #842",
    bad={
        "keepalived.conf": keepalived(
            check=script(script='"/tmp/check.sh"'),
            head="global_defs {\n    enable_script_security\n    script_user root\n}",
        )
    },
    good={
        "keepalived.conf": keepalived(
            head="global_defs {\n    enable_script_security\n    script_user root\n}"
        )
    },
    points_at='script "/tmp/check.sh"',
)
def unsafe_path(site: Evidence) -> Iterator[Hit | Unknown]:
    for check in site.all(VrrpScript):
        if not any(conf.script_security for conf in site.on(check.at.host, KeepalivedConf)):
            continue
        path = next((word for word in check.command.split() if "/" in word), "")
        if path.startswith(("/tmp/", "/var/tmp/", "/dev/shm/")):  # noqa: S108 - that is what is looked for
            yield Hit(check.place("script"), f"{check.name} runs {path}, in a folder anybody can write to")


@rule(
    "KA052",
    Severity.ERROR,
    "The path of the check leads through a linked folder",
    consequence=Consequence.NO_FAILOVER,
    why="where /usr is merged, /bin and /sbin are links, and keepalived 2.3 drops a script whose path leads "
    "through one ('Disabling track script due to insecure'), whether script security is on or not: nothing "
    "is checked, and the VIP stays where the service died",
    fix="the path below /usr: /usr/bin/..., or the script's own real path",
    source="run on keepalived 2.3.3: 'Wrong file type found in script path'; 2.2.7 runs it",
    bad={
        "node1/keepalived.conf": keepalived(check=script(script='"/bin/systemctl is-active haproxy"')),
        "node1/packages.txt": "ii  keepalived  1:2.3.3-1  amd64  Failover\n",
    },
    good={
        "node1/keepalived.conf": keepalived(check=script(script='"/usr/bin/systemctl is-active haproxy"')),
        "node1/packages.txt": "ii  keepalived  1:2.3.3-1  amd64  Failover\n",
    },
    points_at='script "/bin/systemctl is-active haproxy"',
)
def linked_folder(site: Evidence) -> Iterator[Hit | Unknown]:
    release = re.match(r"(\d{1,3})\.(\d{1,3})", site.versions.get("keepalived", ""))
    if release and (int(release[1]), int(release[2])) < (2, 3):
        return
    for check in site.all(VrrpScript):
        path = _MERGED.match(check.command)
        if path:
            yield Hit(
                check.place("script"),
                f"{check.name} runs {path[1]}, and /{path[1].split('/')[1]} is a link where /usr is merged",
                severity=Severity.ERROR if release else Severity.INFO,
            )


_MADE = """#!/bin/sh
cat > /etc/keepalived/check_haproxy.sh <<'EOF'
#!/bin/sh
curl -fs -m 1 http://127.0.0.1:8404/health || exit 1
EOF
"""
_CALLED = keepalived(check=script(script='"/etc/keepalived/check_haproxy.sh"'))


@rule(
    "KA071",
    Severity.ERROR,
    "A check that is written and not made executable",
    consequence=Consequence.NO_FAILOVER,
    why="what a redirection or tee makes may be read and not run (mode 0644): keepalived says that the check "
    "is not executable and goes on without it, or it fails on every host",
    fix="chmod 755 behind the command that writes it",
    source="keepalived.conf(5), vrrp_script: a program is run, not a file read; umask(2)",
    bad={"node1/keepalived.conf": _CALLED, "node1/setup.sh": _MADE},
    good={
        "node1/keepalived.conf": _CALLED,
        "node1/setup.sh": _MADE + "chmod 755 /etc/keepalived/check_haproxy.sh\n",
    },
    points_at="cat > /etc/keepalived/check_haproxy.sh <<'EOF'",
)
def not_executable(site: Evidence) -> Iterator[Hit | Unknown]:
    called: dict[str, Place] = {}
    for check in site.all(VrrpScript):
        called.setdefault(_program(check.command), check.place("script"))
    for notify in (notify for instance in site.all(VrrpInstance) for notify in instance.notifies):
        called.setdefault(_program(notify.command), notify.at)
    sources = site.kinds("script", "commands") if any(called) else ()
    allowed = [(source, words) for source in sources for words in _made_executable(source)[:_MOST_CHANGES]]
    for source in sources if len(allowed) <= _MOST_CHANGES else ():
        run = inlined(source.commands) if len(source.commands) < MOST else ()
        written = {path: index for index, node in enumerate(run) if (path := _written(node)) in called}
        for path, index in written.items() if len(written) <= _MOST_CHANGES else ():
            here = any(_allows(node.words, path) for node in run[index:] if _runs(node) == "chmod")
            if path and not here and not any(_allows(w, path) for other, w in allowed if other is not source):
                what = f"{path} is written here, and no command makes it executable afterwards"
                yield Hit(source.at(run[index]), what, (called[path],))


_MOST_CHANGES = 100
"""Commands that change modes, and scripts that one script writes, beyond which nothing is said."""


def _runs(node: Node) -> str:
    """The program of a command, whoever it is run as."""
    return program_of(unwrapped(node.words))


def _program(command: str) -> str:
    """The path of the file that a command line has the kernel run."""
    words = command.split()
    return words[0].strip("\"'") if words and words[0].startswith(("/", '"/', "'/")) else ""


def _written(node: Node) -> str:
    """The file that a command with a here-document makes."""
    if not any(child.key == "<<" for child in node.children):
        return ""
    words = node.words
    at = next((words.index(word) + 1 for word in (">", "1>") if word in words[:-1]), 0)
    if _runs(node) == "tee" and "-a" not in words:
        return next((word for word in words[1:] if word.startswith("/") and word != "/dev/null"), "")
    return words[at] if at and _runs(node) == "cat" else ""


def _made_executable(source: Source) -> list[tuple[str, ...]]:
    """The commands of a source that change what may be done with files, or put them in place with a mode."""
    ours = {"chmod", "install", "rsync", "ansible"}
    return [node.words for node in source.commands if _runs(node) in ours]


def _allows(words: tuple[str, ...], path: str) -> bool:
    """Whether a command speaks of a file: by its path, its name, a pattern, or its folder."""
    folder, _, name = path.rpartition("/")
    return any(word.rstrip("/") == folder or fnmatchcase(name, word.rpartition("/")[2]) for word in words[1:])


@rule(
    "KA072",
    Severity.ERROR,
    "The check is called something else",
    consequence=Consequence.NO_FAILOVER,
    why="keepalived does not find the file and goes on without the check, or takes it for failed on every "
    "host: the death of the service moves nothing",
    fix="the name that the file has",
    source="keepalived 2.2.7: \"Unable to access script\", 'Disabling track script'",
    bad={
        "node1/keepalived.conf": keepalived(check=script(script='"/etc/keepalived/check-haproxy.sh"')),
        "node1/check_haproxy.sh": "#!/bin/sh\npidof haproxy || exit 1\n",
    },
    good={"node1/keepalived.conf": _CALLED, "node1/check_haproxy.sh": "#!/bin/sh\npidof haproxy || exit 1\n"},
    points_at='script "/etc/keepalived/check-haproxy.sh"',
)
def misnamed(site: Evidence) -> Iterator[Hit | Unknown]:
    known: dict[str, list[Script]] = {}
    for found in site.all(Script):
        known.setdefault(_bare(found.path), []).append(found)
    for check in site.all(VrrpScript):
        path = _program(check.command)
        if not path or given(site, check.at.host, check.command):
            continue
        near = [found for found in known.get(_bare(path), ()) if found.at.host in (check.at.host, "")]
        if near:
            name = near[0].path.rpartition("/")[2]
            what = f"{check.name} runs {path}, and the script that is here is called {name}"
            yield Hit(check.place("script"), what, (near[0].at,))


def _bare(path: str) -> str:
    """A file's name without what is easily written otherwise."""
    return re.sub(r"[\-_. ]", "", path.rpartition("/")[2].lower())
