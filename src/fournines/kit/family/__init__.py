"""Families of distributions: what is called otherwise where it is not Debian.

Everything is written in Debian's names. A component's ``families.py`` holds one table, a row for each name
that belongs to a distribution (a package, a unit, an account, a path), and says of each family what it is
called there and who says so; ``common`` has those that several components use. Nothing is guessed: what no
source shows is ``NOT_PROVED``, and whoever renders for that family is told. The steps know nothing of it:
they are said in Debian's names, and then said again (``Names``). What has another format there is a template
of the same name in ``templates/FAMILY/``.
"""

from __future__ import annotations

from fournines.kit.family.names import Names
from fournines.kit.family.rows import (
    NOT_PROVED,
    Family,
    Kind,
    Row,
    There,
    account,
    alike,
    alike_all,
    nowhere,
    package,
    path,
    there,
    unit,
)

__all__ = [
    "NOT_PROVED",
    "Family",
    "Kind",
    "Names",
    "Row",
    "There",
    "account",
    "alike",
    "alike_all",
    "nowhere",
    "package",
    "path",
    "there",
    "unit",
]
