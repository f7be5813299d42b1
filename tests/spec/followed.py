"""What becomes of a wrong file when somebody does what its error says: each way of a hint, gone.

Only what a hint says in so many words: an entry taken away, a service added, keys to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from tests.spec.mutations import mended, nodes

from fournines.errors import Mistake

_AWAY = re.compile(r"(take|leave) (it|them|\S+\.\S+|the (choice|role|network|key|options?)) (away|out)\b")
_SERVICE = re.compile(r"add (\w+) to services")
_WHOLE = re.compile(r"(?:add|write) ((?:components|choose): \{.*\}|mode: [a-z-]+)")
_BENEATH = re.compile(r"add (\S+: .+) to (components\.\S+)")


def followed(text: str, mistake: Mistake) -> Iterator[str]:
    """The file after each alternative of the hint that can be carried out."""
    if exact := mended(text, mistake):
        yield exact
    for way in re.split(r",? or (?=add|write|take|leave)|; ", mistake.try_this or ""):
        tree: Any = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - plain text only
        if found := _AWAY.match(way):
            option = found[2] if "." in found[2] else ""
            yield _without(text, f"components.{option}" if option else mistake.path)
        elif found := _SERVICE.match(way):
            tree["services"].append(found[1])
            yield _dumped(tree)
        elif found := _BENEATH.match(way):
            here: Any = tree
            for key in found[2].split("."):
                here = here[key]
            yield _merged(tree, here, found[1])
        elif found := _WHOLE.match(way):
            yield _merged(tree, tree, found[1])


def _merged(tree: Any, into: Any, said: str) -> str:  # noqa: ANN401 - YAML holds anything
    """The file with that text's keys in it, each beside what stands there already."""
    added = yaml.load(said, Loader=yaml.BaseLoader)  # noqa: S506 - plain text only
    for key, value in added.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            into[key] |= value
        else:
            into[key] = value
    return _dumped(tree)


def _without(text: str, path: str) -> str:
    """The file without an entry, and without the section that it leaves empty."""
    tree: Any = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - plain text only
    (parts,) = {node.path for node in nodes(text) if ".".join(node.path) == path}
    here: Any = tree
    for key in parts[:-1]:
        here = here[int(key) if isinstance(here, list) else key]
    del here[int(parts[-1]) if isinstance(here, list) else parts[-1]]
    return _dumped({key: value for key, value in tree.items() if value != {}})


def _dumped(tree: Any) -> str:  # noqa: ANN401 - YAML holds anything
    return yaml.safe_dump(tree, sort_keys=False, default_flow_style=False)
