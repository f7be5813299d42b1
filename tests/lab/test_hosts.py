"""Hosts of a real lab: what a fault looks like to somebody who talks to them."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.lab.deployed import PATIENCE, own

from fournines import lab
from fournines.errors import LabError
from fournines.lab import cgroups, network, state
from fournines.lab.images.packages import CONTROL_PLANE
from fournines.spec.model import Host, Network, Role, Site, Ssh, Vip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.lab

NAME, OTHER = own("test"), own("other")
SILENCE = 1.0
"""Seconds that a client listens before it believes that nothing will come."""


def _plan(name: str, *hosts: str) -> lab.LabPlan:
    attached = {
        "dashboard": {"mgmt": IPv4Address("10.0.0.10"), "external": IPv4Address("192.168.1.10")},
        "controller1": {"mgmt": IPv4Address("10.0.0.11")},
    }
    site = Site(
        name=name,
        networks={
            "mgmt": Network(cidr=IPv4Network("10.0.0.0/24")),
            "external": Network(cidr=IPv4Network("192.168.1.0/24")),
        },
        vips={"controller": Vip(network="mgmt", address=IPv4Address("10.0.0.20"))},
        hosts={h: Host(name=h, roles=(Role.CONTROLLER,), addresses=attached[h]) for h in hosts},
        ssh=Ssh(through="dashboard"),
        services=("keystone",),
    )
    return lab.lab_plan(site, packages=CONTROL_PLANE)


@pytest.fixture(scope="module")
def hosts() -> Iterator[str]:
    """A lab of two hosts; its name."""
    if os.geteuid() != 0:
        pytest.skip("a lab needs root")
    lab.up(_plan(NAME, "dashboard", "controller1"), as_cached=True)
    yield NAME
    lab.down(NAME)
    assert _left_of(NAME) == []


@pytest.fixture
def whole(hosts: str) -> Iterator[str]:
    """The same lab, made whole again after the test."""
    yield hosts
    lab.up(_plan(NAME, "dashboard", "controller1"), as_cached=True)


def _left_of(name: str) -> list[str]:
    """Everything on this machine that bears the lab's name."""
    where = cgroups.hierarchies()
    left = [str(p) for p in (network.NAMESPACES / f"nines-{name}", state.LABS / name) if p.exists()]
    left += [str(root / "nines" / name) for root in where.all if (root / "nines" / name).exists()]
    left += [
        line for line in state.current_mounts().splitlines() if f"/{name}/" in line or f"nines-{name}" in line
    ]
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes().split(b"\0")
            if f"--machine=nines-{name}-".encode() in b" ".join(command):
                left.append(f"{process.name}: {command!r}")
    return left


def _inside(name: str, work: Callable[[], None]) -> None:
    """Do something in the lab's network; a socket that is made there stays there."""
    failures: list[BaseException] = []

    def enter_and_work() -> None:
        with (network.NAMESPACES / f"nines-{name}").open() as handle:
            if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), 0x40000000) != 0:
                failures.append(OSError(ctypes.get_errno(), "setns"))
                return
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - carried to the thread that asked
            failures.append(error)

    thread = threading.Thread(target=enter_and_work)  # the namespace is the thread's, and ends with it
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


@contextlib.contextmanager
def _connected(name: str, address: str, within: float = PATIENCE) -> Iterator[socket.socket]:
    """A connection from the client's place in the lab to a host, and the host's first words."""
    made: list[socket.socket] = []
    _inside(name, lambda: made.append(socket.create_connection((address, 22), timeout=within)))
    with made[0] as connection:
        assert connection.recv(4096).startswith(b"SSH-")
        yield connection


def _hears_nothing(connection: socket.socket) -> bool:
    """Neither data nor an end (FIN, RST) comes for a while."""
    connection.settimeout(SILENCE)
    try:
        connection.recv(1)
    except TimeoutError:
        return True
    finally:
        connection.settimeout(PATIENCE)
    return False


def _reaches(name: str, address: str, within: float = PATIENCE) -> bool:
    try:
        with _connected(name, address, within):
            return True
    except TimeoutError:
        return False
    except OSError as error:
        if error.errno != errno.EHOSTUNREACH:
            raise
        return False


