"""The file of a host's kernel parameters."""

from __future__ import annotations

from tests.engine.simulation import everywhere, phase, site

from fournines.kit.step import File, Sysctl
from fournines.plan.kernel import SYSCTL_FILE, with_kernel_file


def test_parameters_of_all_phases_are_kept_in_one_file_that_comes_with_the_first() -> None:
    planned = with_kernel_file(
        site(),
        [
            phase("first", {"two": (File("/x", ""),)}),
            phase("second", everywhere(Sysctl("b.b", "2"))),
            phase("third", everywhere(Sysctl("a.a", "1"))),
        ],
    )
    (first, second, third) = planned
    assert first.steps == {"two": (File("/x", ""),)}
    for host in ("one", "two", "three"):
        (kept,) = [step for step in second.steps[host] if isinstance(step, File)]
        assert kept.path == SYSCTL_FILE
        assert kept.content.splitlines()[1:] == ["a.a = 1", "b.b = 2"]
    assert third.steps == everywhere(Sysctl("a.a", "1"))
