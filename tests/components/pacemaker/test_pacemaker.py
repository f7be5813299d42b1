"""Pacemaker: its configuration, what Pacemaker thinks of it, and that its checks go red."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from tests.components.fixed import file_of
from tests.programs import opinion
from tests.support import context_of, site_of

from fournines.components.pacemaker.checks import checks, volume_checks
from fournines.components.pacemaker.component import COMPONENT
from fournines.components.pacemaker.deploy import AGENT, DROP_IN, cluster
from fournines.components.pacemaker.model import devices, parts, password_script
from fournines.kit.check import Output
from fournines.kit.common.fencing import board_of
from fournines.kit.context import Context
from fournines.kit.step import Command, Packages
from fournines.kit.verdict import Outcome, Verdict
from fournines.plan.context import taking_part
from fournines.plan.order import levels
from fournines.spec.model import Fencing, Role, Site

VOLUMES = next(stage for stage in COMPONENT.stages if stage.name == "volumes")
HERE = Path(__file__).parent
MON = (HERE / "mon.xml").read_text()


@pytest.fixture(name="site", scope="module")
def example() -> Site:
    return site_of("active-passive.yaml")


@pytest.fixture(name="context", scope="module")
def of_the_example(site: Site) -> Context:
    return context_of(site)


def real(site: Site, *, agent: str = "redfish") -> Site:
    """The same site on real machines."""
    boards = {
        name: Fencing.model_validate({"agent": agent, "address": f"10.9.0.{n}", "user": "root"})
        for n, name in enumerate(site.hosts, 1)
    }
    return site.model_copy(update={"lab": False, "fencing": boards})


# --- the configuration ------------------------------------------------------------------------------------


def test_the_configuration_is_the_golden_one(context: Context) -> None:
    assert cluster(context) == (HERE / "golden" / "cluster.xml").read_text()


def test_with_volumes_it_is_the_golden_one() -> None:
    golden = (HERE / "golden" / "cluster-volumes.xml").read_text()
    assert cluster(context_of(site_of("active-passive-drbd.yaml"))) == golden


def test_with_services_that_move_by_themselves_it_is_the_golden_one() -> None:
    golden = (HERE / "golden" / "cluster-services.xml").read_text()
    assert cluster(context_of(site_of("active-passive-services.yaml"))) == golden


def test_what_moves_by_itself_is_a_group_on_its_own_hosts_and_follows_no_vip() -> None:
    site = site_of("active-passive-services.yaml")
    third = site.hosts["controller2"].model_copy(update={"name": "controller3", "roles": (Role.CONTROLLER,)})
    network = site.hosts["controller1"].model_copy(update={"roles": (Role.CONTROLLER, Role.NETWORK)})
    more = site.model_copy(
        update={"hosts": {**site.hosts, "controller1": network, "controller3": third}, "mode": site.mode}
    )
    found = {part.name: part for part in parts(context_of(more))}
    agents, volume = found["g_services_network"], found["g_services_volume"]
    assert (agents.never, agents.prefers) == (("controller2", "controller3"), "controller1")
    assert (volume.never, volume.prefers) == ((), "controller3")
    assert [one.name for one in agents.primitives][:2] == ["neutron-leave", "neutron-switch"]
    assert (agents.beside, volume.beside) == ((), ("haproxy-clone",)), "agents ask by message alone"
    assert found["vip-controller"].wrapper == "", "no API moves with it"


def test_where_all_moves_the_apis_go_with_the_vip_and_the_rest_by_itself() -> None:
    site = site_of("active-passive-services.yaml")
    driver = {"driver": site.components["cinder"]["driver"]}
    said = {"cinder": driver, "glance": {"mode": "active-active"}}
    context = context_of(site.model_copy(update={"components": said}))
    groups = {part.name: [one.name for one in part.primitives] for part in parts(context) if part.wrapper}
    assert groups["g_services_api"] == [
        "vip-controller",
        "cinder",
        "keystone",
        "neutron",
        "neutron-rpc",
        "neutron-periodic",
        "placement",
    ]
    assert groups["g_services_volume"] == ["cinder-scheduler", "cinder-volume"]


def test_what_stands_on_volumes_is_a_part_of_it() -> None:
    context = context_of(site_of("active-passive-drbd.yaml"))
    part = cluster(context, whole=False)
    assert [word for word in ("ms_drbd_mysql", "g_mysql", "fence-controller1") if f'id="{word}"' in part]
    assert not [word for word in ("vip-controller", "haproxy", "keystone") if f'id="{word}"' in part]
    (step,) = VOLUMES.steps(context, context.site.hosts["dashboard"])
    assert isinstance(step, Command)
    assert (step.argv[-2:], step.unless[-2:], step.stdin) == (("apply", "part"), ("compare", "part"), part)


def test_a_site_without_volumes_has_no_such_stage(context: Context) -> None:
    assert not list(VOLUMES.steps(context, context.site.hosts["dashboard"]))
    assert not list(VOLUMES.checks(context))


@pytest.mark.parametrize(
    ("answer", "patience", "code"), [("exit 0", "60", 0), ("exit 1", "60", 1), ("exec sleep 60", "0.2", 1)]
)
def test_a_unit_may_be_asked_by_a_command(
    context: Context, tmp_path: Path, answer: str, patience: str, code: int
) -> None:
    said = "case $2 in *Load*) echo loaded ;; *) echo active ;; esac"
    (tmp_path / "systemctl").write_text(f"#!/bin/sh\n{said}\n")
    (tmp_path / "systemctl").chmod(0o755)
    given = {"OCF_RESKEY_unit": "x", "OCF_RESKEY_asked": answer, "OCF_RESKEY_patience": patience}
    agent = file_of(COMPONENT, context, "controller1", AGENT).content
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", **given}
    done = subprocess.run(["sh", "-c", agent, "unit", "monitor"], env=env, check=False, capture_output=True)
    assert done.returncode == code


@pytest.mark.parametrize("looks", [0, 1, 14, 15, 16, 40])
def test_a_start_that_ends_well_has_succeeded_however_often_it_was_looked_at(
    context: Context, tmp_path: Path, looks: int
) -> None:
    states = tmp_path / "states"
    states.write_text("activating\n" * looks)
    fakes = {
        "systemctl": f"""case $1 in start) exit 0 ;; esac
        case $2 in *Load*) echo loaded; exit ;; esac
        sed 1q {states} | grep . || echo active; sed -i 1d {states}""",
        "sleep": "exit 0",
    }
    for name, script in fakes.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    agent = file_of(COMPONENT, context, "controller1", AGENT).content
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "OCF_RESKEY_unit": "x"}
    done = subprocess.run(["sh", "-c", agent, "unit", "start"], env=env, check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert states.read_text() == "", "it was looked at until it was well"


def test_the_agent_is_the_golden_one(context: Context) -> None:
    found = file_of(COMPONENT, context, "controller1", AGENT)
    assert (found.content, found.mode) == ((HERE / "golden" / "unit").read_text(), 0o755)


def test_what_starts_others_comes_before_what_is_started(context: Context) -> None:
    found = file_of(COMPONENT, context, "controller1", DROP_IN).content
    assert found == (HERE / "golden" / "drop-in.conf").read_text()


def test_who_runs_nothing_is_there_first_where_there_is_one(site: Site) -> None:
    """It decides then, and goes on deciding when one that runs something is lost."""
    order = [p.name for level in levels(site, taking_part(site)) for p in level]
    assert order.index("pacemaker decider") < order.index("pacemaker members")
    decider, members = COMPONENT.stages[:2]
    first = {host.name for host in COMPONENT.hosts_of(decider, site)}
    rest = {host.name for host in COMPONENT.hosts_of(members, site)}
    assert (first, rest) == ({"dashboard"}, {"controller1", "controller2"})
    pair = shaped(site, "pair")
    assert (COMPONENT.hosts_of(decider, pair), list(decider.checks(context_of(pair)))) == ((), [])


def test_what_others_use_too_is_stopped_only_where_it_fails(context: Context, tmp_path: Path) -> None:
    """A host in standby keeps its balancer, through which what stays there reaches the database."""
    called = tmp_path / "called"
    fakes = {
        "systemctl": f"""case $1 in show) case $2 in *Load*) echo loaded ;; *) echo active ;; esac ;;
        *) echo "$@" >> {called} ;; esac""",
        "curl": "exit ${WORKS}",
    }
    for name, script in fakes.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    agent = file_of(COMPONENT, context, "controller1", AGENT).content

    def stopped(works: int, **parameters: str) -> str:
        called.write_text("")
        given = {f"OCF_RESKEY_{name}": value for name, value in parameters.items()}
        path = f"{tmp_path}:/usr/bin:/bin"
        env = {"PATH": path, "WORKS": str(works), "OCF_RESKEY_unit": "x", "OCF_RESKEY_answers": "u", **given}
        subprocess.run(["sh", "-c", agent, "unit", "stop"], env=env, check=True, capture_output=True)
        return called.read_text()

    assert stopped(0, shared="1") == ""
    assert stopped(1, shared="1") == "stop x\n"
    assert stopped(0) == "stop x\n"


def test_the_configuration_holds_no_secret(context: Context) -> None:
    text = cluster(context)
    assert not [name for name, value in context.secrets.items() if value in text]


def test_a_board_s_password_is_in_a_file_of_roots_on_every_member(context: Context) -> None:
    script = file_of(COMPONENT, context, "dashboard", password_script("controller1"))
    assert (script.mode & ~stat.S_IRWXU, script.secret) == (0, True)
    said = subprocess.run(["sh", "-c", script.content], capture_output=True, text=True, check=True).stdout
    assert said.strip() == context.secret("fencing/controller1")


@pytest.mark.parametrize("password", [r"a\tb\c", "-n", '$(true) "%s" `x`'])
def test_a_board_s_password_is_told_as_it_is(context: Context, password: str) -> None:
    name = "fencing/controller1"
    other = replace(context, secrets={**context.secrets, name: password})
    script = file_of(COMPONENT, other, "dashboard", password_script("controller1"))
    said = subprocess.run(["sh", "-c", script.content], capture_output=True, text=True, check=True).stdout
    assert said == f"{password}\n"


def test_it_is_brought_in_by_one_member(context: Context) -> None:
    commands = {
        host.name: [s for s in COMPONENT.steps(context, host) if isinstance(s, Command)]
        for host in COMPONENT.hosts(context.site)
    }
    assert [host for host, found in commands.items() if found] == ["dashboard"]
    (command,) = commands["dashboard"]
    assert command.shows
    assert command.stdin == command.unless_stdin == cluster(context)


@pytest.mark.programs
@pytest.mark.parametrize("shape", ["example", "pair", "ipmi", "volumes", "services"])
def test_pacemaker_accepts_it(site: Site, tmp_path: Path, shape: str) -> None:
    done = verified(cluster(context_of(shaped(site, shape))), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "error" not in (done.stdout + done.stderr).lower()


def shaped(site: Site, shape: str) -> Site:
    pair = {n: h for n, h in site.hosts.items() if h.has(Role.CONTROLLER)}
    return {
        "volumes": site_of("active-passive-drbd.yaml"),
        "services": site_of("active-passive-services.yaml"),
        "example": site,
        "pair": site.model_copy(update={"hosts": pair}),
        "ipmi": real(site, agent="ipmi"),
    }[shape]


@pytest.mark.programs
def test_pacemaker_refuses_what_is_none(context: Context, tmp_path: Path) -> None:
    """The verifier sees something at all."""
    text = cluster(context).replace('with-rsc="haproxy-clone"', 'with-rsc="nobody"')
    assert verified(text, tmp_path).returncode != 0


def verified(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return opinion(["crm_verify", "--xml-file", "/run/cib.xml", "-V"], {"cib.xml": text}, folder)


# --- how often it is asked ----------------------------------------------------------------------------------


def test_where_asking_is_dear_nothing_is_asked_more_often_than_the_site_says() -> None:
    site = site_of("active-passive-drbd.yaml")
    said = {**site.components, "pacemaker": {"monitor_interval": 20}}
    text = cluster(context_of(site.model_copy(update={"components": said})))
    intervals = {
        (op.getparent().getparent().get("id"), op.get("role")): op.get("interval")
        for op in etree.fromstring(text.encode()).iter("op")
        if op.get("name") == "monitor"
    }
    assert intervals["haproxy", None] == intervals["mariadb", None] == "20s"
    assert intervals["fence-controller1", None] == "60s", "that is seldom enough"
    copies = {interval for (name, _), interval in intervals.items() if name == "p_drbd_mysql"}
    assert copies == {"20s", "21s"}, "at the same interval they would be one to Pacemaker"
    assert 'name="start" interval="0s"' in text


def test_where_programs_take_long_no_action_has_less_time_than_the_site_says() -> None:
    site = site_of("active-passive-drbd.yaml")
    said = {**site.components, "pacemaker": {"action_timeout": 200}}
    text = cluster(context_of(site.model_copy(update={"components": said})))
    timeouts = {
        (op.getparent().getparent().get("id"), op.get("name")): int(op.get("timeout").removesuffix("s"))
        for op in etree.fromstring(text.encode()).iter("op")
    }
    assert (
        min(timeouts.values()) == timeouts["fence-dashboard", "start"] == timeouts["keystone", "start"] == 200
    )
    assert timeouts["mariadb", "start"] == 300, "what has more keeps it"
    patience = {one.get("id"): one.get("value") for one in etree.fromstring(text.encode()).iter("nvpair")}
    assert patience["mariadb-params-patience"] == patience["haproxy-params-patience"] == "6"


def test_a_deployment_waits_for_what_the_cluster_gives_its_slowest_start(context: Context) -> None:
    site = site_of("active-passive-drbd.yaml")
    said = {**site.components, "pacemaker": {"action_timeout": 400}}
    slow = context_of(site.model_copy(update={"components": said}))
    seconds = {check.id: check.seconds for check in (*checks(slow), *volume_checks(slow))}
    assert seconds["pacemaker.resources"] == seconds["pacemaker.volumes"] == 460
    usual = {check.id: check.seconds for check in checks(context)}
    assert usual["pacemaker.resources"] == 120


# --- fencing ----------------------------------------------------------------------------------------------


def test_a_lab_has_its_own_board_whatever_the_file_says(site: Site) -> None:
    copied = real(site).model_copy(update={"lab": True})
    board = board_of(copied, copied.hosts["controller1"])
    assert (board.address, board.port) == ("10.0.0.254", 8443)


@pytest.mark.parametrize(
    ("agent", "program", "package"),
    [
        ("redfish", "fence_redfish", "fence-agents-redfish"),
        ("ipmi", "fence_ipmilan", "fence-agents-ipmilan"),
    ],
)
def test_real_machines_are_fenced_by_their_own_boards(
    site: Site, agent: str, program: str, package: str
) -> None:
    there = real(site, agent=agent)
    found = {device.never[0]: dict(one.params) for device in devices(there) for one in device.primitives}
    assert {one.agent for device in devices(there) for one in device.primitives} == {f"stonith:{program}"}
    assert found["controller1"]["ip"] == "10.9.0.2"
    assert found["controller1"]["pcmk_host_list"] == "controller1"
    steps = COMPONENT.steps(context_of(there), there.hosts["controller1"])
    assert any(package in step.names for step in steps if isinstance(step, Packages))


def test_of_two_hosts_one_waits_so_that_not_both_are_fenced(site: Site) -> None:
    assert delayed(shaped(site, "pair")) == ["controller1"]
    assert delayed(site) == []


def test_who_votes_and_runs_nothing_fences_rather_than_who_takes_over(site: Site) -> None:
    assert {device.never: device.prefers for device in devices(site)} == {
        ("dashboard",): "",
        ("controller1",): "dashboard",
        ("controller2",): "dashboard",
    }
    assert {device.prefers for device in devices(shaped(site, "pair"))} == {""}


def test_where_agents_take_long_only_who_runs_nothing_fences_as_far_as_there_is_one(site: Site) -> None:
    assert [device.never for device in devices(site, "arbiters")] == [
        ("controller1", "controller2"),
        ("controller2", "controller1"),
    ]
    pair = shaped(site, "pair")
    assert list(devices(pair, "arbiters")) == list(devices(pair)), "nobody there runs nothing"


def delayed(site: Site) -> list[str]:
    """The hosts whose device waits before it fences."""
    return [
        d.never[0] for d in devices(site) for one in d.primitives if "pcmk_delay_base" in dict(one.params)
    ]


@pytest.mark.programs
def test_a_board_that_is_dead_is_one_whose_packets_get_lost(site: Site, tmp_path: Path) -> None:
    for there, rule in (
        (real(site), "ip daddr 10.9.0.2 tcp dport 443 drop"),
        (real(site, agent="ipmi"), "ip daddr 10.9.0.2 udp dport 623 drop"),
        (site, "ip daddr 10.0.0.254 tcp dport 8443 drop"),
    ):
        fault = next(one for one in COMPONENT.faults(context_of(there)) if one.id == "pacemaker.boards")
        assert rule in fault.inject.stdin
        done = opinion(["nft", "--check", "--file", "/run/rules"], {"rules": fault.inject.stdin}, tmp_path)
        assert done.returncode == 0, done.stderr


# --- checks -----------------------------------------------------------------------------------------------


def judged(context: Context, name: str, text: str = MON, code: int = 0) -> Verdict:
    check = next(c for c in COMPONENT.checks(context) if c.id == f"pacemaker.{name}")
    return check.verdict(dict.fromkeys(check.asks, Output(code, text)))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("online", "3 online, with quorum"),
        ("decides", "controller1 decides"),
        ("fencing", "3 hosts, each with a device that answers"),
        ("resources", "3 resources run"),
        ("failures", "none"),
    ],
)
def test_what_all_members_see_alike_is_said_once(context: Context, name: str, says: str) -> None:
    verdict = judged(context, name)
    assert (verdict.outcome, verdict.seen) == (Outcome.PASS, says)


NODE2 = 'name="controller2" id="12" online="true" standby="false"'
JOINED = f'{NODE2} standby_onfail="false" maintenance="false" pending="false"'
JOINING = 'name="controller2" id="12" online="true" standby="true" pending="true"'
VIP = 'id="vip-controller" resource_agent="ocf:heartbeat:IPaddr2" role="Started" active="true"'
DEVICE = 'id="fence-controller1" resource_agent="stonith:fence_redfish" role="Started"'
ON_VIP = (
    'IPaddr2" role="Started" active="true" orphaned="false" blocked="false" maintenance="false"'
    ' managed="true" failed="false" failure_ignored="false" nodes_running_on="1">\n'
)
TWICE = f'{ON_VIP}        <node name="controller2" id="12"/>\n'
FAILED = '<failures><failure op_key="haproxy_monitor_2000" node="controller1" exitstatus="error"/></failures>'


@pytest.mark.parametrize(
    ("name", "changed", "says"),
    [
        ("online", {NODE2: NODE2.replace('online="true"', 'online="false"')}, "controller2 is offline"),
        (
            "online",
            {NODE2: NODE2.replace('standby="false"', 'standby="true"')},
            "controller2 is standby (nines online controller2)",
        ),
        ("online", {JOINED: JOINING}, "controller2 is pending"),
        ("online", {'with_quorum="true"': 'with_quorum="false"'}, "without the majority"),
        ("online", {'present="true"': 'present="false"'}, "nobody decides"),
        ("decides", {'present="true"': 'present="false"'}, "nobody decides"),
        (
            "online",
            {'<node name="dashboard" id="10" online': '<node name="x" online'},
            "dashboard is unknown",
        ),
        ("fencing", {'stonith-enabled="true"': 'stonith-enabled="false"'}, "fencing is off"),
        ("fencing", {DEVICE: DEVICE.replace("Started", "Stopped")}, "nothing can fence controller1"),
        ("fencing", {'id="fence-controller1"': 'id="other"'}, "nothing can fence controller1"),
        ("resources", {VIP: VIP.replace("Started", "Stopped")}, "vip-controller runs on no host"),
        ("resources", {ON_VIP: TWICE}, "vip-controller runs on controller1, controller2, not on 1"),
        ("resources", {'id="keystone"': 'id="other"'}, "keystone runs on no host"),
        ("resources", {'maintenance-mode="false"': 'maintenance-mode="true"'}, "in maintenance"),
        ("resources", {'stop-all-resources="false"': 'stop-all-resources="true"'}, "told to stop"),
        ("failures", {"<bans>": f"{FAILED}<bans>"}, "haproxy_monitor_2000 on controller1: error"),
    ],
)
def test_what_is_wrong_is_seen(context: Context, name: str, changed: Mapping[str, str], says: str) -> None:
    text = MON
    for old, new in changed.items():
        assert old in text
        text = text.replace(old, new)
    verdict = judged(context, name, text)
    assert verdict.outcome is Outcome.FAIL
    assert says in verdict.seen


BAN = '<rsc_location id="cli-ban-vip" rsc="vip" node="controller1" score="-INFINITY"/>'
BOUND = '<rsc_location id="cli-prefer-vip" rsc="vip" node="controller2" score="INFINITY"/>'
OURS = '<rsc_location id="nothing-on-x" rsc="vip" node="x" score="-INFINITY"/>'


@pytest.mark.parametrize(
    ("answer", "outcome", "says"),
    [
        (Output(0, f"<constraints>{OURS}</constraints>"), Outcome.PASS, "none left over"),
        (Output(0, f"<constraints>{BAN}</constraints>"), Outcome.FAIL, "vip may not run on controller1"),
        (Output(0, f"<constraints>{OURS}{BOUND}</constraints>"), Outcome.FAIL, "vip is bound to controller2"),
        (Output(0, "<resources/>"), Outcome.FAIL, "<resources/>"),
        (Output(102, "", "cibadmin: no cluster"), Outcome.FAIL, "no cluster"),
    ],
)
def test_what_an_operator_left_behind_is_named(
    context: Context, answer: Output, outcome: Outcome, says: str
) -> None:
    check = next(c for c in COMPONENT.checks(context) if c.id == "pacemaker.bans")
    verdict = check.verdict(dict.fromkeys(check.asks, answer))
    assert verdict.outcome is outcome
    assert says in verdict.seen


def test_members_that_see_it_differently_are_told_apart(context: Context) -> None:
    check = next(c for c in COMPONENT.checks(context) if c.id == "pacemaker.online")
    other = Output(0, MON.replace('with_quorum="true"', 'with_quorum="false"'))
    verdict = check.verdict({host: other if host == "dashboard" else Output(0, MON) for host in check.asks})
    assert (verdict.outcome, verdict.seen) == (Outcome.FAIL, "dashboard: without the majority")


@pytest.mark.parametrize(
    ("output", "outcome", "says"),
    [
        (Output(0, "the same\n"), Outcome.PASS, "the same"),
        (Output(1, "--- cluster\n+++ wanted\n@@ -1 +1 @@\n x\n-a  b\n+  a c\n"), Outcome.FAIL, "-a b; + a c"),
        (Output(1, "\n".join(f"+{n}" for n in range(9))), Outcome.FAIL, "and 6 more"),
        (Output(1, "", "cibadmin: not there"), Outcome.FAIL, "cibadmin: not there"),
    ],
)
def test_a_configuration_that_is_another_is_told_by_its_lines(
    context: Context, output: Output, outcome: Outcome, says: str
) -> None:
    check = next(c for c in COMPONENT.checks(context) if c.id == "pacemaker.configuration")
    verdict = check.verdict(dict.fromkeys(check.asks, output))
    assert verdict.outcome is outcome
    assert says in verdict.seen


# --- volumes ----------------------------------------------------------------------------------------------


def of_volumes(second: str = "Unpromoted", *, group: str = "controller1") -> str:
    """Two copies, the first of them in use, and what stands on the volume."""

    def one(name: str, role: str, host: str) -> str:
        said = f'<resource id="{name}" role="{role}" active="true" failed="false">'
        return f'{said}<node name="{host}"/></resource>'

    copies = one("p_drbd_mysql", "Promoted", "controller1") + one("p_drbd_mysql", second, "controller2")
    on_it = "".join(one(name, "Started", group) for name in ("p_fs_mysql", "mariadb"))
    return f"<mon><summary/><nodes/><resources>{copies}{on_it}</resources></mon>"


@pytest.mark.parametrize(
    ("view", "outcome", "says"),
    [
        (of_volumes(), Outcome.PASS, "p_drbd_mysql on controller1"),
        (of_volumes("Promoted"), Outcome.FAIL, "p_drbd_mysql is promoted on controller1, controller2"),
        (of_volumes("Stopped"), Outcome.FAIL, "p_drbd_mysql runs on controller1, not on 2"),
        (of_volumes().replace('"Promoted"', '"Unpromoted"'), Outcome.FAIL, "is promoted on no host"),
        (
            of_volumes().replace('"mariadb" role="Started"', '"mariadb" role="Stopped"'),
            Outcome.FAIL,
            "no host",
        ),
    ],
)
def test_each_volume_has_its_copies_and_one_is_in_use(view: str, outcome: Outcome, says: str) -> None:
    context = context_of(site_of("active-passive-drbd.yaml"))
    verdict = judged(context, "volumes", view)
    assert verdict.outcome is outcome
    assert says in verdict.seen
