"""The story of a router: made, seen by every witness, deleted whatever happens."""

from __future__ import annotations

import itertools
import time
import urllib.error
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import Any

import pytest

from fournines.components.neutron.on_host import cloud as api
from fournines.components.neutron.on_host import router as cloud
from fournines.kit.on_host.api import LostError, left_over

HOSTS = ["controller1", "controller2"]


class Fake(api.Cloud):
    """Neutron as far as the story needs it. ``active`` are the hosts that say so of themselves."""

    def __init__(self, *active: str) -> None:
        self.active = active or ("controller1",)
        self.numbers = itertools.count()
        self.things: dict[str, list[dict[str, Any]]] = {
            "networks": [],
            "subnets": [],
            "routers": [],
            "ports": [],
        }

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        kind, _, rest = path.partition("/")
        kind, _, query = kind.partition("?")
        if rest.endswith("l3-agents"):
            said = {host: "active" if host in self.active else "standby" for host in HOSTS}
            return {"agents": [{"host": host, "ha_state": state} for host, state in said.items()]}
        if rest.endswith("dhcp-agents"):
            return {"agents": [{"host": "controller1"}]}
        if rest:
            return {kind[:-1]: next(one for one in self.things[kind] if one["id"] == rest)}
        key, _, value = query.partition("=")
        return {kind: [one for one in self.things[kind] if not key or one.get(key) == value]}

    def post(self, path: str, kind: str, **values: object) -> dict[str, Any]:
        made = {"id": f"{kind}-{next(self.numbers)}", "tags": [], "created_at": datetime.now(UTC).isoformat()}
        self.things[path].append(made | values)
        return self.things[path][-1]

    def put(self, path: str, values: dict[str, object] | None = None) -> None:
        del values
        parts = path.split("/")
        router = next(one for one in self.things["routers"] if one["id"] == parts[1])
        if parts[2] == "tags":
            router["tags"].append(parts[3])
        elif parts[2] == "add_router_interface":
            network = self.things["networks"][-1]["id"]
            self.things["ports"].append(
                {
                    "id": "port",
                    "device_id": router["id"],
                    "network_id": network,
                    "device_owner": "network:ha_router_replicated_interface",
                    "fixed_ips": [{"ip_address": cloud.GATEWAY}],
                }
            )
        else:
            assert parts[2] == "remove_router_interface"
            self.things["ports"].clear()

    def delete(self, path: str) -> None:
        kind, _, wanted = path.partition("/")
        self.things[kind] = [one for one in self.things[kind] if one["id"] != wanted]
        if kind == "networks":
            self.things["subnets"].clear()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "PAUSE", 0.0)
    monkeypatch.setattr(api, "PAUSE", 0.0)


def test_it_waits_for_every_witness_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    fake, left = Fake(), list(HOSTS)

    def sleep(_: float) -> None:
        fake.things["routers"][0]["tags"].append(f"seen-{left.pop()}")

    monkeypatch.setattr(time, "sleep", sleep)
    found = cloud.story(fake, HOSTS, 60)
    assert (found["states"], found["unseen"], left) == (
        {"controller1": "active", "controller2": "standby"},
        [],
        [],
    )
    assert not any(fake.things.values())


def test_witnesses_that_never_come_are_named() -> None:
    fake = Fake()
    assert cloud.story(fake, HOSTS, 0.0)["unseen"] == HOSTS
    assert not any(fake.things.values())


def test_what_was_half_made_is_deleted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake()

    def refused(*_: object) -> None:
        raise urllib.error.HTTPError("", 409, "Conflict", Message(), None)

    monkeypatch.setattr(fake, "put", refused)
    with pytest.raises(urllib.error.HTTPError):
        cloud.story(fake, HOSTS, 60)
    assert not any(fake.things.values())


