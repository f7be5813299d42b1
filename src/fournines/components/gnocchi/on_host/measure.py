"""Posts measures through the VIP and waits until they are worked up. Runs on a host; leaves nothing.

Input: JSON with keystone and gnocchi (URLs through the VIP), password (the administrator's) and patience
(seconds that working them up may take).
Output: JSON with mean (what came out of the measures, null where nothing did) and seconds (until it did).
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from fournines.kit.on_host.api import Api
from fournines.kit.on_host.resources import clear_resources, make_resource

NAME = "nines-check"
METRIC = "check"
POLICY = "low"
PERIOD = 300
"""Seconds that become one value in that archive policy, which ``gnocchi-upgrade`` makes."""
VALUES = (1.0, 2.0, 6.0)
MEAN = 3.0
PAUSE = 1.0


def measures(now: datetime) -> list[dict[str, object]]:
    """The values, in the last whole period before now: all in one, whenever they are asked for."""
    start = now.timestamp() // PERIOD * PERIOD - PERIOD
    first = datetime.fromtimestamp(start, UTC)
    return [
        {"timestamp": (first + timedelta(seconds=10 * number)).isoformat(), "value": value}
        for number, value in enumerate(VALUES)
    ]


def main(question: dict[str, Any]) -> dict[str, object]:
    """Post, wait, delete."""
    api = Api(question["keystone"], question["password"])
    gnocchi = question["gnocchi"]
    clear_resources(api, gnocchi, NAME)
    resource = f"{gnocchi}/v1/resource/generic/{make_resource(api, gnocchi, NAME, METRIC, POLICY)}"
    try:
        where = f"{resource}/metric/{METRIC}/measures"
        api.call("POST", where, measures(datetime.now(UTC)))
        start = time.monotonic()
        # Without refresh=true, by which the API would work them up itself.
        while not (found := api.call("GET", f"{where}?aggregation=mean")):
            if time.monotonic() - start > question["patience"]:
                break
            time.sleep(PAUSE)
    finally:
        api.call("DELETE", resource)
    return {"mean": found[0][2] if found else None, "seconds": round(time.monotonic() - start, 1)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
