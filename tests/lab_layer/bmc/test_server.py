from __future__ import annotations

import json
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.support import site_of

from fournines.errors import LabError
from fournines.lab import hurt
from fournines.lab.bmc import server
from fournines.lab.bmc.redfish import SYSTEMS, Account, Deed, Reset
from fournines.lab.bmc.server import Board, LabMachines
from fournines.lab.plan import lab_plan
from fournines.secrets.authority import Authority, issue, new_authority, public_part

LOGIN = "Basic " + b64encode(b"fencing:word").decode()
RESET = f"{SYSTEMS}/a/Actions/ComputerSystem.Reset"


@dataclass
class Remembered:
    """Hosts that are as they were told to be."""

    hosts: dict[str, bool] = field(default_factory=lambda: {"a": True, "b": True})
    done: list[Deed] = field(default_factory=list)
    broken: bool = False

    def powered(self) -> Mapping[str, bool]:
        return self.hosts

    def carry_out(self, deed: Deed) -> None:
        if self.broken:
            raise LabError("the host does not start")
        self.done.append(deed)
        self.hosts[deed.host] = deed.reset.gives_power


@dataclass(frozen=True)
class Client:
    port: int
    trust: ssl.SSLContext

    def __call__(self, path: str, body: object = None, *, login: str = LOGIN) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.port}{path}", data, {"Authorization": login}
        )
        try:
            with urllib.request.urlopen(request, timeout=60, context=self.trust) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())


@pytest.fixture(name="certificate", scope="module")
def made_certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    now = datetime.now(UTC)
    authority = new_authority("lab test", now)
    path = tmp_path_factory.mktemp("bmc") / "certificate.pem"
    path.write_text(issue(Authority.parse(authority), ["127.0.0.1"], now))
    return path, public_part(authority)


@contextmanager
def board(certificate: tuple[Path, str], machines: Remembered) -> Iterator[Client]:
    path, authority = certificate
    with Board(("127.0.0.1", 0), path, Account("fencing", "word"), machines) as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield Client(served.server_address[1], ssl.create_default_context(cadata=authority))
        finally:
            served.shutdown()
            thread.join()


def test_a_host_is_fenced_over_https(certificate: tuple[Path, str]) -> None:
    machines = Remembered()
    with board(certificate, machines) as client:
        assert client(f"{SYSTEMS}/a")[1]["PowerState"] == "On"
        assert client(RESET, {"ResetType": "ForceOff"}) == (204, None)
        assert [client(f"{SYSTEMS}/{h}")[1]["PowerState"] for h in "ab"] == ["Off", "On"]
        assert client(RESET, {"ResetType": "On"})[0] == 204
    assert machines.done == [Deed("a", Reset.FORCE_OFF), Deed("a", Reset.ON)]


def test_a_stranger_fences_nobody(certificate: tuple[Path, str]) -> None:
    machines = Remembered()
    with board(certificate, machines) as client:
        assert client(RESET, {"ResetType": "ForceOff"}, login="")[0] == 401
    assert not machines.done


def test_who_fences_hears_of_it_when_the_lab_cannot(certificate: tuple[Path, str]) -> None:
    with board(certificate, Remembered(broken=True)) as client:
        status, said = client(RESET, {"ResetType": "On"})
    assert (status, said["error"]["message"]) == (500, "the host does not start")


def test_a_client_that_says_nothing_holds_up_nobody(
    certificate: tuple[Path, str], capfd: pytest.CaptureFixture[str]
) -> None:
    with board(certificate, Remembered()) as client:
        silent = socket.create_connection(("127.0.0.1", client.port), timeout=60)
        assert client(f"{SYSTEMS}/a")[0] == 200
        silent.close()
    assert f"GET {SYSTEMS}/a: 200" in capfd.readouterr().err


def test_a_body_that_no_reset_needs_does_nothing(certificate: tuple[Path, str]) -> None:
    machines = Remembered()
    with board(certificate, machines) as client:
        status = client(RESET, {"ResetType": "ForceOff", "more": "x" * 70_000})[0]
        assert client(f"{SYSTEMS}/a")[1]["PowerState"] == "On"
    assert (status, machines.done) == (413, [])


def test_a_host_that_was_given_power_leaves_the_processors_to_the_others_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[object] = []
    monkeypatch.setattr(time, "sleep", told.append)
    monkeypatch.setattr(hurt, "power", lambda _, host, on, **__: told.append((host, on)))
    monkeypatch.setattr(hurt, "weigh", lambda _, host, share: told.append((host, share)))
    LabMachines(lab_plan(site_of("active-passive.yaml")))._start("controller1")
    name = "controller1"
    assert told == [(name, "on"), (name, server.YIELDING), server.FIRMWARE, (name, 1.0)]
