"""The JSON Schema of a site file, as an editor needs it."""

from __future__ import annotations

from typing import Any

from fournines.spec.model import Site
from fournines.spec.vocabulary import Vocabulary


def site_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """The models' schema, corrected where the file differs: addresses stand in the host itself."""
    schema = Site.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    definitions = schema["$defs"]
    host = definitions["Host"]
    address = host["properties"].pop("addresses")["additionalProperties"]
    host["properties"].pop("name")
    host["required"] = ["roles"]
    host["additionalProperties"] = address
    schema["properties"]["services"]["items"] = {"enum": sorted(vocabulary.services)}
    components: dict[str, Any] = {}
    for name, model in sorted(vocabulary.options.items()):
        options = model.model_json_schema()
        definitions |= options.pop("$defs", {})
        components[name] = options
    schema["properties"]["components"] = {
        "type": "object",
        "description": "Overrides per component.",
        "properties": components,
        "additionalProperties": False,
    }
    return schema
