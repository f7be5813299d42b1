"""A proof as a value: a rule, a fault, and what is seen of a flagged and of a mended configuration."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.proofs.wire import PATIENCE, Host, Wire

from fournines.audit.gather.collect import File
from fournines.audit.run import audit

Hosts = dict[str, Host]
Look = Callable[[], str]
Story = Callable[[Hosts], Look]
"""Starts programs, makes the fault, and returns how to look at what comes of it."""

_HOLD = 5.0
"""Seconds for which what is seen has to stay as it is: six takeovers of the mended pair (0.8 s each)."""


@dataclass(frozen=True)
class Case:
    """Files of hosts (``n1/etc/...``) and what is seen with them after the fault."""

    files: Mapping[str, str]
    seen: str


@dataclass(frozen=True)
class Proof:
    """What a rule says, tried: ``flagged`` is found by it, ``mended`` is not."""

    rule: str
    fault: str
    story: Story
    flagged: Case
    mended: Case
    variant: str = ""
    """Tells proofs of one rule apart."""

    @property
    def id(self) -> str:
        """Its name among the tests."""
        return f"{self.rule}-{self.variant}" if self.variant else self.rule


def found(rule: str, case: Case) -> int:
    """How many findings of this rule the audit has in the files."""
    files = [File(path, text) for path, text in case.files.items()]
    return len([finding for finding in audit(files, strict=True).findings if finding.rule == rule])


def observed(proof: Proof, case: Case, tree: Path, folder: Path) -> str:
    """Carry the story out on hosts of its own and return what was seen at its end.

    Waits for what the case expects, for as long as a very busy machine may need, and then sees whether it
    stays that way. What differs is returned with the logs of the hosts.
    """
    with Wire(tree, folder) as wire:
        for name in sorted({path.split("/", 1)[0] for path in case.files}):
            host = wire.host(name)
            own = {path.split("/", 1)[1]: text for path, text in case.files.items() if _of(path, name)}
            host.write(own)
        try:
            look = proof.story(wire.hosts)
            seen = _steady(look, case.seen)
        except AssertionError as error:
            seen = f"the story broke off: {error}"
        return seen if seen == case.seen else f"{seen}\n{_logs(wire.hosts)}"


def _steady(look: Look, expected: str) -> str:
    end = time.monotonic() + PATIENCE
    since = None
    while True:
        now, seen = time.monotonic(), look()
        if seen != expected:
            since = None
            if now > end:
                return seen
        elif since is None:
            since = now
        elif now - since >= _HOLD:
            return seen
        time.sleep(0.2)


def _of(path: str, host: str) -> bool:
    return path.startswith(f"{host}/")


def _logs(hosts: Hosts) -> str:
    return "\n".join(
        f"--- {host.name} {program}\n{host.log(program)[-4000:]}"
        for host in hosts.values()
        for program in host.logs
    )
