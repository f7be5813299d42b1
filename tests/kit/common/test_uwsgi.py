"""APIs under the real uwsgi: who works answers, who hangs does not, and HAProxy sees which is which."""

from __future__ import annotations

import csv
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.components.fixed import file_of
from tests.programs import images_with
from tests.proofs.wire import PATIENCE, Host, Wire, until
from tests.support import context_of, site_of

from fournines.components import registered
from fournines.components.keystone.deploy import APPLICATION
from fournines.kit.common import uwsgi
from fournines.kit.context import Context
from fournines.kit.step import unit_file

pytestmark = pytest.mark.programs

WSGI = """\
#!/usr/bin/python3
import os, time
{first}
def application(environ, start):
    if environ["PATH_INFO"] == "/long":
        open("/tmp/works-%d" % os.getpid(), "w").close()
        while not os.path.exists("/tmp/enough"):
            {works}
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"done"]
"""
WAITS = WSGI.format(first="", works="time.sleep(0.1)")
THINKS = WSGI.format(first="", works="sum(range(10000))")
GREEN = WSGI.format(first="import eventlet; eventlet.monkey_patch()", works="time.sleep(0.1)")
APIS = {
    "keystone": (APPLICATION, "/etc/keystone/keystone-uwsgi.ini", 5000),
    "nova": ("/usr/bin/nova-api-wsgi", "/etc/nova/nova-api-uwsgi.ini", 8774),
    "placement": ("/usr/bin/placement-api", "/etc/placement/placement-api-uwsgi.ini", 8778),
}
"""Of each component: its program, in whose place a test puts its own, its file for uwsgi, its port."""
RUN = "/run/api"
_HOLD = 5.0
"""Seconds for which something has to stay as it is: ten questions of the balancer's."""


@pytest.fixture(scope="module")
def context() -> Context:
    return context_of(site_of("compute.yaml"))


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    trees = images_with("/usr/bin/nova-api-wsgi")
    if not trees:
        pytest.skip(
            "no lab image with nova-api here, or not root: nines lab up of examples/compute.yaml makes one"
        )
    with Wire(trees[0], tmp_path) as made:
        yield made


class Api:
    """The first controller with one API as it is deployed, but for what answers requests."""

    def __init__(self, wire: Wire, context: Context, component: str, program: str) -> None:
        wsgi, ini, self.port = APIS[component]
        self.host = wire.host("n1")
        self.asked: list[subprocess.Popen[str]] = []
        config = file_of(registered()[component], context, "controller1", ini).content
        # One request at a time in each of two processes; a test's request may take long to end.
        for key, value in (
            ("processes", 2),
            ("threads", 1),
            ("worker-reload-mercy", 600),
            ("harakiri", 3600),
        ):
            config = re.sub(rf"^{key} = .*$", f"{key} = {value}", config, flags=re.MULTILINE)
        # A profile that this machine's kernel may not have.
        config = re.sub(r"^apparmor-profile = .*\n", "", config, flags=re.MULTILINE)
        self.host.write({ini: config, wsgi: program, uwsgi.RESPONDER: uwsgi.responder().content})
        self.host.must("mkdir", "-m", "777", RUN)
        self.host.start(
            "env", f"RUNTIME_DIRECTORY={RUN}", "/usr/bin/uwsgi_python3", "--ini", ini, name="uwsgi"
        )

    def lives(self, within: float = PATIENCE) -> str:
        """What is answered where a balancer asks."""
        return status(self.host, f"http://10.0.0.11:{self.port + 10_000}/healthcheck", within)

    def ready(self) -> None:
        """It has loaded what answers requests."""
        until(lambda: self.lives(within=5) == "200", "its processes say that they live")

    def busy(self, url: str = "") -> None:
        """Both processes work on a request that ends once there is /tmp/enough; it may not be repeated."""
        where = f"{url or f'http://10.0.0.11:{self.port}'}/long"
        for number in range(2):
            self.asked.append(self.host.start("curl", "-s", "-X", "POST", where, name=f"long{number}"))
            until(lambda: self.at_work() > number, "another one works")  # noqa: B023 - waits here

    def at_work(self) -> int:
        """How many processes have begun with a long request."""
        return len(self.host.must("find", "/tmp", "-name", "works-*").split())

    def enough(self) -> None:
        """They may answer, and do."""
        self.host.must("touch", "/tmp/enough")
        until(lambda: all(self.host.log(f"long{number}") == "done" for number in range(2)), "both are done")

    @property
    def master(self) -> str:
        """The number of the process that makes the others."""
        return self.host.must("pgrep", "--oldest", "uwsgi").strip()

    @property
    def workers(self) -> list[str]:
        """Those of the others."""
        return self.host.must("pgrep", "--parent", self.master).split()


def status(host: Host, url: str, within: float) -> str:
    """The status of an answer; 000 where there is none in time."""
    return host.ask("curl", "-s", "-o", "/dev/null", "-m", f"{within:g}", "-w", "%{http_code}", url).stdout