def old(thing: dict[str, Any], seconds: float) -> None:
    thing["created_at"] = (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


def test_a_story_in_which_a_call_got_lost_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    fake, lost = Fake(), [ConnectionResetError(), failed(500)]
    post = fake.post

    def losing(path: str, kind: str, **values: object) -> dict[str, Any]:
        if lost and kind == "router":
            raise lost.pop()
        return post(path, kind, **values)

    monkeypatch.setattr(fake, "post", losing)
    assert cloud.story(fake, [], 60)["left"] == []
    assert not lost
    assert not any(fake.things.values())


@pytest.mark.parametrize(("carried_out", "calls"), [(True, 1), (False, 2)])
def test_a_router_whose_call_for_a_gateway_got_lost_is_not_made_anew(
    monkeypatch: pytest.MonkeyPatch, *, carried_out: bool, calls: int
) -> None:
    """The longest call of all, cut by a balancer: Neutron may have carried it out."""
    fake, asked = Fake(), list[str]()
    put, router = fake.put, fake.post("routers", "router")["id"]
    fake.post("networks", "network")

    def losing(path: str, values: dict[str, object] | None = None) -> None:
        asked.append(path)
        if carried_out or len(asked) > 1:
            put(path, values)
        if len(asked) == 1:
            raise LostError(path)

    monkeypatch.setattr(fake, "put", losing)
    monkeypatch.setattr(fake, "get", lambda _: {"ports": fake.things["ports"]})
    cloud.join(fake, router, "subnet")
    assert asked == [f"routers/{router}/add_router_interface"] * calls
    assert len(fake.things["ports"]) == 1


@pytest.mark.parametrize(("error", "calls"), [(409, 1), (503, api.TRIES)])
def test_a_router_that_gets_no_gateway_is_given_up(
    monkeypatch: pytest.MonkeyPatch, error: int, calls: int
) -> None:
    fake, asked = Fake(), list[str]()

    def never(path: str, _: object) -> None:
        asked.append(path)
        raise failed(error)

    monkeypatch.setattr(fake, "put", never)
    with pytest.raises(urllib.error.HTTPError, match=str(error)):
        cloud.join(fake, "router", "subnet")
    assert len(asked) == calls


def test_only_what_is_old_is_cleared_away() -> None:
    fake = Fake()
    left = fake.post("networks", "network", name=api.NAME)
    fake.post("networks", "network", name="somebody's")
    api.clear(fake, left_over)
    assert len(fake.things["networks"]) == 2
    old(left, 700)
    api.clear(fake, left_over)
    assert [one["name"] for one in fake.things["networks"]] == ["somebody's"]


def test_a_story_deletes_its_own_and_what_an_old_one_left_and_says_what_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = Fake()
    left, others = made(fake), fake.post("networks", "network", name="somebody's")
    old(left, 700)
    old(fake.things["networks"][0], 700)
    beside = fake.post("networks", "network", name=api.NAME)
    assert cloud.story(fake, [], 0.0)["left"] == []
    assert fake.things["networks"] == [others, beside], "another story is being told beside"
    assert not fake.things["routers"]
    monkeypatch.setattr(fake, "delete", lambda _: None)
    assert cloud.story(fake, [], 0.0)["left"] == ["routers", "networks"]


def made(fake: Fake) -> dict[str, Any]:
    fake.post("networks", "network", name=api.NAME)
    router = fake.post("routers", "router", name=api.NAME)
    fake.put(f"routers/{router['id']}/add_router_interface")
    return router


@pytest.mark.parametrize(
    ("host", "here", "said", "found"),
    [
        (
            "controller1",
            f"inet {cloud.GATEWAY}/24",
            "64 bytes from 198.18.0.1",
            {"active": True, "reached": True},
        ),
        ("controller1", f"inet {cloud.GATEWAY}/24", "0 received", {"active": True, "reached": False}),
        ("controller2", "", "", {"active": False, "reached": None}),
    ],
)
def test_a_witness_looks_at_its_own_host(
    monkeypatch: pytest.MonkeyPatch, host: str, here: str, said: str, found: dict[str, object]
) -> None:
    fake = Fake()
    router = made(fake)

    def within(namespace: str, *argv: str) -> str:
        if argv[0] == "ping":
            assert namespace.startswith("qdhcp-network")
            return said
        assert namespace == f"qrouter-{router['id']}"
        return here

    monkeypatch.setattr(cloud, "_within", within)
    assert cloud.watch(fake, host, 0.0) == found
    assert router["tags"] == [f"seen-{host}"]


def test_a_router_that_a_story_left_is_not_the_one_that_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    fake, sleeps = Fake(), itertools.count()
    left = made(fake)
    old(left, 60)

    def sleep(_: float) -> None:
        if next(sleeps) == 1:
            made(fake)

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(cloud, "_within", lambda *_: "64 bytes from 198.18.0.1")
    cloud.watch(fake, "controller1", 60)
    assert [one["tags"] for one in fake.things["routers"]] == [[], ["seen-controller1"]]
    assert next(sleeps) == 2


def test_a_witness_goes_on_where_a_call_got_lost_or_the_router_was_deleted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = Fake()
    made(fake)
    answers = iter([404, 503, 403])

    def gone(*_: object) -> dict[str, str]:
        raise urllib.error.HTTPError("", next(answers), "", Message(), None)

    monkeypatch.setattr(cloud, "states", gone)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        cloud.watch(fake, "controller1", 60)


def test_a_witness_says_what_it_waited_for_in_vain() -> None:
    with pytest.raises(TimeoutError, match="no router was made"):
        cloud.watch(Fake(), "controller1", 0.0)
    for active in (HOSTS, ["nobody"]):
        fake = Fake(*active)
        made(fake)
        with pytest.raises(TimeoutError, match=r"not one host is active.*; this one has not the gateway's"):
            cloud.watch(fake, "controller1", 0.0)


def test_a_witness_says_where_the_address_is_when_agents_know_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = Fake("nobody")
    made(fake)
    monkeypatch.setattr(cloud, "_within", lambda *_: f"5: qr-1 inet {cloud.GATEWAY}/24 scope global")
    with pytest.raises(TimeoutError, match=r"not one host is active.*; this one has the gateway's address"):
        cloud.watch(fake, "controller1", 0.0)


def test_a_host_that_is_asked_for_several_things_does_them_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "Cloud", lambda _: Fake())
    monkeypatch.setattr(cloud, "story", lambda _, hosts, seconds: {"of": hosts, "within": seconds})
    monkeypatch.setattr(cloud, "watch", lambda _, host, seconds: {"at": host, "within": seconds})
    question = {
        "story": {"hosts": ["controller1"], "seconds": 6},
        "watch": {"host": "controller1", "seconds": 5},
    }
    assert cloud.main(question) == {
        "story": {"of": ["controller1"], "within": 6},
        "watch": {"at": "controller1", "within": 5},
    }


def test_a_question_is_asked_again_where_the_balancer_gave_somebody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[Any] = []

    def answer(*_: object) -> Any:  # noqa: ANN401 - JSON
        said = answers.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    monkeypatch.setattr(api, "Api", lambda *_: type("Api", (), {"call": staticmethod(answer)}))
    asked = api.Cloud({"neutron": "https://n:9696", "keystone": "", "password": ""})
    answers += [ConnectionResetError(), failed(503), {"routers": []}]
    assert asked.get("routers") == {"routers": []}
    answers += [failed(404)]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        asked.get("routers/gone")
    answers += [failed(500)] * api.TRIES
    with pytest.raises(urllib.error.HTTPError, match="500"):
        asked.get("routers")


def failed(code: int) -> urllib.error.HTTPError:
    return urllib.error.HTTPError("", code, "", Message(), None)
