"""Patches: the files as they are once the patch is in, as far as it shows them."""

from __future__ import annotations

from fournines.audit.pages.page import Block

ENDINGS = (".diff", ".patch")


def is_patch(text: str) -> bool:
    """Whether a text has the lines of a patch."""
    return "\n+++ " in f"\n{text}" and "\n@@ " in text


def patched(text: str) -> list[Block]:
    """For each file its lines behind the patch; between two places of it others are left out."""
    found: list[Block] = []
    name = ""
    lines: list[str] = []
    numbers: list[int] = []

    def end() -> None:
        if any(line.strip() for line in lines):
            found.append(Block("\n".join(lines), tuple(numbers), name, ()))
        lines.clear()
        numbers.clear()

    within = False
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith("+++ "):
            end()
            name = line[4:].split("\t")[0].strip().removeprefix("b/")
            within = False
        elif line.startswith("@@ "):
            if lines:
                lines.append("...")
                numbers.append(number)
            within = True
        elif line.startswith(("diff ", "--- ", "index ")):
            within = False
        elif within and line[:1] in ("+", " ", ""):
            lines.append(line[1:])
            numbers.append(number)
    end()
    return found
