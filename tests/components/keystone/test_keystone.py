"""Keystone: what it writes, that once-per-site work happens once, and that its checks go red."""

from __future__ import annotations

import json
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.components.fixed import file_of
from tests.components.keystone.fake import Keystone, served
from tests.components.openstack import KEYS, openstack
from tests.programs import opinion

from fournines.components.keystone.checks import judge_catalogue, token_ask, wanted_digests
from fournines.components.keystone.component import COMPONENT
from fournines.components.keystone.deploy import UNIT, key_files
from fournines.components.keystone.model import CONF, UWSGI
from fournines.components.keystone.on_host import token
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import PROJECT_ID
from fournines.kit.step import Absent, Command, File, Unit
from fournines.kit.verdict import Outcome
from fournines.secrets.generate import rotate_fernet
from fournines.spec.model import Site

GOLDEN = Path(__file__).parent / "golden"
CATALOGUE = {
    "identity": dict.fromkeys(("public", "internal", "admin"), "https://controller:5000/v3"),
    "image": dict.fromkeys(("public", "internal", "admin"), "https://controller:9292"),
}
WELL = {
    "seconds": 0.3,
    "project": "p",
    "catalogue": CATALOGUE,
    "valid": {"controller1": 200, "controller2": 200},
}


@pytest.fixture
def context(blog: Site) -> Context:
    return openstack(blog)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == name)


def command(context: Context, about: str) -> Command:
    steps = COMPONENT.steps(context, context.site.controllers[0])
    (found,) = [s for s in steps if isinstance(s, Command) and about in s.name]
    return found


def said(**changes: object) -> Output:
    return Output(0, json.dumps(WELL | changes))


@pytest.mark.parametrize("path", [CONF, UWSGI, UNIT])
def test_the_whole_file_is_as_reviewed(context: Context, path: str) -> None:
    found = file_of(COMPONENT, context, "controller1", path)
    assert found.content == (GOLDEN / Path(path).name).read_text()


def test_the_configuration_is_the_same_everywhere_and_hidden_from_strangers(context: Context) -> None:
    first, second = (file_of(COMPONENT, context, h, CONF) for h in ("controller1", "controller2"))
    assert first == second
    assert (first.mode, first.owner, first.group) == (0o640, "root", "keystone")


def test_each_listens_on_its_own_address_only(context: Context) -> None:
    second = file_of(COMPONENT, context, "controller2", UWSGI).content
    assert "http-socket = 10.0.0.12:5000" in second
    assert "10.0.0.11" not in second


def test_once_per_site_work_is_the_first_hosts(context: Context) -> None:
    commands = {
        host.name: [s for s in COMPONENT.steps(context, host) if isinstance(s, Command)]
        for host in context.site.controllers
    }
    assert [len(c) for c in commands.values()] == [2, 0]
    for command in commands["controller1"]:
        words = " ".join((*command.argv, *command.unless))
        assert not any(value in words for value in context.secrets.values())


def test_the_schema_is_changed_without_the_apis_time_limits(context: Context) -> None:
    (sync,) = [
        s for s in COMPONENT.steps(context, context.site.controllers[0]) if "tables" in getattr(s, "name", "")
    ]
    assert isinstance(sync, Command)
    assert "OS_DATABASE__CONNECTION_PARAMETERS=" in sync.argv


def test_keys_are_secret_files_of_keystone_alone(context: Context) -> None:
    files = [s for s in key_files(context) if isinstance(s, File)]
    assert [f.path for f in files] == [
        "/etc/keystone/fernet-keys/0",
        "/etc/keystone/fernet-keys/1",
        "/etc/keystone/credential-keys/0",
        "/etc/keystone/credential-keys/1",
    ]
    assert {(f.mode, f.owner, f.group, f.secret) for f in files} == {(0o600, "keystone", "keystone", True)}
    assert [f.content for f in files[:2]] == [KEYS["0"], KEYS["1"]]


