"""Rows: one name of Debian's each, with what other families have for it and who says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """Distributions that call things alike."""

    DEBIAN = "debian"
    """Debian 13: what is built and run."""
    RHEL = "rhel"
    """RHEL and CentOS Stream 9 and 10, with RDO's packages of OpenStack."""
    SUSE = "suse"
    """openSUSE and SLES, with OpenStack's packages of the build service (Cloud:OpenStack)."""


class Kind(StrEnum):
    """What a name is the name of."""

    PACKAGE = "package"
    UNIT = "unit"
    ACCOUNT = "account"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class There:
    """What a family has for something: its names there, none where it has no such thing, and who says so.

    ``names`` None means Debian's own. Without a source it is not proved.
    """

    names: tuple[str, ...] | None
    source: str


def there(*names: str, by: str) -> There:
    """These names, as ``by`` (a file of a public repository, a page) shows."""
    return There(names, by)


def alike(by: str) -> There:
    """Debian's name, as ``by`` shows."""
    return There(None, by)


def nowhere(by: str) -> There:
    """Nothing: ``by`` shows that the family does not have it, or has no need of it."""
    return There((), by)


NOT_PROVED = There(None, "")
"""Debian's name, for want of a source that shows another."""


@dataclass(frozen=True, slots=True)
class Row:
    """One of Debian's names, and what each other family has for it."""

    kind: Kind
    debian: str
    families: Mapping[Family, There]

    def names(self, family: Family) -> tuple[str, ...]:
        """What it is called there."""
        found = self.families[family].names
        return (self.debian,) if found is None else found


def package(debian: str, *, rhel: There, suse: There) -> Row:
    """A package; several may stand for one, and one for several."""
    return Row(Kind.PACKAGE, debian, {Family.RHEL: rhel, Family.SUSE: suse})


def unit(debian: str, *, rhel: There, suse: There) -> Row:
    """A unit of systemd, with its ending; ours in place of the package's is called like that."""
    return Row(Kind.UNIT, debian, {Family.RHEL: rhel, Family.SUSE: suse})


def account(debian: str, *, rhel: There, suse: There) -> Row:
    """A user or a group that a package makes."""
    return Row(Kind.ACCOUNT, debian, {Family.RHEL: rhel, Family.SUSE: suse})


def path(debian: str, *, rhel: There, suse: There) -> Row:
    """A path, with all that lies below it; a longer one has a row of its own where it is somewhere else."""
    return Row(Kind.PATH, debian, {Family.RHEL: rhel, Family.SUSE: suse})


def alike_all(make: Callable[..., Row], *names: str, rhel: str, suse: str) -> tuple[Row, ...]:
    """Rows of one kind (``package``, ``path``, ...) for names that are Debian's everywhere."""
    return tuple(make(name, rhel=alike(rhel), suse=alike(suse)) for name in names)
