"""Scripts that keepalived drops when it starts, and goes on without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import KeepalivedConf, VrrpScript
from fournines.components.keepalived.audit.facts.includes import incomplete
from fournines.components.keepalived.audit.rules.example import keepalived, script
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

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
