"""Every promise of the preflight: it holds for good hosts, and goes red for the one thing that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Interface
from typing import Any

import pytest
from tests.support import context_of

from fournines.kit.verdict import Outcome, Verdict
from fournines.plan.make import make_plan
from fournines.plan.model import Plan
from fournines.preflight.facts import Facts, Refusal, Seen, packages_of
from fournines.preflight.promises import CLOCK_SECONDS, GIB, promises
from fournines.spec.model import Site

C1 = "controller1"


@pytest.fixture(scope="module")
def plan(blog: Site) -> Plan:
    context = context_of(blog)
    return make_plan(blog, context.secrets)


def good(plan: Plan, host: str, *, deployed: bool = False) -> Facts:
    site = plan.context.site
    addresses = [("lo", IPv4Interface("127.0.0.1/8"))]
    for number, (network, address) in enumerate(site.hosts[host].addresses.items()):
        addresses.append((f"enp{number}s0", IPv4Interface(f"{address}/{site.networks[network].prefix}")))
    return Facts(
        system={"ID": "debian", "VERSION_ID": "13", "PRETTY_NAME": "Debian GNU/Linux 13 (trixie)"},
        architecture="amd64",
        systemd=True,
        addresses=tuple(addresses),
        disk=20 * GIB,
        memory=8 * GIB,
        listeners=(("tcp", "0.0.0.0", 22, "ssh.service"), ("tcp", "127.0.0.1", 3306, "mariadb.service")),
        packages=dict.fromkeys(packages_of(plan, host), ("1.0" if deployed else None, "1.0")),
        trouble="",
        answering=(),
        deployed=deployed,
        offset=0.0,
    )


@dataclass
class Judge:
    """Judges the site with some hosts as they should not be."""

    plan: Plan

    def __call__(self, **hosts: Facts | Refusal) -> dict[str, Verdict]:
        seen: Seen = {host: hosts.get(host) or good(self.plan, host) for host in self.plan.context.site.hosts}
        return {check.id.removeprefix("preflight."): verdict for check, verdict in promises(self.plan, seen)}

    def but(self, **changes: Any) -> dict[str, Verdict]:  # noqa: ANN401 - whatever a fact is
        return self(controller1=good(self.plan, C1).model_copy(update=changes))


@pytest.fixture
def judge(plan: Plan) -> Judge:
    return Judge(plan)


def not_passed(verdicts: Mapping[str, Verdict]) -> dict[str, Outcome]:
    return {name: v.outcome for name, v in verdicts.items() if not v.passed}


def test_good_hosts_pass(judge: Judge) -> None:
    assert not_passed(judge()) == {}


Change = Callable[[Plan], dict[str, Any]]


@pytest.mark.parametrize(
    ("changes", "name", "said"),
    [
        ({"system": {"ID": "ubuntu", "VERSION_ID": "24.04", "PRETTY_NAME": "Ubuntu"}}, "system", "Ubuntu"),
        ({"system": {"ID": "debian", "VERSION_ID": "12"}}, "system", "made for Debian 13"),
        ({"architecture": "i386"}, "system", "amd64, arm64"),
        ({"systemd": False}, "system", "not run by systemd"),
        (
            {"addresses": (("ens3", IPv4Interface("10.0.0.99/24")),)},
            "addresses",
            "there is ens3 10.0.0.99/24",
        ),
        ({"addresses": (("ens3", IPv4Interface("10.0.0.11/16")),)}, "addresses", "should be /24 (mgmt)"),
        ({"addresses": ()}, "addresses", "10.0.0.11 (mgmt) is on no interface; there is no address"),
        ({"answering": ("10.0.0.20",)}, "vips", "somebody else answers for 10.0.0.20"),
        ({"offset": CLOCK_SECONDS + 1}, "clock", "+31.0 s"),
        ({"offset": -3600.0}, "clock", "-3600.0 s"),
        ({"memory": GIB}, "memory", "1024 MiB for"),
        ({"memory": GIB}, "memory", "(galera 456, glance 300, keystone 230,"),
        ({"disk": GIB}, "disk", "1.0 GiB free; at least 4 GiB"),
        (
            {"listeners": (("tcp", "0.0.0.0", 3306, "mysql.service"),)},
            "ports",
            "3306/tcp (galera) by mysql.service",
        ),
        ({"listeners": (("tcp", "*", 5000, "registry"),)}, "ports", "5000/tcp (keystone) by registry"),
        # what is there before fournines was is somebody else's, whatever it is called
        ({"listeners": (("tcp", "::", 3306, "mariadb.service"),)}, "ports", "by mariadb.service"),
        ({"trouble": "E: Could not resolve 'deb.debian.org'"}, "sources", "Could not resolve"),
    ],
)
def test_one_thing_wrong_is_one_red_promise_that_says_it(
    judge: Judge, changes: dict[str, Any], name: str, said: str
) -> None:
    verdicts = judge.but(**changes)
    assert not_passed(verdicts) == {name: Outcome.FAIL}
    assert f"{C1}: " in verdicts[name].seen
    assert said in verdicts[name].seen


def test_a_package_that_no_source_has_is_named(judge: Judge, plan: Plan) -> None:
    known = dict(good(plan, C1).packages)
    verdicts = judge.but(packages=known | {"keystone": (None, None)})
    assert not_passed(verdicts) == {"packages": Outcome.FAIL}
    assert "no source has keystone" in verdicts["packages"].seen
    del known["keystone"]
    assert not_passed(judge.but(packages=known)) == {"packages": Outcome.FAIL}
    behind = judge.but(packages=known, trouble="E: no network")
    assert not_passed(behind) == {"packages": Outcome.UNKNOWN, "sources": Outcome.FAIL}


def test_hosts_that_would_differ_in_a_version_are_named(judge: Judge, plan: Plan) -> None:
    known = dict(good(plan, C1).packages)
    verdicts = judge.but(packages=known | {"haproxy": ("0.9", "1.0")})
    assert not_passed(verdicts) == {"versions": Outcome.FAIL}
    assert "haproxy 0.9 on controller1, 1.0 on controller2" in verdicts["versions"].seen


def test_a_deployed_host_holds_its_own_ports_and_needs_less_room(judge: Judge, plan: Plan) -> None:
    held = (
        ("tcp", "10.0.0.11", 3306, "mariadb.service"),
        ("tcp", "0.0.0.0", 9200, "fournines-galera.socket"),
        ("tcp", "*", 4369, "epmd.socket"),
    )
    facts = good(plan, C1, deployed=True).model_copy(update={"listeners": held, "disk": GIB})
    assert not_passed(judge(controller1=facts)) == {}
    stranger = facts.model_copy(update={"listeners": (*held, ("tcp", "0.0.0.0", 9292, "nginx.service"))})
    assert not_passed(judge(controller1=stranger)) == {"ports": Outcome.FAIL}


def test_the_site_itself_may_answer_for_its_vip(judge: Judge, plan: Plan) -> None:
    first = good(plan, C1)
    assert first.addresses is not None
    holder = first.model_copy(
        update={"addresses": (*first.addresses, ("eth0", IPv4Interface("10.0.0.20/24")))}
    )
    hears = good(plan, "controller2").model_copy(update={"answering": ("10.0.0.20",)})
    assert not_passed(judge(controller1=holder, controller2=hears)) == {}
    gone = Refusal(stage="ssh", what="no route")
    assert judge(controller1=gone, controller2=hears)["vips"].outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("stage", ["ssh", "root", "python"])
def test_what_cannot_be_looked_at_fails_there_and_is_unknown_after(judge: Judge, stage: str) -> None:
    verdicts = judge(controller2=Refusal(stage=stage, what="it does not"))
    names = list(verdicts)
    assert verdicts[stage].outcome is Outcome.FAIL
    assert verdicts[stage].seen == "controller2: it does not"
    assert all(verdicts[name].passed for name in names[: names.index(stage)])
    assert {verdicts[name].outcome for name in names[names.index(stage) + 1 :]} == {Outcome.UNKNOWN}


@pytest.mark.parametrize(
    ("missing", "name"),
    [({"addresses": None}, "addresses"), ({"listeners": None}, "ports"), ({"offset": None}, "clock")],
)
def test_what_could_not_be_found_out_is_unknown(judge: Judge, missing: dict[str, Any], name: str) -> None:
    assert not_passed(judge.but(**missing)) == {name: Outcome.UNKNOWN}
