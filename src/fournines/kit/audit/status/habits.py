"""What is known of commands: which succeed whatever the state of a service, and how words are taken apart."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def named(text: str) -> frozenset[str]:
    """The names of a list written as text."""
    return frozenset(text.split())


_SUCCEED = named("""
    echo printf true : sleep usleep logger export set trap unset local declare typeset readonly shift
    date touch umask alias hostname uname whoami id tee sort uniq cut tr wc tac rev column fold nl mail
    mailx sendmail wall sync disown jobs hash history clear tput basename dirname seq pwd time
    """)
"""Commands whose status says nothing: with usual arguments it is 0 in practice."""
_FILTERS = named("cat head tail sed awk gawk mawk")
"""Succeed as filters of a pipe; with a file they fail where the file is missing."""
_PREFIXES = named("sudo nohup command builtin nice env exec stdbuf ionice chronic")
_VALUED = {"sudo": ("-u", "-g"), "nice": ("-n",), "env": ("-u",), "ionice": ("-c", "-n"),
           "timeout": ("-s", "-k", "--signal", "--kill-after")}  # fmt: skip
"""Options of those that take a value."""
_SERVICE = named("service systemctl killall pkill kill rc-service initctl invoke-rc.d")
_ASKING = named("is-active status is-failed is-enabled show is-system-running")
_REDIRECT = re.compile(r"\d*(?:>>|>&|<&|>\||<<<|<<-?|>|<)|&>>?")
_ATTACHED = re.compile(r"(?:\d*(?:>>|>&|<&|>\||>|<)|&>>?)\S+")


def bare(words: Iterable[str]) -> tuple[str, ...]:
    """The words of a command without redirections."""
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif _REDIRECT.fullmatch(word):
            skip = True
        elif not _ATTACHED.fullmatch(word):
            kept.append(word)
    return tuple(kept)


def output_files(words: tuple[str, ...]) -> tuple[str, ...]:
    """Where the standard output of a command goes, if not on: ``/dev/null`` for ``>/dev/null``."""
    return tuple(
        target for word, target in pairwise(words) if word in (">", ">>", "1>", "1>>", "&>", "&>>", ">|")
    )


def program(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The name of the program that decides, without folder and prefixes, and its arguments.

    ``sudo -n timeout 2 /usr/bin/curl -s URL`` is ``curl``.
    """
    at = 0
    while at < len(words):
        word = words[at]
        name = word.rsplit("/", 1)[-1]
        last = at + 1 == len(words)
        if name == "timeout":
            at = _behind_options(words, at + 1, name, r"[\d.]+[smhd]?")
        elif name in _PREFIXES and not last:
            at = _behind_options(words, at + 1, name, r"(?!)")
        elif re.fullmatch(r"\w+=.*", word, re.DOTALL) and not last:
            at += 1
        else:
            return name, tuple(words[at + 1 :])
    return "", ()


def _behind_options(words: tuple[str, ...], at: int, name: str, value: str) -> int:
    """Where the options of a prefix, and values of this form, end."""
    valued = _VALUED.get(name, ())
    while at < len(words) and (words[at].startswith("-") or re.fullmatch(value, words[at])):
        at += 2 if words[at] in valued else 1
    return at


def succeeds(words: tuple[str, ...], *, piped: bool = False) -> bool:
    """Whether this command ends in 0 whatever it finds. ``piped``: it reads what another command writes.

    ``systemctl restart X`` counts too: a script that ends in it hurts or heals, and reports nothing.
    """
    name, args = program(words)
    if name in _SUCCEED:
        return True
    if name == "wait":
        return not args  # for all of them; wait PID has the status of that one
    if name in _FILTERS:
        files = [arg for arg in args if not arg.startswith("-") and not arg.lstrip("+").isdigit()]
        quits = any(re.search(r"\bexit\b|^\d*q\s*\d", arg) for arg in args)
        own = 1 if name in ("sed", "awk", "gawk", "mawk") else 0
        return piped and len(files) <= own and not quits
    if name in ("rm", "mkdir", "mv", "cp"):
        return any(arg.startswith("-") and ("f" in arg or "p" in arg) for arg in args) and name in (
            "rm",
            "mkdir",
        )
    return _orders(name, args)


def _orders(name: str, args: tuple[str, ...]) -> bool:
    if name not in _SERVICE:
        return False
    if name in ("killall", "pkill", "kill"):
        return "-0" not in args
    return not _ASKING & set(args)
