"""Look at this host and say as JSON what a deployment will find. Changes nothing.

Standard input: ``{"packages": [...], "vips": [...]}``. What cannot be found out is null.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

APT_SECONDS = 60.0
"""How long fetching the lists may take."""


def run(*argv: str, seconds: float = 10.0) -> str | None:
    """What a program printed; None when it is not there, failed, or did not end in time."""
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, errors="replace", timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def system(text: str) -> dict[str, str]:
    """The fields of os-release(5)."""
    pairs = (line.partition("=") for line in text.splitlines())
    return {key: value.strip().strip('"') for key, equals, value in pairs if equals}


def addresses(said: str | None) -> list[list[str]] | None:
    """Interface and address with prefix, from ``ip -json address``."""
    if said is None:
        return None
    return [
        [link["ifname"], f"{info['local']}/{info['prefixlen']}"]
        for link in json.loads(said)
        for info in link.get("addr_info", ())
        if info.get("family") == "inet"
    ]


def listeners(said: str | None, sockets: str | None) -> list[list[Any]] | None:
    """Protocol, address, port and holder of everything that listens, from ``ss`` and systemd."""
    if said is None:
        return None
    found: list[list[Any]] = []
    for line in said.splitlines():
        fields = line.split()
        if len(fields) < 5:  # noqa: PLR2004 - netid, state, two queues, local address
            continue
        address, _, port = fields[4].rpartition(":")
        process = re.search(r'\("([^"]*)",pid=(\d+)', line)
        holder = _unit(process.group(2), port, sockets or "") or process.group(1) if process else "?"
        found.append([fields[0], address.strip("[]").partition("%")[0], int(port), holder])
    return found


def _unit(pid: str, port: str, sockets: str) -> str:
    """The unit that a process is of; a socket unit where systemd itself listens."""
    if pid == "1":
        match = re.search(rf"^\S*:{port}\s+(\S+\.socket)", sockets, re.MULTILINE)
        return match.group(1) if match else ""
    try:
        text = Path("/proc", pid, "cgroup").read_text()
    except OSError:
        return ""
    names = re.findall(r"([^/\n]+\.service)", text)
    return str(names[-1]) if names else ""


Versions = dict[str, list["str | None"]]
"""Package -> its installed version and the candidate; None where there is none."""


def versions(policy: str) -> Versions:
    """What ``apt-cache policy`` says; packages that it does not know are absent."""
    found: Versions = {}
    name = ""
    for line in policy.splitlines():
        key, colon, value = line.strip().partition(":")
        if line and not line[0].isspace() and colon:
            name = line.rstrip(":")
        elif key in {"Installed", "Candidate"}:
            version = None if value.strip() == "(none)" else value.strip()
            found.setdefault(name, [None, None])[key == "Candidate"] = version
    return found


def packages(names: list[str]) -> tuple[Versions, str]:
    """Versions by what the sources say now, and why the sources could not be asked.

    Where everything is installed the sources are not asked.
    """
    known = versions(run("apt-cache", "policy", *names) or "")
    if all(name in known and known[name][0] for name in names):
        return known, ""
    with tempfile.TemporaryDirectory(prefix="nines-preflight-") as folder:
        trouble, options = fetch_lists(Path(folder))
        if trouble:
            return known, trouble
        return versions(run("apt-cache", *options, "policy", *names, seconds=APT_SECONDS) or ""), ""


def fetch_lists(folder: Path) -> tuple[str, list[str]]:
    """Fetch the lists of the host's own sources, with its proxies and keys, into a folder: its own stay.

    Returns why that failed, and the options with which apt uses that folder.
    """
    (folder / "lists/partial").mkdir(parents=True)
    (folder / "cache/archives/partial").mkdir(parents=True)
    places = (f"Dir::State::Lists={folder}/lists", f"Dir::Cache={folder}/cache")
    options = [word for place in (*places, "APT::Sandbox::User=root") for word in ("-o", place)]
    strictly = ("-o", "Acquire::Retries=0", "-o", "APT::Update::Error-Mode=any")
    try:
        done = subprocess.run(
            ["apt-get", *options, *strictly, "update"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=APT_SECONDS,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {APT_SECONDS:g} s", options
    except OSError as error:
        return f"apt-get: {error.strerror}", options
    if done.returncode == 0:
        return "", options
    lines = [line for line in done.stderr.splitlines() if line.startswith(("E:", "W:"))]
    return (lines or ["apt-get update failed"])[0], options


def answering(vips: list[str]) -> list[str]:
    """Those of the addresses that somebody answers for now."""
    return [vip for vip in vips if run("ping", "-c", "1", "-W", "1", vip, seconds=5) is not None]


def look(wanted: dict[str, list[str]]) -> dict[str, Any]:
    """Everything."""
    release = Path("/etc/os-release")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    found, trouble = packages(wanted["packages"])
    return {
        "system": system(release.read_text()) if release.exists() else {},
        "architecture": (run("dpkg", "--print-architecture") or "").strip(),
        "systemd": Path("/run/systemd/system").is_dir(),
        "addresses": addresses(run("ip", "-json", "address")),
        "disk": shutil.disk_usage("/var").free,
        "memory": memory,
        "listeners": listeners(
            run("ss", "-H", "-tulnp"), run("systemctl", "list-sockets", "--no-legend", "--plain")
        ),
        "packages": found,
        "trouble": trouble,
        "answering": answering(wanted["vips"]),
        "deployed": Path("/var/lib/fournines").is_dir(),
    }


if __name__ == "__main__":
    print(json.dumps(look(json.load(sys.stdin))))  # noqa: T201 - its answer
