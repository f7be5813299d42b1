"""JSON and YAML: whether a text is whole. It has no statements; readers compose what they need themselves."""

from __future__ import annotations

import json

import yaml

from fournines.kit.audit.node import Parsed, Problem

LARGEST_YAML = 64 * 1024
"""Characters of YAML that are looked at: PyYAML is slow; readers say what they leave out."""


def parse_json(text: str) -> Parsed:
    """The problem of a text that is no JSON, where it was noticed."""
    try:
        json.loads(text or "null")  # an empty file is empty, not broken
    except json.JSONDecodeError as error:
        return Parsed((), (Problem(error.lineno, f"no JSON: {error.msg}"),))
    except (ValueError, RecursionError):  # digits without end; brackets without end
        return Parsed((), (Problem(1, "JSON that is nested too deeply, or a number too long", ours=True),))
    return Parsed(())


def parse_yaml(text: str) -> Parsed:
    """The problem of a text that is no YAML; what only its reader can say (aliases, depth) is left to it."""
    try:
        for _ in yaml.parse(text, Loader=yaml.SafeLoader) if len(text) <= LARGEST_YAML else ():
            pass
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return Parsed((), (Problem(line, f"no YAML: {error.problem}"),))
    except (yaml.YAMLError, RecursionError):
        pass
    return Parsed(())