def test_a_rotation_adds_the_new_keys_removes_the_oldest_and_restarts_nothing(blog: Site) -> None:
    keys = json.dumps(KEYS)
    for _ in range(3):
        keys = rotate_fernet(keys)
    context = openstack(blog, keystone__fernet=keys)
    steps = list(key_files(context))
    gone = {s.path for s in steps if isinstance(s, Absent)}
    kept = {s.path for s in steps if isinstance(s, File) and "fernet" in s.path}
    assert kept == {f"/etc/keystone/fernet-keys/{name}" for name in json.loads(keys)}
    assert gone
    assert not gone & kept
    (unit,) = [s for s in COMPONENT.steps(context, context.site.controllers[0]) if isinstance(s, Unit)]
    assert not any("-keys" in path for path in unit.restart_on)


@pytest.mark.parametrize("name", ["keystone.token", "keystone.valid-everywhere", "keystone.catalogue"])
def test_the_token_checks_pass_when_all_is_well(context: Context, name: str) -> None:
    assert check(context, name).verdict({"dashboard": said()}).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("name", "changes", "seen"),
    [
        (
            "keystone.valid-everywhere",
            {"valid": {"controller1": 200, "controller2": 404}},
            "controller2: said 404",
        ),
        ("keystone.valid-everywhere", {"valid": {"controller1": 200}}, "was not asked"),
        (
            "keystone.catalogue",
            {"catalogue": {"identity": CATALOGUE["identity"]}},
            "image: not in the catalogue",
        ),
        (
            "keystone.catalogue",
            {"catalogue": CATALOGUE | {"image": {"public": "http://10.0.0.11:9292"}}},
            "instead of https://controller:9292",
        ),
    ],
)
def test_the_token_checks_go_red(context: Context, name: str, changes: dict[str, object], seen: str) -> None:
    verdict = check(context, name).verdict({"dashboard": said(**changes)})
    assert verdict.outcome is Outcome.FAIL
    assert seen in verdict.seen


def test_a_url_that_names_the_project_comes_with_the_tokens_own() -> None:
    wanted = {"orchestration": {"public": f"https://controller:8004/v1/{PROJECT_ID}"}}
    entry = {"public": "https://controller:8004/v1/p"}
    assert judge_catalogue(said(catalogue={"orchestration": entry}), wanted).outcome is Outcome.PASS
    other = judge_catalogue(said(catalogue={"orchestration": entry}, project="q"), wanted)
    assert other.outcome is Outcome.FAIL


def test_no_token_is_a_failure_of_the_token_and_hides_the_rest(context: Context) -> None:
    refused = Output(1, "", "urllib.error.HTTPError: HTTP Error 401: UNAUTHORIZED\n")
    answers = {"dashboard": refused}
    verdict = check(context, "keystone.token").verdict(answers)
    assert verdict.outcome is Outcome.FAIL
    assert "401" in verdict.seen
    assert check(context, "keystone.catalogue").verdict(answers).outcome is Outcome.UNKNOWN
    assert check(context, "keystone.valid-everywhere").verdict(answers).outcome is Outcome.UNKNOWN


def test_other_keys_on_one_host_are_seen(context: Context) -> None:
    wanted = wanted_digests(context)
    promise = check(context, "keystone.same-secrets")
    well = Output(0, "".join(f"{digest}  -\n" for digest in wanted))
    assert promise.verdict({"controller1": well, "controller2": well}).outcome is Outcome.PASS
    other = Output(0, f"{wanted[0]}  -\n{'0' * 64}  -\n{wanted[2]}  -\n")
    verdict = promise.verdict({"controller1": well, "controller2": other})
    assert verdict.outcome is Outcome.FAIL
    assert "/etc/keystone/fernet-keys differ" in verdict.seen
    missing = Output(2, f"{wanted[0]}  -\n", "cd: can't cd to /etc/keystone/fernet-keys\n")
    assert promise.verdict({"controller1": well, "controller2": missing}).outcome is Outcome.FAIL
    assert promise.verdict({"controller1": well, "controller2": None}).outcome is Outcome.UNKNOWN


