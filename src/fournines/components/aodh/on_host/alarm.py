"""Sets an alarm over measures through the VIP, and waits until it goes off. Runs on a host; leaves nothing.

Input: JSON with keystone, gnocchi and aodh (URLs through the VIP), password (the administrator's) and
patience (seconds that the alarm may take).
Output: JSON with first and last (the alarm's state when it was set and at the end) and seconds (in between).
"""

from __future__ import annotations

import contextlib
import json
import secrets
import sys
import time
import urllib.error
from datetime import UTC, datetime
from typing import Any

from fournines.kit.on_host.api import Api, left_over
from fournines.kit.on_host.resources import clear_resources, make_resource

NAME = "nines-check-alarm"
METRIC = "check"
POLICY = "medium"
PERIOD = 60
"""Seconds that become one value in that archive policy; an alarm looks at whole ones."""
VALUE, THRESHOLD = 42.0, 10.0
GONE_OFF = "alarm"
JSON = {"Accept": "application/json"}
"""Aodh can say everything in XML too."""
PAUSE = 2.0
AGAIN = 15.0
"""Seconds between two measures: the alarm looks at the last minutes only."""


def clear(api: Api, question: dict[str, Any]) -> None:
    """Take away what earlier checks had to leave."""
    aodh = question["aodh"]
    clear_resources(api, question["gnocchi"], NAME)
    for old in api.call("GET", f"{aodh}/v2/alarms", **JSON):
        if old["name"].startswith(f"{NAME}-") and left_over(old["timestamp"]):
            with contextlib.suppress(urllib.error.HTTPError):
                api.call("DELETE", f"{aodh}/v2/alarms/{old['alarm_id']}")


def rule(resource: str) -> dict[str, object]:
    """Above the threshold in the last whole minute that has a measure."""
    return {
        "resource_type": "generic",
        "resource_id": resource,
        "metric": METRIC,
        "aggregation_method": "mean",
        "granularity": PERIOD,
        "evaluation_periods": 1,
        "comparison_operator": "gt",
        "threshold": THRESHOLD,
    }


def gone_off(api: Api, state: str, measures: str, patience: float) -> tuple[str, float]:
    """The alarm's last state and the seconds until then, while measures above the threshold are posted."""
    start, posted, found = time.monotonic(), float("-inf"), ""
    while found != GONE_OFF and (now := time.monotonic()) - start < patience:
        if now - posted > AGAIN:
            posted = now
            api.call("POST", measures, [{"timestamp": datetime.now(UTC).isoformat(), "value": VALUE}])
        time.sleep(PAUSE)
        found = api.call("GET", state, **JSON)
    return found, time.monotonic() - start


def main(question: dict[str, Any]) -> dict[str, object]:
    """Measure, set, wait, delete."""
    api = Api(question["keystone"], question["password"])
    clear(api, question)
    name, kind = f"{NAME}-{secrets.token_hex(4)}", f"{question['gnocchi']}/v1/resource/generic"
    resource = make_resource(api, question["gnocchi"], NAME, METRIC, POLICY)
    try:
        what = "gnocchi_resources_threshold"
        asked = {"name": name, "type": what, f"{what}_rule": rule(resource)}
        made = api.call("POST", f"{question['aodh']}/v2/alarms", asked, **JSON)
        alarm = f"{question['aodh']}/v2/alarms/{made['alarm_id']}"
        try:
            measures = f"{kind}/{resource}/metric/{METRIC}/measures"
            last, seconds = gone_off(api, f"{alarm}/state", measures, question["patience"])
        finally:
            api.call("DELETE", alarm)
    finally:
        api.call("DELETE", f"{kind}/{resource}")
    return {"first": made["state"], "last": last, "seconds": round(seconds, 1)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
