"""Ways to hurt the time."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.check import Ask
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault

_FAKE = "/run/systemd/system/chrony.service.d/90-fournines-fault.conf"
_LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
_WRITE_FAKE = (
    f"test -e {_LIBRARY} && mkdir -p $(dirname {_FAKE}) && printf '[Service]\\nEnvironment="
    f"LD_PRELOAD={_LIBRARY} FAKETIME=+30s FAKETIME_DONT_FAKE_MONOTONIC=1\\n' > {_FAKE}"
)


def faults(context: Context) -> Iterator[Fault]:
    """Chrony crashes, is killed for good, hangs, is stopped, or believes a wrong time."""
    del context
    unit = "chrony.service"
    yield from unit_faults("chrony", unit, program="chronyd")
    # CLOCK_REALTIME is one for a machine and all its containers, so only chronyd's own view is shifted.
    yield Fault(
        "chrony.skew",
        "chronyd lives 30 s in the future (faketime)",
        inject=Ask(
            (
                "sh",
                "-c",
                f"{_WRITE_FAKE} && systemctl daemon-reload && systemctl restart {unit}",
            ),
            timeout=30,
        ),
        undo=Ask(
            ("sh", "-c", f"rm -f {_FAKE} && systemctl daemon-reload && systemctl restart {unit}"), timeout=30
        ),
    )
