"""Corosync: the shapes of its votes, its links, what it thinks of its file, and that its checks go red."""

from __future__ import annotations

import subprocess
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.components.fixed import file_of
from tests.programs import opinion
from tests.support import context_of, passive_site

from fournines.components.corosync.component import COMPONENT
from fournines.components.corosync.deploy import CONF, KEY, VALIDATE
from fournines.components.corosync.model import AUTHKEY, MEMBERS, Options, Quorum, links, node_id, quorum
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.verdict import Outcome, Verdict
from fournines.spec.model import Host, Role, Site

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(name="site", scope="module")
def shared_networks() -> Site:
    """Two hosts and a quorum-only third, in two networks."""
    site = passive_site()
    arbiter = site.hosts["arbiter"]
    both = {**arbiter.addresses, "public": IPv4Address("192.168.1.13")}
    hosts = {**site.hosts, "arbiter": arbiter.model_copy(update={"addresses": both})}
    return site.model_copy(update={"hosts": hosts, "services": ("keystone",)})


@pytest.fixture(name="context", scope="module")
def known_key(site: Site) -> Context:
    context = context_of(site)
    return replace(context, secrets={**context.secrets, AUTHKEY: "k" * 256})


def with_members(site: Site, count: int) -> Site:
    hosts = {
        f"c{n}": Host(
            name=f"c{n}",
            roles=(Role.CONTROLLER,),
            addresses={"mgmt": IPv4Address(f"10.0.0.{n}"), "public": IPv4Address(f"192.168.1.{n}")},
        )
        for n in range(11, 11 + count)
    }
    return site.model_copy(update={"hosts": hosts, "services": ("keystone",)})


# --- votes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "options", "shape"),
    [
        (2, {}, Quorum(two_node=True, wait_for_all=True, last_man_standing=False)),
        (2, {"last_man_standing": True}, Quorum(two_node=True, wait_for_all=True, last_man_standing=False)),
        (3, {}, Quorum(two_node=False, wait_for_all=False, last_man_standing=False)),
        (3, {"wait_for_all": True}, Quorum(two_node=False, wait_for_all=True, last_man_standing=False)),
        (3, {"last_man_standing": True}, Quorum(two_node=False, wait_for_all=True, last_man_standing=True)),
        (5, {}, Quorum(two_node=False, wait_for_all=True, last_man_standing=True)),
        (7, {"last_man_standing": False}, Quorum(False, False, False)),  # noqa: FBT003
    ],
)
def test_the_shape_of_the_votes(count: int, options: Mapping[str, bool], shape: Quorum) -> None:
    assert quorum(count, Options.model_validate(options)) == shape


@given(st.integers(2, 9), st.sampled_from([None, True, False]))
def test_votes_are_never_counted_anew_by_a_cluster_that_did_not_see_all(
    count: int,
    standing: bool | None,  # noqa: FBT001
) -> None:
    """votequorum(5): essential; else two halves that start apart could both go on."""
    shape = quorum(count, Options(last_man_standing=standing))
    assert shape.wait_for_all or not (shape.last_man_standing or shape.two_node)
    assert not (shape.two_node and shape.last_man_standing)


# --- links and numbers ------------------------------------------------------------------------------------


def test_a_link_goes_through_every_network_that_all_members_share(site: Site) -> None:
    assert [(link.network, link.priority, link.port) for link in links(site)] == [
        ("mgmt", 2, 5405),
        ("public", 1, 5407),
    ]
    assert [link.network for link in links(passive_site())] == ["mgmt"]


def test_a_member_that_leaves_changes_no_other_number(site: Site) -> None:
    before = {host.name: node_id(site, host) for host in MEMBERS(site)}
    fewer = site.model_copy(update={"hosts": {n: h for n, h in site.hosts.items() if n != "controller1"}})
    assert {host.name: node_id(fewer, host) for host in MEMBERS(fewer)} == {
        name: number for name, number in before.items() if name != "controller1"
    }
    assert before == {"controller1": 11, "controller2": 12, "arbiter": 13}


def test_nobody_is_a_member_of_an_active_site(blog: Site) -> None:
    assert COMPONENT.hosts(blog) == ()


# --- files ------------------------------------------------------------------------------------------------


def test_the_file_is_the_golden_one(context: Context) -> None:
    assert file_of(COMPONENT, context, "controller1", CONF).content == (GOLDEN / "corosync.conf").read_text()


def unhurried(site: Site) -> str:
    """The file of a site whose hosts' processors are emulated."""
    said = {"corosync": {"token": 5000, "sched_rr": False}}
    context = context_of(site.model_copy(update={"components": said}))
    return file_of(COMPONENT, context, "controller1", CONF).content


def test_where_it_would_starve_all_others_it_is_an_ordinary_program(site: Site, context: Context) -> None:
    assert "system {\n    sched_rr: no\n    priority: max\n}\n" in unhurried(site)
    assert "sched_rr" not in file_of(COMPONENT, context, "controller1", CONF).content


