"""What an operator tells the cluster for a while: worked out, simulated, and carried out.

Run on a member. ``simulate`` and ``carry-out`` are fed an operation as JSON and answer as JSON: what the
cluster would do, or how long it took; ``refused`` and ``hint`` where it cannot be had.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from xml.etree import ElementTree as ET

from fournines.components.pacemaker.on_host.cib import (
    OPERATORS,
    PROPERTIES,
    actions,
    change,
    following,
    live_cib,
    run,
    sections_of,
    simulated,
    words,
)

SETTLES = 150
"""Seconds after which a cluster that was told something has come to rest, with a fencing in between."""


class Refused(Exception):  # noqa: N818 - an answer, not a failure
    """What was asked for cannot be had: why, and what can."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.said = {"refused": what, "hint": hint}


Operation = dict[str, str]
"""``do`` (move, settle, standby, online, maintenance, service), and what about: ``resource``, ``host``."""


def told(live: ET.Element, operation: Operation) -> ET.Element:
    """The configuration after an operation, as Pacemaker's own tools would write it; a version further.

    Raises:
        Refused: there is no such host, or the resource is none that can be moved.
    """
    result = following(live)
    {
        "move": _prefer,
        "settle": _prefer,
        "standby": _standby,
        "online": _standby,
        "maintenance": _maintenance,
        "service": _maintenance,
    }[operation["do"]](sections_of(result), operation)
    return result


def placed(configuration: ET.Element, name: str) -> ET.Element:
    """What is moved with this resource: itself or its group. A VIP is known by its own name too."""
    movable = []
    for part in configuration.iterfind("resources/*"):
        members = {one.get("id", "") for one in part.iter("primitive")}
        if name in members | {part.get("id")} or f"vip-{name}" in members:
            if part.tag == "clone":
                raise Refused(f"{name} runs on every controller", "there is nowhere to move it")
            if part.get("class") == "stonith":
                raise Refused(f"{name} is a fencing device", "it fences from whichever host it is on")
            return part
        if part.tag != "clone" and part.get("class") != "stonith":
            movable += sorted(members)
    raise Refused(
        f"the cluster has no resource {name}", f"what can be moved: {', '.join(movable) or 'nothing'}"
    )


def _prefer(configuration: ET.Element, operation: Operation) -> None:
    """``move`` binds it to the host, ``settle`` takes that back: it stays, because it prefers where it is."""
    name = placed(configuration, operation["resource"]).get("id", "")
    section, mark = _section(configuration, "constraints"), f"{OPERATORS}prefer-{name}"
    for old in [one for one in section if one.get("id") == mark]:
        section.remove(old)
    if operation["do"] == "move":
        _node(configuration, operation["host"])
        said = {"rsc": name, "role": "Started", "node": operation["host"], "score": "INFINITY"}
        ET.SubElement(section, "rsc_location", {"id": mark, **said})


def _standby(configuration: ET.Element, operation: Operation) -> None:
    node = _node(configuration, operation["host"])
    for attributes in node.iterfind("instance_attributes"):
        for old in [pair for pair in attributes if pair.get("name") == "standby"]:
            attributes.remove(old)
    if operation["do"] == "standby":
        home = f"nodes-{node.get('id')}"
        found = node.find("instance_attributes")
        attributes = ET.SubElement(node, "instance_attributes", {"id": home}) if found is None else found
        ET.SubElement(attributes, "nvpair", {"id": f"{home}-standby", "name": "standby", "value": "on"})


def _maintenance(configuration: ET.Element, operation: Operation) -> None:
    section = _section(configuration, "crm_config")
    for properties in section:
        for old in [pair for pair in properties if pair.get("name") == "maintenance-mode"]:
            properties.remove(old)
    if operation["do"] == "maintenance":
        home = next((one for one in section if one.get("id") == PROPERTIES), None)
        home = ET.SubElement(section, "cluster_property_set", {"id": PROPERTIES}) if home is None else home
        name = "maintenance-mode"
        ET.SubElement(home, "nvpair", {"id": f"{PROPERTIES}-{name}", "name": name, "value": "true"})


def _section(configuration: ET.Element, name: str) -> ET.Element:
    found = configuration.find(name)
    return ET.SubElement(configuration, name) if found is None else found


def _node(configuration: ET.Element, host: str) -> ET.Element:
    nodes = {node.get("uname", ""): node for node in configuration.iterfind("nodes/node")}
    if host not in nodes:
        raise Refused(f"the cluster has no member {host}", f"its members: {', '.join(sorted(nodes))}")
    return nodes[host]


def _refuse_elsewhere(operation: Operation, live: ET.Element, result: ET.Element) -> None:
    """A host that is to get a resource must be one that would take it."""
    part = placed(sections_of(live), operation["resource"])
    for member in part.iter("primitive"):
        at = f"revised_cluster_status/resources//resource[@id='{member.get('id')}']/node"
        there = [node.get("name") for node in result.iterfind(at)]
        if there != [operation["host"]]:
            raise Refused(
                f"{operation['host']} would not take {member.get('id')}: it would run on"
                f" {', '.join(map(str, there)) or 'no host'}",
                "is the host online, not in standby, and may it run there? nines verify says",
            )


def simulate(operation: Operation) -> dict[str, object]:
    """What an operation would do."""
    live = live_cib()
    result = simulated(told(live, operation))
    if operation["do"] == "move":
        _refuse_elsewhere(operation, live, result)
    return {"actions": [words(one) for one in actions(result)]}


def carry_out(operation: Operation) -> dict[str, object]:
    """Do it, and wait until the cluster has come to rest. What a move needs for a while does not stay."""
    begun = time.monotonic()
    for number in (signal.SIGHUP, signal.SIGTERM):  # whoever asked may go away meanwhile
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    change(lambda live: told(live, operation))
    try:
        run("crm_resource", "--wait", f"--timeout={SETTLES}s", timeout=SETTLES + 30)
    finally:
        if operation["do"] == "move":
            change(lambda live: told(live, {**operation, "do": "settle"}))
    return {"seconds": round(time.monotonic() - begun, 1)}


if __name__ == "__main__":
    VERBS = {"simulate": simulate, "carry-out": carry_out}
    try:
        answer = VERBS[sys.argv[1]](json.loads(sys.stdin.read()))
    except Refused as refused:
        answer = dict(refused.said)
    sys.stdout.write(json.dumps(answer) + "\n")
