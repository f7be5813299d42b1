"""What hosts are asked for: ports, log files, interfaces, a virtual switch, kernel modules, block devices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogFile:
    """Messages of a program go to a file of their own, rotated.

    ``program`` is the exact syslog tag; several programs may share a file. ``hosts`` are the names of the
    hosts where that is so, none meaning all.
    """

    program: str
    path: str
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FirewallPort:
    """Traffic that a host must accept, beside what its endpoints imply (``Endpoint``).

    ``protocol`` is tcp, udp or vrrp (which has no port). A program that takes any free port of a range says
    its ``last``. ``network`` limits it to senders of that
    network; None means from anywhere. ``hosts`` are the names of the hosts that accept it.
    """

    name: str
    hosts: tuple[str, ...]
    protocol: str = "tcp"
    port: int | None = None
    network: str | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """What a component's processes on each of these hosts hold, in MiB (PSS, measured).

    ``rest`` is what they hold when nobody asks for anything; ``grows`` what full caches add.
    """

    component: str
    hosts: tuple[str, ...]
    rest: int
    grows: int = 0


def memory_of(component: str, *parts: tuple[tuple[str, ...], int]) -> Iterator[Memory]:
    """What a component holds where several parts of it may share a host: said once per host.

    A part is its hosts and what it holds at rest on each, in MiB.
    """
    held: Counter[str] = Counter()
    for hosts, rest in parts:
        held.update(dict.fromkeys(hosts, rest))
    for rest in sorted(set(held.values())):
        yield Memory(component, tuple(host for host in held if held[host] == rest), rest)


@dataclass(frozen=True, slots=True)
class KernelModule:
    """A module that the kernel of each of these hosts has loaded (``name`` as modprobe takes it).

    A container cannot load one, so a lab's hosts that need one are virtual machines, which find it in their
    kernel and load it at boot. On real machines the component itself sees to it that it is loaded.
    """

    name: str
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BackingDevice:
    """A whole block device that each of these hosts has for a component's own use, at ``path``.

    A lab makes it, empty and ``mib`` MiB large, and only for hosts that are virtual machines. There
    ``path`` is ``/dev/vdb`` for a host's first, ``/dev/vdc`` for its second, and so on.
    """

    path: str
    hosts: tuple[str, ...]
    mib: int = 512


@dataclass(frozen=True, slots=True)
class InterfaceOf:
    """A component's files name these hosts' interface in a network: it is asked for before rendering."""

    network: str
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Switch:
    """The virtual switch of each of these hosts, to which virtual networks are plugged.

    ``datapath`` is who forwards, in Open vSwitch's words (system, netdev). Tunnels end at the hosts'
    addresses in the network ``tunnels``. Routers are reached from the network ``external``, where there is
    one, by ``bridge``.
    """

    hosts: tuple[str, ...]
    datapath: str
    tunnels: str
    external: str | None
    bridge: str


@dataclass(frozen=True, slots=True)
class MetadataProxy:
    """Who hands the questions of instances to the metadata service, saying whose they are.

    ``secret`` names the Secret by which he signs that: whoever knows it reads any instance's metadata.
    """

    secret: str
