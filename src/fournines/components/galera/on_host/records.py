"""What a host knows about its own database, in files, and how hosts tell each other."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from fournines.components.galera.on_host.election import NO_UUID, Answer, Phase, Position

CONFIG = Path("/etc/fournines/galera.json")
GRASTATE = Path("/var/lib/mysql/grastate.dat")
VIEW = Path("/var/lib/fournines-galera/view")
"""Outside the data directory: a state transfer empties that one."""
STARTING = Path("/run/fournines-database/starting.json")
"""On a tmpfs, in a folder that mariadb.service makes anew at each start: what was published before a power
loss, or by an attempt that was killed, does not speak for the host after it."""

_RECOVERED = re.compile(r"WSREP: Recovered position:\s*([0-9a-f-]+:-?[0-9]+)")


@dataclass(frozen=True)
class Config:
    """This host's name, the data hosts with their addresses in the site's order, the responder's port."""

    me: str
    hosts: Mapping[str, str]
    port: int

    @classmethod
    def load(cls, path: Path = CONFIG) -> Config:
        """Read the file that fournines wrote."""
        return cls(**json.loads(path.read_text()))

    @property
    def order(self) -> tuple[str, ...]:
        """The data hosts' names, in the site's order."""
        return tuple(self.hosts)

    @property
    def peers(self) -> dict[str, str]:
        """The other data hosts' addresses by name."""
        return {name: address for name, address in self.hosts.items() if name != self.me}


def parse_grastate(text: str) -> tuple[str, int]:
    """History (empty for none) and position of ``grastate.dat``; -1 while it runs and after a crash."""
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    uuid = fields.get("uuid", NO_UUID).strip()
    return ("" if uuid == NO_UUID else uuid), int(fields.get("seqno", "-1"))


def allow_bootstrap(text: str) -> str:
    """``grastate.dat`` such that mariadbd accepts ``--wsrep-new-cluster``.

    Galera's own mark is set only on a host that left a component with nobody else in it. With an arbiter
    there always is somebody else, and after a power loss no host has the mark.
    """
    lines = [line for line in text.splitlines() if not line.startswith("safe_to_bootstrap:")]
    return "\n".join([*lines, "safe_to_bootstrap: 1", ""])


def parse_recovered(text: str) -> str:
    """``UUID:SEQNO`` from what ``mariadbd --wsrep-recover`` logs; nothing where it recovered no position.

    The log's line is ``WSREP: Recovered position: UUID:SEQNO``, a GTID may follow behind a comma (Galera's
    documentation, "Restarting the cluster").
    """
    return next((m[1] for line in text.splitlines() if (m := _RECOVERED.search(line))), "")


def parse_view(text: str) -> frozenset[str] | None:
    """The data hosts of a record ``UUID uuid/name/address,...``; the arbiter has no address there."""
    _, _, members = text.strip().partition(" ")
    fields = [member.split("/") for member in members.split(",") if member]
    names = frozenset(f[1] for f in fields if len(f) == 3 and f[2])  # noqa: PLR2004 - uuid/name/address
    return names or None


def position(grastate: str, recovered: str, view: str) -> Position:
    """A stopped host's position from its three records; ``recovered`` is ``UUID:SEQNO`` or nothing.

    A clean stop leaves the position in ``grastate.dat``; after a crash InnoDB knows it, and it counts only
    for the history named there. Zeroes mean that the data was given up (a state transfer that was
    interrupted, or an inconsistency): such a host has no position, whatever InnoDB finds.
    """
    uuid, seqno = parse_grastate(grastate)
    members = parse_view(view)
    if not uuid:
        return Position(members=members)
    if seqno < 0:
        found, _, number = recovered.partition(":")
        if found != uuid:
            return Position(members=members or frozenset())
        seqno = int(number)
    return Position(uuid, seqno, members)


def encode(answer: Answer) -> str:
    """An answer as JSON, one line."""
    body: dict[str, object] = {"phase": answer.phase.value}
    if answer.position is not None:
        where = answer.position
        members = None if where.members is None else sorted(where.members)
        body["position"] = {"uuid": where.uuid, "seqno": where.seqno, "members": members}
    return json.dumps(body)


def decode(text: str) -> Answer:
    """The answer that a host sent.

    Raises:
        ValueError: it is not one.
    """
    try:
        body = json.loads(text)
        where = body.get("position")
        return Answer(
            Phase(body["phase"]),
            None
            if where is None
            else Position(
                str(where["uuid"]),
                int(where["seqno"]),
                None if where["members"] is None else frozenset(map(str, where["members"])),
            ),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an answer: {error!r}") from error


def read(path: Path) -> str:
    """A small file's text; nothing when it is not there."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace a small file in one step, and on the disk before this returns."""
    beside = path.with_name(path.name + ".new")
    with beside.open("w") as file:
        file.write(text)
        os.fchmod(file.fileno(), mode)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def ask_all(config: Config, *, seconds: float = 1.0) -> dict[str, Answer]:
    """What each peer's responder says now; who says nothing sensible within ``seconds`` is left out."""
    opener = build_opener(ProxyHandler({}))
    heard = {}
    for name, address in config.peers.items():
        try:
            with opener.open(f"http://{address}:{config.port}/position", timeout=seconds) as reply:
                heard[name] = decode(reply.read(4096).decode())
        except (URLError, OSError, ValueError):
            continue
    return heard
