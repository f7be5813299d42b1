"""The balancer's process dies where the VIP is."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, ComponentFault, Part, Scenario
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="haproxy-kill",
    when="haproxy is killed (SIGKILL) on the host that holds the VIP, and stays down",
    part=Part.VIP_HOLDER,
    injury=ComponentFault("haproxy.kill"),
    # The database's and the token's clients go through the same haproxy, but wait for their own timeout
    # where their connection broke in mid-request; publishers do not go through it at all.
    # The broker is not hurt, but in a lab it shares its disk with what is: a confirm waits for its fsync.
    bounds=Bounds(http=0.5, sql=2.0, amqp=2.0, token=2.0, vip=0.5),
    mode=Mode.ACTIVE_ACTIVE,
)
