"""Groups of tooz: what etcd says of them, when a check goes red, and how a member that was taken out ends."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from fournines.errors import PlanError
from fournines.kit.check import Check, Output
from fournines.kit.common.groups import MEMBER, group_check, member
from fournines.kit.context import Context
from fournines.kit.declare import Coordination
from fournines.kit.on_host import gateway, groups
from fournines.kit.on_host.member import ENDED, watched
from fournines.kit.verdict import Outcome

URL = "etcd3+http://127.0.0.1:2379?timeout=10"
HOSTS = ("controller1", "controller2")
QUESTION = {"url": URL, "group": "central-global"}


@pytest.fixture
def check(blog_context: Context) -> Check:
    coordinated = replace(blog_context, declarations=(*blog_context.declarations, Coordination(URL)))
    return group_check("ceilometer", coordinated, "central-global", HOSTS, 2, promise="One group")


def said(members: list[str] | None) -> Output:
    return Output(0, json.dumps({"members": members}))


@pytest.mark.parametrize(
    ("answer", "outcome", "seen"),
    [
        (said(["a", "b", "c", "d"]), Outcome.PASS, "4 members"),
        (said(["a", "b", "c"]), Outcome.FAIL, "3 members instead of 4"),
        (said(["a", "b", "c", "d", "e"]), Outcome.FAIL, "5 members instead of 4"),
        (said([]), Outcome.FAIL, "0 members"),
        (said(None), Outcome.FAIL, "no group central-global"),
        (Output(1, "", "URLError: refused"), Outcome.FAIL, "refused"),
        (None, Outcome.UNKNOWN, "not reachable"),
    ],
)
def test_one_too_few_and_one_too_many_are_red(
    check: Check, answer: Output | None, outcome: Outcome, seen: str
) -> None:
    assert check.id == "ceilometer.group"
    assert set(check.asks) == set(HOSTS)
    verdict = check.verdict({"controller1": said(["a", "b", "c", "d"]), "controller2": answer})
    assert verdict.outcome is outcome
    assert seen in verdict.seen


def test_without_coordination_there_is_no_group(blog_context: Context) -> None:
    with pytest.raises(PlanError, match="nobody declares Coordination"):
        group_check("ceilometer", blog_context, "central-global", HOSTS, 1, promise="One group")


class Etcd:
    """etcd's gateway: keys in order, and a range of them."""

    def __init__(self, *keys: str) -> None:
        self.keys = [key.encode() for key in keys]
        self.asked = ""

    def __call__(self, made: Any, timeout: float) -> io.BytesIO:  # noqa: ANN401 - a request
        assert timeout
        self.asked = made.full_url
        wanted = json.loads(made.data)
        first, after = base64.b64decode(wanted["key"]), base64.b64decode(wanted["range_end"])
        found = [{"key": gateway.encoded(key)} for key in self.keys if first <= key < after]
        return io.BytesIO(json.dumps({"kvs": found} if found else {}).encode())


@pytest.mark.parametrize(
    ("keys", "members"),
    [
        (
            ("tooz/groups/central-global/", "tooz/groups/central-global/b", "tooz/groups/central-global/a"),
            ["a", "b"],
        ),
        (("tooz/groups/central-global/",), []),
        (("tooz/groups/central-global2/", "tooz/groups/central-global2/a", "tooz/groups/a/b"), None),
        ((), None),
    ],
)
def test_members_are_the_keys_below_the_groups_own(
    monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...], members: list[str] | None
) -> None:
    etcd = Etcd(*keys)
    monkeypatch.setattr("urllib.request.urlopen", etcd)
    assert groups.main(QUESTION) == {"members": members}
    assert etcd.asked == "http://127.0.0.1:2379/v3/kv/range"


def test_another_backend_is_no_empty_group() -> None:
    with pytest.raises(ValueError, match="no URL of etcd's gateway"):
        groups.main({**QUESTION, "url": "redis://127.0.0.1:6379"})


class Driver:
    """A driver of tooz whose lease may have ended when its heart beats."""

    def __init__(self, *, lost: bool) -> None:
        self._membership_lease = object()
        self.lost = lost

    def heartbeat(self) -> float:
        if self.lost:
            self._membership_lease = object()
        return 10.0


@pytest.mark.parametrize(("lost", "ended"), [(False, []), (True, [ENDED])])
def test_who_was_taken_out_ends(lost: bool, ended: list[int], capsys: pytest.CaptureFixture[str]) -> None:  # noqa: FBT001 - a parameter of the test
    ends: list[int] = []
    assert watched(Driver.heartbeat, ends.append)(Driver(lost=lost)) == 10.0
    assert ends == ended
    assert ("no member any more" in capsys.readouterr().err) is lost


def test_what_units_run_their_programs_by_is_brought() -> None:
    file = member()
    assert file.path == MEMBER
    assert "runpy.run_path" in file.content
