"""The site files in documents and in tests of real hosts are right: those are run late, or by nobody."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.lab.blog.test_site import with_options

from fournines.plan.vocabulary import vocabulary
from fournines.spec.load import loads

ROOT = Path(__file__).parents[2]
LAB = sorted((ROOT / "tests" / "lab").rglob("*.py"))
PAGES = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))
EXAMPLES = {file.stem: file.read_text() for file in (ROOT / "examples").glob("*.yaml")}
_BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.DOTALL | re.MULTILINE)


def whole(text: str) -> bool:
    """Whether a text is a site file, and not some keys of one."""
    return all(re.search(rf"^{key}:", text, re.MULTILINE) for key in ("networks", "hosts", "services"))


def of_pages() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for number, block in enumerate(_BLOCK.findall(page.read_text())):
            if whole(block):
                yield f"{page.name} {number}", block


def of_lab_tests() -> Iterator[tuple[str, str]]:
    """Whole files, and what tests make of the examples: options added, texts replaced."""
    for file in LAB:
        tree = ast.parse(file.read_text())
        names = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
        examples = [EXAMPLES[name] for name in sorted(names & set(EXAMPLES))] or [EXAMPLES["blog"]]
        for node in ast.walk(tree):
            where = f"{file.name}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and whole(node.value):
                yield where, node.value.format(name="lab") if "{{" in node.value else node.value
            elif isinstance(node, ast.Call):
                yield from ((where, text) for text in edited(node, examples))


def edited(call: ast.Call, examples: list[str]) -> Iterator[str]:
    """The examples with what a call puts into them; nothing where that is not said in the call itself."""
    given = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    options = {
        word.arg: str(word.value.value)
        for word in call.keywords
        if word.arg and isinstance(word.value, ast.Constant)
    }
    if isinstance(call.func, ast.Name) and call.func.id == with_options.__name__ and options:
        yield from (with_options(text, **options) for text in examples)
    elif isinstance(call.func, ast.Attribute) and call.func.attr == "replace" and len(given) == 2:
        old, new = given
        yield from (text.replace(old, new) for text in examples if old in text and len(old) > 8)


@pytest.mark.parametrize(("where", "text"), [*of_pages(), *of_lab_tests()], ids=lambda one: str(one)[:20])
def test_it_is_right(where: str, text: str) -> None:
    assert loads(text, Path(where), vocabulary()).hosts


def test_both_have_some() -> None:
    assert len(list(of_pages())) >= 2
    assert {where.partition(":")[0] for where, _ in of_lab_tests()} >= {
        "test_deploy.py",
        "test_site.py",
        "test_passive.py",
    }
