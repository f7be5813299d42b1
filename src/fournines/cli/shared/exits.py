"""What each verb's exit code means: shown below ``--help``, and in docs/exit-codes.md."""

from __future__ import annotations

from collections.abc import Mapping

EVERYWHERE: Mapping[int, str] = {
    0: "done, and as it should be",
    2: "the command line, the site file, its secrets or a file is wrong; nothing was done",
    3: "a host could not be reached, or something failed there",
    70: "a bug in fournines; a file to report is named",
    130: "interrupted (Ctrl-C)",
    141: "whoever read the output stopped reading",
}
"""What every verb may exit with; a verb's own words replace these."""

_PROMISES = {0: "all promises hold", 1: "one is broken", 4: "one is unknown and none is broken"}

_OPERATED = {
    0: "done, and the cluster has come to rest; or there was nothing to do",
    1: "what would happen was shown, nothing was done",
    2: "the cluster would not do that, or the command line or the site file is wrong; nothing was done",
}

_HELD = "somebody else is changing the site; nothing was done, try again later"
_COMMANDS = {0: "the command ended well; another code is the command's own"}

OF_VERB: Mapping[str, Mapping[int, str]] = {
    "plan": {0: "shown", 1: "changes are pending (only with --exit-code)"},
    "deploy": {
        0: "the site is what its file says",
        3: "a host was away (the rest is done if the others can do without it), or something failed",
        75: _HELD,
    },
    "preflight": {0: "a deployment can begin", 1: "something stands in its way", 4: "something is unknown"},
    "verify": _PROMISES,
    "drill": {
        0: "all promises hold",
        1: "one is broken",
        4: "none is broken; one is unknown, for example because the machine itself stood still",
        75: _HELD,
    },
    "status": {
        0: "ok",
        1: "warning: served, but degraded",
        2: "critical: not served",
        3: "unknown; also for a site file that is wrong (these are the codes of Nagios)",
    },
    "move": _OPERATED,
    "standby": _OPERATED,
    "online": _OPERATED,
    "maintenance": _OPERATED,
    "lab exec": _COMMANDS,
    "lab ssh": _COMMANDS,
    "audit": {0: "nothing at or above --fail-on", 1: "findings", 2: "the input cannot be read"},
}
"""What the codes mean where they mean more than everywhere."""


def codes(verb: str) -> dict[int, str]:
    """The exit codes of a verb and what they mean, in order."""
    return dict(sorted({**EVERYWHERE, **OF_VERB.get(verb, {})}.items()))


def epilog(verb: str) -> str:
    """What stands below the verb's ``--help``: one line a code."""
    lines_apart = "\b"  # click would otherwise fill the lines into a paragraph
    return "\n".join(
        [lines_apart, "Exit codes:", *(f"  {code:>3}  {words}" for code, words in codes(verb).items())]
    )