def _ssh(name: str, host: str, *command: str) -> subprocess.CompletedProcess[str]:
    """As the operator; again where a very busy machine took longer than the lab's ssh is told to wait."""
    argv = ["ssh", "-F", str(lab.ssh_config_path(name)), "-o", "BatchMode=yes", host, *command]
    inside, give_up = network.inside(name, argv), time.monotonic() + PATIENCE
    while True:
        done = subprocess.run(inside, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if "timed out" not in done.stderr or time.monotonic() > give_up:
            return done


def test_hosts_boot_into_a_healthy_systemd_with_their_own_name_and_nothing_else_running(hosts: str) -> None:
    for host in ("dashboard", "controller1"):
        assert lab.exec_(hosts, host, ["systemctl", "is-system-running"]).stdout.strip() == "running"
        assert lab.exec_(hosts, host, ["hostname"]).stdout.strip() == host
        listening = lab.exec_(hosts, host, ["ss", "-Htln"]).stdout.splitlines()
        assert {line.split()[3].rsplit(":", 1)[1] for line in listening} == {"22"}


def test_hosts_share_no_identity(hosts: str) -> None:
    for path in ("/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key"):
        one, other = (lab.exec_(hosts, h, ["cat", path]).stdout for h in ("dashboard", "controller1"))
        assert one.strip()
        assert one != other


def test_ssh_goes_through_the_jump_host_and_believes_only_the_real_key(hosts: str) -> None:
    assert _ssh(hosts, "dashboard", "hostname").stdout == "dashboard\n"
    seen = _ssh(hosts, "controller1", "echo $SSH_CONNECTION").stdout.split()
    assert (seen[0], seen[2]) == ("10.0.0.10", "10.0.0.11")  # from the jump host's address
    known = state.LabPaths(hosts).known_hosts
    truth = known.read_text()
    lines = truth.splitlines()
    swapped = [lines[0], lines[1].rsplit(" ", 1)[0] + " " + lines[0].rsplit(" ", 1)[1]]
    known.write_text("\n".join(swapped) + "\n")
    try:
        refused = _ssh(hosts, "controller1", "hostname")
    finally:
        known.write_text(truth)
    assert refused.returncode == 255
    assert "Host key verification failed" in refused.stderr


def test_a_command_in_a_host_can_neither_set_the_clock_nor_leave_the_hosts_cgroup(hosts: str) -> None:
    before = time.time()
    refused = lab.exec_(hosts, "controller1", ["date", "-s", "@1"])
    assert refused.returncode != 0
    assert "Operation not permitted" in refused.stderr
    assert time.time() >= before
    argv = lab.exec_command(hosts, "controller1", ["sleep", "30"])
    with subprocess.Popen(argv) as sleeping:
        members = cgroups.HostCgroups(cgroups.hierarchies(), hosts, "controller1")
        give_up = time.monotonic() + PATIENCE
        while sleeping.pid not in members.processes() and time.monotonic() < give_up:
            time.sleep(0.01)
        assert sleeping.pid in members.processes()
        sleeping.kill()


def test_the_machines_own_network_has_nothing_of_the_lab(hosts: str) -> None:
    lab_networks = [n.cidr for n in _plan(hosts, "dashboard").networks]
    for what in ("address", "route"):
        text = subprocess.run(
            ["ip", "-j", "-4", what, "show"], capture_output=True, text=True, check=True
        ).stdout
        entries = json.loads(text)
        if what == "address":
            found = [IPv4Address(a["local"]) for e in entries for a in e.get("addr_info", [])]
        else:
            found = [IPv4Address(e["dst"].split("/")[0]) for e in entries if e["dst"] != "default"]
        assert found
        assert not [a for a in found if any(a in n for n in lab_networks)]


def test_power_loss_tells_the_peer_nothing_and_the_disk_survives(whole: str) -> None:
    lab.exec_(whole, "controller1", ["sh", "-c", "echo written > /root/kept"])
    with _connected(whole, "10.0.0.11") as connection:
        lab.power(whole, "controller1", "off")
        assert _hears_nothing(connection)
    assert [h.power for h in lab.status(whole).hosts] == ["on", "off"]
    with pytest.raises(LabError, match="the host is off"):
        lab.exec_(whole, "controller1", ["true"])
    lab.power(whole, "controller1", "on")
    assert lab.exec_(whole, "controller1", ["cat", "/root/kept"]).stdout == "written\n"
    assert _ssh(whole, "controller1", "systemctl", "is-system-running").stdout == "running\n"


def test_all_hosts_lose_power_at_once_and_come_back_at_once(whole: str) -> None:
    names = ["dashboard", "controller1"]
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda host: lab.power(whole, host, "off"), names))
        assert [h.power for h in lab.status(whole).hosts] == ["off", "off"]
        assert lab.is_up(whole)  # the network is there: a site that lost its power is recovered from inside
        list(pool.map(lambda host: lab.power(whole, host, "on"), names))
    assert _reaches(whole, "10.0.0.10")
    assert _reaches(whole, "10.0.0.11")


