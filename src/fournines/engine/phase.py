"""Carrying out one phase on its hosts, up to but not including its barrier."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from fournines.engine import hands, operations
from fournines.engine.asking.observe import Observed, look
from fournines.engine.desired import Desired, entry, question
from fournines.engine.difference import Seen, missing_packages, same
from fournines.engine.fanout import on_each
from fournines.engine.leaving import Claim, Claims, new_claims, words
from fournines.engine.pyinfra import Busy
from fournines.engine.units.decide import Decision, decide
from fournines.engine.units.rolling import HERE, Barrier, Beside, Changed, UnitsRun
from fournines.engine.wire.remote import call
from fournines.engine.wire.transport import Transport
from fournines.errors import HostError, RejectedError
from fournines.kit.listed import first_few
from fournines.kit.step import Absent, Account, Command, Directory, File, Packages, Step, Sysctl, Unit
from fournines.plan.model import Phase

_TREE_SECONDS = 600.0

OfHost = tuple[tuple[Step, Seen], ...]
"""Steps of a host, each with what was seen of it."""


@dataclass(frozen=True)
class PhaseRun:
    """One phase being carried out. ``changed`` is told of every change, ``busy`` of what takes long.

    ``claims`` are those that the hosts kept before the run, ``leaving`` those of them that leave here. In a
    ``first`` deployment nothing ran before.
    """

    transport: Transport
    wanted: Desired
    phase: Phase
    barrier: Barrier
    changed: Changed
    busy: Busy
    claims: Claims = field(default_factory=dict)
    leaving: Claims = field(default_factory=dict)
    beside: Beside = HERE
    first: bool = False

    async def carry_out(self, observed: Observed) -> frozenset[str]:
        """Make the phase's steps true on the hosts where they are not.

        Returns the ids of the checks that have passed since the last of it was done, or are asked beside.

        Order: packages and accounts; the file tree, on no host before every host's programs have accepted
        theirs, and right before it what leaves; kernel parameters; commands; units. So whatever a check of
        the phase asks for is there before the first unit is rolled, and the roll waits for nothing that comes
        only after it.

        Raises:
            TransportError, HostError, RejectedError, BarrierError: the phase ends there, on all hosts.
        """
        differing = {host: seen for host, seen in observed.items() if self._differs(host, seen)}
        differing |= {host: observed.get(host, ()) for host in self.leaving}
        prepared = await self._prepare(differing)
        installed = await self._install(differing)
        others = [host for host in differing if prepared.get(host) and host not in installed]
        fresh = {**differing, **installed, **await on_each(others, self._again)}
        await self._kernel(fresh)
        await on_each(differing, lambda host: self._commands(host, differing[host]))
        stages, beside = self.phase.stages, self.beside
        roll = UnitsRun(
            self.transport, self.wanted, stages, self.barrier, self.changed, self.busy, beside=beside
        )
        return await roll.carry_out(fresh)

    def _differs(self, host: str, observed: Sequence[tuple[Step, Seen]]) -> bool:
        return any(not decision.nothing for decision in self._decisions(host, observed)) or any(
            not isinstance(step, Unit) and not same(step, seen) for step, seen in observed
        )

    def _decisions(self, host: str, observed: Sequence[tuple[Step, Seen]]) -> Iterator[Decision]:
        """What there is to do about the host's units."""
        for step, seen in observed:
            if isinstance(step, Unit):
                yield decide(step, seen, self.wanted.stamp(host, step.name))

    def _moves(self, host: str, observed: OfHost) -> bool:
        """Whether something of the host is changed before its commands."""
        return host in self.leaving or any(
            not isinstance(step, Unit | Command) and not same(step, seen) for step, seen in observed
        )

    # --- packages and accounts --------------------------------------------------------------------------

    async def _prepare(self, observed: Observed) -> dict[str, bool]:
        todo = {host: tuple(operations.preparing(seen)) for host, seen in observed.items()}
        await hands.carry_out(self.transport, todo, busy=self.busy)
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
        steps = self.phase.steps.get(host, ())
        return [s for s in steps if isinstance(s, Packages | Account | Sysctl | Unit)]

    # --- files ------------------------------------------------------------------------------------------

    async def _install(self, observed: Observed) -> dict[str, OfHost]:
        """Bring the trees to their hosts; what is seen there afterwards comes back in the same round trip."""
        jobs = {host: self._job(host, seen) for host, seen in observed.items()}
        jobs = {host: job for host, job in jobs.items() if not job.nothing}
        staging = [host for host, job in jobs.items() if job.tree]
        name = secrets.token_hex(8)
        apart = len(jobs) > 1
        if apart:
            await on_each(staging, lambda host: self._send(host, jobs[host].stage(name)))

        def commit(host: str) -> Awaitable[OfHost]:
            job = jobs[host]
            # systemctl enable lets systemd read its units anyway, which takes that half a second of CPU
            enables = any(decision.enable is not None for decision in self._decisions(host, observed[host]))
            return self._commit(host, job, job.commit(name, staged=apart, reload=not enables))

        return await on_each(jobs, commit)

    def _job(self, host: str, seen: OfHost) -> _Job:
        tree = _tree(seen)
        units = {decision.unit for decision in self._decisions(host, seen) if not decision.nothing}
        touched: dict[Step, Seen] = {
            step: now
            for step, now in seen
            if step in units or step in tree or (isinstance(step, Sysctl) and not same(step, now))
        }
        known = self.claims.get(host, ())
        return _Job(
            tree=tree,
            readers=self.wanted.readers_of(host, (step.path for step in tree)),
            claims=new_claims(self.wanted, self.phase, host, touched, known),
            leaving=self.leaving.get(host, ()),
        )

    async def _commit(self, host: str, job: _Job, request: dict[str, Any]) -> OfHost:
        moved = self._moved(host)
        steps = [question(step, show=False) for step in moved]
        response = await self._send(host, {**request, "do": [*request["do"], "observe"], "steps": steps})
        left = {(one["kind"], one["subject"]) for one in response.get("left", ())}
        for one in job.leaving:
            if (one.kind, one.subject) in left:
                self.changed(host, one.kind, one.subject, words(one))
        kinds = {step.path: type(step).__name__.lower() for step in job.tree}
        for path in response.get("changed", ()):
            self.changed(host, kinds[path], path, "removed" if kinds[path] == "absent" else "written")
        return _verified(host, moved, response["seen"])

    async def _send(self, host: str, request: dict[str, Any]) -> dict[str, Any]:
        response = await call(self.transport, host, request, timeout=_TREE_SECONDS)
        for rejection in response.get("rejections", ()):
            raise RejectedError(
                f"{rejection['argv'][0]} refuses {rejection['path']} (exit {rejection['code']}); "
                "no file was changed on any host",
                where=host,
                output=rejection["said"],
            )
        return response

    # --- kernel ----------------------------------------------------------------------------------------

    async def _kernel(self, observed: Observed) -> None:
        todo = {host: tuple(operations.kernel(seen)) for host, seen in observed.items()}
        await hands.carry_out(self.transport, todo, busy=self.busy)
        for host, seen in observed.items():
            for step, now in seen:
                if isinstance(step, Sysctl) and not same(step, now):
                    self.changed(host, "sysctl", step.key, f"set to {step.value}")

    # --- commands ---------------------------------------------------------------------------------------

    async def _commands(self, host: str, seen: OfHost) -> None:
        """The commands of a host: each stage's in their order, the stages' side by side.

        Where nothing came before them in this phase the look that preceded it still counts: asking Keystone
        whether it has what is declared takes as long as giving it that. On a site that runs only its yes
        does: a no may be the silence of a service that had no turn, and is asked once more.
        """
        of_stages = [_commands_of(stage.steps.get(host, ())) for stage in self.phase.stages]
        sequences = [commands for commands in of_stages if commands]
        if not sequences:
            return
        longest = sum(3 * command.timeout for commands in sequences for command in commands)
        still = () if self._moves(host, seen) else seen
        told = {step: now["done"] for step, now in still if _runs(step) and (now["done"] or self.first)}
        asked = [
            [{**question(step, show=False), "told": told.get(step)} for step in commands]
            for commands in sequences
        ]
        request = {"do": ["commands"], "commands": asked}
        response = await call(self.transport, host, request, timeout=longest + 30)
        shows = {command.name for commands in sequences for command in commands if command.shows}
        for result in response["results"]:
            if result["ran"]:
                why = _why(result["missing"]) if result["name"] in shows else ""
                self.changed(host, "command", result["name"], ("run" if result["done"] else "failed") + why)
            if not result["done"]:
                ended = f"ended with exit code {result['code']}" if result["code"] else "ran, but is not done"
                raise HostError(f"{result['name']} {ended}", where=host, output=result["said"])


