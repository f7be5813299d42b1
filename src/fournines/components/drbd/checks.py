"""What DRBD promises: both copies, connected, one of them in use and mounted; and what a split brain is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from fournines.components.drbd.deploy import asked, program
from fournines.components.drbd.model import HOSTS, Options, Volume, volumes
from fournines.components.drbd.on_host.state import (
    CONNECTED,
    COPYING,
    INCONSISTENT,
    PRIMARY,
    UP_TO_DATE,
    State,
)
from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.context import Context
from fournines.kit.declare import Mirror
from fournines.kit.program import complaint, heard
from fournines.kit.verdict import Outcome, Verdict, failed, passed, unknown, worst

_ALONE = "StandAlone"
"""It has given up on the other side: after a split brain, or because somebody said so."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A volume on one host: DRBD's own words, and where its file system is mounted."""

    state: State | None
    mounted: tuple[str, ...]


Sides = Mapping[str, Seen]
"""A volume on each host that answered."""


def checks(context: Context) -> Iterator[Check]:
    """Every volume, as both its hosts see it."""
    hosts = HOSTS(context.site)
    of_site = tuple(volumes(context.options("drbd", Options)))
    asks = {
        host.name: Ask(
            program("look"), json.dumps([asked(context, host, one) for one in of_site]), timeout=15
        )
        for host in hosts
    }
    for name, promise, judge, barrier in (
        (
            "connected",
            "The copies of each volume hear each other, and none has gone its own way",
            connected,
            True,
        ),
        ("current", "Both copies of each volume are up to date", current, False),
        ("in-use", "Exactly one copy of each volume is in use, and mounted where it is", in_use, False),
    ):
        whole = partial(_judged, of_site, judge)
        yield Check(f"drbd.{name}", promise, asks=asks, judge=whole, barrier=barrier, seconds=120)
    clones = tuple(one.clone for one in context.declared(Mirror))
    yield Check(
        "drbd.free",
        "No copy is kept from use: whoever was away has caught up",
        asks={hosts[0].name: Ask(("cibadmin", "--query", "--scope", "constraints"), timeout=15)},
        judge=each_host(partial(_free, clones)),
    )


def _judged(of_site: tuple[Volume, ...], judge: Callable[[Sides], Verdict], answers: Answers) -> Verdict:
    """The worst of the volumes. A host that does not answer leaves what the other sees, and a doubt."""
    told = {host: heard(answer) for host, answer in answers.items() if answer is not None}
    mute = [host for host, said in told.items() if said is None]
    if mute:
        return failed("; ".join(f"{host}: {complaint(answers[host] or Output(1, ''))}" for host in mute))
    silent = [host for host, answer in answers.items() if answer is None]
    verdicts = []
    for one in of_site:
        sides = {host: _side(said, one.name) for host, said in told.items() if said is not None}
        found = judge(sides)
        if silent and found.outcome is Outcome.PASS:
            found = unknown(f"{found.seen}, {', '.join(silent)} cannot be asked")
        verdicts.append((one.name, found))
    return worst(verdicts) if verdicts else unknown("there is no volume")


def _side(said: Mapping[str, object], name: str) -> Seen:
    found = said.get("volumes")
    one = found.get(name) if isinstance(found, dict) else None
    if not isinstance(one, dict):
        return Seen(None, ())
    return Seen(State(**one["state"]) if one.get("state") else None, tuple(one.get("mounted", ())))


def connected(sides: Sides) -> Verdict:
    """Where they do not hear each other, it is told who knows what the other does not."""
    states = {host: side.state for host, side in sides.items()}
    down = [host for host, state in states.items() if state is None]
    if down:
        return failed(f"not up on {', '.join(down)}; was it stopped there, or is the host in standby?")
    known = {host: state for host, state in states.items() if state is not None}
    frozen = [host for host, state in known.items() if state.suspended]
    if frozen:
        return failed(f"writes are suspended on {', '.join(frozen)}, until the other host is fenced")
    if all(state.connection == CONNECTED or state.connection in COPYING for state in known.values()):
        return passed(" and ".join(sorted({state.connection for state in known.values()})))
    if any(state.connection == _ALONE for state in known.values()):
        return failed(_parted(known))
    return failed("; ".join(f"{host} is in {state.connection}" for host, state in known.items()))


def _parted(known: Mapping[str, State]) -> str:
    """What each side has that the other lacks, and how one is given up: nobody but a person says so."""
    told = [
        f"{host} ({'in use' if state.role == PRIMARY else 'not in use'}, {state.disk}) has"
        f" {_amount(state.behind)} that the other has not"
        for host, state in known.items()
    ]
    return (
        f"the copies have parted, nothing was thrown away: {'; '.join(told)}. To give up one side's writes,"
        " on that host: drbdadm secondary NAME; drbdadm connect --discard-my-data NAME; and on the other:"
        " drbdadm connect NAME"
    )


def _amount(kib: int) -> str:
    return f"{kib} KiB" if kib < 10_000 else f"{kib >> 10} MiB"  # noqa: PLR2004 - four digits are read at a glance


def current(sides: Sides) -> Verdict:
    """A copy that catches up says how much it lacks."""
    behind = []
    for host, side in sides.items():
        state = side.state
        if state is None:
            behind.append(f"{host}: nothing is known")
        elif state.disk != UP_TO_DATE:
            lacks = f", {_amount(state.behind)} to go" if state.disk == INCONSISTENT and state.behind else ""
            behind.append(f"{host}: {state.disk}{lacks}")
    if behind:
        return failed("; ".join(behind))
    return passed("UpToDate on both") if len(sides) > 1 else passed("UpToDate")


def in_use(sides: Sides) -> Verdict:
    """One, and no other: with two in use both would be written to."""
    users = [host for host, side in sides.items() if side.state and side.state.role == PRIMARY]
    mounted = {host: side.mounted for host, side in sides.items() if side.mounted}
    if len(users) != 1:
        return failed(f"in use on {' and '.join(users) or 'no host'}")
    if tuple(mounted) != tuple(users):
        return failed(f"in use on {users[0]}, mounted on {' and '.join(mounted) or 'no host'}")
    return passed(f"on {users[0]}, at {mounted[users[0]][0]}")


def _free(clones: tuple[str, ...], answer: Output) -> Verdict:
    if answer.code != 0 or "<constraints" not in answer.stdout:
        return failed((answer.stderr.strip().splitlines() or ["the cluster gave no answer"])[-1])
    kept = [clone for clone in clones if f'id="outdated-{clone}"' in answer.stdout]
    if not kept:
        return passed("none")
    return failed(
        f"{', '.join(kept)}: the other host's copy may not be used. Where drbd.current holds, that was left"
        " over:"
        f" cibadmin --delete --scope constraints --xml-text '<rsc_location id=\"outdated-{kept[0]}\"/>'"
    )
