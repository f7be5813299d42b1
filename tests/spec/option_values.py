"""Right and wrong values of every option of every component, made from the schema that editors are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.spec.mutations import misspelt

from fournines.spec.told.schema import site_schema
from fournines.spec.vocabulary import Vocabulary

Schema = dict[str, Any]

ACTIVE = """\
name: all
networks:
  mgmt: {cidr: 10.0.0.0/24, purpose: cluster}
  provider: {purpose: provider}
vips:
  cloud: {network: mgmt, address: 10.0.0.5}
hosts:
  controller[1-3]: {roles: [controller, dashboard, time], mgmt: 10.0.0.11+}
  network[1-2]: {roles: [network], mgmt: 10.0.0.31+, provider: {interface: enp2s0}}
  compute1: {roles: [compute], mgmt: 10.0.0.61}
  storage[1-2]: {roles: [storage], mgmt: 10.0.0.71+}
services:
  [keystone, glance, placement, cinder, heat, neutron, nova, swift, gnocchi, ceilometer, aodh, horizon]
components:
"""
"""Every service, on real machines."""
PASSIVE = """\
name: moving
mode: active-passive
lab: true
networks:
  mgmt: {cidr: 10.0.0.0/24}
vips:
  cloud: {network: mgmt, address: 10.0.0.5}
hosts:
  controller[1-2]: {roles: [controller], mgmt: 10.0.0.11+}
  witness: {roles: [arbiter], mgmt: 10.0.0.13}
services: [keystone]
choose: {database: mariadb}
components:
"""
"""What runs in the other mode only."""
PASSIVE_ONLY = {"corosync", "drbd", "mariadb", "pacemaker"}
WITH = {
    ("cinder", "driver"): "cinder.volume.drivers.rbd.RBDDriver",
    ("drbd", "volumes"): "{mysql: {device: /dev/vdb}}",
    ("galera", "max_connections"): "20000",
}
"""What must be said beside the option in question."""
Option = tuple[str, str]
"""A component's name and its option's."""


def file_with(said: Mapping[Option, str]) -> tuple[str, dict[Option, tuple[int, int]]]:
    """A site file in which these options have these values, and the line and column of each value."""
    passive = all(component in PASSIVE_ONLY for component, _ in said)
    beside = {one: value for one, value in WITH.items() if (one[0] in PASSIVE_ONLY) == passive}
    text, places = (PASSIVE if passive else ACTIVE), {}
    values = beside | dict(said)
    for component in dict.fromkeys(component for component, _ in values):
        text += f"  {component}:\n"
        for (owner, option), value in values.items():
            if owner == component:
                places[owner, option] = text.count("\n") + 1, len(f"    {option}: ") + 1
                text += f"    {option}: {value}\n"
    return text, {one: places[one] for one in said}


def options(vocabulary: Vocabulary) -> dict[Option, Schema]:
    """Every option of every component, with its schema."""
    schema = site_schema(vocabulary)
    components = schema["properties"]["components"]["properties"].items()
    return {
        (name, option): _whole(said, schema["$defs"])
        for name, component in components
        for option, said in component.get("properties", {}).items()
    }


def _whole(schema: Schema, definitions: Schema) -> Schema:
    """A schema with what it refers to in the place of the reference."""
    if "$ref" in schema:
        found: Schema = definitions[schema["$ref"].rpartition("/")[2]]
        return found | {k: v for k, v in schema.items() if k != "$ref"}
    if "items" in schema:
        return schema | {"items": _whole(schema["items"], definitions)}
    return schema


def wrong_values(schema: Schema) -> Iterator[str]:
    """Values beyond the limits, misspelt words, and values of other kinds."""
    kind = schema.get("type")
    yield "''"
    if kind in {"integer", "number"}:
        step = 1 if kind == "integer" else 0.01
        yield f"{schema['exclusiveMinimum'] if 'exclusiveMinimum' in schema else schema['minimum'] - step}"
        yield f"{schema['maximum'] + step}"
        yield from ("-1", "5s", "five", "1_0", "1e1", "007", ".inf", "~", '"5,5"', "[5]", "{qxz: 5}")
        if kind == "integer":
            yield f"{schema['maximum'] - 1}.5"
    elif kind == "boolean":
        yield from ("perhaps", "[true]", "{qxz: true}", "0", "1", "2", "y", "F")
    elif kind == "array":
        yield from ("qxzzy", "5", "{qxz: qxz}", "[[qxz]]", "[{qxz: 1}]", "[' ']")
        yield from (f"[{value}]" for value in wrong_values(schema["items"]) if value != "''")
        example = next(right_values(schema["items"]), None)
        if schema.get("uniqueItems") and example:
            yield f"[{example}, {example}]"
    elif kind == "object":
        yield from ("qxzzy", "[qxz]", "{'': qxz}")
    else:
        yield from ("[qxz]", "{qxz: qxz}", "q q q")
        if "enum" in schema:
            yield from (misspelt(word) for word in schema["enum"])
            yield schema["enum"][0].upper()


def right_values(schema: Schema) -> Iterator[str]:
    """The limits, and every word of a choice."""
    kind = schema.get("type")
    if kind in {"integer", "number"}:
        lowest = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 0.01)
        yield from (f"{lowest}", f"{schema['maximum']}")
    elif kind == "boolean":
        yield from ("true", "false", "yes", "no", "on", "off")
    elif "enum" in schema:
        yield from schema["enum"]
    elif kind == "array":
        yield from (f"[{value}]" for value in right_values(schema["items"]))
    elif "default" in schema and kind == "string":
        yield f"{schema['default']}"
