"""The administrator's calls, against a Keystone that is served over HTTP."""

from __future__ import annotations

from urllib.error import HTTPError

import pytest
from tests.components.keystone.fake import Keystone, served

from fournines.kit.on_host.api import Api


def test_it_logs_in_once_and_calls_with_that_token() -> None:
    keystone = Keystone()
    with served(keystone) as url:
        api = Api(url, "right")
        assert api.project == "p"
        made = api.call("POST", f"{url}/v3/services", {"service": {"name": "x", "type": "t"}})
        assert api.call("GET", f"{url}/v3/services")["services"] == [made["service"]]
        assert api.call("DELETE", f"{url}/v3/services/{made['service']['id']}") is None
        assert len(keystone.tokens) == 1


def test_what_an_api_refuses_is_raised() -> None:
    with served(Keystone()) as url:
        with pytest.raises(HTTPError, match="401"):
            Api(url, "wrong")
        with pytest.raises(HTTPError, match="404"):
            Api(url, "right").call("GET", f"{url}/v3/auth/nothing")
