"""keepalived: its arithmetic, what it writes, what keepalived thinks of it, and that its checks go red."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from dataclasses import replace
from ipaddress import IPv4Address
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.components.fixed import file_of, fixed
from tests.programs import opinion
from tests.support import context_of, split_site

from fournines.components.keepalived.component import COMPONENT
from fournines.components.keepalived.deploy import CONF, FITNESS, QUESTIONS, UNIT
from fournines.components.keepalived.model import (
    SERVES_INTERVAL,
    Options,
    priority,
    questions,
    router_number,
    routers,
    serves_fall,
)
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import VipCondition
from fournines.kit.verdict import Outcome
from fournines.spec.model import Site, Vip, Visibility

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def context(blog: Site, blog_context: Context) -> Context:
    return fixed(blog, blog_context)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == name)


def condition(settles: float) -> VipCondition:
    return VipCondition("x", "/run/x", "http://127.0.0.1/a", "http://127.0.0.1/b", settles)


def holding(*found: str) -> Output:
    infos = [{"family": "inet", "local": address, "prefixlen": 24} for address in found]
    return Output(0, json.dumps([{"ifname": "eth0", "addr_info": infos}]))


def conf(context: Context, host: str) -> str:
    return file_of(COMPONENT, context, host, CONF).content


@pytest.mark.parametrize("host", ["controller1", "controller2"])
def test_the_whole_file_is_as_reviewed(context: Context, host: str) -> None:
    assert conf(context, host) == (GOLDEN / f"{host}-keepalived.conf").read_text()


def test_the_unit_takes_the_address_off_whatever_way_keepalived_ended(context: Context) -> None:
    content = file_of(COMPONENT, context, "controller1", UNIT).content
    assert content == (GOLDEN / "keepalived.service").read_text()
    assert "ExecStopPost=-/bin/sh -c 'ip address delete 10.0.0.20/24 dev eth0 2>/dev/null'" in content


def test_the_unit_of_the_fitness_program_is_as_reviewed(context: Context) -> None:
    content = file_of(COMPONENT, context, "controller1", FITNESS).content
    assert content == (GOLDEN / "fournines-fitness.service").read_text()


@pytest.mark.parametrize(("result", "kept"), [("watchdog", "1\n"), ("signal", "0\n"), ("success", "0\n")])
def test_where_the_watchdog_acted_the_host_is_not_fit_at_once(
    context: Context, tmp_path: Path, result: str, kept: str
) -> None:
    """After any other end the last word stays while the program is started again."""
    content = file_of(COMPONENT, context, "controller1", FITNESS).content
    assert isinstance(content, str)
    (command,) = re.findall(r"^ExecStopPost=(.*)$", content, flags=re.MULTILINE)
    (tmp_path / "haproxy_answers").write_text("0\n")
    # As systemd reads it: words as in a shell, two dollars for one (systemd.service(5), "COMMAND LINES").
    argv = shlex.split(command.replace("/run/fournines-fitness", str(tmp_path)).replace("$$", "$"))
    subprocess.run(argv, env={"SERVICE_RESULT": result}, check=True)
    assert (tmp_path / "haproxy_answers").read_text() == kept


def test_nobody_is_master_from_the_start_and_nobody_preempts(context: Context) -> None:
    for host in ("controller1", "controller2"):
        words = [line.split() for line in conf(context, host).splitlines()]
        assert ["state", "BACKUP"] in words
        assert ["nopreempt"] in words


def test_no_tracker_has_a_weight(context: Context) -> None:
    """With one, nopreempt would keep the others from taking over from a sick master."""
    weights = [line.split() for line in conf(context, "controller1").splitlines() if "weight " in line]
    assert [words for words in weights if words[0] == "weight"] == [["weight", "0"]] * 3


def test_keepalived_runs_no_program_of_its_own(context: Context) -> None:
    """A fork waits for other processes' locks in the kernel, and the adverts wait with it."""
    assert "script" not in conf(context, "controller1")


