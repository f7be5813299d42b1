"""More time for everything, on hosts where everything takes long: emulated processors, slow disks. Pure."""

from __future__ import annotations

from dataclasses import replace

from fournines.kit.check import Check
from fournines.kit.step import Command, Step


def patient_check(check: Check, times: int) -> Check:
    """The check with so many times the seconds to answer in, and for a deployment to wait for it."""
    if times == 1:
        return check
    asks = {host: replace(ask, timeout=ask.timeout * times) for host, ask in check.asks.items()}
    return replace(check, asks=asks, seconds=check.seconds * times)


def patient_step(step: Step, times: int) -> Step:
    """The step with so many times the seconds to be carried out in, where it has any."""
    if times == 1 or not isinstance(step, Command):
        return step
    return replace(step, timeout=step.timeout * times)