@pytest.mark.parametrize(
    ("component", "program"),
    [("nova", WAITS), ("nova", GREEN), ("placement", THINKS), ("keystone", WAITS)],
    ids=["waits", "green", "thinks", "forked"],
)
def test_who_works_answers_and_who_hangs_does_not(
    wire: Wire, context: Context, component: str, program: str
) -> None:
    api = Api(wire, context, component, program)
    api.ready()
    api.busy()
    assert [api.lives() for _ in range(10)] == ["200"] * 10
    assert status(api.host, f"http://10.0.0.11:{api.port}/", 1) == "000"
    api.host.must("kill", "-STOP", api.workers[0])
    assert [api.lives() for _ in range(4)] == ["200"] * 4
    api.host.must("kill", "-STOP", *api.workers)
    assert api.lives(within=2) == "000"
    api.host.must("kill", "-CONT", *api.workers)
    until(lambda: api.lives(within=5) == "200", "they go on")
    api.enough()
    first = api.workers[0]
    api.host.must("kill", "-KILL", first)
    until(lambda: len(api.workers) == 2 and first not in api.workers, "another is made")
    assert [api.lives() for _ in range(4)] == ["200"] * 4


def test_who_has_no_application_yet_does_not_answer(wire: Wire, context: Context) -> None:
    loading = "import os, time\nwhile not os.path.exists('/tmp/loaded'): time.sleep(0.1)\n"
    api = Api(wire, context, "placement", WAITS.replace("import os, time\n", loading))
    connected = ("sh", "-c", f"exec 3<>/dev/tcp/10.0.0.11/{api.port + 10_000}")
    until(lambda: api.host.ask("bash", *connected[1:]).returncode == 0, "it listens")
    assert api.lives(within=2) == "000"
    api.host.must("touch", "/tmp/loaded")
    api.ready()


def balancer(wire: Wire, context: Context, *changes: tuple[str, str]) -> Host:
    """The second controller with HAProxy as it is deployed, for one API of Nova on one host, without TLS."""
    text = file_of(registered()["haproxy"], context, "controller2", "/etc/haproxy/haproxy.cfg").content
    parts = [
        part
        for part in re.split(r"\n(?=[a-z])", text)
        if re.match(r"global|defaults|\w+ nova(-accepts)?\n", part)
    ]
    config = re.sub(r" ssl crt \S+ alpn \S+", "", "\n".join(parts)) + "\n"
    config = re.sub(r"^ +server controller[23].*\n", "", config, flags=re.MULTILINE)
    for old, new in changes:
        assert old in config
        config = config.replace(old, new)
    host = wire.host("n2")
    host.must("ip", "address", "add", "10.0.0.20/24", "dev", "eth0")
    host.must("mkdir", "-p", "/run/haproxy")
    host.write({"/etc/haproxy/haproxy.cfg": config})
    host.start("/usr/sbin/haproxy", "-db", "-f", "/etc/haproxy/haproxy.cfg")
    until(lambda: seen(host)["check_status"] == "L7OK", "the balancer finds the API")
    return host


def seen(host: Host) -> dict[str, str]:
    """What the balancer says of the first controller's API (``show stat``)."""
    said = host.ask("socat", "-", "UNIX-CONNECT:/run/haproxy/admin.sock", given="show stat\n").stdout
    rows = csv.DictReader(said.removeprefix("# ").splitlines())
    found = (row for row in rows if (row["pxname"], row["svname"]) == ("nova", "controller1"))
    return next(found, {"status": "", "check_status": ""})


def test_a_busy_api_stays_and_is_not_cut(wire: Wire, context: Context) -> None:
    api = Api(wire, context, "nova", WAITS)
    # Of a busy machine nothing follows here; that a busy API would go down otherwise is the next test's.
    host = balancer(wire, context, ("timeout check 400ms", "timeout check 60s"))
    api.busy("http://10.0.0.20:8774")
    time.sleep(_HOLD)
    found = seen(host)
    assert (found["status"], found["check_status"], found["chkfail"]) == ("UP", "L7OK", "0")
    api.enough()


def test_asked_as_everybody_asks_it_goes_down(wire: Wire, context: Context) -> None:
    api = Api(wire, context, "nova", WAITS)
    host = balancer(wire, context, (" check port 18774", " check"))
    api.busy("http://10.0.0.20:8774")
    until(lambda: seen(host)["status"] == "DOWN", "it is taken for dead")
    until(lambda: all(asked.poll() for asked in api.asked), "what it worked on is cut")


@pytest.mark.parametrize(("signal", "why"), [("STOP", "L7TOUT"), ("KILL", "L4CON")])
def test_who_hangs_or_is_gone_is_down(wire: Wire, context: Context, signal: str, why: str) -> None:
    api = Api(wire, context, "nova", WAITS)
    host = balancer(wire, context)
    hurt = api.workers if signal == "STOP" else [api.master, *api.workers]
    api.host.must("kill", f"-{signal}", *hurt)
    until(lambda: (seen(host)["status"], seen(host)["check_status"]) == ("DOWN", why), "it is down")


def test_who_is_stopped_gets_nothing_new_and_finishes_what_he_has(wire: Wire, context: Context) -> None:
    api = Api(wire, context, "nova", WAITS)
    host = balancer(wire, context, ("timeout check 400ms", "timeout check 60s"))
    api.busy("http://10.0.0.20:8774")
    unit = file_of(registered()["nova"], context, "controller1", unit_file("nova-api.service")).content
    (before,) = re.findall(r"^ExecStop=(.*)$", unit, re.MULTILINE)
    api.host.must(*before.replace("%t/nova-api", RUN).split())
    api.host.must("kill", "-TERM", api.master)
    until(lambda: seen(host)["status"] == "NOLB", "it is drained")
    time.sleep(_HOLD)
    assert seen(host)["status"] == "NOLB"
    api.enough()
    until(lambda: seen(host)["status"] == "DOWN", "it has ended")
