"""Steps as operations, called like pyinfra's. Pure: pyinfra itself is not imported here."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from fournines.engine.difference import Seen, missing_packages, same
from fournines.engine.pyinfra import Operation
from fournines.engine.units.decide import Act, Decision
from fournines.kit.step import Account, Packages, Step, Sysctl

_POLICY = "/usr/sbin/policy-rc.d"
_INSTALLING = "FOURNINES_INSTALLING"
_APT_FRESH_SECONDS = 3600
_POLICY_SCRIPT = (
    f"test -e {_POLICY} || {{ printf '#!/bin/sh\\n"
    "# Managed by fournines while it installs packages; without effect on anything else.\\n"
    f'[ -z "${_INSTALLING}" ] || exit 101\\n'
    f"exit 0\\n' > {_POLICY}.new && chmod 755 {_POLICY}.new && mv {_POLICY}.new {_POLICY}; }}"
)
_POLICY_REMOVED = f"! grep -q 'Managed by fournines' {_POLICY} || rm -f {_POLICY}"


def preparing(observed: Sequence[tuple[Step, Seen]]) -> Iterator[Operation]:
    """Packages and accounts that a host lacks."""
    missing = [
        n for step, seen in observed if isinstance(step, Packages) for n in missing_packages(step, seen)
    ]
    if missing:
        yield from installation(sorted(set(missing)))
    for step, seen in observed:
        if isinstance(step, Account) and not same(step, seen):
            yield from _account(step, seen)


def installation(missing: Sequence[str]) -> Iterator[Operation]:
    """Install without starting a daemon: it has no configuration yet, and a cluster member must not guess.

    Debian's tools ask policy-rc.d before they start anything. Ours refuses only for what descends from
    our own apt, so one that a killed run leaves behind has no effect; an existing one is respected.
    """
    yield Operation("server.shell", "keep daemons from starting", {"commands": [_POLICY_SCRIPT]}, timeout=30)
    yield Operation(
        "server.shell",
        "finish what an interrupted installation left",
        {"commands": ["dpkg --configure -a --force-confdef --force-confold"], "_env": _APT_ENV},
    )
    yield Operation(
        "apt.packages",
        f"install {', '.join(missing)}",
        {
            "packages": list(missing),
            "update": True,
            "cache_time": _APT_FRESH_SECONDS,
            "no_recommends": True,
            "extra_install_args": "-o DPkg::Lock::Timeout=300",
            "_env": _APT_ENV,
        },
    )
    yield Operation("server.shell", "let daemons start again", {"commands": [_POLICY_REMOVED]}, timeout=30)


_APT_ENV = {_INSTALLING: "1", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


def _account(step: Account, seen: Seen) -> Iterator[Operation]:
    """The account with its groups, in one command.

    pyinfra's ``server.user`` asks each account of the host when it last logged in, before and after.
    """
    name, groups = shlex.quote(step.name), shlex.quote(",".join(step.groups))
    commands = [
        f"{{ getent group {group} >/dev/null || groupadd --system {group}; }}"
        for group in map(shlex.quote, step.groups)
    ]
    if seen["exists"]:
        commands.append(f"usermod --append --groups {groups} {name}")
    else:
        useradd = ["useradd", "--system", "--no-create-home", "--home-dir", step.home, "--shell", step.shell]
        commands.append(f"{shlex.join(useradd)} --groups {groups} {name}")
    yield Operation("server.shell", f"account {step.name}", {"commands": [" && ".join(commands)]}, timeout=60)


def kernel(observed: Sequence[tuple[Step, Seen]]) -> Iterator[Operation]:
    """Kernel parameters that have another value now; the file for the next boot came with the tree.

    One command for all: pyinfra's ``server.sysctl`` takes two round trips for each (docs/engine.md).
    """
    settings = [
        f"{step.key}={step.value}"
        for step, seen in observed
        if isinstance(step, Sysctl) and not same(step, seen)
    ]
    if settings:
        command = shlex.join(["sysctl", "--quiet", "--write", *settings])
        yield Operation(
            "server.shell", f"kernel parameters {', '.join(settings)}", {"commands": [command]}, timeout=30
        )


_UNIT_FILES_ONLY = ("env", "SYSTEMCTL_SKIP_SYSV=1")
"""For ``systemctl enable``, which else keeps the links of /etc/init.d's script of that name in step (systemd,
docs/ENVIRONMENT.md). systemd reads none of them where there is a unit, but Debian's ``update-rc.d``, called
twice for each unit, lets systemd read all units again each time."""
_IN_THIS_ORDER = (Act.STOP, Act.START, Act.RESTART, Act.RELOAD)


def units(decisions: Sequence[Decision]) -> Iterator[Operation]:
    """What the decisions about a host's units take, in one round trip.

    One operation for all of them, because the n-th operations of all hosts run together and each waits for
    the slowest: a broker that starts only when its peers do would wait for hosts whose own broker is a later
    operation. ``systemctl start a b c`` leaves the order and the waiting to systemd, which knows both.

    pyinfra's ``systemd.service`` would ask anew what our observation has just told (two to four round
    trips a unit), and does nothing about a restart of a unit that is still activating (docs/engine.md).
    """
    # with the rest, not before it: of two hosts only one may need it, and each n-th operation waits for all
    outdated = any(d.outdated for d in decisions)
    enabling = any(d.enable is not None for d in decisions)  # which ends in a reload
    commands = [["systemctl", "daemon-reload"]] if outdated and not enabling else []
    for name in (d.unit.name for d in decisions if d.unmask):
        # with --runtime a mask that a fault set, without one that lasts
        commands += [["systemctl", "unmask", name], ["systemctl", "unmask", "--runtime", name]]
    for verb, wanted in (("enable", True), ("disable", False)):
        commands += [
            [*_UNIT_FILES_ONLY, *c] for c in _systemctl(verb, (d for d in decisions if d.enable is wanted))
        ]
    # a unit that failed too often is refused until systemd forgets that (StartLimitBurst=)
    starting = {Act.START, Act.RESTART}
    commands += _systemctl("reset-failed", (d for d in decisions if d.failed and d.act in starting))
    clustered = [d for d in decisions if d.unit.restart_by and d.act is Act.RESTART]
    for act in _IN_THIS_ORDER:
        commands += _systemctl(act, (d for d in decisions if d.act is act and d not in clustered))
    commands += [list(d.unit.restart_by) for d in clustered]
    if commands:
        script = " && ".join(shlex.join(command) for command in commands)
        what = "; ".join(f"{d.words} {d.unit.name}" for d in decisions)
        yield Operation("server.shell", what, {"commands": [script]})


def _systemctl(verb: str, decisions: Iterable[Decision]) -> list[list[str]]:
    names = [decision.unit.name for decision in decisions]
    return [["systemctl", verb, *names]] if names else []
