"""Observing: what stands on the host for each wanted step. Reads only, judges nothing."""

from __future__ import annotations

import grp
import hashlib
import os
import pwd
import stat
from typing import Any

from fournines.engine.agent.durable import under
from fournines.engine.agent.ownership import attributes
from fournines.engine.agent.process import run
from fournines.engine.agent.stamps import stamps

Seen = dict[str, Any]

SHOWN = 256 * 1024
"""Files larger than this (bytes) are compared, never shown."""
_AT_ONCE = 6
"""Guards asked side by side: enough to hide waiting, too few to hurt a busy host."""


def observe(request: dict[str, Any]) -> list[Seen]:
    """One answer per wanted step, in the order asked."""
    root, steps = request.get("root", "/"), request["steps"]
    units = units_seen([s["name"] for s in steps if s["kind"] == "unit"])
    packages = _packages({n for s in steps for n in s.get("names", ()) or s.get("packages", ())})
    remembered = stamps(root)
    guards = iter(_guards([step for step in steps if step["kind"] == "command"]))
    seen: list[Seen] = []
    for step in steps:
        kind = step["kind"]
        if kind == "packages":
            seen.append({"states": {n: packages.get(_bare(n), _UNHEARD_OF)[0] for n in step["names"]}})
        elif kind == "unit":
            versions = {n: packages.get(n, _UNHEARD_OF)[1] for n in step["packages"]}
            stamp = remembered.get(step["name"])
            seen.append({**units.get(step["name"], {}), "stamp": stamp, "versions": versions})
        elif kind == "command":
            seen.append(next(guards))
        else:
            seen.append(_SEERS[kind](root, step))
    return seen


# --- files ----------------------------------------------------------------------------------------------


def _file(root: str, step: Seen) -> Seen:
    path = under(root, step["path"])
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return {"exists": True, "regular": False}
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {"exists": False}
    seen = {
        "exists": True,
        "regular": True,
        "differs": hashlib.sha256(content).hexdigest() != step["sha256"],
        **attributes(status),
    }
    if step["show"] and seen["differs"]:
        seen["text"] = _shown(content)
    return seen


def _shown(content: bytes) -> str | None:
    if len(content) > SHOWN:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _directory(root: str, step: Seen) -> Seen:
    try:
        status = under(root, step["path"]).stat()
    except (FileNotFoundError, NotADirectoryError):
        return {"exists": False}
    return {"exists": True, "directory": stat.S_ISDIR(status.st_mode), **attributes(status)}


def _absent(root: str, step: Seen) -> Seen:
    return {"exists": os.path.lexists(under(root, step["path"]))}


# --- packages, accounts, kernel, units ------------------------------------------------------------------


def _bare(name: str) -> str:
    """``galera-4=26.4.23`` and ``haproxy/trixie-backports`` are wanted versions of a plain name."""
    return name.split("=", maxsplit=1)[0].split("/", maxsplit=1)[0]


_UNHEARD_OF = ("", "")


def _packages(names: set[str]) -> dict[str, tuple[str, str]]:
    """Dpkg's status abbreviation (``ii``, ``iF``, ...) and version of each package it has heard of."""
    if not names:
        return {}
    wanted = sorted({_bare(name) for name in names})
    fields = "${Package}\\t${binary:Package}\\t${db:Status-Abbrev}\\t${Version}\\n"
    ran = run(["dpkg-query", "-W", "-f", fields, *wanted])
    found: dict[str, tuple[str, str]] = {}
    for line in ran.stdout.splitlines():
        package, with_architecture, state, version = line.split("\t")
        found[package] = found[with_architecture] = (state.strip(), version)
    return found


def _account(root: str, step: Seen) -> Seen:
    del root
    try:
        account = pwd.getpwnam(step["name"])
    except KeyError:
        return {"exists": False, "groups": []}
    groups = [g.gr_name for g in grp.getgrall() if step["name"] in g.gr_mem or g.gr_gid == account.pw_gid]
    return {"exists": True, "groups": sorted(groups)}


def _sysctl(root: str, step: Seen) -> Seen:
    path = under(root, "/proc/sys/" + step["key"].replace(".", "/"))
    try:
        return {"value": " ".join(path.read_text(encoding="utf-8").split())}
    except OSError:
        return {"value": None}


_UNIT_PROPERTIES = ("LoadState", "ActiveState", "UnitFileState", "NeedDaemonReload")


def units_seen(names: list[str]) -> dict[str, Seen]:
    """What systemd says about each unit; one question for all of them."""
    if not names:
        return {}
    properties = [f"--property={p}" for p in _UNIT_PROPERTIES]
    ran = run(["systemctl", "show", "--all", *properties, "--", *names])
    blocks = [block for block in ran.stdout.split("\n\n") if block.strip()]
    if len(blocks) != len(names):
        raise RuntimeError(f"systemctl show answered {len(blocks)} of {len(names)} units: {ran.said[-500:]}")
    return {name: _unit(block) for name, block in zip(names, blocks, strict=True)}


def _unit(block: str) -> Seen:
    values = dict(line.split("=", 1) for line in block.strip().splitlines() if "=" in line)
    return {
        "load": values.get("LoadState", ""),
        "active": values.get("ActiveState", ""),
        "enabled": values.get("UnitFileState", ""),
        "outdated": values.get("NeedDaemonReload") == "yes",
    }


def _guards(commands: list[Seen]) -> list[Seen]:
    """What the guard of each command says."""
    if len(commands) <= 1:
        return [_guard(command) for command in commands]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(_guard, commands))


def _guard(step: Seen) -> Seen:
    ran = run(step["unless"], stdin=step["unless_stdin"], timeout=step["timeout"], user=step["user"])
    said = ran.stdout[:SHOWN] if step["shows"] else ran.said[-2000:]
    return {"done": ran.code == 0, "code": ran.code, "said": said}


_SEERS = {
    "file": _file,
    "directory": _directory,
    "absent": _absent,
    "account": _account,
    "sysctl": _sysctl,
}
