"""DRBD's handler: before a host goes on alone it makes sure that the other one cannot.

``fence-peer`` is run by the kernel, with writes suspended, when a host in use loses its peer, or is put to
use without one. A constraint of the cluster then says that only this host may use its copy; and it is waited
for that the cluster knows what has become of the other: it is there (its copy will not be put to use), or it
is down for certain. Only then does DRBD go on writing. Once the copy is up to date again the constraint is
taken away by ``drbd-unfence``, a shell script: the agent runs that at every look at the copy in use.

The scripts that drbd-utils 9.22 brings read node_state as Pacemaker 2 wrote it: with Pacemaker 3 they never
see a fenced host, and wait 90 s. This one asks crm_mon, whose words are the same in both.
"""

from __future__ import annotations

import enum
import subprocess
import sys
import time
from dataclasses import dataclass
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

PATIENCE = 120.0
"""Seconds after which it is given up: writes stay suspended, and the cluster's own time limits take over."""
PACE = 0.5


class Exit(enum.IntEnum):
    """What DRBD 8.4 takes a handler's end for (drbd.conf-8.4(5); drbd_nl.c, conn_try_outdate_peer)."""

    OUTDATED = 4
    """The peer will not use its copy: go on."""
    STONITHED = 7
    """The peer is down for certain: go on."""
    FAILED = 1
    """Neither: stay suspended."""


@dataclass(frozen=True, slots=True)
class View:
    """The cluster as this host sees it: with the majority or not, and the peer in it."""

    quorate: bool
    online: bool
    unclean: bool


def decide(view: View | None, waited: float, agreed: float) -> Exit | None:
    """How the handler ends; None while it has to go on asking.

    A peer that seems to be there may have lost its power this moment: that counts once the members have had
    the time to agree about it (``agreed`` seconds). Without the majority nothing is sure, whatever is seen:
    then it is the other side that fences.
    """
    if view is None or not view.quorate:
        return None
    if view.online:
        return Exit.OUTDATED if waited >= agreed else None
    return None if view.unclean else Exit.STONITHED


def read(text: str, peer: str) -> View | None:
    """What ``crm_mon --output-as=xml`` says; None where it is no answer, or knows no such peer."""
    try:
        root = ET.fromstring(text)  # noqa: S314 - the cluster's own
    except ET.ParseError:
        return None
    node = root.find(f"nodes/node[@name='{peer}']")
    leader = root.find("summary/current_dc")
    if node is None or leader is None:
        return None
    quorate = leader.get("present") == "true" and leader.get("with_quorum") == "true"
    return View(quorate, node.get("online") == "true", node.get("unclean") == "true")


def constraint(clone: str, me: str) -> str:
    """Only this host may use its copy, until the other's is up to date again."""
    name = f"outdated-{clone}"
    return (
        f"<rsc_location id={quoteattr(name)} rsc={quoteattr(clone)}>"
        f'<rule id="{name}-rule" role="Promoted" score="-INFINITY">'
        f'<expression id="{name}-rule-host" attribute="#uname" operation="ne" value={quoteattr(me)}/>'
        "</rule></rsc_location>"
    )


def _tell(*argv: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(argv, 1, "", str(error))


def fence(clone: str, peer: str, me: str, agreed: float) -> Exit:
    """Keep the peer's copy from use, and wait until that is certain."""
    begun = time.monotonic()
    placed = False
    while (waited := time.monotonic() - begun) < PATIENCE:
        if not placed:
            wanted = ("--xml-text", constraint(clone, me))
            told = _tell("cibadmin", "--modify", "--allow-create", "--scope", "constraints", *wanted)
            placed = told.returncode == 0
        if placed:
            found = decide(read(_tell("crm_mon", "-1", "--output-as=xml").stdout, peer), waited, agreed)
            if found is not None:
                return found
        time.sleep(PACE)
    return Exit.FAILED


def main(clone: str, agreed: str, *hosts: str) -> int:
    """The clone, the seconds in which members agree, and both hosts' names."""
    me = _tell("uname", "-n").stdout.strip()
    peers = [host for host in hosts if host != me]
    return fence(clone, peers[0], me, float(agreed)) if len(peers) == 1 else Exit.FAILED


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