def test_the_key_is_long_enough_and_nobody_elses_to_read(site: Site) -> None:
    key = file_of(COMPONENT, context_of(site), "arbiter", KEY)
    assert key.base64
    assert len(b64decode(key.content)) == 256  # knet wants 128 at least
    assert (key.mode, key.secret) == (0o400, True)


def asked(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What corosync says of its file on a host that is one of the members, as the plan asks it."""
    here = 'ip address add 10.0.0.11/24 dev eth0 && exec "$@"'
    argv = ["sh", "-c", here, "sh", *(word.replace("{}", "/run/corosync.conf") for word in VALIDATE)]
    return opinion(argv, {"corosync.conf": text}, folder, program="corosync")


@pytest.mark.programs
@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize(
    "options", [{}, {"last_man_standing": "true", "token": "500"}, {"sched_rr": "false", "token": "5000"}]
)
def test_corosync_accepts_every_shape(
    site: Site, tmp_path: Path, count: int, options: Mapping[str, str]
) -> None:
    shaped = with_members(site, count).model_copy(update={"components": {"corosync": options}})
    found = file_of(COMPONENT, context_of(shaped), "c11", CONF)
    done = asked(found.content, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.programs
def test_corosync_refuses_a_shape_that_is_none(context: Context, tmp_path: Path) -> None:
    """The validator sees something at all."""
    text = file_of(COMPONENT, context, "controller1", CONF).content.replace(
        "transport: knet", "transport: no"
    )
    done = opinion(["corosync", "-t", "-c", "/run/corosync.conf"], {"corosync.conf": text}, tmp_path)
    assert done.returncode != 0


# --- checks -----------------------------------------------------------------------------------------------


def judged(context: Context, name: str, text: str, code: int = 0) -> Verdict:
    check: Check = next(c for c in COMPONENT.checks(context) if c.id == f"corosync.{name}")
    return check.verdict(dict.fromkeys(check.asks, Output(code, text)))


QUORATE = """\
Quorum information
------------------
Date:             Thu Nov 26 06:18:41 2026
Quorum provider:  corosync_votequorum
Nodes:            3
Node ID:          11
Ring ID:          b.14
Quorate:          Yes

Votequorum information
----------------------
Expected votes:   3
Highest expected: 3
Total votes:      3
Quorum:           2
Flags:            Quorate
"""


def test_all_votes_are_there(context: Context) -> None:
    assert judged(context, "quorate", QUORATE).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Quorate:          Yes", "Quorate:          No", "not quorate: 3 of 3 votes"),
        ("Total votes:      3", "Total votes:      2", "with 2 of 3 votes; the site has 3"),
    ],
)
def test_a_vote_that_is_missing_is_seen(context: Context, old: str, new: str, says: str) -> None:
    verdict = judged(context, "quorate", QUORATE.replace(old, new), code=2)
    assert verdict.outcome is Outcome.FAIL
    assert says in verdict.seen


JOINED = "".join(
    f"runtime.members.{n}.config_version (u64) = 0\nruntime.members.{n}.status (str) = joined\n"
    for n in (11, 12, 13)
)


@pytest.mark.parametrize(
    ("text", "outcome", "says"),
    [
        (JOINED, Outcome.PASS, "all 3 joined"),
        (JOINED.replace("12.status (str) = joined", "12.status (str) = left"), Outcome.FAIL, "controller2"),
        (JOINED + "runtime.members.9.status (str) = joined\n", Outcome.FAIL, "node 9 is none of the site"),
        ("", Outcome.FAIL, "no member"),
    ],
)
def test_members(context: Context, text: str, outcome: Outcome, says: str) -> None:
    verdict = judged(context, "members", text)
    assert verdict.outcome is outcome
    assert says in verdict.seen


LINKED = """\
Local node ID 11, transport knet
nodeid: 12 reachable
   LINK: 0 udp (10.0.0.11->10.0.0.12) enabled connected mtu: 1397
   LINK: 1 udp (192.168.1.11->192.168.1.12) enabled connected mtu: 1397

nodeid: 13 reachable
   LINK: 0 udp (10.0.0.11->10.0.0.13) enabled connected mtu: 1397
   LINK: 1 udp (192.168.1.11->192.168.1.13) enabled connected mtu: 1397
"""


@pytest.mark.parametrize(
    ("text", "outcome", "says"),
    [
        (LINKED, Outcome.PASS, "2 links: mgmt, public"),
        (
            LINKED.replace("192.168.1.12) enabled connected", "192.168.1.12) enabled disconnected"),
            Outcome.FAIL,
            "public to controller2 is down",
        ),
        (
            LINKED.replace("   LINK: 1 udp (192.168.1.11->192.168.1.13) enabled connected mtu: 1397\n", ""),
            Outcome.FAIL,
            "public to arbiter is down",
        ),
        (LINKED[: LINKED.index("nodeid: 13")], Outcome.FAIL, "1 members are not listed"),
        ("Local node ID 11, transport knet\n", Outcome.FAIL, ""),
    ],
)
def test_links(context: Context, text: str, outcome: Outcome, says: str) -> None:
    verdict = judged(context, "links", text)
    assert verdict.outcome is outcome
    assert says in verdict.seen
