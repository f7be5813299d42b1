"""Faults that every daemon can have, told by its unit."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.check import Ask
from fournines.kit.fault import Fault


def unit_faults(component: str, unit: str) -> Iterator[Fault]:
    """Its process crashes and systemd starts it again; it is killed for good; it hangs; it is stopped.

    The first kills the main process only: what is left of its children is part of the fault. For the
    second systemd is told not to start it again: masking would not hold a unit that lies in ``/etc``.
    """
    drop_in = f"/run/systemd/system/{unit}.d/nines-fault.conf"
    start = Ask(
        ("sh", "-c", f"rm -f {drop_in} && systemctl daemon-reload && systemctl start {unit}"), timeout=60
    )
    yield Fault(
        f"{component}.crash",
        f"{component}'s main process is killed (SIGKILL); systemd may start it again",
        inject=Ask(("systemctl", "kill", "--kill-whom=main", "--signal=KILL", unit)),
        undo=start,
    )
    stay_down = f"mkdir -p $(dirname {drop_in}) && printf '[Service]\\nRestart=no\\n' > {drop_in}"
    yield Fault(
        f"{component}.kill",
        f"all of {component} is killed (SIGKILL) and stays down",
        inject=Ask(
            ("sh", "-c", f"{stay_down} && systemctl daemon-reload && systemctl kill --signal=KILL {unit}"),
            timeout=30,
        ),
        undo=start,
    )
    yield Fault(
        f"{component}.hang",
        f"{component} hangs (SIGSTOP): its port accepts, nothing answers",
        inject=Ask(("systemctl", "kill", "--signal=STOP", unit)),
        undo=Ask(("systemctl", "kill", "--signal=CONT", unit)),
    )
    yield Fault(
        f"{component}.stop",
        f"{component} is stopped in order",
        inject=Ask(("systemctl", "stop", unit), timeout=60),
        undo=start,
    )
