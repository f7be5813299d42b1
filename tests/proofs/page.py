"""All proofs, and the page of the docs that they make: ``python -m tests.proofs.page``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.proofs import balancing, members, vrrp

from fournines.audit import registry

PROOFS = (*vrrp.PROOFS, *balancing.PROOFS, *members.PROOFS)
PAGE = Path(__file__).parents[2] / "docs" / "audit-proofs.md"
PACKAGES = ("keepalived", "haproxy", "nftables", "corosync", "mariadb-server", "galera-4", "chrony")
"""The packages whose programs run in the proofs."""

_HEAD = """\
# Rules of the audit, tried with the real programs

<!-- Written by `python -m tests.proofs.page`; a test fails when it is not up to date. -->

What a rule of `nines audit` claims is tried here: two or three hosts, each in namespaces of its own over the
tree of a lab's host image, run the real daemons with a configuration that the rule flags. The fault is made,
and what is seen has to stay so for five seconds (a takeover of the mended pair takes 0.8 s). The same is
done with the mended configuration, which the rule does not flag. `tests/proofs/` holds both files of every
line; `make test-lab` runs them, or `.venv/bin/pytest -m lab tests/proofs` as root in two minutes.

"""


def page(versions: Mapping[str, str]) -> str:
    """The page's text."""
    titles = {rule.id: rule.title for rule in registry.rules()}
    ran = ", ".join(f"{package} {version}" for package, version in versions.items())
    lines = [f"Last written with {ran}.", "", f"{len({proof.rule for proof in PROOFS})} rules:", ""]
    lines += ["| rule | fault | as flagged | as mended |", "|---|---|---|---|"]
    lines += [
        f"| {proof.rule} {titles[proof.rule]} | {proof.fault} | {proof.flagged.seen} | {proof.mended.seen} |"
        for proof in sorted(PROOFS, key=lambda proof: proof.id)
    ]
    return _HEAD + "\n".join(lines) + "\n"


def versions_of(tree: Path) -> dict[str, str]:
    """The versions of those packages in an image."""
    known = dict(
        re.findall(
            r"^Package: (\S+)\n(?:.+\n)*?Version: (\S+)$",
            (tree / "var/lib/dpkg/status").read_text(),
            re.MULTILINE,
        )
    )
    return {package: known[package] for package in PACKAGES}


if __name__ == "__main__":
    from tests.programs import image_with

    image = image_with("corosync")
    if image is None:
        raise SystemExit("no lab image here, or not root: nines lab up makes one")
    PAGE.write_text(page(versions_of(image)))
