"""A site, up and deployed in a lab of its own, and what tests do with it.

No test of this ring may depend on how busy the machine is: what comes in the end is waited for with
``PATIENCE``, and how long it took is asked by nobody.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.support import loaded

from fournines import lab

EXAMPLES = Path(__file__).parents[2] / "examples"
NINES = Path(sys.executable).with_name("nines")
CONTROLLERS = ("controller1", "controller2")
PATIENCE = 300.0
"""Seconds after which a test believes that something will never come."""
HANG = 1500.0
"""Seconds after which a verb is taken to hang, however busy the machine is; it is told how far it came. So
many times longer where the site has patience: each limit that a verb has of its own is longer there, too."""


def own(what: str) -> str:
    """The name of a lab of this run of the tests, by which ``scripts/test-hosts`` finds what a crash left."""
    return f"{what}-{os.environ.get('FOURNINES_TESTS', os.getpid())}"


@dataclass(frozen=True)
class Deployed:
    """A site that is up and deployed, and the file that it was deployed from."""

    file: Path
    name: str
    patience: int = 1

    def nines(self, verb: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a verb on the site, as a user would."""
        return _nines(verb, self.file, *words, patience=self.patience)

    @property
    def seconds(self) -> float:
        """After how many of them this site is not believed to become well any more."""
        return PATIENCE * self.patience

    def told(self, verb: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Tell the site's cluster something, and let it be done."""
        return self.nines(verb, *words, "--yes")

    def on(self, host: str, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a command on a host, past all of fournines."""
        return lab.exec_(self.name, host, argv, timeout=self.seconds)

    def verdicts(self, only: str = "*", *options: str) -> dict[str, str]:
        """Outcome by check, as it is now."""
        done = self.nines("verify", "--json", "--only", only, *options)
        document: dict[str, Any] = json.loads(done.stdout)
        return {check["id"]: check["outcome"] for check in document["checks"]}

    def not_passing(self, only: str = "*", *, of: int = 1) -> dict[str, str]:
        """The checks that do not pass, however long they are given; there are ``of`` checks at least."""
        found = self.verdicts(only, "--wait", f"{self.seconds:g}")
        assert len(found) >= of
        return {check: outcome for check, outcome in found.items() if outcome != "pass"}

    def changes(self) -> list[dict[str, Any]]:
        """Deploy, and return the events in which something changed."""
        done = self.nines("deploy", "--json")
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        events = [json.loads(line) for line in done.stdout.splitlines()]
        return [event for event in events if event["event"] == "StepChanged"]


@contextmanager
def example(which: str, folder: Path) -> Iterator[Deployed]:
    """A site of the examples under the name of a lab of this run, up and deployed; down in the end."""
    text = (EXAMPLES / f"{which}.yaml").read_text()
    assert f"\nname: {which}\n" in text
    with deployed(own(which), text.replace(f"\nname: {which}\n", f"\nname: {own(which)}\n"), folder) as site:
        yield site


@contextmanager
def deployed(name: str, text: str, folder: Path) -> Iterator[Deployed]:
    """A site of this text, up and deployed; down in the end, whatever happened."""
    if os.geteuid() != 0:
        pytest.skip("lab hosts need root")
    file = folder / f"{name}.yaml"
    file.write_text(text)
    patience = loaded(file).patience
    try:
        # whoever runs the ring has just asked the archive
        _must("lab", "up", "--as-cached", file, patience=patience)
        _must("deploy", file, patience=patience)
        yield Deployed(file, name, patience)
    finally:
        _nines("lab", "down", name)


def _nines(*words: str | Path, patience: int = 1) -> subprocess.CompletedProcess[str]:
    # Only a hang takes longer than this: verbs know themselves when to give up.
    try:
        return subprocess.run(
            [NINES, *words], capture_output=True, text=True, check=False, timeout=HANG * patience
        )
    except subprocess.TimeoutExpired as hung:
        said = b"\n".join((hung.stdout or b"", hung.stderr or b"")).decode(errors="replace")
        pytest.fail(f"nines {' '.join(map(str, words))} hangs:\n{said[-8000:]}", pytrace=False)


def _must(*words: str | Path, patience: int) -> None:
    done = _nines(*words, patience=patience)
    said = f"nines {' '.join(map(str, words))}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    assert done.returncode == 0, said
