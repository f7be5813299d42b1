"""More time for everything, on hosts where everything takes long: emulated processors, slow disks. Pure."""

from __future__ import annotations

from dataclasses import replace

from fournines.kit.check import Ask, Check
from fournines.kit.fault import Fault
from fournines.kit.step import Command, Step


def patient_ask(ask: Ask, times: int) -> Ask:
    """The question with so many times the seconds to be answered in."""
    return replace(ask, timeout=ask.timeout * times)


def patient_check(check: Check, times: int) -> Check:
    """The check with so many times the seconds to answer in, and for a deployment to wait for it."""
    if times == 1:
        return check
    asks = {host: patient_ask(ask, times) for host, ask in check.asks.items()}
    return replace(check, asks=asks, seconds=check.seconds * times)


def patient_fault(fault: Fault, times: int) -> Fault:
    """The fault with so many times the seconds to be injected and undone in."""
    return replace(fault, inject=patient_ask(fault.inject, times), undo=patient_ask(fault.undo, times))


def patient_step(step: Step, times: int) -> Step:
    """The step with so many times the seconds to be carried out in, where it has any."""
    if times == 1 or not isinstance(step, Command):
        return step
    return replace(step, timeout=step.timeout * times)
