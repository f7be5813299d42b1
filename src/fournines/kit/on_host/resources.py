"""Resources of Gnocchi that a check makes for itself. Imported by what runs on a host."""

from __future__ import annotations

import contextlib
import secrets
import urllib.error

from fournines.kit.on_host.api import Api, left_over


def clear_resources(api: Api, gnocchi: str, name: str) -> None:
    """Take away those that earlier checks of this name had to leave."""
    wanted = {"like": {"original_resource_id": f"{name}-%"}}
    for old in api.call("POST", f"{gnocchi}/v1/search/resource/generic", wanted):
        if left_over(old["started_at"]):
            with contextlib.suppress(urllib.error.HTTPError):
                api.call("DELETE", f"{gnocchi}/v1/resource/generic/{old['id']}")


def make_resource(api: Api, gnocchi: str, name: str, metric: str, policy: str) -> str:
    """One with a metric under this archive policy, called by the name and a number; its id."""
    wanted = {"id": f"{name}-{secrets.token_hex(4)}", "metrics": {metric: {"archive_policy_name": policy}}}
    made: str = api.call("POST", f"{gnocchi}/v1/resource/generic", wanted)["id"]
    return made
