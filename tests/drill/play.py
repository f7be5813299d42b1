"""A made-up site for the runner: clients, power and hosts that do as the test says."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import anyio
from anyio.lowlevel import checkpoint

from fournines.drill.journal import Journal
from fournines.drill.rig import Pace, Rig
from fournines.drill.settle import Judged
from fournines.engine.agent.main import MARK
from fournines.engine.wire.remote import ARGV
from fournines.engine.wire.transport import Call, Fake
from fournines.errors import TransportError
from fournines.kit.check import Ask, Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import Endpoint
from fournines.kit.fault import Fault
from fournines.kit.probe import TableLedger
from fournines.kit.verdict import failed, passed
from fournines.plan.model import Plan
from fournines.probe.client import Attempt
from fournines.probe.fleet import Fleet
from fournines.probe.http import HttpClient, Place, Request
from fournines.probe.machine.stall import Load, Stall
from fournines.probe.sample import Reply
from fournines.probe.sql import SqlClient, SqlPlace
from fournines.probe.watch import Clock, new_clock
from fournines.spec.model import Site

PACE = Pace(steady=60, baseline=0.15, aftermath=0.05, hold=0.2, pause=0.02)


def site() -> Site:
    """Two controllers and a jump host."""
    roles = {
        "dashboard": ("bastion", "arbiter"),
        "controller1": ("controller",),
        "controller2": ("controller",),
    }
    return Site.model_validate(
        {
            "name": "play",
            "networks": {"mgmt": {"cidr": "10.0.0.0/24"}},
            "vips": {"controller": {"network": "mgmt", "address": "10.0.0.20"}},
            "hosts": {
                name: {"name": name, "roles": has, "addresses": {"mgmt": f"10.0.0.{10 + i}"}}
                for i, (name, has) in enumerate(roles.items())
            },
            "ssh": {"through": "dashboard"},
            "services": [],
        }
    )


@dataclass
class World:
    """What is true on the made-up site, and everything that was done to it."""

    hurt: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)
    well: bool = True
    heals: bool = True
    undo_fails: bool = False
    undo_hangs: bool = False
    alone: Output | None = None
    inject: Callable[[str], None] = lambda _host: None
    rows: dict[str, list[int]] | None = None
    written: dict[int, Reply] = field(default_factory=dict)
    stalls: tuple[Stall, ...] = ()

    @property
    def up(self) -> bool:
        return not self.hurt


class PlayClient(HttpClient):
    """Answered while the world is whole."""

    def __init__(self, world: World) -> None:
        super().__init__("api", Place("127.0.0.1", 1, "controller"), Request("/"), interval=0.01, timeout=0.2)
        self.world = world

    async def attempt(self, this: Attempt) -> tuple[Reply, str]:
        this.sent = True
        if not self.world.up:
            raise ConnectionResetError("down")
        return Reply.OK, "200"


class PlaySql(SqlClient):
    """Keeps its writes in the world instead of a database."""

    def __init__(self, world: World) -> None:
        super().__init__(SqlPlace("127.0.0.1", 1, "u", "p", "d"), "play", interval=0.01)
        self.world = world
        self.written = world.written

    async def open(self) -> None:
        """Nothing to create."""

    async def attempt(self, this: Attempt) -> tuple[Reply, str]:
        self.written[this.number] = Reply.OK if self.world.up else Reply.FAIL
        return self.written[this.number], "controller2"

    async def server(self) -> str:
        return "controller2"

    async def forget(self) -> None:
        self.world.done.append("forget")


@dataclass
class PlayPower:
    """Switches hosts of the made-up world."""

    world: World

    async def _hurt(self, what: str, host: str) -> str:
        await checkpoint()
        self.world.done.append(f"{what} {host}")
        self.world.inject(host)
        self.world.hurt.add(host)
        return f"{what} {host}"

    async def _heal(self, what: str, host: str) -> str:
        await checkpoint()
        self.world.done.append(f"{what} {host}")
        if self.world.undo_hangs:
            await anyio.sleep(60)
        if self.world.undo_fails:
            raise TransportError("the power board is broken", where=host)
        self.world.hurt.discard(host)
        return f"{what} {host}"

    async def off(self, host: str) -> str:
        return await self._hurt("off", host)

    async def on(self, host: str) -> str:
        return await self._heal("on", host)

    async def freeze(self, host: str) -> str:
        return await self._hurt("freeze", host)

    async def thaw(self, host: str) -> str:
        return await self._heal("thaw", host)

    async def cut(self, host: str, network: str) -> str:
        return await self._hurt(f"cut {network}", host)

    async def heal(self, host: str, network: str) -> str:
        return await self._heal(f"heal {network}", host)

    def cgroup(self, host: str) -> Path | None:
        return Path("/cgroup", host)

    def patience(self) -> float:
        return 1.0

    def untested(self) -> tuple[str, ...]:
        return ("real power",)

    async def inside(self, host: str, ask: Ask) -> Output | None:
        self.world.done.append(f"write alone on {host}")
        assert host in self.world.hurt
        assert "-alone" in ask.stdin
        return self.world.alone


class PlayMachine:
    """A machine that stalls as the world says, whatever the one does on which the test runs."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def run(self, clock: Clock, note: Callable[[Stall], None]) -> None:
        """Nothing to look at."""

    def stop(self) -> None:
        """Nothing to stop."""

    def load(self) -> Load:
        return Load(2, 0.5, {"cpu": 0.1}, self.world.stalls)


