"""How long `nines audit` takes for input that hurts, and how much memory (target: none 5 s, none 300 MiB).

``python bench/audit_hostile.py [--fuzzed N] [NAME]`` audits each text, folder and archive of
tests/audit/hostile and N mutilated examples, each in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.audit.hostile.folders import ARCHIVES, FOLDERS
from tests.audit.hostile.shapes import SHAPES
from tests.audit.hostile.texts import TEXTS

from fournines.audit import registry

SECONDS, MEBIBYTES = 5.0, 300.0
_INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""An installed program is compiled once, not at each start."""
AUDIT = [sys.executable, "-c", "from fournines.cli import main; main()", "audit"]


def measured(path: Path, *words: str) -> tuple[float, float, float, int, bytes]:
    """Seconds, seconds of processor, MiB, exit status and output of one audit."""
    begun = time.monotonic()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            [*AUDIT, *words, path], stdout=out, stderr=subprocess.STDOUT, env=_INSTALLED
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read()
    spent = time.monotonic() - begun
    return spent, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, process.returncode, said


def shown(name: str, path: Path, *words: str) -> bool:
    """Print the figures of one audit; whether it kept the targets."""
    spent, cpu, memory, code, said = measured(path, *words)
    bad = [
        *(["slow"] if cpu > SECONDS else []),
        *(["big"] if memory > MEBIBYTES else []),
        *(["traceback"] if b"Traceback" in said or code not in (0, 1, 2) else []),
        *(["escape"] if set("\x1b\x9b") & set(said.decode("utf-8", "replace")) else []),
    ]
    print(
        f"{name:34} {spent:6.1f} s ({cpu:5.1f} CPU) {memory:5.0f} MiB  exit {code}  {len(said) >> 10:6} KiB "
        f"{' '.join(bad)}",
        flush=True,
    )
    return not bad


def fuzzed(count: int, folder: Path) -> None:
    """Mutilated examples, as single files in one folder a hundred at a time."""
    chance = random.Random(9)  # noqa: S311 - the same every time
    examples = [pair for rule in registry.rules() for pair in (*rule.bad.items(), *rule.good.items())]
    for start in range(0, count, 100):
        batch = folder / f"fuzz{start:05}"
        for number in range(100):
            name, text = chance.choice(examples)
            data = bytearray(text.encode())
            for _ in range(chance.randint(1, 40)):
                at = chance.randrange(len(data) + 1)
                data[at : at + chance.randint(0, 9)] = chance.randbytes(chance.randint(0, 9))
            path = batch / f"s{number:03}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        shown(batch.name, batch, "--json")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument("--fuzzed", type=int, default=0)
    options = parser.parse_args()
    kept = total = 0
    root = Path(tempfile.mkdtemp())
    try:
        for name, make in (TEXTS | SHAPES).items():
            if options.name in name:
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(make())
                kept += shown(name, path.parent)
                total += 1
        for name, lay_out in FOLDERS.items():
            if options.name in name:
                (root / name).mkdir(exist_ok=True)
                lay_out(root / name)
                kept += shown(name, root / name)
                total += 1
        for name, pack in ARCHIVES.items():
            if options.name in name:
                kept += shown(name, pack(root / f"{name}.tar.gz"))
                total += 1
        for name in ("/dev/zero", "/dev/stdin"):
            if options.name in name:
                kept += shown(name, Path(name))
                total += 1
        fuzzed(options.fuzzed, root)
    finally:  # by rm: a folder of 1,900 levels is too deep for shutil
        subprocess.run(["rm", "-rf", root], check=True)
    print(f"{kept} of {total} within the targets")


if __name__ == "__main__":
    main()
