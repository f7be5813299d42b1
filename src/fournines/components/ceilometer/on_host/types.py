"""Says whether Gnocchi knows all types of resources that the installed Ceilometer has. Runs on a host.

Ceilometer's own command finds out too, and imports all of Ceilometer for it.

Argument: the module in which they stand (``ceilometer/gnocchi_client.py``). Input: JSON with keystone and
gnocchi (URLs through the VIP) and password (the administrator's).
Exit: 0 when nothing is left to do, 1 when something is, with what on standard output.
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import Any

from fournines.kit.on_host.api import Api

FIRST, LATER = "resources_initial", "resources_update_operations"
Types = dict[str, set[str]]


def wanted(source: str) -> Types:
    """The attributes of each type, once all operations are done. KeyError: the text has no such names."""
    named: dict[str, Any] = {}
    for statement in ast.parse(source).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in (FIRST, LATER):
                named[name] = ast.literal_eval(value)
            case _:
                pass
    types: Types = {name: set(attributes) for name, attributes in named[FIRST].items()}
    for operation in named[LATER]:
        attributes = types.setdefault(operation["resource_type"], set())
        for change in operation["data"]:
            if "attributes" in change:
                attributes.update(change["attributes"])
            elif change["op"] == "add":
                attributes.add(change["path"].rpartition("/")[2])
            else:
                attributes.discard(change["path"].rpartition("/")[2])
    return types


def missing(types: Types, known: list[dict[str, Any]]) -> list[str]:
    """What Gnocchi does not know, in words."""
    has = {one["name"]: set(one["attributes"]) for one in known}
    return [
        name if name not in has else f"{name}'s {', '.join(sorted(attributes - has[name]))}"
        for name, attributes in sorted(types.items())
        if name not in has or attributes - has[name]
    ]


def main(path: str, question: dict[str, Any]) -> int:
    """Compare, and say what is missing."""
    api = Api(question["keystone"], question["password"])
    types = wanted(Path(path).read_text(encoding="utf-8"))
    left = missing(types, api.call("GET", f"{question['gnocchi']}/v1/resource_type"))
    if left:
        sys.stdout.write(f"not in Gnocchi: {', '.join(left)}\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], json.load(sys.stdin)))
