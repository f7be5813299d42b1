"""Carrying out one phase on its hosts, up to but not including its barrier."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fournines.engine import operations, pyinfra
from fournines.engine.asking.observe import Observed, look
from fournines.engine.desired import Desired, entry, question
from fournines.engine.difference import Seen, missing_packages, same
from fournines.engine.fanout import on_each
from fournines.engine.units.decide import decide
from fournines.engine.units.rolling import Barrier, Changed, UnitsRun
from fournines.engine.wire.remote import call
from fournines.engine.wire.transport import Transport
from fournines.errors import HostError, RejectedError
from fournines.kit.step import Absent, Account, Command, Directory, File, Packages, Step, Sysctl, Unit
from fournines.plan.model import Phase

_TREE_SECONDS = 600.0
_SYSTEMD_FOLDERS = ("/etc/systemd/", "/usr/lib/systemd/", "/lib/systemd/", "/usr/local/lib/systemd/")


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
        written = await self._install(differing)
        hosts = {host for host in differing if prepared.get(host) or written.get(host)}
        fresh = {**differing, **await on_each(sorted(hosts), self._again)}
        await self._kernel(fresh, written)
        await on_each(differing, self._commands)
        roll = UnitsRun(self.transport, self.wanted, self.phase.stages, self.barrier, self.changed, self.busy)
        await roll.carry_out(fresh)

    def _differs(self, host: str, observed: Sequence[tuple[Step, Seen]]) -> bool:
        return any(
            not decide(step, seen, self.wanted.stamp(host, step.name)).nothing
            if isinstance(step, Unit)
            else not same(step, seen)
            for step, seen in observed
        )

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

    async def _again(self, host: str) -> tuple[tuple[Step, Seen], ...]:
        """What changed by preparing and installing: packages and accounts are verified, units seen anew."""
        steps = [s for s in self.phase.steps[host] if isinstance(s, Packages | Account | Sysctl | Unit)]
        seen = await look(self.transport, host, steps, show=False)
        for step, now in zip(steps, seen, strict=True):
            if isinstance(step, Packages) and missing_packages(step, now):
                names = ", ".join(missing_packages(step, now))
                raise HostError(f"installed, but dpkg does not know it by that name: {names}", where=host)
            if isinstance(step, Account) and not same(step, now):
                raise HostError(f"the account {step.name} is still not as wanted", where=host)
        return tuple(zip(steps, seen, strict=True))

    # --- files ------------------------------------------------------------------------------------------

    async def _install(self, observed: Observed) -> dict[str, tuple[str, ...]]:
        """The paths that changed, per host."""
        trees = {host: _tree(seen) for host, seen in observed.items()}
        trees = {host: tree for host, tree in trees.items() if tree}
        name = secrets.token_hex(8)
        if len(trees) > 1:
            await on_each(trees, lambda host: self._tree_call(host, ["stage"], name, trees[host]))
            do = ["commit"]
        else:
            do = ["stage", "commit"]
        return await on_each(trees, lambda host: self._tree_call(host, do, name, trees[host]))

    async def _tree_call(
        self, host: str, do: list[str], name: str, tree: Sequence[File | Directory | Absent]
    ) -> tuple[str, ...]:
        request: dict[str, Any] = {"do": do, "id": name}
        if "stage" in do:
            request["entries"] = [entry(step) for step in tree]
        if "commit" in do:
            request["outdate"] = list(self.wanted.readers_of(host, (step.path for step in tree)))
        response = await call(self.transport, host, request, timeout=_TREE_SECONDS)
        for rejection in response.get("rejections", ()):
            raise RejectedError(
                f"{rejection['argv'][0]} refuses {rejection['path']} (exit {rejection['code']}); "
                "no file was changed on any host",
                where=host,
                output=rejection["said"],
            )
        paths = tuple(response.get("changed", ()))
        kinds = {step.path: type(step).__name__.lower() for step in tree}
        for path in paths:
            self.changed(host, kinds[path], path, "removed" if kinds[path] == "absent" else "written")
        return paths

    # --- kernel, systemd -------------------------------------------------------------------------------

    async def _kernel(self, observed: Observed, written: Mapping[str, tuple[str, ...]]) -> None:
        """Kernel parameters, and systemd reads unit files that changed."""
        todo = {
            host: (*operations.kernel(seen), *operations.reloading(needed=_unit_files(written.get(host, ()))))
            for host, seen in observed.items()
        }
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


def _unit_files(paths: Iterable[str]) -> bool:
    return any(path.startswith(_SYSTEMD_FOLDERS) for path in paths)
