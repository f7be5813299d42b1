"""RabbitMQ: what it writes, and that each check goes red on a broken host."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.programs import opinion

from fournines.components.rabbitmq.component import COMPONENT
from fournines.components.rabbitmq.deploy import ADVANCED, CONF, COOKIE, create_users, users_exist
from fournines.components.rabbitmq.model import leaders_ask, parse_facts, parse_leaders
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import FirewallPort, MessageUser
from fournines.kit.step import Command, File, Unit
from fournines.kit.verdict import Outcome
from fournines.spec.model import Site

GOLDEN = Path(__file__).parent / "golden"
ALL = "rabbit@controller1,rabbit@controller2,rabbit@dashboard"
HOSTS = {"controller1": "10.0.0.11", "controller2": "10.0.0.12", "dashboard": "10.0.0.10"}
DOWN = Output(1, "", "erl_call: failed to connect to node rabbit@controller2\n")


def facts(host: str) -> str:
    return (
        f"running\t{ALL}\nmembers\t{ALL}\npartitions\t\nkhepri\ttrue\nlistener\t{HOSTS[host]}\t5672\n"
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
