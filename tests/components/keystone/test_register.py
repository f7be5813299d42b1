"""Registering services: sees every difference, removes it, and then finds nothing to do."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.components.keystone.fake import Keystone, served

from fournines.components.keystone.on_host import api, register
from fournines.kit import program

URLS = {
    "public": "https://cloud:9292",
    "internal": "https://controller:9292",
    "admin": "https://controller:9292",
}
GLANCE = {
    "name": "glance",
    "type": "image",
    "description": "Images",
    "urls": URLS,
}
IDENTITY = GLANCE | {"name": "keystone", "type": "identity"}
METADATA = GLANCE | {"name": "inner", "type": "inner", "urls": {"internal": "https://controller:1"}}
USER = {
    "name": "glance",
    "password": "pw",
    "roles": ["service"],
    "domain": "Default",
    "project": "service",
}
STACKS = USER | {"name": "stacks", "password": "pw2", "roles": ["admin"], "domain": "heat", "project": None}


@pytest.fixture
def keystone() -> Keystone:
    return Keystone()


@pytest.fixture
def wanted(keystone: Keystone) -> Iterator[dict[str, Any]]:
    with served(keystone) as url:
        yield {
            "url": url,
            "password": "right",
            "region": "RegionOne",
            "entries": [METADATA, IDENTITY, GLANCE],
            "users": [STACKS, USER],
            "roles": ["heat_stack_user"],
        }


def test_an_empty_keystone_gets_everything_once(keystone: Keystone, wanted: dict[str, Any]) -> None:
    assert register.main("look", wanted) == 1
    assert keystone.said == []
    assert register.main("apply", wanted) == 0
    assert {s["name"] for s in keystone.kept["services"].values()} == {"inner", "keystone", "glance"}
    (glance,) = keystone.found("services", name="glance")
    urls = {e["interface"]: e["url"] for e in keystone.found("endpoints", service_id=glance["id"])}
    assert urls == URLS
    (user,) = keystone.found("users", name="glance")
    assert user["password"] == "pw"
    (role,) = keystone.found("roles", name="service")
    (project,) = keystone.found("projects", name="service")
    assert (project["id"], user["id"], role["id"]) in keystone.assigned
    assert keystone.found("roles", name="heat_stack_user")
    keystone.said.clear()
    assert register.main("look", wanted) == 0
    assert register.main("apply", wanted) == 0
    assert keystone.said == []


def test_a_user_of_another_domain_has_its_role_there(keystone: Keystone, wanted: dict[str, Any]) -> None:
    register.main("apply", wanted)
    (domain,) = keystone.found("domains", name="heat")
    (user,) = keystone.found("users", name="stacks")
    (role,) = keystone.found("roles", name="admin")
    assert user["domain_id"] == domain["id"]
    assert (domain["id"], user["id"], role["id"]) in keystone.assigned


def test_what_is_for_one_interface_stands_on_no_other(keystone: Keystone, wanted: dict[str, Any]) -> None:
    register.main("apply", wanted)
    (inner,) = keystone.found("services", name="inner")
    (endpoint,) = keystone.found("endpoints", service_id=inner["id"])
    assert endpoint["interface"] == "internal"
    keystone.put("endpoints", **{**endpoint, "id": "leaked", "interface": "public"})
    assert register.main("look", wanted) == 1
    assert register.main("apply", wanted) == 0
    assert len(keystone.found("endpoints", service_id=inner["id"])) == 1


def lose(collection: str) -> Callable[[Keystone], None]:
    def broken(keystone: Keystone) -> None:
        key = list(keystone.kept[collection])[-1]
        del keystone.kept[collection][key]

    broken.__name__ = f"lose one of the {collection}"
    return broken


def change(collection: str, **values: str) -> Callable[[Keystone], None]:
    def broken(keystone: Keystone) -> None:
        list(keystone.kept[collection].values())[-1].update(values)

    broken.__name__ = f"change {collection}: {values}"
    return broken


def unassign(keystone: Keystone) -> None:
    keystone.assigned.clear()


def double_service(keystone: Keystone) -> None:
    keystone.put("services", name="other", type="image", description="")


def double_endpoint(keystone: Keystone) -> None:
    keystone.put("endpoints", **{**list(keystone.kept["endpoints"].values())[-1], "id": "twin"})


BREAKAGES = [
    lose("services"),
    lose("endpoints"),
    lose("users"),
    lose("regions"),
    lose("roles"),
    lose("domains"),
    change("services", description="tampered"),
    change("endpoints", url="http://elsewhere"),
    change("users", password="forgotten"),
    unassign,
    double_service,
    double_endpoint,
]


@pytest.mark.parametrize("broken", BREAKAGES, ids=lambda f: f.__name__)
def test_what_is_broken_is_seen_and_mended(
    keystone: Keystone, wanted: dict[str, Any], broken: Callable[[Keystone], None]
) -> None:
    register.main("apply", wanted)
    broken(keystone)
    assert register.main("look", wanted) == 1
    assert register.main("apply", wanted) == 0
    assert register.main("look", wanted) == 0


def test_what_nobody_declares_any_more_goes_and_comes_back(
    keystone: Keystone, wanted: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    keystone.put("services", name="theirs", type="theirs", description="")
    theirs = keystone.put("users", name="theirs", password="x", domain_id="default", enabled=True)
    register.main("apply", wanted)
    (project,) = keystone.found("projects", name="service")
    keystone.assigned.add((project["id"], theirs["id"], "roles-1"))
    less = wanted | {"entries": [IDENTITY], "users": []}
    capsys.readouterr()
    assert register.main("look", less) == 1
    assert set(capsys.readouterr().out.splitlines()) == {
        "- service inner: removed, nobody declares it any more",
        "- service glance: removed, nobody declares it any more",
        "- user glance: disabled, nobody declares it any more",
        "- user stacks: disabled, nobody declares it any more",
    }
    assert register.main("apply", less) == 0
    assert {s["name"] for s in keystone.kept["services"].values()} == {"keystone", "theirs"}
    assert {u["name"] for u in keystone.kept["users"].values() if u.get("enabled", True)} == {
        "admin",
        "theirs",
    }
    assert register.main("look", less) == 0
    assert register.main("apply", wanted) == 0
    assert register.main("look", wanted) == 0
    assert all(u.get("enabled", True) for u in keystone.kept["users"].values())


def test_what_was_made_before_there_was_a_mark_is_marked(keystone: Keystone, wanted: dict[str, Any]) -> None:
    register.main("apply", wanted)
    for collection in ("users", "services", "domains"):
        for resource in keystone.kept[collection].values():
            resource.pop("description" if collection == "domains" else "managed_by", None)
    assert register.main("look", wanted) == 1
    assert register.main("apply", wanted) == 0
    assert register.main("look", wanted) == 0
    assert "managed_by" not in keystone.found("users", name="admin")[0]


def test_an_administrator_who_cannot_log_in_is_made(
    keystone: Keystone,
    wanted: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def bootstrap(password: str) -> int:
        keystone.found("users", name="admin")[0]["password"] = password
        return 0

    monkeypatch.setattr(register, "bootstrap", lambda _: pytest.fail("a question makes nobody"))
    changed = wanted | {"password": "another"}
    assert register.main("look", changed) == 1
    assert capsys.readouterr().out == "the administrator cannot log in\n"
    monkeypatch.setattr(register, "bootstrap", bootstrap)
    assert register.main("apply", changed) == 0
    assert capsys.readouterr().out.startswith("the administrator cannot log in\nno region RegionOne\n")
    assert register.main("look", changed) == 0


@pytest.mark.parametrize("code", [0, 1])
def test_without_an_administrator_nothing_is_touched(
    keystone: Keystone, wanted: dict[str, Any], monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(register, "bootstrap", lambda _: code)
    assert register.main("apply", wanted | {"password": "wrong"}) == 1
    assert keystone.said == []


@pytest.mark.parametrize("moment", ["before", "after", "busy"])
def test_a_look_takes_no_silence_for_a_change(
    keystone: Keystone,
    wanted: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    moment: str,
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    register.main("apply", wanted)
    begun = next(keystone.asked)
    register.main("look", wanted)
    for number in range(1, next(keystone.asked) - begun):
        keystone.closed = {next(keystone.asked) + number: moment}
        capsys.readouterr()
        assert register.main("look", wanted) == 0, capsys.readouterr().out


def test_a_question_to_nobody_is_answered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = {
        "url": "http://127.0.0.1:9",
        "password": "right",
        "region": "R",
        "entries": [],
        "users": [],
        "roles": [],
    }
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("only the work waits for Keystone"))
    assert register.main("look", nobody) == 1


def test_the_work_waits_for_a_keystone_that_is_still_starting(
    monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any]
) -> None:
    tries = iter([OSError("refused"), OSError("refused")])
    real = api.Api._asked

    def slow(self: api.Api, *request: Any) -> Any:  # noqa: ANN401 - as the original
        for error in tries:
            raise error
        return real(self, *request)

    monkeypatch.setattr(api.Api, "_asked", slow)
    monkeypatch.setattr("time.sleep", lambda _: None)
    assert register.main("apply", wanted) == 0
    monkeypatch.setitem(register.PATIENCE, "apply", 0.0)
    assert register.main("apply", wanted | {"url": "http://127.0.0.1:9"}) == 1


@pytest.mark.parametrize("moment", ["before", "after", "busy"])
@pytest.mark.parametrize("number", range(1, 36, 5))
def test_a_connection_that_is_closed_at_any_moment_leaves_nothing_undone_and_nothing_twice(
    keystone: Keystone, wanted: dict[str, Any], monkeypatch: pytest.MonkeyPatch, number: int, moment: str
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    keystone.closed = {number: moment, number + 2: moment}
    assert register.main("apply", wanted) == 0
    assert next(keystone.asked) > number + 2, "it was closed indeed"
    assert sorted(s["name"] for s in keystone.kept["services"].values()) == ["glance", "inner", "keystone"]
    assert len(keystone.kept["endpoints"]) == 1 + 2 * len(URLS)
    assert sorted(u["name"] for u in keystone.kept["users"].values()) == ["admin", "glance", "stacks"]
    keystone.said.clear()
    assert register.main("look", wanted) == 0
    assert keystone.said == []


def test_a_closed_connection_is_not_taken_for_a_wrong_password(
    keystone: Keystone, wanted: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    register.main("apply", wanted)
    begun = next(keystone.asked)
    register.main("look", wanted)
    last = next(keystone.asked)
    keystone.said.clear()
    for number in range(1, last - begun):
        keystone.closed = {next(keystone.asked) + number: "before"}
        assert register.main("apply", wanted) == 0
    assert keystone.said == []


def test_it_runs_as_it_is_sent_to_a_host(keystone: Keystone, wanted: dict[str, Any]) -> None:
    keystone.closed = {9: "after"}
    argv = program.argv(register, "apply")
    done = subprocess.run(argv, input=json.dumps(wanted), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "no service glance" in done.stdout.splitlines()
    assert register.main("look", wanted) == 0


def test_a_keystone_that_stays_away_is_named(
    keystone: Keystone,
    wanted: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(register.PATIENCE, "apply", 0.0)
    keystone.closed = dict.fromkeys(range(5, 5000), "before")
    assert register.main("apply", wanted) == 1
    assert "Keystone does not answer: RemoteDisconnected" in capsys.readouterr().out


def test_what_differs_is_said_without_secrets(
    capsys: pytest.CaptureFixture[str], wanted: dict[str, Any]
) -> None:
    register.main("look", wanted)
    said = capsys.readouterr().out
    assert "no service glance" in said
    assert "pw" not in said
    assert "right" not in said
