"""Asking the site who plays which part right now."""

from __future__ import annotations

from fournines.drill.hurt.parts import ADDRESSES, Cast, leaders_among, vip_holders
from fournines.drill.rig import Rig
from fournines.drill.scenario import Part
from fournines.engine.asking.ask import ask_all
from fournines.kit.check import Ask
from fournines.kit.probe import QueueLedger, Reached
from fournines.probe.fleet import Fleet


async def cast_of(part: Part, rig: Rig, fleet: Fleet) -> Cast:
    """Who holds the VIP, takes the writes, has what is pinged, and, where a queue leader is hurt, leads what.

    Raises:
        OSError: the database does not answer.
    """
    site = rig.plan.context.site
    asks = [(host.name, ADDRESSES) for host in site.controllers]
    queues = next(iter(rig.plan.context.declared(QueueLedger)), None)
    question: tuple[str, Ask] | None = None
    if part is Part.QUEUE_LEADER and queues is not None:  # asking costs a broker seconds
        broker = site.voters[-1].name
        question = (broker, queues.leaders(broker))
        asks.append(question)
    pinged = {client.name: client.address for client in fleet.reached}
    having = [
        (host, one.has(pinged[one.name]))
        for one in rig.plan.context.declared(Reached)
        if one.name in pinged
        for host in one.hosts
    ]
    heard = await ask_all(rig.transport, [*asks, *having])
    answers = {host.name: heard[host.name, ADDRESSES] for host in site.controllers}
    listed = heard.get(question) if question else None
    leaders = queues.led_by(listed) if queues is not None and listed is not None else {}
    return Cast(
        vip_holders=vip_holders(answers, str(site.vip.address)),
        writer=await fleet.sql.server() if fleet.sql is not None else None,
        leaders=leaders_among((p.queue for p in fleet.publishers), leaders),
        reached=tuple(host for host, ask in having if (said := heard[host, ask]) and said.code == 0),
    )