def test_each_question_has_a_file_that_keepalived_tracks(context: Context) -> None:
    asked = json.loads(file_of(COMPONENT, context, "controller1", QUESTIONS).content)
    tracked = conf(context, "controller1").split("    track_file {")[1].split()
    assert [one["name"] for one in asked] == tracked[1:3] == ["haproxy_answers", "haproxy_serves"]
    for one in asked:
        assert f'file "/run/fournines-fitness/{one["name"]}"' in conf(context, "controller1")


def test_peers_are_the_others(context: Context) -> None:
    block = conf(context, "controller2").split("unicast_peer {")[1].split("}")[0]
    assert block.split() == ["10.0.0.11"]
    assert "unicast_src_ip 10.0.0.12" in conf(context, "controller2")


def test_a_single_controller_has_no_peers(blog: Site) -> None:
    hosts = {name: host for name, host in blog.hosts.items() if name != "controller2"}
    alone = Context(blog.model_copy(update={"hosts": hosts}), (), {})
    assert "unicast" not in conf(alone, "controller1")


@given(st.integers(1, 60))
def test_priorities_fall_in_the_controllers_order_and_stay_in_range(count: int) -> None:
    found = [priority(position, count) for position in range(count)]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == count
    assert all(1 <= p <= 254 for p in found)


def test_up_to_three_controllers_are_a_hundred_apart() -> None:
    assert [priority(n, 3) for n in range(3)] == [254, 154, 54]
    assert [priority(n, 2) for n in range(2)] == [254, 154]


def test_two_backups_do_not_wake_in_the_same_instant() -> None:
    """RFC 9568 6.1: Skew_Time = (256 - priority) * advert / 256; 4 ms between two backups was too little."""
    skew = [(256 - priority(n, 3)) * Options().advert_seconds / 256 for n in range(3)]
    assert min(b - a for a, b in pairwise(skew)) > 0.03


def test_a_dead_holder_is_replaced_within_half_a_second() -> None:
    worst_skew = (256 - priority(2, 3)) * Options().advert_seconds / 256
    assert 3 * Options().advert_seconds + worst_skew < 0.5


@given(st.floats(0.1, 600))
def test_the_balancer_has_settled_before_the_vip_moves(settles: float) -> None:
    assert (serves_fall(condition(settles)) - 1) * SERVES_INTERVAL > settles


def test_a_hung_balancer_is_noticed_within_a_second_and_a_half(context: Context) -> None:
    answers = next(q for q in questions(context) if q.name == "haproxy_answers")
    assert answers.fall * answers.interval + answers.timeout < 1.5


def test_the_routers_number_comes_from_the_vip(blog: Site) -> None:
    assert router_number(blog.vip, Options()) == 20
    assert router_number(blog.vip, Options(vrid=77)) == 77
    assert router_number(Vip(network="mgmt", address=IPv4Address("10.0.1.0")), Options()) == 1


def two_vips(**found: dict[str, str]) -> Context:
    """A site whose public VIP lies in another network and stands first, and what its hosts said."""
    return replace(context_of(split_site()), interfaces=found)


def test_each_network_has_its_own_router_on_the_interface_that_was_found_there() -> None:
    several = two_vips(controller1={"mgmt": "enp1s0", "external": "enp7s0"})
    first, second = routers(several, several.site.hosts["controller1"])
    assert (first.name, first.interface, first.number) == ("cloud", "enp7s0", 20)
    assert (str(first.own), [str(p) for p in first.peers]) == ("192.168.1.11", ["192.168.1.12"])
    assert first.addresses == ("192.168.1.20/24 dev enp7s0",)
    assert (second.name, second.interface) == ("controller", "enp1s0")
    assert second.addresses == ("10.0.0.20/24 dev enp1s0",)
    assert conf(several, "controller1").count("vrrp_instance") == 2


