"""What an option may say of itself beside its own kind: how it stands to options of other components.

Components do not know one another; that one's option follows from another's is a value, which the rules over
the site file and the schema for editors read.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AtMost:
    """Says that a number is at most an option of another component."""

    component: str
    option: str


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Says that a number is at least what options of another component are together.

    ``why`` ends the sentence that refuses it: what would happen otherwise.
    """

    component: str
    options: tuple[str, ...]
    why: str
