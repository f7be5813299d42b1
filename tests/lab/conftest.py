"""One deployed site that the tests of this ring share: bringing it up takes minutes, once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
NINES = Path(sys.executable).with_name("nines")


@dataclass(frozen=True)
class Deployed:
    """A site of the examples, up and deployed in a lab of its own."""

    file: Path
    name: str

    def nines(self, verb: str, *options: str, timeout: float = 900) -> subprocess.CompletedProcess[str]:
        """Run a verb on the site, as a user would."""
        return subprocess.run(
            [NINES, verb, *options, self.file], capture_output=True, text=True, check=False, timeout=timeout
        )

    def told(self, verb: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Tell the site's cluster something, and let it be done."""
        return subprocess.run(
            [NINES, verb, self.file, *words, "--yes"],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def on(self, host: str, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a command on a host, past all of fournines."""
        return subprocess.run(
            [NINES, "lab", "exec", "--name", self.name, host, "--", *argv],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def verdicts(self, only: str = "*", *options: str) -> dict[str, str]:
        """Outcome by check."""
        done = self.nines("verify", "--json", "--only", only, *options)
        document: dict[str, Any] = json.loads(done.stdout)
        return {check["id"]: check["outcome"] for check in document["checks"]}

    def changes(self) -> list[dict[str, Any]]:
        """Deploy, and return the events in which something changed."""
        done = self.nines("deploy", "--json")
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        events = [json.loads(line) for line in done.stdout.splitlines()]
        return [event for event in events if event["event"] == "StepChanged"]


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The blog's site, deployed on lab hosts and taken away afterwards, whatever happened."""
    with example("blog", f"ring{os.getpid()}", tmp_path_factory.mktemp("site")) as site:
        yield site


@contextmanager
def example(which: str, name: str, folder: Path) -> Iterator[Deployed]:
    """An example's site under another name, up and deployed; down in the end, whatever happened."""
    if os.geteuid() != 0:
        pytest.skip("lab hosts need root")
    file = folder / f"{which}.yaml"
    file.write_text((EXAMPLES / f"{which}.yaml").read_text().replace(f"name: {which}", f"name: {name}"))
    site = Deployed(file, name)
    try:
        _must(["lab", "up", str(file)])
        _must(["deploy", str(file)])
        yield site
    finally:
        subprocess.run([NINES, "lab", "down", name], check=False, timeout=120)


def _must(argv: Sequence[str]) -> None:
    done = subprocess.run([NINES, *argv], capture_output=True, text=True, check=False, timeout=1200)
    assert done.returncode == 0, f"nines {' '.join(argv)}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