def test_the_digests_on_a_host_are_those_worked_out_here(context: Context, tmp_path: Path) -> None:
    """The shell of the question against the Python of the answer, on real files."""
    for directory in ("fernet-keys", "credential-keys"):
        (tmp_path / directory).mkdir()
        for name, key in KEYS.items():
            (tmp_path / directory / name).write_text(key)
    conf = tmp_path / "keystone.conf"
    conf.write_text(file_of(COMPONENT, context, "controller1", CONF).content)
    ask = check(context, "keystone.same-secrets").asks["controller1"]
    argv = [*ask.argv[:4], str(conf), str(tmp_path / "fernet-keys"), str(tmp_path / "credential-keys")]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert [line.split()[0] for line in done.stdout.splitlines()] == wanted_digests(context)


def test_the_token_program_shows_one_token_to_all_and_prints_none() -> None:
    one, other = Keystone(), Keystone()
    one.put("services", id="s", name="glance", type="image")
    one.put("endpoints", service_id="s", interface="public", url="https://controller:9292")
    with served(one) as url, served(other) as elsewhere:
        hosts = {"controller1": url, "controller2": elsewhere, "controller3": "http://127.0.0.1:9"}
        found = token.main({"url": url, "password": "right", "hosts": hosts, "seconds": 8})
    assert found["project"] == "p"
    assert found["catalogue"] == {"image": {"public": "https://controller:9292"}}
    valid = found["valid"]
    assert isinstance(valid, dict)
    assert valid["controller1"] == 200
    assert valid["controller2"] == 404
    assert "refused" in valid["controller3"]
    assert not any(made in json.dumps(found) for made in one.tokens)


def test_the_token_program_waits_as_long_as_the_site_has_patience(context: Context) -> None:
    """A limit of its own would end it before its question's: a site with patience then never has a token."""
    slow = replace(context, site=context.site.model_copy(update={"patience": 6}))
    asked = [json.loads(token_ask(one).stdin) for one in (context, slow)]
    assert asked[1] == asked[0] | {"seconds": 6 * asked[0]["seconds"]}
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(TimeoutError):
            token.main({"url": url, "password": "right", "hosts": {}, "seconds": 0.05})


def test_a_site_may_have_other_numbers(blog: Site) -> None:
    site = blog.model_copy(update={"components": {"keystone": {"processes": 5, "token_lifetime": 600}}})
    context = openstack(site)
    assert "processes = 5\n" in file_of(COMPONENT, context, "controller1", UWSGI).content
    assert "expiration = 600\n" in file_of(COMPONENT, context, "controller1", CONF).content


def test_services_that_others_declare_are_registered(context: Context) -> None:
    wanted = json.loads(command(context, "catalogue").stdin)
    assert [(s["name"], s["urls"]["public"]) for s in wanted["entries"]] == [
        ("glance", "https://controller:9292"),
        ("keystone", "https://controller:5000/v3"),
    ]
    assert wanted["users"] == [
        {
            "name": "glance",
            "password": "<glance/keystone>",
            "roles": ["service"],
            "domain": "Default",
            "project": "service",
        }
    ]
    own = tuple(COMPONENT.declarations(context.site))
    only = json.loads(command(replace(context, declarations=own), "catalogue").stdin)
    assert [s["name"] for s in only["entries"]] == ["keystone"]
    assert only["users"] == []


@pytest.mark.programs
def test_oslo_reads_every_option_we_write(context: Context, tmp_path: Path) -> None:
    files = {"keystone.conf": file_of(COMPONENT, context, "controller1", CONF).content}
    argv = ["oslo-config-validator", "--input-file", "/run/keystone.conf"]
    spaces = ("keystone", "oslo.db", "oslo.cache", "oslo.log", "oslo.middleware", "oslo.messaging")
    for space in spaces:
        argv += ["--namespace", space]
    said = opinion(argv, files, tmp_path, program="keepalived")
    assert said.returncode == 0, said.stdout + said.stderr
