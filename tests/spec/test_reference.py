"""The reference page, the glossary and the schema say what the models say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from tests.spec.wrong_files import GOOD, GROUPS

from fournines.components import registered
from fournines.plan.vocabulary import services_needed, vocabulary
from fournines.spec.load import loads
from fournines.spec.model import Mode, Purpose, Role, Visibility
from fournines.spec.told.page import reference
from fournines.spec.told.schema import site_schema
from fournines.spec.told.starter import STARTER

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = site_schema(vocabulary())
CHECK = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def page() -> str:
    needed = services_needed(loads(STARTER, Path("site.yaml"), vocabulary()))
    return reference(vocabulary(), {name: c.summary for name, c in registered().items()}, needed)


def test_the_page_is_what_the_program_says() -> None:
    assert (DOCS / "site-file.md").read_text() == page(), "run: nines schema --markdown > docs/site-file.md"


def test_the_page_names_every_option_with_its_default_and_unit() -> None:
    text = page()
    for name, model in vocabulary().options.items():
        for key in model.model_fields:
            assert f"| `{key}` |" in text.split(f"### components.{name}\n")[1]
    assert "| `buffer_pool` | an amount, 8M to 4096G | `256M` |" in text
    assert "| `suspect_timeout` | a number, 0.5 to 10.0 s | `1.0` |" in text


def test_the_page_says_which_service_needs_which_role_and_which_other_service() -> None:
    text = page()
    assert "| `horizon` | `dashboard` | `keystone` |" in text
    assert "| `nova` | `controller`, `compute` | `glance`, `keystone`, `neutron`, `placement` |" in text
    assert "| `keystone` | `controller` |  |" in text


def test_the_glossary_has_every_word_of_the_spec() -> None:
    text = (DOCS / "glossary.md").read_text()
    for word in (*Role, *Purpose, *Visibility, *Mode):
        assert f"**{word}**" in text, word


def test_the_verb_prints_both() -> None:
    nines = Path(sys.executable).with_name("nines")
    said = subprocess.run([nines, "schema"], check=True, capture_output=True, text=True).stdout
    assert json.loads(said) == SCHEMA
    said = subprocess.run([nines, "schema", "--markdown"], check=True, capture_output=True, text=True).stdout
    assert said == page()


def test_the_schema_is_one_and_knows_no_keys_but_ours() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"]

    def closed(node: Any, at: str) -> None:  # noqa: ANN401 - a JSON tree
        if isinstance(node, dict):
            if "properties" in node or "patternProperties" in node:
                assert "additionalProperties" in node, at
            for key, value in node.items():
                closed(value, f"{at}.{key}")

    closed({k: v for k, v in SCHEMA.items() if k != "$defs"} | SCHEMA["$defs"], "")
    assert set(SCHEMA["properties"]) >= {"name", "networks", "vips", "hosts"}
    assert "file" not in SCHEMA["properties"]


@pytest.mark.parametrize("text", [GOOD, STARTER])
def test_good_files_keep_to_the_schema(text: str) -> None:
    assert not list(CHECK.iter_errors(yaml.safe_load(text)))


def test_the_starter_tells_an_editor_where_the_schema_is() -> None:
    assert STARTER.startswith("# yaml-language-server: $schema=")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("net.ipv4.ip_forward: 1", "net.ipv4.tcp_retries2: 5"),
        ("net.ipv4.ip_forward: 1", "net.ipv4.ip_nonlocal_bind: 1"),
        ("interface: enp2s0", "interface: lo"),
        ("names: [cloud.example.org]", "session: 86400"),
    ],
)
def test_an_editor_sees_what_one_value_or_a_default_rules_out(old: str, new: str) -> None:
    assert GOOD.count(old) == 1
    assert list(CHECK.iter_errors(yaml.safe_load(GOOD.replace(old, new))))


def test_a_longer_token_allows_a_longer_session() -> None:
    longer = GOOD.replace(
        "names: [cloud.example.org]}", "session: 86400}\n  keystone: {token_lifetime: 86400}"
    )
    assert not list(CHECK.iter_errors(yaml.safe_load(longer)))


@pytest.mark.parametrize("group", ["top", "ssh and secrets"])
def test_an_editor_sees_what_is_wrong_with_a_single_value(group: str) -> None:
    """What needs no look at the rest of the file, the schema refuses too."""
    between = ("cannot be built yet", "is not a host of", "is not one", "names a host of")
    for old, new, _, words in GROUPS[group]:
        if not any(part in words for part in between) and "null" not in new:
            try:
                tree = yaml.safe_load(GOOD.replace(old, new))
            except yaml.YAMLError:
                continue
            assert list(CHECK.iter_errors(tree)), new