def test_a_host_that_two_switch_off_and_one_on_again_comes_back_with_its_cables(whole: str) -> None:
    """A drill takes its power, and the cluster has it fenced meanwhile."""
    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            for action in ("off", "cycle"):
                pool.submit(lab.power, whole, "controller1", action, wait=False)
        lab.power(whole, "controller1", "on")
        (host,) = (one for one in lab.status(whole).hosts if one.name == "controller1")
        assert all(cable.plugged for cable in host.cables)
        assert _reaches(whole, "10.0.0.11")


def test_a_clean_power_off_does_say_goodbye(whole: str) -> None:
    with _connected(whole, "10.0.0.11") as connection:
        lab.power(whole, "controller1", "off", clean=True)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""


def test_a_frozen_host_keeps_its_connections_and_answers_when_thawed(whole: str) -> None:
    with _connected(whole, "10.0.0.11") as connection:
        lab.freeze(whole, "controller1")
        assert [h.power for h in lab.status(whole).hosts] == ["on", "frozen"]
        with pytest.raises(LabError, match="frozen"):
            lab.exec_(whole, "controller1", ["true"])
        assert not _reaches(whole, "10.0.0.11", SILENCE), "its kernel is silent too"
        connection.sendall(b"SSH-2.0-test\r\n")
        assert _hears_nothing(connection)
        lab.thaw(whole, "controller1")
        assert connection.recv(1)  # TCP sends again after a while of its own


def test_a_frozen_host_can_lose_its_power(whole: str) -> None:
    lab.freeze(whole, "controller1")
    lab.power(whole, "controller1", "cycle")
    assert lab.exec_(whole, "controller1", ["systemctl", "is-system-running"]).stdout.strip() == "running"


def test_a_cut_is_silent_spares_the_other_network_and_heals(whole: str) -> None:
    with _connected(whole, "10.0.0.10") as connection:
        lab.cut(whole, "dashboard", "mgmt")
        assert not _reaches(whole, "10.0.0.10", SILENCE)
        assert _reaches(whole, "192.168.1.10")
        assert lab.exec_(whole, "dashboard", ["cat", "/sys/class/net/eth0/carrier"]).stdout == "1\n"
        asked = lab.exec_(whole, "dashboard", ["arping", "-c", "1", "-w", "1", "-I", "eth0", "10.0.0.254"])
        assert "Received 0 response" in asked.stdout  # not even the other end of the cable answers
        cables = {c.network: c.plugged for c in lab.status(whole).hosts[0].cables}
        assert cables == {"mgmt": False, "external": True}
        lab.heal(whole, "dashboard", "mgmt")
        assert _reaches(whole, "10.0.0.10")
        connection.sendall(b"SSH-2.0-still-here\r\n")
        assert connection.recv(4096)  # the old connection lived through it


def test_a_host_that_is_cut_off_stays_so_when_it_loses_its_power_and_gets_it_back(whole: str) -> None:
    lab.cut(whole, "controller1")
    try:
        lab.power(whole, "controller1", "cycle")
        assert not any(cable.plugged for cable in _host(whole, "controller1").cables)
    finally:
        lab.heal(whole, "controller1")
    assert all(cable.plugged for cable in _host(whole, "controller1").cables)


def _host(name: str, host: str) -> lab.HostStatus:
    return next(one for one in lab.status(name).hosts if one.name == host)


def test_what_does_not_exist_cannot_be_cut(hosts: str) -> None:
    with pytest.raises(LabError, match="no network storage"):
        lab.cut(hosts, "dashboard", "storage")
    with pytest.raises(LabError, match="not attached"):
        lab.cut(hosts, "controller1", "external")
    with pytest.raises(LabError, match="no host controller9"):
        lab.cut(hosts, "controller9")


