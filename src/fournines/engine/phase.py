"""Carrying out one phase on its hosts, up to but not including its barrier."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fournines.engine import operations, pyinfra
from fournines.engine.asking.observe import Observed, look
from fournines.engine.desired import Desired, entry, question
from fournines.engine.difference import Seen, missing_packages, same
from fournines.engine.fanout import on_each
from fournines.engine.units.decide import Decision, decide
from fournines.engine.units.rolling import Barrier, Changed, UnitsRun
from fournines.engine.wire.remote import call
from fournines.engine.wire.transport import Transport
from fournines.errors import HostError, RejectedError
from fournines.kit.step import Absent, Account, Command, Directory, File, Packages, Step, Sysctl, Unit
from fournines.plan.model import Phase

_TREE_SECONDS = 600.0

OfHost = tuple[tuple[Step, Seen], ...]
"""Steps of a host, each with what was seen of it."""


@dataclass(frozen=True)
class PhaseRun:
    """One phase being carried out. ``changed`` is told of every change, ``busy`` of what takes long."""

    transport: Transport
    wanted: Desired
    phase: Phase
    barrier: Barrier
    changed: Changed
    busy: pyinfra.Busy

    async def carry_out(self, observed: Observed) -> None:
        """Make the phase's steps true on the hosts where they are not.

        Order: packages and accounts; the file tree, on no host before every host's programs have accepted
        theirs; kernel parameters; commands; units. So whatever a check of the phase asks for is there
        before the first unit is rolled, and the roll waits for nothing that comes only after it.

        Raises:
            TransportError, HostError, RejectedError, BarrierError: the phase ends there, on all hosts.
        """
        differing = {host: seen for host, seen in observed.items() if self._differs(host, seen)}
        prepared = await self._prepare(differing)
        installed = await self._install(differing)
        others = [host for host in differing if prepared.get(host) and host not in installed]
        fresh = {**differing, **installed, **await on_each(others, self._again)}
        await self._kernel(fresh)
        await on_each(differing, self._commands)
        roll = UnitsRun(self.transport, self.wanted, self.phase.stages, self.barrier, self.changed, self.busy)
        await roll.carry_out(fresh)

    def _differs(self, host: str, observed: Sequence[tuple[Step, Seen]]) -> bool:
        return any(not decision.nothing for decision in self._decisions(host, observed)) or any(
            not isinstance(step, Unit) and not same(step, seen) for step, seen in observed
        )

    def _decisions(self, host: str, observed: Sequence[tuple[Step, Seen]]) -> Iterator[Decision]:
        """What there is to do about the host's units."""
        for step, seen in observed:
            if isinstance(step, Unit):
                yield decide(step, seen, self.wanted.stamp(host, step.name))

    # --- packages and accounts --------------------------------------------------------------------------

    async def _prepare(self, observed: Observed) -> dict[str, bool]:
        todo = {host: tuple(operations.preparing(seen)) for host, seen in observed.items()}
        await pyinfra.carry_out(self.transport, todo, busy=self.busy)
        for host, seen in observed.items():
            for step, before in seen:
                if isinstance(step, Packages):
                    for name in missing_packages(step, before):
                        self.changed(host, "packages", name, "installed")
                elif isinstance(step, Account) and not same(step, before):
                    self.changed(host, "account", step.name, "created or completed")
        return {host: bool(of_host) for host, of_host in todo.items()}

    async def _again(self, host: str) -> OfHost:
        """What changed by preparing: packages and accounts are verified, units seen anew."""
        steps = self._moved(host)
        return _verified(host, steps, await look(self.transport, host, steps, show=False))

    def _moved(self, host: str) -> list[Step]:
        """The steps that may be seen otherwise after preparing and installing; files were seen to."""
        return [s for s in self.phase.steps[host] if isinstance(s, Packages | Account | Sysctl | Unit)]

    # --- files ------------------------------------------------------------------------------------------

    async def _install(self, observed: Observed) -> dict[str, OfHost]:
        """Bring the trees to their hosts; what is seen there afterwards comes back in the same round trip."""
        trees = {host: _tree(seen) for host, seen in observed.items()}
        trees = {host: tree for host, tree in trees.items() if tree}
        name = secrets.token_hex(8)
        if len(trees) > 1:
            await on_each(trees, lambda host: self._tree_call(host, ["stage"], name, trees[host]))
            do = ["commit"]
        else:
            do = ["stage", "commit"]

        def commit(host: str) -> Awaitable[OfHost]:
            # systemctl enable lets systemd read its units anyway, which takes that half a second of CPU
            enables = any(decision.enable is not None for decision in self._decisions(host, observed[host]))
            return self._tree_call(host, do, name, trees[host], reload=not enables)

        return await on_each(trees, commit)

    async def _tree_call(
        self,
        host: str,
        do: list[str],
        name: str,
        tree: Sequence[File | Directory | Absent],
        *,
        reload: bool = True,
    ) -> OfHost:
        request: dict[str, Any] = {"do": do, "id": name}
        moved = self._moved(host)
        if "stage" in do:
            request["entries"] = [entry(step) for step in tree]
        if "commit" in do:
            request["outdate"] = list(self.wanted.readers_of(host, (step.path for step in tree)))
            request["do"] = [*do, "observe"]
            request["steps"] = [question(step, show=False) for step in moved]
            request["reload"] = reload
        response = await call(self.transport, host, request, timeout=_TREE_SECONDS)
        for rejection in response.get("rejections", ()):
            raise RejectedError(
                f"{rejection['argv'][0]} refuses {rejection['path']} (exit {rejection['code']}); "
                "no file was changed on any host",
                where=host,
                output=rejection["said"],
            )
        kinds = {step.path: type(step).__name__.lower() for step in tree}
        for path in response.get("changed", ()):
            self.changed(host, kinds[path], path, "removed" if kinds[path] == "absent" else "written")
        return _verified(host, moved, response["seen"]) if "commit" in do else ()

    # --- kernel ----------------------------------------------------------------------------------------

    async def _kernel(self, observed: Observed) -> None:
        todo = {host: tuple(operations.kernel(seen)) for host, seen in observed.items()}
        await pyinfra.carry_out(self.transport, todo, busy=self.busy)
        for host, seen in observed.items():
            for step, now in seen:
                if isinstance(step, Sysctl) and not same(step, now):
                    self.changed(host, "sysctl", step.key, f"set to {step.value}")

    # --- commands ---------------------------------------------------------------------------------------

    async def _commands(self, host: str) -> None:
        commands = [step for step in self.phase.steps[host] if isinstance(step, Command)]
        if not commands:
            return
        longest = sum(3 * command.timeout for command in commands)
        request = {"do": ["commands"], "commands": [question(step, show=False) for step in commands]}
        response = await call(self.transport, host, request, timeout=longest + 30)
        for result in response["results"]:
            if result["ran"]:
                self.changed(host, "command", result["name"], "run" if result["done"] else "failed")
            if not result["done"]:
                ended = f"ended with exit code {result['code']}" if result["code"] else "ran, but is not done"
                raise HostError(f"{result['name']} {ended}", where=host, output=result["said"])


def _tree(observed: Sequence[tuple[Step, Seen]]) -> tuple[File | Directory | Absent, ...]:
    """The steps of the file tree that are not as wanted."""
    return tuple(
        step
        for step, seen in observed
        if isinstance(step, File | Directory | Absent) and not same(step, seen)
    )


def _verified(host: str, steps: Sequence[Step], seen: Sequence[Seen]) -> OfHost:
    """The steps with what was seen of them; what was prepared must be so by now."""
    for step, now in zip(steps, seen, strict=True):
        if isinstance(step, Packages) and missing_packages(step, now):
            names = ", ".join(missing_packages(step, now))
            raise HostError(f"installed, but dpkg does not know it by that name: {names}", where=host)
        if isinstance(step, Account) and not same(step, now):
            raise HostError(f"the account {step.name} is still not as wanted", where=host)
    return tuple(zip(steps, seen, strict=True))