KILL = Fault("haproxy.kill", "killed", inject=Ask(("kill-it",)), undo=Ask(("start-it",)))
TABLE = TableLedger("ledger", "galera", ("sql-shell",), current="SHOW ALL;", no_quorum="ERROR 1047")
CHECK = Check("play.up", "it is up", {"controller1": Ask(("true",))}, lambda _: passed("up"))
HOLDS = '[{"addr_info": [{"local": "10.0.0.11"}, {"local": "10.0.0.20"}]}]'
HOLDS_NOT = '[{"addr_info": [{"local": "10.0.0.12"}]}]'


def play(world: World, *, power: bool = True) -> tuple[Rig, Journal]:
    """A rig for the world, and a journal."""

    def answer(call: Call) -> Output:
        if call.argv[0] == "ip":
            return Output(0, HOLDS if call.host == "controller1" else HOLDS_NOT)
        if call.argv[0] == "kill-it":
            world.done.append(f"kill {call.host}")
            world.inject(call.host)
            world.hurt.add(call.host)
            return Output(0, "")
        if call.argv[0] == "start-it":
            world.done.append(f"start {call.host}")
            world.hurt.discard(call.host)
            return Output(1 if world.undo_fails else 0, "", "no")
        if call.argv == TABLE.shell:
            kept = [n for n, reply in world.written.items() if reply is Reply.OK]
            numbers = kept if world.rows is None else world.rows[call.host]
            return Output(0, "\n".join(map(str, numbers)))
        raise TransportError("nobody is there", where=call.host)

    async def ask(checks: Sequence[Check]) -> Judged:
        await checkpoint()
        good = world.well and (world.up if world.heals else not world.done)
        return [(check, passed("up") if good else failed("down")) for check in checks]

    declared = (
        Endpoint("galera", 3306, ("controller1", "controller2"), None, http=False, single_writer=True),
        TABLE,
    )
    context = Context(site=site(), declarations=declared, secrets={})
    rig = Rig(
        plan=Plan(context, (), (CHECK,)),
        transport=Fake(_over_the_wire(answer)),
        fleet=lambda _run: Fleet(http=(PlayClient(world),), sql=PlaySql(world)),
        faults={KILL.id: KILL},
        power=PlayPower(world) if power else None,
        meter=lambda: PlayMachine(world),
        ask=ask,
    )
    return rig, Journal(new_clock())


def _over_the_wire(answer: Callable[[Call], Output]) -> Callable[[Call], Output]:
    """The engine's program on a host asks several questions in one call; everything else comes as it is."""

    def wire(call: Call) -> Output:
        if call.argv != ARGV:
            return answer(call)
        _, request = json.loads(call.stdin)
        asked = [Call(call.host, tuple(ask["argv"]), ask["stdin"]) for ask in request["asks"]]
        return Output(0, MARK + json.dumps({"answers": [asdict(answer(one)) for one in asked]}))

    return wire
