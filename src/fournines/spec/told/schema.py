"""The JSON Schema of a site file, as an editor needs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import ModelSchema

from fournines.spec.keys import OF_HOSTS
from fournines.spec.model import Attachment, Site, Strict
from fournines.spec.relations import AtLeast, AtMost
from fournines.spec.told.meaning import meanings
from fournines.spec.vocabulary import Vocabulary

Schema = dict[str, Any]


class Meaningful(GenerateJsonSchema):
    """Says of each key what it means."""

    def model_schema(self, schema: ModelSchema) -> Schema:
        """A model's schema."""
        made = super().model_schema(schema)
        model: type[Strict] = schema["cls"]
        for name, text in meanings(model).items():
            if name in made["properties"]:
                made["properties"][name]["description"] = text
        return made


def site_schema(vocabulary: Vocabulary) -> Schema:
    """The models' schema, corrected where the file differs: addresses stand in the host itself."""
    schema = Site.model_json_schema(schema_generator=Meaningful)
    definitions = schema["$defs"]
    definitions["Attachment"] = Attachment.model_json_schema(schema_generator=Meaningful)
    host = definitions["Host"]
    address = host["properties"]["addresses"]["additionalProperties"]
    host["properties"] = {key: host["properties"][key] for key in OF_HOSTS}
    host["required"] = ["roles"]
    host["additionalProperties"] = {"anyOf": [address, {"$ref": "#/$defs/Attachment"}]}
    properties = schema["properties"]
    properties.pop("file")
    definitions["Range"] = _range(host, definitions["Attachment"])
    properties["hosts"]["patternProperties"][_RANGE] = {"$ref": "#/$defs/Range"}
    properties["services"]["items"] = {"enum": sorted(vocabulary.services)}
    properties["choose"] |= {
        "properties": {one: {"enum": list(names)} for one, names in sorted(vocabulary.providers.items())},
        "additionalProperties": False,
    }
    components: Schema = {}
    for name, model in sorted(vocabulary.options.items()):
        components[name] = model.model_json_schema(schema_generator=Meaningful)
        definitions |= components[name].pop("$defs", {})
    properties["components"] = {
        "type": "object",
        "description": "Overrides per component.",
        "properties": components,
        "additionalProperties": False,
    }
    _tidy(schema)
    schema["allOf"] = [*_bounded_by_defaults(vocabulary)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:fournines:site-file",
        "title": "A site file of fournines",
        **{key: value for key, value in schema.items() if key != "title"},
    }


_RANGE = r"^[a-z][a-z0-9-]*\[[0-9]+-[0-9]+\]([a-z0-9-]*[a-z0-9])?$"
_COUNTED = {"type": "string", "pattern": r"^[0-9.]+\+$"}


def _range(host: Schema, attachment: Schema) -> Schema:
    """What stands under a range of hosts: their addresses are counted up (``spec.ranges``)."""
    attached = {**attachment, "properties": {**attachment["properties"], "address": _COUNTED}}
    return {
        **host,
        "title": "Range",
        "description": "Several hosts, whose addresses are counted up from the one with a plus sign.",
        "additionalProperties": {"anyOf": [_COUNTED, attached]},
    }


def _bounded_by_defaults(vocabulary: Vocabulary) -> Iterator[Schema]:
    """An option that others bound: where none of those is written, an editor knows their defaults."""
    for component, model in vocabulary.options.items():
        for option, info in model.model_fields.items():
            for said in (one for one in info.metadata if isinstance(one, AtMost | AtLeast)):
                names = (said.option,) if isinstance(said, AtMost) else said.options
                others = vocabulary.options[said.component].model_fields
                bound = sum(others[name].default for name in names)
                written = [_inside(said.component, {"required": [name]}, required=True) for name in names]
                limit = "maximum" if isinstance(said, AtMost) else "minimum"
                bounded = {"properties": {option: {limit: bound}}}
                yield {"if": {"not": {"anyOf": written}}, "then": _inside(component, bounded)}


def _inside(component: str, schema: Schema, *, required: bool = False) -> Schema:
    """What is said of a component's options, said of the whole file."""
    for key in (component, "components"):
        schema = {"properties": {key: schema}} | ({"required": [key]} if required else {})
    return schema


def _tidy(node: object) -> None:
    """Make it say what the loader does: nothing may be null, no key be unknown, a number stand for a text."""
    if isinstance(node, list):
        for item in node:
            _tidy(item)
    if not isinstance(node, dict):
        return
    for value in node.values():
        _tidy(value)
    choices = [choice for choice in node.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        del node["anyOf"]
        node |= {**choices[0], **node}
    if "default" in node and node["default"] is None:
        del node["default"]
    if "patternProperties" in node:
        node["additionalProperties"] = False
        for value in node["patternProperties"].values():
            if value.get("type") == "string":  # a kernel setting's value is a text, written as a number
                value["type"] = ["string", "integer"]