def test_a_vip_is_reached_at_a_port_that_it_serves_by_a_host_of_its_network() -> None:
    several = two_vips()
    asked = check(several, "keepalived.reached-cloud").asks
    assert list(asked) == ["dashboard"]
    assert asked["dashboard"].argv[-2:] == ("192.168.1.20", "9292")


def test_vips_of_one_network_move_together(context: Context) -> None:
    more = Vip(network="mgmt", address=IPv4Address("10.0.0.21"), serves=(Visibility.PUBLIC,))
    site = context.site.model_copy(update={"vips": {**context.site.vips, "cloud": more}})
    (router,) = routers(replace(context, site=site), site.hosts["controller2"])
    assert router.addresses == ("10.0.0.20/24 dev eth0", "10.0.0.21/24 dev eth0")


def test_the_site_file_has_the_last_word_on_an_interface(context: Context) -> None:
    networks = {n: v.model_copy(update={"interface": "bond0"}) for n, v in context.site.networks.items()}
    site = context.site.model_copy(update={"networks": networks})
    named = replace(context, site=site, interfaces={"controller1": {"mgmt": "enp1s0"}})
    assert named.unnamed == ()
    assert routers(named, site.hosts["controller1"])[0].interface == "bond0"


def test_ownership_goes_red(context: Context) -> None:
    owner = check(context, "keepalived.owner-controller")
    one, two = holding("10.0.0.11", "10.0.0.20"), holding("10.0.0.12", "10.0.0.20")
    without_one, without_two = holding("10.0.0.11"), holding("10.0.0.12")
    verdict = owner.verdict({"controller1": one, "controller2": without_two})
    assert (verdict.outcome, verdict.seen) == (Outcome.PASS, "on controller1")
    assert owner.verdict({"controller1": one, "controller2": two}).outcome is Outcome.FAIL
    assert owner.verdict({"controller1": without_one, "controller2": without_two}).outcome is Outcome.FAIL
    verdict = owner.verdict({"controller1": one, "controller2": None})
    assert verdict.outcome is Outcome.UNKNOWN
    assert "controller2 cannot be asked" in verdict.seen


def test_reaching_goes_red(context: Context) -> None:
    reached = check(context, "keepalived.reached-controller")
    assert list(reached.asks) == ["dashboard"]
    assert reached.verdict({"dashboard": Output(0, "reached\n")}).outcome is Outcome.PASS
    timeout = Output(1, "", "Traceback\nTimeoutError: timed out\n")
    assert reached.verdict({"dashboard": timeout}).seen == "dashboard: TimeoutError: timed out"
    assert reached.verdict({"dashboard": timeout}).outcome is Outcome.FAIL


def test_readiness_goes_red(context: Context) -> None:
    ready = check(context, "keepalived.ready")
    well = {"controller1": Output(0, "ready\n"), "controller2": Output(0, "ready\n")}
    assert ready.verdict(well).outcome is Outcome.PASS
    standby = Output(1, "haproxy does not run\n")
    verdict = ready.verdict(well | {"controller2": standby})
    assert (verdict.outcome, verdict.seen) == (Outcome.FAIL, "controller2: haproxy does not run")


@pytest.mark.programs
@pytest.mark.parametrize("host", ["controller1", "controller2"])
def test_keepalived_accepts_it(context: Context, host: str, tmp_path: Path) -> None:
    content = conf(context, host)
    argv = ["keepalived", "--config-test", "--use-file", "/run/k.conf"]
    there = {f"fournines-fitness/haproxy_{what}": "0\n" for what in ("answers", "serves")}
    said = opinion(argv, {"k.conf": content, **there}, tmp_path)
    assert said.returncode == 0, said.stderr + said.stdout
    for right, wrong in (
        ("    interface eth0", "    interface eth7"),
        ("        haproxy_serves\n    }", "        haproxy_servs\n    }"),
    ):
        broken = content.replace(right, wrong)
        assert broken != content
        assert opinion(argv, {"k.conf": broken, **there}, tmp_path).returncode, wrong
