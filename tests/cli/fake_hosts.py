"""Hosts that answer an engine's questions from a table, for verbs that only ask."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from fournines.cli.shared.site import Opened
from fournines.engine.agent.main import MARK
from fournines.engine.wire.transport import Call, Fake
from fournines.errors import TransportError
from fournines.kit.check import Output
from fournines.plan.model import Plan

Answer = Callable[[str, tuple[str, ...]], Output | None]
"""What a host answers to a command; None for a host that is not there."""


def transport(answer: Answer) -> Fake:
    """A transport whose hosts run the engine's program and answer its questions."""

    def run(call: Call) -> Output:
        _, request = json.loads(call.stdin)
        answers = []
        for ask in request["asks"]:
            output = answer(call.host, tuple(ask["argv"]))
            if output is None:
                raise TransportError("no route to host", where=call.host)
            answers.append({"code": output.code, "stdout": output.stdout, "stderr": output.stderr})
        return Output(0, MARK + json.dumps({"answers": answers}) + "\n")

    return Fake(run)


@dataclass(frozen=True)
class FakeOpened(Opened):
    """An opened site whose hosts are made up."""

    wire: Fake | None = None

    def transport(self) -> Fake:
        """The made-up wire."""
        assert self.wire is not None
        return self.wire


def opening(plan: Plan, answer: Answer) -> tuple[Callable[..., FakeOpened], Fake]:
    """What to put in the place of ``open_site``, and the wire to look at afterwards."""
    wire = transport(answer)
    return lambda *_, **__: FakeOpened(plan.context.site, plan, None, wire), wire
