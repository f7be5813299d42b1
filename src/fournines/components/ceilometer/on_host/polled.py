"""Asks Gnocchi through the VIP when each project's objects were last counted. Runs on a host.

Input: JSON with keystone and gnocchi (URLs through the VIP), password (the administrator's), meter (the one
to ask for), but (the project that is not measured).
Output: JSON with ages: by project's name the seconds since the start of the period that was measured last,
null where there never was one.
"""

from __future__ import annotations

import json
import sys
import urllib.error
from datetime import UTC, datetime
from typing import Any

from fournines.kit.on_host.api import Api

NOT_FOUND = 404


def age(api: Api, url: str, now: datetime) -> float | None:
    """Seconds since the last period that has a measure."""
    try:
        found = api.call("GET", url)
    except urllib.error.HTTPError as error:
        if error.code != NOT_FOUND:
            raise
        return None
    return round((now - datetime.fromisoformat(found[-1][0])).total_seconds(), 1) if found else None


def main(question: dict[str, Any]) -> dict[str, object]:
    """Look at every project."""
    api = Api(question["keystone"], question["password"])
    projects = api.call("GET", f"{question['keystone']}/v3/projects")["projects"]
    accounts, now = f"{question['gnocchi']}/v1/resource/swift_account", datetime.now(UTC)
    asked = {one["name"]: one["id"] for one in projects if one["name"] != question["but"]}
    return {
        "ages": {
            name: age(api, f"{accounts}/{project}/metric/{question['meter']}/measures?aggregation=mean", now)
            for name, project in asked.items()
        }
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
