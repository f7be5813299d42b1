"""RabbitMQ: what it writes, and that each check goes red on a broken host."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.programs import opinion
from tests.support import EXAMPLES, context_of

from fournines.components.rabbitmq.component import COMPONENT
from fournines.components.rabbitmq.deploy import ADVANCED, CONF, COOKIE, create_users, users_exist
from fournines.components.rabbitmq.model import leaders_ask, moving_leaders_ask, parse_facts, parse_leaders
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import Brokers, FirewallPort, MessageUser, Volume
from fournines.kit.step import Command, File, Unit
from fournines.kit.verdict import Outcome
from fournines.plan.context import taking_part
from fournines.plan.order import levels
from fournines.plan.vocabulary import vocabulary
from fournines.spec.load import loads
from fournines.spec.model import Site

GOLDEN = Path(__file__).parent / "golden"
ALL = "rabbit@controller1,rabbit@controller2,rabbit@dashboard"
HOSTS = {"controller1": "10.0.0.11", "controller2": "10.0.0.12", "dashboard": "10.0.0.10"}
DOWN = Output(1, "", "erl_call: failed to connect to node rabbit@controller2\n")


def facts(host: str) -> str:
    return (
        f"host\t{host}\nrunning\t{ALL}\nmembers\t{ALL}\npartitions\t\nkhepri\ttrue\nlistener\t{HOSTS[host]}\t5672\n"
        "tick\t5\nleader_poll\t200\ndefault_queue_type\trabbit_quorum_queue\n"
        "user\topenstack\nuser\tnines_ledger\n"
        f"queue\tnines_ledger\tledger\trabbit@controller2\t{ALL}\ncomplete\n{{ok, ok}}"
    )


WELL: dict[str, Output | None] = {host: Output(0, facts(host)) for host in HOSTS}


def check(context: Context, what: str) -> Check:
    (found,) = [c for c in COMPONENT.checks(context) if c.id == f"rabbitmq.{what}"]
    return found


def with_one(old: str, new: str) -> dict[str, Output | None]:
    """The same on all brokers but one."""
    broken = facts("controller2").replace(old, new)
    assert broken != facts("controller2")
    return WELL | {"controller2": Output(0, broken)}


# --- what it writes -----------------------------------------------------------------------------------------


def test_every_file_is_as_reviewed(blog_context: Context) -> None:
    for step in COMPONENT.steps(blog_context, blog_context.site.hosts["controller1"]):
        if isinstance(step, File) and step.path != COOKIE:
            golden = GOLDEN / step.path.removeprefix("/etc/").replace("/", "_")
            assert step.content == golden.read_text(), f"{step.path} differs from {golden}"


def test_the_cookie_is_shared_and_for_the_broker_alone(blog_context: Context) -> None:
    cookies = [
        step
        for host in COMPONENT.hosts(blog_context.site)
        for step in COMPONENT.steps(blog_context, host)
        if isinstance(step, File) and step.path == COOKIE
    ]
    assert len(cookies) == 3
    assert len({cookie.content for cookie in cookies}) == 1
    assert all((c.mode, c.owner, c.secret) == (0o400, "rabbitmq", True) for c in cookies)


def test_every_voter_is_a_broker(blog: Site, three: Site) -> None:
    assert [h.name for h in COMPONENT.hosts(blog)] == ["dashboard", "controller1", "controller2"]
    assert len(COMPONENT.hosts(three)) == 3


def test_nothing_is_open_beyond_the_cluster_network(blog: Site) -> None:
    ports = [d for d in COMPONENT.declarations(blog) if isinstance(d, FirewallPort)]
    assert {p.port for p in ports} == {5672, 4369, 25672, 6000}
    assert {p.network for p in ports} == {"mgmt"}


def test_restarts_go_host_by_host_and_accounts_are_made_once(blog_context: Context) -> None:
    by_host = {
        host.name: list(COMPONENT.steps(blog_context, host)) for host in COMPONENT.hosts(blog_context.site)
    }
    assert all(s.rolling for steps in by_host.values() for s in steps if isinstance(s, Unit))
    commands = {host: [s for s in steps if isinstance(s, Command)] for host, steps in by_host.items()}
    assert [host for host, found in commands.items() if found] == ["dashboard"]
    for command in commands["dashboard"]:
        for user in blog_context.declared(MessageUser):
            password = blog_context.secret(user.password)
            assert not any(password in word for word in (*command.argv, *command.unless))


def test_accounts_are_compared_by_logging_in() -> None:
    users = (MessageUser("glance", "glance/messaging", "/glance"),)
    guard = users_exist(users, {"glance": "pw"})
    assert '{<<"glance">>, <<"pw">>, <<"/glance">>}' in guard
    assert "check_user_pass_login" in guard
    made = create_users(users, {"glance": "pw"})
    assert 'delete_user(<<"guest">>' in made
    assert "set_tags(U, lists:usort([fournines | Tags(U)])" in made


def test_what_is_forgotten_are_brokers_and_not_what_else_the_shell_prints(blog_context: Context) -> None:
    steps = COMPONENT.steps(blog_context, blog_context.site.hosts["dashboard"])
    (forget,) = [s for s in steps if isinstance(s, Command) and s.name == "brokers that left are forgotten"]
    kept = forget.argv[-1].split(" | ")[1]
    said = subprocess.run(
        ["sh", "-c", kept], input="rabbit@old\n{ok, [ok]}\n", capture_output=True, text=True, check=True
    )
    assert said.stdout == "rabbit@old\n"


def test_a_member_that_is_gone_holds_up_no_start_of_the_others(blog_context: Context) -> None:
    left = {h: Output(0, facts(h).replace(f"members\t{ALL}", f"members\t{ALL},rabbit@old")) for h in HOSTS}
    assert check(blog_context, "whole").verdict(left).outcome is Outcome.PASS


# --- the program that reads it ------------------------------------------------------------------------------


def file_at(context: Context, path: str) -> File:
    steps = COMPONENT.steps(context, context.site.hosts["controller1"])
    (found,) = [s for s in steps if isinstance(s, File) and s.path == path]
    return found


@pytest.mark.programs
@pytest.mark.parametrize(
    ("path", "broken", "word"),
    [
        (CONF, ("heartbeat = 10", "heartbit = 10"), "heartbit"),
        (CONF, ("heartbeat = 10", "heartbeat = often"), "often"),
        (ADVANCED, ("{net_setuptime, 1},", "{net_setuptime, 1"), "syntax error"),
    ],
)
def test_rabbitmqs_own_parsers_refuse_a_typo_before_it_is_installed(
    blog_context: Context, tmp_path: Path, path: str, broken: tuple[str, str], word: str
) -> None:
    file = file_at(blog_context, path)
    argv = ["/usr/bin/env", *(part.replace("{}", "/run/staged") for part in file.validate)]
    assert opinion(argv, {"staged": file.content}, tmp_path).returncode == 0
    said = opinion(argv, {"staged": file.content.replace(*broken)}, tmp_path)
    assert said.returncode != 0
    assert word in said.stderr


# --- checks go red ------------------------------------------------------------------------------------------

ASKED = ("whole", "alarms", "metadata", "queues", "accounts", "leftovers", "settings")


@pytest.mark.parametrize("what", ASKED)
def test_goes_red_when_a_broker_does_not_answer(blog_context: Context, what: str) -> None:
    checked = check(blog_context, what)
    assert checked.verdict(WELL).outcome is Outcome.PASS
    assert checked.verdict(WELL | {"controller2": DOWN}).outcome is Outcome.FAIL
    assert checked.verdict(WELL | {"controller2": None}).outcome is Outcome.UNKNOWN
    half = Output(0, facts("controller2").partition("khepri")[0] + '{error, "*** eval"}')
    assert checked.verdict(WELL | {"controller2": half}).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("what", "old", "new"),
    [
        ("whole", f"running\t{ALL}", "running\trabbit@controller2"),
        ("whole", f"members\t{ALL}", "members\trabbit@controller2"),
        ("whole", f"running\t{ALL}", f"running\t{ALL},rabbit@old"),
        ("members", f"members\t{ALL}", f"members\t{ALL},rabbit@old"),
        ("whole", "partitions\t", "partitions\trabbit@controller1"),
        ("alarms", "tick", "alarm\t{resource_limit,disk,rabbit@controller2}\ntick"),
        ("metadata", "khepri\ttrue", "khepri\tfalse"),
        ("metadata", "rabbit_quorum_queue", "rabbit_classic_queue"),
        ("queues", f"rabbit@controller2\t{ALL}", f"rabbit@gone\t{ALL}"),
        ("queues", f"rabbit@controller2\t{ALL}", "rabbit@controller2\trabbit@controller1,rabbit@controller2"),
        ("accounts", "user\topenstack\n", ""),
        ("accounts", "user\topenstack\n", "user\topenstack\nuser\tguest\n"),
        ("leftovers", "user\topenstack\n", "user\topenstack\nuser\tglance\n"),
        ("settings", "tick\t5", "tick\t60"),
        ("settings", "leader_poll\t200", "leader_poll\t5000"),
        ("settings", "10.0.0.12\t5672", "127.0.0.1\t5672"),
    ],
)
def test_goes_red_when_one_broker_is_not_as_promised(
    blog_context: Context, what: str, old: str, new: str
) -> None:
    assert check(blog_context, what).verdict(with_one(old, new)).outcome is Outcome.FAIL


def test_an_account_that_left_the_site_file_is_named_and_blocks_no_deployment(blog_context: Context) -> None:
    left = with_one("user\topenstack\n", "user\topenstack\nuser\tglance\n")
    found = {c.id: c for c in COMPONENT.checks(blog_context)}
    assert "glance" in found["rabbitmq.leftovers"].verdict(left).seen
    for checked in found.values():
        if checked.barrier and checked.id != "rabbitmq.units":
            assert checked.verdict(left).outcome is Outcome.PASS, checked.id


def test_units_go_red_when_off_now_or_at_boot(blog_context: Context) -> None:
    checked = check(blog_context, "units")
    well: dict[str, Output | None] = dict.fromkeys(HOSTS, Output(0, "enabled\nactive\n"))
    assert checked.verdict(well).outcome is Outcome.PASS
    for broken in ("disabled\nactive\n", "enabled\ninactive\n", ""):
        assert checked.verdict(well | {"dashboard": Output(3, broken)}).outcome is Outcome.FAIL


def test_a_drill_finds_who_leads_a_queue() -> None:
    assert parse_leaders(Output(0, facts("dashboard"))) == {("nines_ledger", "ledger"): "controller2"}
    assert parse_leaders(DOWN) == {}
    assert "rabbit@dashboard" in leaders_ask("dashboard").argv


def test_one_question_serves_all_checks_of_a_host(blog_context: Context) -> None:
    asks = {check(blog_context, what).asks["controller1"] for what in ASKED}
    assert len(asks) == 1


def test_an_answer_without_queues_is_an_answer() -> None:
    said = parse_facts(facts("dashboard").replace("queue\t", "#"))
    assert said is not None
    assert said.queues == ()
    assert said.running == frozenset(HOSTS)


# --- the only one, which moves ------------------------------------------------------------------------------


@pytest.fixture(name="moving", scope="module")
def where_it_moves() -> Context:
    text = (EXAMPLES / "active-passive-drbd.yaml").read_text()
    for old, new in (
        ("components:\n", "components:\n  rabbitmq: {mode: active-passive}\n"),
        ("    volumes:\n", "    volumes:\n      rabbitmq: {device: /dev/vdc}\n"),
    ):
        text = text.replace(old, new)
    return context_of(loads(text, Path("site.yaml"), vocabulary()))


def test_the_one_that_moves_has_a_name_that_goes_with_its_data(moving: Context) -> None:
    texts = [
        {step.path: step.content for step in COMPONENT.steps(moving, host) if isinstance(step, File)}
        for host in COMPONENT.hosts(moving.site)
    ]
    dashboard, one, two = texts
    assert dashboard == {}, "a host without a copy of its data has no broker"
    assert one[COOKIE] == two[COOKIE]
    assert all("NODENAME=rabbit@localhost" in text["/etc/rabbitmq/rabbitmq-env.conf"] for text in (one, two))
    assert "nodes.1 = rabbit@localhost" in one[CONF]
    assert "listeners.tcp.1 = 10.0.0.12:5672" in two[CONF]
    assert "default_queue_type = quorum" in one[CONF], "a classic one loses confirmed messages with its host"
    assert "mountpoint --quiet /var/lib/rabbitmq/mnesia" in "".join(one.values())
    assert not COOKIE.startswith("/var/lib/rabbitmq/mnesia/"), "what is on a volume is on one host alone"


def test_the_one_that_moves_is_the_cluster_manager_s(moving: Context) -> None:
    steps = list(COMPONENT.steps(moving, moving.site.hosts["controller1"]))
    (unit,) = [step for step in steps if isinstance(step, Unit)]
    assert (unit.enabled, unit.running, unit.restart_by[-1]) == (False, None, "rabbitmq")
    volumes = {one.name: one.path for one in moving.declared(Volume)}
    assert volumes["rabbitmq"] == "/var/lib/rabbitmq/mnesia"
    assert moving.one(Brokers).hosts == ("controller1", "controller2")
    ports = {one.name for one in COMPONENT.declarations(moving.site) if isinstance(one, FirewallPort)}
    assert ports == {"amqp"}
    order = [p.name for level in levels(moving.site, taking_part(moving.site)) for p in level]
    wanted = ["drbd", "rabbitmq cluster", "pacemaker volumes", "rabbitmq accounts"]
    assert [name for name in order if name in wanted] == wanted


def test_accounts_are_made_where_it_runs(moving: Context) -> None:
    for host in ("controller1", "controller2"):
        commands = list(COMPONENT.stages[1].steps(moving, moving.site.hosts[host]))
        assert [c.name for c in commands if isinstance(c, Command)] == [
            "metadata in Khepri",
            "vhosts and accounts",
        ]
        for command in commands:
            assert isinstance(command, Command)
            assert "rabbit@localhost" in command.argv[-1]
            assert "!= active ] && exit 0; " in command.unless[-1]


NOWHERE = Output(1, "", "erl_call: failed to connect to node rabbit@localhost\n")
ALONE = (
    "host\tcontroller2\nrunning\trabbit@localhost\nmembers\trabbit@localhost\npartitions\t\nkhepri\ttrue\n"
    "listener\t10.0.0.12\t5672\ntick\t5\nleader_poll\t200\ndefault_queue_type\trabbit_quorum_queue\n"
    "user\topenstack\nuser\tnines_ledger\nqueue\tv\tq\trabbit@localhost\trabbit@localhost\ncomplete\n"
)


@pytest.mark.parametrize("what", ["alarms", "queues", "settings", "metadata", "accounts", "leftovers"])
def test_it_is_judged_where_it_runs(moving: Context, what: str) -> None:
    found, one = check(moving, what), Output(0, ALONE)
    verdict = found.verdict({"controller1": NOWHERE, "controller2": one})
    assert (verdict.outcome, verdict.seen.startswith("on controller2: ")) == (Outcome.PASS, True), (
        verdict.seen
    )
    assert found.verdict({"controller1": one, "controller2": one}).outcome is Outcome.FAIL
    assert found.verdict({"controller1": NOWHERE, "controller2": NOWHERE}).outcome is Outcome.FAIL
    assert found.verdict({"controller1": NOWHERE, "controller2": None}).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("what", "old", "new"),
    [
        ("queues", "q\trabbit@localhost\trabbit", "q\trabbit@other\trabbit"),
        ("settings", "10.0.0.12", "10.0.0.11"),
        ("settings", "host\tcontroller2", "host\tstranger"),
        ("metadata", "khepri\ttrue", "khepri\tfalse"),
        ("accounts", "user\topenstack\n", ""),
        ("leftovers", "user\topenstack\n", "user\topenstack\nuser\tsomebody\n"),
    ],
)
def test_what_is_not_well_where_it_runs_is_told(moving: Context, what: str, old: str, new: str) -> None:
    assert old in ALONE
    broken = Output(0, ALONE.replace(old, new))
    verdict = check(moving, what).verdict({"controller1": NOWHERE, "controller2": broken})
    assert verdict.outcome is Outcome.FAIL


def test_who_leads_is_told_by_the_host_that_it_is_on() -> None:
    assert parse_leaders(Output(0, ALONE)) == {("v", "q"): "controller2"}
    assert "rabbit@localhost" in moving_leaders_ask("controller1").argv
