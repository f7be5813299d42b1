"""What keepalived's settings cost and protect from: the gap after a power loss against false takeovers.

``python bench/vrrp_choices.py SITE`` (root, nothing else running) brings up a lab of its own with the site's
hosts and tries each way of asking for a host's fitness together with each timing. For each it counts how
often the backup takes a VIP over although the holder lives, while a third host boots again and again and
programs burn the processors of all; then it takes the holder's power away and measures how long each VIP
does not answer. It prints the table that docs/keepalived.md shows.
"""

from __future__ import annotations

import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from fournines import lab
from fournines.cli.shared.site import load_site
from fournines.lab.plan import namespace

NAME = "vrrp-bench"
HOSTS = {"controller1": ("10.0.0.11", 254), "controller2": ("10.0.0.12", 154)}
TIMINGS = ((0.1, 3), (0.1, 5), (0.05, 8), (0.2, 3), (1.0, 3))
"""Advert interval in seconds, and how many must be missing until a backup takes over."""
LOSSES = 5
BURN = 40.0
PORT = 22
"""sshd answers on every address of a host."""
PATIENCE = 0.03
"""Seconds for a connection to come about. A gap is told in steps of this: in steps of 0.25 all were alike."""
SCRIPT = """\
vrrp_script fit {
    script "/usr/bin/curl --silent --output /dev/null --max-time 0.3 file:///etc/hostname"
    interval 0.5
}
"""


@dataclass(frozen=True)
class Way:
    """How keepalived learns of its host's fitness, and with what priority it runs."""

    name: str
    schedule: str
    script: bool


WAYS = (
    Way("a script each 0.5 s, nice -20", "vrrp_priority -20", script=True),
    Way("files, nice -20", "vrrp_priority -20", script=False),
    Way("files, real time", "vrrp_rt_priority 50\n    vrrp_rlimit_rttime 200000", script=False),
)


def config(host: str, way: Way) -> str:
    """One instance for each timing, each with a VIP of its own."""
    own, priority = HOSTS[host]
    peer = next(address for name, (address, _) in HOSTS.items() if name != host)
    text = f"global_defs {{\n    router_id {host}\n    vrrp_version 3\n    {way.schedule}\n}}\n"
    text += SCRIPT if way.script else ""
    track = "    track_script {\n        fit\n    }\n" if way.script else ""
    for number, (advert, missing) in enumerate(TIMINGS):
        text += (
            f"vrrp_instance i{number} {{\n    state BACKUP\n    nopreempt\n    interface eth0\n"
            f"    virtual_router_id {20 + number}\n    priority {priority}\n    advert_int {advert}\n"
            f"    down_timer_adverts {missing}\n    unicast_src_ip {own}\n"
            f"    unicast_peer {{\n        {peer}\n    }}\n"
            f"    virtual_ipaddress {{\n        {vip(number)}/24\n    }}\n{track}}}\n"
        )
    return text


def vip(number: int) -> str:
    """The address of an instance."""
    return f"10.0.0.{100 + number}"


def configure(way: Way) -> None:
    """Start keepalived this way on both; the first is the holder of every VIP afterwards."""
    for host in HOSTS:
        lab.exec_(NAME, host, ["systemctl", "stop", "keepalived"])
    for host in HOSTS:
        start = (
            "mkdir -p /etc/keepalived && cat >/etc/keepalived/keepalived.conf && systemctl start keepalived"
        )
        lab.exec_(NAME, host, ["sh", "-c", start], stdin=config(host, way)).check_returncode()
        time.sleep(5)  # longer than the slowest timing needs to make it the holder


def takeovers(since: float) -> list[int]:
    """How often the second host has become master since then, for each instance."""
    argv = ["journalctl", "--unit=keepalived", "--output=cat", f"--since=@{since:.0f}"]
    told = lab.exec_(NAME, "controller2", argv).stdout
    found = re.findall(r"\(i(\d+)\) Entering MASTER", told)
    return [found.count(str(number)) for number in range(len(TIMINGS))]


def under_load() -> list[int]:
    """False takeovers while everything is busy."""
    begun = time.time()
    burn = f"timeout {BURN:.0f} sh -c 'while :; do :; done'"
    argv = ["sh", "-c", " & ".join([burn] * 3) + " & wait"]
    burning = [
        threading.Thread(target=lambda host=host: lab.exec_(NAME, host, argv, timeout=BURN * 3))
        for host in HOSTS
    ]
    for thread in burning:
        thread.start()
    while time.time() - begun < BURN:
        lab.power(NAME, "dashboard", "cycle")
    for thread in burning:
        thread.join()
    return takeovers(begun)


def gaps() -> list[float]:
    """Seconds in which each VIP did not answer when the first host lost its power."""
    argv = ["nsenter", f"--net=/run/netns/{namespace(NAME)}", sys.executable, __file__, "--probe"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as probe:
        time.sleep(2)
        lab.power(NAME, "controller1", "off")
        told, _ = probe.communicate()
    lab.power(NAME, "controller1", "on")
    return [float(word) for word in told.split()]


def probe(seconds: float = 8.0) -> None:
    """Connect to each VIP every 10 ms; print the longest time between two connections that came about."""
    end = time.monotonic() + seconds
    longest = [0.0] * len(TIMINGS)

    def ask(number: int) -> None:
        last = time.monotonic()
        while (begun := time.monotonic()) < end:
            try:
                socket.create_connection((vip(number), PORT), timeout=PATIENCE).close()
            except OSError:
                continue
            longest[number] = max(longest[number], begun - last)
            last = begun
            time.sleep(0.01)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(TIMINGS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(" ".join(f"{gap:.3f}" for gap in longest))


def main(site: Path) -> None:
    """Measure and print a table."""
    lab.up(lab.lab_plan(load_site(site), name=NAME, packages=("keepalived", "curl")), progress=print)
    try:
        print("| fitness by | advert x missing | false takeovers | gap after power loss, median (range) |")
        print("|---|---|---|---|")
        for way in WAYS:
            configure(way)
            false = under_load()
            measured = []
            for _ in range(LOSSES):
                configure(way)
                measured.append(gaps())
            for number, (advert, missing) in enumerate(TIMINGS):
                column = [row[number] for row in measured]
                spread = f"{statistics.median(column):.2f} s ({min(column):.2f}-{max(column):.2f})"
                print(f"| {way.name} | {advert:g} s x {missing} | {false[number]} | {spread} |", flush=True)
    finally:
        lab.down(NAME)


if __name__ == "__main__":
    if sys.argv[1:] == ["--probe"]:
        probe()
    else:
        main(Path(sys.argv[1]))
