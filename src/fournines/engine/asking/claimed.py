"""What hosts claim to have of fournines, also those that it was at work on before they kept any claims."""

from __future__ import annotations

from fournines.engine.asking.observe import Sight
from fournines.engine.desired import Desired
from fournines.engine.fanout import on_each
from fournines.engine.leaving import Claim, Claims, from_before
from fournines.engine.wire.remote import call
from fournines.engine.wire.transport import Transport


def claims_of(wanted: Desired, sight: Sight) -> Claims:
    """Each host's claims; where it keeps none yet, those of what is ours there all the same."""
    return {
        host: _from_before(wanted, sight, host) if claims is None else claims
        for host, claims in sight.claims.items()
    }


async def claimed(transport: Transport, wanted: Desired, sight: Sight) -> Claims:
    """The same, written where a host kept none.

    Raises:
        TransportError, HostError: a host could not be reached, or could not write them.
    """
    claims = claims_of(wanted, sight)
    new = [host for host, of_host in claims.items() if of_host and sight.claims[host] is None]

    async def write(host: str) -> None:
        request = {"do": ["claim"], "keep": False, "claims": [one.to_wire() for one in claims[host]]}
        await call(transport, host, request)

    await on_each(new, write)
    return claims


def _from_before(wanted: Desired, sight: Sight, host: str) -> tuple[Claim, ...]:
    seen = (pair for phase in wanted.phases for pair in sight.phases[phase.name].get(host, ()))
    return from_before(wanted, host, seen)
