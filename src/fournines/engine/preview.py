"""What a deployment would change."""

from __future__ import annotations

from dataclasses import replace

from fournines.engine.asking.claimed import claims_of
from fournines.engine.asking.interfaces import with_interfaces
from fournines.engine.asking.observe import differences, look_at_all
from fournines.engine.desired import desired
from fournines.engine.difference import Difference
from fournines.engine.leaving import leaving
from fournines.engine.mask import Masker, masked
from fournines.engine.wire.transport import Transport
from fournines.plan.limit import indispensable, without
from fournines.plan.model import Plan


async def observe(plan: Plan, transport: Transport, *, masker: Masker | None = None) -> Difference:
    """What a deployment would change now, with unified diffs; changes nothing.

    Raises:
        TransportError: a host could not be reached that the others cannot do without.
        HostError: a host could not be looked at.
    """
    hide = masker or Masker(plan.context.secrets.values())
    with masked(hide):
        settled = await with_interfaces(plan, transport)
        needed = indispensable(settled)
        sight = await look_at_all(transport, settled.phases, show=True, needed=needed)
        wanted = desired(without(settled, sight.absent))
        found = differences(wanted, sight.phases, hide, leaving(wanted, claims_of(wanted, sight)))
        return replace(found, absent=tuple(sight.absent))