def test_up_starts_only_what_is_missing(whole: str) -> None:
    where = cgroups.hierarchies()

    def leaders() -> list[int | None]:
        return [cgroups.HostCgroups(where, whole, h).leader() for h in ("dashboard", "controller1")]

    before = leaders()
    lab.up(_plan(NAME, "dashboard", "controller1"), as_cached=True)
    assert leaders() == before
    lab.power(whole, "controller1", "off")
    lab.cut(whole, "dashboard")
    lab.up(_plan(NAME, "dashboard", "controller1"), as_cached=True)
    assert leaders()[0] == before[0]
    assert leaders()[1] not in {before[1], None}
    assert _reaches(whole, "10.0.0.10")
    assert _reaches(whole, "10.0.0.11")


def test_up_refuses_another_plan_under_the_same_name(hosts: str) -> None:
    with pytest.raises(LabError, match="another plan"):
        lab.up(_plan(hosts, "dashboard"))


def test_two_labs_with_the_same_addresses_do_not_see_one_another(hosts: str) -> None:
    try:
        lab.up(_plan(OTHER, "dashboard"), as_cached=True)
        assert {NAME, OTHER} <= set(lab.labs())
        assert _reaches(OTHER, "10.0.0.10")
        assert not _reaches(OTHER, "10.0.0.11", SILENCE)  # that one is only in the first lab
        keys = [_ssh(n, "dashboard", "cat", "/etc/machine-id").stdout for n in (hosts, OTHER)]
        assert all(keys)
        assert keys[0] != keys[1]
        lab.power(OTHER, "dashboard", "off")
        assert _reaches(hosts, "10.0.0.10")
    finally:
        lab.down(OTHER)
    assert _left_of(OTHER) == []
    assert _reaches(hosts, "10.0.0.10")


UP_WHEN_TOLD = """
import sys
from fournines import lab
plan = lab.LabPlan.model_validate_json(sys.stdin.read())
print("ready", flush=True)
lab.up(plan)
print("done", flush=True)
"""


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.03, 0.06, 0.1, 0.15, 0.25, 0.5])
def test_an_up_that_is_killed_leaves_nothing_after_down(hosts: str, seconds: float) -> None:
    plan = _plan(OTHER, "dashboard", "controller1")
    with subprocess.Popen(
        [sys.executable, "-c", UP_WHEN_TOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as victim:
        assert victim.stdin is not None
        assert victim.stdout is not None
        victim.stdin.write(plan.model_dump_json())
        victim.stdin.close()
        assert victim.stdout.readline() == "ready\n"
        time.sleep(seconds)
        victim.send_signal(signal.SIGKILL)
    assert victim.returncode == -signal.SIGKILL, "it finished before it could be killed"
    lab.down(OTHER)
    assert _left_of(OTHER) == []
    assert OTHER not in lab.labs()
    assert _reaches(hosts, "10.0.0.10"), "the other lab was hurt"


def test_entering_moves_this_process_into_the_labs_network(hosts: str) -> None:
    code = (
        "import sys, socket; from fournines import lab; lab.enter(sys.argv[1]);"
        f"print(socket.create_connection(('10.0.0.10', 22), {PATIENCE}).recv(4).decode())"
    )
    done = subprocess.run([sys.executable, "-c", code, hosts], capture_output=True, text=True, check=False)
    assert done.stdout == "SSH-\n", done.stderr
    many = (
        "import sys, threading; from fournines import lab; from fournines.errors import LabError\n"
        "stop = threading.Event(); t = threading.Thread(target=stop.wait); t.start()\n"
        "try: lab.enter(sys.argv[1])\n"
        "except LabError as e: print(e)\n"
        "finally: stop.set()\n"
    )
    done = subprocess.run([sys.executable, "-c", many, hosts], capture_output=True, text=True, check=False)
    assert "2 threads" in done.stdout, done.stderr


def test_a_lab_that_is_not_there_is_said_to_be_not_there() -> None:
    assert lab.down("test-nobody") is False
    assert not lab.is_up("test-nobody")
    with pytest.raises(LabError, match="there is no lab"):
        lab.status("test-nobody")
