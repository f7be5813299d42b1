"""Drill runs to render: made-up clients with a fixed seed, so that every picture is the same each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from fournines.drill.judging.invariants import bounded
from fournines.drill.result import Campaign, DrillRun, Judgement, Owned, Series, Stage, StageName
from fournines.drill.scenario import RETURN, Bounds, Nothing, Part, Scenario
from fournines.kit.verdict import failed, passed, unknown
from fournines.probe.ledger import Account, account
from fournines.probe.machine.stall import Load, Stall
from fournines.probe.outage import figures
from fournines.probe.sample import Reply, Sample

Blackouts = Mapping[str, tuple[float, float, Reply]]
"""Per client: from when to when it is not answered, and how its attempts end."""

CLIENTS = (
    ("keystone", "http", "GET https://controller:5000/healthcheck", 0.1, 0.014),
    ("glance", "http", "GET https://controller:9292/healthcheck", 0.1, 0.009),
    ("horizon", "http", "GET https://controller/horizon/auth/login/", 0.5, 0.09),
    ("token", "token", "GET /v3/auth/tokens with a token issued before the fault", 0.25, 0.03),
    ("sql", "sql", "INSERT one numbered row, COMMIT", 0.05, 0.006),
    ("amqp", "amqp", "publish one numbered message, wait for the confirm", 0.05, 0.004),
)
VERSIONS = {
    "controller1": {
        "haproxy": "3.0.11-1+deb13u2",
        "keepalived": "1:2.3.3-1",
        "mariadb-server": "1:11.8.3-0+deb13u1",
    },
    "controller2": {
        "haproxy": "3.0.11-1+deb13u2",
        "keepalived": "1:2.3.3-1",
        "mariadb-server": "1:11.8.3-0+deb13u1",
    },
    "dashboard": {"rabbitmq-server": "4.0.5-10", "galera-arbitrator-4": "26.4.22-1"},
}
UNTESTED = (
    "fencing hardware: the lab cuts power through the kernel's cgroups",
    "independent kernels, clocks and disks: all hosts share this machine's",
    "networks slower or lossier than a bridge in one kernel",
)


def series(
    client: tuple[str, str, str, float, float],
    length: float,
    fault: tuple[float, float] | None,
    blackout: tuple[float, float, Reply] | None,
    random: Random,
) -> Series:
    name, kind, asks, interval, typical = client
    samples = tuple(_samples(name, interval, typical, length=length, blackout=blackout, random=random))
    observed = (0.0, length)
    found = figures(samples, interval=interval, observed=observed, fault=fault)
    return Series(name, kind, asks, interval, 1.0, found, samples)


def _samples(
    name: str,
    interval: float,
    typical: float,
    *,
    length: float,
    blackout: tuple[float, float, Reply] | None,
    random: Random,
) -> Iterator[Sample]:
    for place in range(int(length / interval)):
        intended = place * interval
        took = typical * random.lognormvariate(0, 0.35) * (6 if random.random() < 0.004 else 1)
        reply, detail = Reply.OK, "controller1"
        if blackout and blackout[0] <= intended < blackout[1]:
            reply = blackout[2]
            detail = "no answer within 1 s" if reply is Reply.UNKNOWN else "connection refused"
            took = 1.0 if reply is Reply.UNKNOWN else 0.002
        elif blackout and blackout[1] <= intended < blackout[1] + 1.5:
            took *= 1 + 8 * random.random()
        yield Sample(
            name, round(intended, 4), round(intended + 0.0004, 4), round(intended + took, 5), reply, detail
        )


def run(
    name: str,
    sentence: str,
    *,
    blackouts: Blackouts,
    owners: tuple[Owned, ...],
    bounds: Mapping[str, float],
    commands: tuple[tuple[str, ...], tuple[str, ...]],
    length: float = 48.0,
    fault: tuple[float, float] | None = (15.0, 30.0),
    healed: float | None = 6.4,
    accounts: tuple[Account, ...] = (),
    more: tuple[Judgement, ...] = (),
    stalls: tuple[Stall, ...] = (),
    after: Bounds = RETURN,
) -> DrillRun:
    began, ended = fault or (length - 4, length - 3)
    random = Random(name)  # noqa: S311 - the same picture each time
    clients = tuple(series(c, length, fault, blackouts.get(c[0]), random) for c in CLIENTS)
    return DrillRun(
        name=name,
        sentence=sentence,
        site="blog",
        seed=4711,
        started="2026-11-22T18:04:11+00:00",
        targets={"VIP holder": "controller1", "database writer": "controller2"},
        injected=commands[0],
        undone=commands[1],
        stages=(
            Stage(StageName.STEADY, -3.0, 0.0),
            Stage(StageName.BASELINE, 0.0, began),
            Stage(StageName.FAULT, began, began + 0.4),
            Stage(StageName.HOLD, began + 0.4, ended),
            Stage(StageName.UNDO, ended, ended + 0.7),
            Stage(StageName.HEAL, ended + 0.7, ended + (healed or 15.0)),
            Stage(StageName.READ_BACK, length, length + 2.0),
        ),
        fault=fault,
        healed=healed,
        series=clients,
        owners=owners,
        accounts=accounts or (_ledger("sql", 960), _ledger("amqp", 955)),
        judgements=(*_outage_judgements(clients, bounds, after, stalls), *more),
        load=Load(2, 2.31, {"cpu": 0.41, "io": 0.02, "memory": 0.0}, stalls),
        versions=VERSIONS,
        digest="sha256:6d2f0c1c5b7a92f1e7f5cb7c2f4c1f0a4b7c9d21a5b3e8f0",
        events=f"events-{name}.jsonl",
        untested=UNTESTED,
    )


def _outage_judgements(
    clients: tuple[Series, ...], bounds: Mapping[str, float], after: Bounds, stalls: tuple[Stall, ...]
) -> Iterator[Judgement]:
    scenario = Scenario("", "", Part.NOBODY, Nothing(), Bounds(**bounds), after)
    for client in clients:
        yield from bounded(client, scenario, stalls)


def _ledger(name: str, attempts: int, *, lost: int = 0, open_ended: int = 3) -> Account:
    written = {n: Reply.UNKNOWN if n < open_ended else Reply.OK for n in range(attempts)}
    there = [n for n in range(1, attempts) if n >= attempts or n < attempts - lost]
    return account(name, written, {"controller1": there, "controller2": there})


def _well(lost: str = "0 of 960 rows, 0 of 955 messages missing") -> tuple[Judgement, ...]:
    return (
        Judgement(
            "I1.vip", "The VIP has one owner at a time", passed("never two; nobody for 0.46 s"), 1.0, 0.46
        ),
        Judgement("I2.lost", "No acknowledged write is lost", passed(lost), 0, 0),
        Judgement(
            "I5.heals",
            "The site heals without a human",
            passed("all promises hold 6.4 s after the undo"),
            120.0,
            6.4,
        ),
        Judgement("I8.token", "A token issued before the fault stays valid", passed("never refused")),
        Judgement("I9.moves", "The VIP moves no more than once", passed("moved once"), 1, 1),
    )


KILL = run(
    "haproxy-kill",
    "HAProxy is killed (SIGKILL) on the host that holds the VIP; clients are answered again within 0.5 s",
    blackouts=dict.fromkeys(("keystone", "glance", "horizon", "token"), (15.02, 15.31, Reply.FAIL))
    | {"sql": (15.02, 15.2, Reply.FAIL)},
    owners=(
        Owned(("controller1",), 0.0, 15.05),
        Owned((), 15.05, 15.28),
        Owned(("controller2",), 15.28, 48.0),
    ),
    bounds={"http": 0.5, "sql": 2.0, "amqp": 2.0},
    commands=(
        ("controller1: systemctl kill --signal=KILL haproxy.service",),
        ("controller1: systemctl start haproxy.service",),
    ),
    more=_well(),
)
POWER = run(
    "power-vip-holder",
    "The host that holds the VIP loses power without a word; clients are answered again within 1 s",
    blackouts=dict.fromkeys(("keystone", "glance", "horizon", "token"), (15.0, 15.72, Reply.UNKNOWN))
    | {"sql": (15.0, 16.4, Reply.UNKNOWN), "amqp": (15.0, 16.1, Reply.UNKNOWN)},
    owners=(
        Owned(("controller1",), 0.0, 15.0),
        Owned((), 15.0, 15.66),
        Owned(("controller2",), 15.66, 34.0),
        Owned(("controller1", "controller2"), 34.0, 34.9),
        Owned(("controller2",), 34.9, 48.0),
    ),
    bounds={"http": 1.0, "sql": 2.0, "amqp": 2.0},
    commands=(("nines lab power blog.yaml controller1 off",), ("nines lab power blog.yaml controller1 on",)),
    healed=14.2,
    more=(
        *_well()[1:],
        Judgement(
            "I1.vip",
            "The VIP has one owner at a time",
            failed("controller1 and controller2 for 0.90 s"),
            0.2,
            0.9,
        ),
    ),
)
WRITER = run(
    "writer-kill",
    "The database writer is killed (SIGKILL); writes go on within 2 s and none that was acknowledged is lost",
    blackouts={"sql": (15.0, 17.8, Reply.FAIL), "keystone": (15.0, 16.1, Reply.FAIL)},
    owners=(Owned(("controller1",), 0.0, 48.0),),
    bounds={"http": 1.0, "sql": 2.0, "amqp": 2.0},
    commands=(
        ("controller2: systemctl kill --signal=KILL mariadb.service",),
        ("controller2: systemctl start mariadb.service",),
    ),
    healed=None,
    accounts=(_ledger("sql", 960, lost=2), _ledger("amqp", 955)),
    more=(
        Judgement(
            "I2.lost", "No acknowledged write is lost", failed("2 of 957 rows missing: 958, 959"), 0, 2
        ),
        Judgement(
            "I5.heals", "The site heals without a human", unknown("the run was interrupted before that")
        ),
    ),
)
LEADER = run(
    "power-broker-leader",
    "The host of a queue's leader loses power; publishing goes on within 2 s",
    blackouts={"amqp": (15.0, 16.3, Reply.UNKNOWN), "keystone": (31.0, 34.2, Reply.UNKNOWN)},
    stalls=(Stall("controller1", "had no processor", 30.9, 34.3, 3.4),),
    owners=(Owned(("controller1",), 0.0, 48.0),),
    bounds={"http": 1.0, "sql": 2.0, "amqp": 2.0},
    commands=(("nines lab power blog.yaml controller2 off",), ("nines lab power blog.yaml controller2 on",)),
    more=_well(),
)
COLD = run(
    "cold-start",
    "All hosts lose power; the site comes back alone within 180 s",
    blackouts={c[0]: (15.0, 112.0 + i * 4, Reply.FAIL) for i, c in enumerate(CLIENTS)},
    owners=(
        Owned(("controller1",), 0.0, 15.0),
        Owned((), 15.0, 104.0),
        Owned(("controller2",), 104.0, 175.0),
    ),
    bounds={},
    after=Bounds(),
    commands=(("nines lab power blog.yaml --all off",), ("nines lab power blog.yaml --all on",)),
    length=175.0,
    fault=(15.0, 25.0),
    healed=118.0,
    more=_well("0 of 3 060 rows missing"),
)
CONTROL = run(
    "control",
    "When nothing is hurt: no acknowledged write is lost",
    blackouts={},
    owners=(Owned(("controller1",), 0.0, 20.0),),
    bounds={"http": 0.5, "sql": 0.5, "amqp": 0.5},
    commands=((), ()),
    length=20.0,
    fault=None,
    healed=1.9,
    more=_well()[1:4],
)
CAMPAIGN = Campaign(
    site="blog",
    started="2026-11-22T18:04:11+00:00",
    machine="Debian 12, Linux 6.1.0, 2 cores, 24 GiB; 3 lab hosts (systemd-nspawn)",
    command="nines drill blog.yaml",
    runs=(CONTROL, KILL, POWER, WRITER, LEADER, COLD),
)