@dataclass(frozen=True, slots=True)
class _Job:
    """What is brought to a host in one phase, and taken away there; ``readers`` are units that read of it."""

    tree: tuple[File | Directory | Absent, ...]
    readers: tuple[str, ...]
    claims: tuple[Claim, ...]
    leaving: tuple[Claim, ...]

    @property
    def nothing(self) -> bool:
        return not (self.tree or self.claims or self.leaving)

    def stage(self, name: str) -> dict[str, Any]:
        """The first half: everything is written aside and tried."""
        return {"do": ["stage"], "id": name, "entries": [entry(step) for step in self.tree]}

    def commit(self, name: str, *, staged: bool, reload: bool) -> dict[str, Any]:
        """The second half, in one request with the first unless that is done: hosts change."""
        request: dict[str, Any] = {"id": name, "do": []}
        if self.tree and not staged:
            request = self.stage(name)
        if self.claims:
            request["do"].append("claim")
            request["claims"] = [one.to_wire() for one in self.claims]
        if self.leaving:
            request["do"].append("leave")
            request["leaving"] = [{"kind": one.kind, "subject": one.subject} for one in self.leaving]
        if self.tree:
            request["do"].append("commit")
            request |= {"outdate": list(self.readers), "reload": reload}
        return request


def _why(missing: str) -> str:
    """What a guard missed, as words behind what was done about it: the first few things."""
    things = [line.strip() for line in missing.splitlines() if line.strip()]
    return f" ({first_few(things, between='; ')})" if things else ""


def _commands_of(steps: Sequence[Step]) -> list[Command]:
    return [step for step in steps if _runs(step)]


def _runs(step: Step) -> TypeGuard[Command]:
    return isinstance(step, Command)


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
