"""XML (the Pacemaker CIB) by libxml2 in its recovering mode, with source lines."""

from __future__ import annotations

import re

from fournines.kit.audit.node import Node, Parsed, Problem

MOST_ATTRIBUTES = 200
"""Attributes that are read of an element; a CIB's operations have twenty."""
_TAG = re.compile(r"<[^<!?/][^<]*")


def parse_xml(text: str) -> Parsed:
    """One node an element: ``words`` are the tag and ``attribute=value``, ``rest`` its text.

    Entities are not resolved and nothing is fetched.
    """
    from lxml import etree  # noqa: PLC0415 - 40 ms that most audits do not need

    whole, cut = _within(text)
    data = whole.encode("utf-8", "replace").lstrip()
    skipped = text[: len(text) - len(text.lstrip())].count("\n")
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        return Parsed((), cut or (Problem(line, f"not XML: {error}"),))
    said = (Problem(entry.line + skipped, entry.message) for entry in list(parser.error_log)[:20])
    problems = (*cut, *(() if cut else said))  # what is said of an end that we made is no defect of the file
    if root is None:
        return Parsed((), problems or (Problem(1, "no XML element in it"),))
    return Parsed((_tree(root, skipped),), problems)


def _within(text: str) -> tuple[str, tuple[Problem, ...]]:
    """The text up to the first element with too many attributes: libxml2 compares each with each.

    60,000 attributes of one element were a minute of processor.
    """
    for tag in _TAG.finditer(text):
        if tag.group().count("=") > MOST_ATTRIBUTES and len(_NAMES.findall(tag.group())) > MOST_ATTRIBUTES:
            said = f"what follows was not read: an element has more than {MOST_ATTRIBUTES} attributes"
            line = text.count("\n", 0, tag.start()) + 1
            return text[: tag.start()], (Problem(line, said, ours=True),)
    return text, ()


_NAMES = re.compile(r"\s[\w:.\-]+\s*=\s*[\"']")
"""How attributes begin; a value with as many signs of equality is text."""


def _tree(root: object, skipped: int) -> Node:
    """Convert bottom-up without recursion: libxml2 allows 256 levels, Python's stack is not for that."""
    done: dict[object, Node] = {}
    order = [element for element in root.iter() if isinstance(element.tag, str)]  # type: ignore[attr-defined]
    for element in reversed(order):
        tag = element.tag.rpartition("}")[2]
        words = (tag, *(f"{key}={value}" for key, value in element.attrib.items()))
        children = tuple(done.pop(child) for child in element if child in done)
        text = (element.text or "").strip()
        done[element] = Node(words, (element.sourceline or 1) + skipped, children, text, block=True)
    return done[order[0]]
