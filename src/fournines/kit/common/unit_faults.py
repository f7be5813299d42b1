"""Faults that every daemon can have, told by its unit. Each word means the same in every component."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.check import Ask
from fournines.kit.fault import Fault

CRASH, KILL, HANG, STOP = WORDS = ("crash", "kill", "hang", "stop")
"""What a fault's id ends with."""


def unit_faults(
    component: str,
    unit: str,
    *,
    program: str | None = None,
    back: float = 60.0,
    daemon: str | None = None,
    moves: bool = False,
    hosts: tuple[str, ...] = (),
    serves: str = "",
) -> Iterator[Fault]:
    """Crash, kill, hang, stop.

    Args:
        component: whose faults these are; begins their ids.
        unit: the systemd unit.
        program: what people call it in a report; the component's name when None.
        back: seconds that its start may take.
        daemon: which of a component's several daemons it is, ``neutron.api.crash``; None where there is one.
        moves: a cluster manager says on which host it runs; the undo leaves its start to that, which may have
            made one elsewhere by then.
        hosts: where the unit is, when not on every host of the component.
        serves: the endpoint that the unit is behind, when it is behind one.
    """
    called = program or component
    named = f"{component}.{daemon}" if daemon else component
    undo = _undo(unit) if moves else f"{_undo(unit)} && systemctl start {unit}"
    start = Ask(("sh", "-c", undo), timeout=back)
    yield Fault(
        f"{named}.{CRASH}",
        f"every process of {called} is killed (SIGKILL); systemd may start it again",
        inject=Ask(("systemctl", "kill", "--signal=KILL", unit)),
        undo=start,
        hosts=hosts,
        serves=serves,
    )
    yield Fault(
        f"{named}.{KILL}",
        f"every process of {called} is killed (SIGKILL), and it stays down",
        inject=Ask(("sh", "-c", f"{_stay_down(unit)} && systemctl kill --signal=KILL {unit}"), timeout=30),
        undo=start,
        hosts=hosts,
        serves=serves,
    )
    yield hang(named, unit, program=called, hosts=hosts, serves=serves)
    yield Fault(
        f"{named}.{STOP}",
        f"{called} is stopped in good order",
        inject=Ask(("systemctl", "stop", unit), timeout=back),
        undo=start,
        hosts=hosts,
        serves=serves,
    )


def hang(
    component: str,
    unit: str,
    *,
    program: str | None = None,
    hosts: tuple[str, ...] = (),
    serves: str = "",
) -> Fault:
    """The one that also a unit can have which a socket would start again at once."""
    return Fault(
        f"{component}.{HANG}",
        f"{program or component} hangs (SIGSTOP): its port accepts, nothing answers",
        inject=Ask(("systemctl", "kill", "--signal=STOP", unit)),
        undo=Ask(("systemctl", "kill", "--signal=CONT", unit)),
        hosts=hosts,
        serves=serves,
    )


def _drop_in(unit: str) -> str:
    """Sorts after every drop-in that a component may have written (systemd.unit(5): by file name)."""
    return f"/run/systemd/system/{unit}.d/zz-nines-fault.conf"


def _stay_down(unit: str) -> str:
    """Tell systemd not to start it again.

    Not ``systemctl mask``: a masked unit has lost its ``ExecStopPost=``, by which keepalived learns of
    HAProxy's death and removes its own addresses at its own; and one in ``/etc`` cannot be masked.
    """
    path = _drop_in(unit)
    return (
        f"mkdir -p $(dirname {path}) && printf '[Service]\\nRestart=no\\n' > {path}"
        " && systemctl daemon-reload"
    )


def _undo(unit: str) -> str:
    """``reset-failed``: a unit that failed too often is refused until systemd forgets that."""
    return (
        f"rm -f {_drop_in(unit)} && systemctl daemon-reload && {{ systemctl reset-failed {unit} || true; }}"
    )
