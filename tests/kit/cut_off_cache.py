"""A program for a lab image: what oslo.cache, set up as a file says, reads from a memcached that
was cut off and whose first answer afterwards is late. Arguments: the file, and how many keys. Prints JSON:
how many of the keys were answered with their own value, with nothing, and with the value of another key."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable

from oslo_cache import core  # type: ignore[import-not-found]
from oslo_config import cfg  # type: ignore[import-not-found]

ADDRESS, PORT, BEHIND = "127.0.0.1", 11211, 11311
KEYS = [f"key{number}" for number in range(int(sys.argv[2]))]
LATE = 0.15
"""Seconds; more than the client waits for an answer."""


class Way:
    """The way to the memcached: it can be blocked, and hold back one answer for ``late`` seconds."""

    def __init__(self) -> None:
        """Open at first."""
        self.late = 0.0
        self.open = threading.Event()
        self.open.set()
        self.listener = socket.create_server((ADDRESS, PORT))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        """Each connection gets one of its own behind the way, and a thread for each direction."""
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection((ADDRESS, BEHIND))
            for ends in ((client, server, False), (server, client, True)):
                threading.Thread(target=self.pass_on, args=ends, daemon=True).start()

    def pass_on(self, source: socket.socket, target: socket.socket, answers: bool) -> None:  # noqa: FBT001
        """Until either end is closed."""
        try:
            while data := source.recv(65536):
                self.open.wait()
                if answers and self.late:
                    late, self.late = self.late, 0.0
                    time.sleep(late)
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            end.close()


def ask(region: core.dogpile.cache.CacheRegion, keys: Iterable[str]) -> Counter[str]:
    """Ask for each key, whose value is its own name."""
    found: Counter[str] = Counter()
    for key in keys:
        try:
            value = region.get(key)
        except OSError:
            value = core.NO_VALUE
        found["nothing" if value is core.NO_VALUE else "own" if value == key else "another"] += 1
    return found


def store() -> None:
    """Another client, on a connection of its own past the way, stores everything anew."""
    conf = cfg.ConfigOpts()
    core.configure(conf)
    conf([], default_config_files=[])
    conf.set_override("enabled", override=True, group="cache")
    conf.set_override("backend", "dogpile.cache.memcached", "cache")
    conf.set_override("memcache_servers", [f"{ADDRESS}:{BEHIND}"], "cache")
    region = core.configure_cache_region(conf, core.create_region())
    for key in KEYS:
        region.set(key, key)


def main(path: str) -> dict[str, dict[str, int]]:
    """Well, cut off, and back."""
    conf = cfg.ConfigOpts()
    core.configure(conf)
    conf([], default_config_files=[path])
    region = core.configure_cache_region(conf, core.create_region())
    way = Way()
    store()
    told = {"well": ask(region, KEYS)}
    way.open.clear()
    told["cut off"] = ask(region, KEYS)
    way.open.set()
    alive_again = conf.cache.memcache_dead_retry + 0.5
    time.sleep(alive_again)
    way.late = LATE
    ask(region, KEYS[:1])
    time.sleep(alive_again)
    store()
    told["back"] = ask(region, KEYS)
    return {when: dict(found) for when, found in told.items()}


if __name__ == "__main__":
    memcached = subprocess.Popen(["memcached", "-u", "nobody", "-l", ADDRESS, "-p", str(BEHIND), "-U", "0"])
    try:
        for _ in range(100):
            try:
                socket.create_connection((ADDRESS, BEHIND)).close()
                break
            except OSError:
                time.sleep(0.05)
        sys.stdout.write(json.dumps(main(sys.argv[1])))
        sys.stdout.flush()
    finally:
        memcached.kill()
        memcached.wait()
    os._exit(0)  # threads of the way may still wait for an end that nobody closes
