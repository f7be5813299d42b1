"""What a component takes for granted of an installed package, said aloud as values.

A package's point release may move a file, drop a line of a unit, or rename an account; what rests on that
breaks without a word. Hence every such thing is a ``Truth``: a question to a host and a judge of its answer.
They are asked of a host image by the tests, and of every host before its first file is written.

Each constructor's words go on from "mariadb-server 1:11.8.9 no longer ...": ``has /usr/sbin/mariadbd``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from fournines.kit.check import Ask, Output
from fournines.kit.verdict import Verdict, failed, passed
from fournines.kit.version import upstream

_UNIT = """\
for file in "/etc/systemd/system/$1" "/usr/lib/systemd/system/$1"; do
    [ -f "$file" ] && { cat "$file"; break; }
done
for file in /usr/lib/systemd/system/"$1".d/*.conf /etc/systemd/system/"$1".d/*.conf; do
    case $file in */fournines.conf) ;; *) [ ! -f "$file" ] || cat "$file" ;; esac
done
"""
"""A unit as ``systemctl cat`` merges it, but for our own drop-in; works without a running systemd too."""

_ONLY_ONE = frozenset({"Type", "User", "Group", "PIDFile"})
"""Keys whose last value counts; those of others add up (systemd.syntax(7))."""


@dataclass(frozen=True, slots=True)
class Truth:
    """One thing that is so in every proved version. ``what`` begins with a verb: "has", "gives", "reads"."""

    what: str
    ask: Ask
    judge: Callable[[Output], Verdict]


@dataclass(frozen=True, slots=True)
class Relied:
    """A package, the upstream versions a site was seen to run with, and what is relied on in all of them."""

    package: str
    oldest: str
    newest: str
    truths: tuple[Truth, ...] = ()

    def proved(self, version: str) -> bool:
        """Whether a package's version lies within what was seen to work."""
        return upstream(self.oldest) <= upstream(version) <= upstream(self.newest)

    @property
    def range(self) -> str:
        """The proved versions in words."""
        return self.oldest if self.oldest == self.newest else f"{self.oldest} to {self.newest}"


def has(path: str) -> Truth:
    """Something lies at this path (a program, a folder)."""
    return _succeeds(f"has {path}", ("test", "-e", path))


def has_any(pattern: str) -> Truth:
    """Something matches this shell pattern."""
    return _succeeds(f"has anything at {pattern}", ("sh", "-c", f"ls -d -- {pattern} >/dev/null"))


def has_account(name: str) -> Truth:
    """A system account of this name exists."""
    return _succeeds(f"makes the account {name}", ("getent", "passwd", name))


def owned(path: str, owner: str) -> Truth:
    """A path belongs to ``user:group``."""
    return prints(("stat", "--format=%U:%G", path), f"^{re.escape(owner)}$", what=f"gives {path} to {owner}")


def reads(path: str, text: str) -> Truth:
    """A file that the package ships holds this text, which is what makes it read or do what we count on."""
    return _succeeds(f"says {text!r} in {path}", ("grep", "--quiet", "--fixed-strings", "-e", text, path))


def unit_has(unit: str, line: str) -> Truth:
    """A unit has this ``Key=value`` as its last word on that key, or among its words where keys add up."""
    key, _, value = line.partition("=")

    def judge(answer: Output) -> Verdict:
        values = _values(answer.stdout, key)
        values = values[-1:] if key in _ONLY_ONE else values
        if value in values:
            return passed(line)
        return failed(f"{key}={', '.join(values)}" if values else f"no {key}= in {unit}")

    return Truth(f"has {line} in {unit}", Ask(("sh", "-c", _UNIT, "sh", unit)), judge)


def prints(
    argv: tuple[str, ...], pattern: str, *, what: str, stdin: str = "", seconds: float = 10.0
) -> Truth:
    """A program's output, errors included, holds this regular expression; its exit code does not matter."""

    def judge(answer: Output) -> Verdict:
        said = f"{answer.stdout}\n{answer.stderr}"
        if re.search(pattern, said, re.MULTILINE):
            return passed(what)
        return failed((said.strip().splitlines() or ["no output"])[0][:200])

    return Truth(what, Ask(argv, stdin, timeout=seconds), judge)


def _succeeds(what: str, argv: tuple[str, ...]) -> Truth:
    def judge(answer: Output) -> Verdict:
        # every program used here says something or nothing at success, but never 0 by accident
        return passed(what) if answer.code == 0 else failed(answer.stderr.strip() or f"exit {answer.code}")

    return Truth(what, Ask(argv), judge)


def _values(text: str, key: str) -> list[str]:
    """The values of a key in unit files read one after the other; an empty one clears those before."""
    found: list[str] = []
    for line in text.replace("\\\n", " ").splitlines():
        name, equals, value = line.partition("=")
        if equals and name.strip() == key:
            found = [*found, value.strip()] if value.strip() else []
    return found
