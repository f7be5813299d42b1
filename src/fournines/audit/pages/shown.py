"""What a text shows of other texts, whatever it is written in: its listings, and the prose around them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from fournines.audit.pages.inside import html, markup, patch
from fournines.audit.pages.inside.bare import bare
from fournines.audit.pages.inside.folded import folded
from fournines.audit.pages.inside.literals import is_program, literals
from fournines.audit.pages.page import Block, blocks
from fournines.audit.pages.rst import as_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MARKDOWN = (".md", ".markdown", ".mdown", ".mkd", ".mdx")
_RST = (".rst", ".rest")
PAGES = (*_MARKDOWN, *_RST, *html.ENDINGS, *markup.ORG, *markup.ADOC, *markup.WIKI)
"""Endings of the files that are pages."""
_YAML = (".yml", ".yaml", ".sls", ".hot")
_VARIABLES = re.compile(r"(?:.*\.)?env(?:\.[\w\-]{1,20})?", re.DOTALL)
"""Files of variables, and the example that somebody is to copy: ``.env``, ``db.env``, ``.env.example``."""
_HEADS = ("#cloud-config", "heat_template_version:", "apiVersion:", "AWSTemplateFormatVersion")
"""What a text of YAML begins with, whatever its name."""
_YAML_INFO = frozenset({"yaml", "yml", "ansible", "cloud-config", "cloud-init"})
_CODE_INFO = {
    "python": ".py",
    "py": ".py",
    "go": ".go",
    "ruby": ".rb",
    "hcl": ".tf",
    "terraform": ".tf",
    "tf": ".tf",
}


class Shown(NamedTuple):
    """The listings of a text, and its prose: a line for each line of the text, empty for what is no page."""

    blocks: list[Block]
    prose: str


def is_page(path: str) -> bool:
    """Whether the path is that of a page."""
    return path.lower().endswith(PAGES)


def is_note(path: str) -> bool:
    """Whether a file that is of no kind may be a page all the same: what somebody wrote down."""
    return path.lower().endswith(".txt")


def is_yaml(path: str, text: str) -> bool:
    """Whether a text is YAML that may hold others, by its name or by how it begins."""
    return path.lower().endswith(_YAML) or text[:2000].lstrip("-# \n\t").startswith(
        tuple(h.lstrip("#") for h in _HEADS)
    )


_LONGEST_NAME = 100
_TEMPLATES = (
    ".j2",
    ".jinja",
    ".jinja2",
    ".erb",
    ".epp",
    ".tpl",
    ".tmpl",
    ".tftpl",
    ".template",
    ".mustache",
    ".ctmpl",
)
_ROLES = frozenset({"roles", "templates", "states", "cookbooks", "salt", "ansible", "playbooks"})
"""Folders of what a program fills in and puts on hosts."""
_STATEMENT = ("{%", "<%", "{{-", "{{ range", "{{range")


def is_template(path: str, text: str) -> bool:
    """Whether a program fills in a text before anything reads it: by its name, or by the statements in it."""
    if path.lower().endswith(_TEMPLATES) or is_program(path) or path.lower().endswith(_YAML):
        return True
    if "{{" in text and not _ROLES.isdisjoint(path.lower().split("/")[:-1]):
        return True
    return any(mark in text for mark in _STATEMENT)


def made_of(path: str) -> str:
    """The path of what a template is filled in for: ``rabbitmq.config`` of ``rabbitmq.config.j2``."""
    end = next((end for end in _TEMPLATES if path.lower().endswith(end)), "")
    return path[: len(path) - len(end)]


def holds(path: str, text: str) -> bool:
    """Whether a file that is no page may hold texts of other files."""
    low = path.lower()
    base = low.rpartition("/")[2]
    return (
        is_program(path)
        or is_yaml(path, text)
        or low.endswith(patch.ENDINGS)
        or bool(_VARIABLES.fullmatch(base[-_LONGEST_NAME:]))
    )


def shown(path: str, text: str) -> Shown:
    """What this text shows."""
    low = path.lower()
    if low.endswith(patch.ENDINGS):
        return Shown(patch.patched(text), "")
    if is_program(path):
        return Shown(literals(path, text), "")
    if not is_page(path):
        return Shown(folded(text), "")
    if low.endswith(html.ENDINGS):
        found, prose = html.html_blocks(text)
    else:
        prose = _markdown(low, text)
        found = [part for block in blocks(prose) for part in _deeper(block)]
    marked = {number for block in found if not block.loose for number in block.lines}
    taken = marked | {number for block in found for number in block.lines}
    unmarked = bare(prose.split("\n"), marked, taken)
    within = {number for block in unmarked for number in block.lines}
    kept = [block for block in found if not block.loose or within.isdisjoint(block.lines)]
    return Shown(sorted([*kept, *unmarked], key=lambda block: block.lines[0]), prose)


def _markdown(path: str, text: str) -> str:
    if path.endswith(_RST):
        return as_markdown(text)
    if path.endswith(markup.ORG):
        return markup.from_org(text)
    if path.endswith(markup.ADOC):
        return markup.from_adoc(text)
    return markup.from_wiki(text) if path.endswith(markup.WIKI) else markup.from_markdown(text)


def is_file(part: Block) -> bool:
    """Whether a text that YAML holds becomes a named file, or a part of one, and is no shell's."""
    return bool(part.info) and not part.given and part.info != "sh"


def _deeper(block: Block) -> Iterator[Block]:
    """A block of a page, or the files that it holds in turn: a manifest, a patch, a program text."""
    info = block.info.split(" ")[0].lower().strip("{}.")
    inner: list[Block] = []
    if info in ("diff", "patch"):
        inner = patch.patched(block.text)
    elif info in _CODE_INFO:
        inner = literals(f"x{_CODE_INFO[info]}", block.text)
    elif info in _YAML_INFO or is_yaml("", block.text):
        inner = [replace(part, filled=True) for part in folded(block.text) if is_file(part)]
    for part in inner:
        numbers = tuple(block.lines[min(line, len(block.lines)) - 1] for line in part.lines)
        yield replace(part, lines=numbers, before=block.before, heading=block.heading)
    if not inner or info in _YAML_INFO:
        rest = _without(block.text, inner) if info in _YAML_INFO else block.text
        yield replace(block, text=rest, filled=any(part.filled for part in inner))


def _without(text: str, parts: Iterable[Block]) -> str:
    """A text with empty lines where these parts of it stand: they are files of their own."""
    taken = {number for part in parts for number in part.lines}
    return "\n".join("" if n in taken else line for n, line in enumerate(text.split("\n"), start=1))
