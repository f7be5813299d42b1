"""No board can be reached: clients notice nothing, and whoever asks is told before a host is lost."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, ComponentFault, Part, Scenario
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="boards-dead",
    when="no management board answers any more",
    part=Part.EVERY_HOST,
    injury=ComponentFault("pacemaker.boards"),
    bounds=Bounds(http=0.5, sql=0.5, amqp=0.5, token=1.0, vip=0.5),
    # Each board is asked once a minute, and then has 40 s to answer; every other host tries it, too.
    hold=180.0,
    # What has failed is tried again when it is forgotten (pacemaker: failure_timeout).
    heal=420.0,
    moves=0,
    mode=Mode.ACTIVE_PASSIVE,
    warns="pacemaker.fencing",
)
