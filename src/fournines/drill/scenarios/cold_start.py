"""Every host loses power at once; power comes back; nobody touches anything."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, Part, PowerLoss, Scenario

SCENARIO = Scenario(
    name="cold-start",
    when="every host loses power at once and gets it back",
    part=Part.EVERY_HOST,
    injury=PowerLoss(),
    bounds=Bounds(),
    after=Bounds(),
    hold=5.0,
    heal=180.0,
    moves=3,
    untested=(
        (
            "disks that lose what they had promised to keep: the hosts share this machine's page cache, "
            "which survives their power loss"
        ),
    ),
)
