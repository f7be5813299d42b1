"""What can be done with a lab: bring it up, look at it, hurt its hosts and heal them, take it down."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fournines import files
from fournines.errors import LabError
from fournines.kit.common.fencing import password_of
from fournines.lab import disk, network, ssh, state
from fournines.lab.bmc import board
from fournines.lab.cgroups import (
    HostCgroups,
    hierarchies,
    hosts_with_cgroups,
    labs_with_cgroups,
    remove_lab,
)
from fournines.lab.host import RunningHost
from fournines.lab.images import image, sources
from fournines.lab.images.recipe import Recipe
from fournines.lab.limits import raise_inotify
from fournines.lab.plan import checked_name, machine
from fournines.lab.shell import need_root, run
from fournines.lab.state import LabPaths

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from fournines.lab.network import Link
    from fournines.lab.plan import LabHost, LabPlan

Power = Literal["on", "off", "frozen"]


def _silent(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class CableStatus:
    """One cable of a host; ``plugged`` is False when it was cut or the host is off."""

    network: str
    address: str
    interface: str
    outside: str
    plugged: bool


@dataclass(frozen=True, slots=True)
class HostStatus:
    """One host now."""

    name: str
    power: Power
    cables: tuple[CableStatus, ...]


@dataclass(frozen=True, slots=True)
class LabStatus:
    """A lab now; ``up`` means its network is there, be its hosts on or off.

    ``disk`` is where the hosts' disks lie: ``memory``, or a directory.
    """

    name: str
    up: bool
    disk: str
    hosts: tuple[HostStatus, ...]


def up(
    plan: LabPlan,
    *,
    mirror: str | None = None,
    disks: str | None = None,
    as_cached: bool = False,
    progress: Callable[[str], None] = _silent,
) -> None:
    """Make every host of the plan run, plugged in and booted. What runs already is left alone.

    A cable that was cut is plugged in again and a frozen host goes on: afterwards the lab is as planned.
    ``disks`` is ``memory`` or a directory; memory where it suffices unless given. ``as_cached`` takes a
    cached image without asking whether the archive has newer packages.

    Raises:
        LabError: the image could not be built, a host did not boot, the disks would not fit into memory, or
            a lab of that name is up with another plan.
    """
    need_root()
    paths = LabPaths(checked_name(plan.name))
    tree = (
        paths.image.resolve()
        if paths.image.is_dir()
        else build(plan, mirror=mirror, as_cached=as_cached, progress=progress)
    )
    with state.alone(paths):
        _refuse_other_plan(paths, plan)
        state.save(paths, plan, tree)
        lie = disk.prepare(paths, disks, hosts=len(plan.hosts))
        progress(f"disks: {lie.where}{f' ({lie.why})' if lie.why else ''}")
        public_key = ssh.ensure_key(paths)
        raise_inotify()
        network.make(plan)
        where = hierarchies()
        board.ensure(plan, paths, where)
        hosts = [RunningHost.of(plan, host.name, paths, where) for host in plan.hosts]
        for host in hosts:
            host.prepare(public_key)
        keys = {host.host.name: host.host_key() for host in hosts}
        files.write(paths.known_hosts, ssh.render_known_hosts(plan, keys), mode=0o644)
        files.write(paths.ssh_config, ssh.render_config(plan, paths), mode=0o644)
        off = [host for host in hosts if not host.on]
        started = time.monotonic()
        for host in hosts:
            if host in off:
                progress(f"{host.host.name}: power on")
            elif host.cgroups.frozen:
                host.cgroups.thaw()
            host.start()
        for host in hosts:
            boot = host.await_boot()
            took = f" {time.monotonic() - started:.1f} s after power-on" if host in off else ""
            progress(f"{host.host.name}: {boot}{took}{_failed_units(host) if boot == 'degraded' else ''}")


def build(
    plan: LabPlan,
    *,
    mirror: str | None = None,
    as_cached: bool = False,
    progress: Callable[[str], None] = _silent,
) -> Path:
    """The file tree of the plan's host image, built first where no cached one holds what the archive has now.

    Packages that another suite than the present one lacks are told and left out.

    Raises:
        LabError: this process is not root's, or the build failed; its log is named.
    """

    def reached() -> image.Sources:
        return sources.for_image(plan.suite, mirror), sources.apt_options_of_this_machine()

    packages = set(plan.packages)
    if plan.suite != sources.SUITE:
        gone = image.lacking(plan.suite, plan.packages, reached())
        if gone:
            progress(f"{plan.suite} lacks {', '.join(gone)}")
        packages -= set(gone)
    return image.ensure(Recipe.of(packages, plan.suite), reached, progress, as_cached=as_cached)


def _refuse_other_plan(paths: LabPaths, plan: LabPlan) -> None:
    if paths.plan.exists() and state.load(paths) != plan:
        raise LabError(
            f"a lab {plan.name} exists that was made from another plan",
            try_this=f"nines lab down {plan.name}, or give this one another --name",
        )


def _failed_units(host: RunningHost) -> str:
    failed = host.exec(["systemctl", "list-units", "--failed", "--plain", "--no-legend"]).stdout
    return f" (failed: {', '.join(line.split()[0] for line in failed.splitlines() if line)})"


def images() -> tuple[tuple[image.Built, tuple[str, ...]], ...]:
    """The images in the cache, oldest first, each with the labs that stand on it."""
    using = {name: LabPaths(name).image.resolve().parent for name in state.labs_on_disk()}
    return tuple(
        (one, tuple(sorted(name for name, path in using.items() if path == one.path.resolve())))
        for one in image.built()
    )


def prune() -> tuple[str, ...]:
    """Delete the images that no lab stands on, and return their digests."""
    need_root()
    unused = [one for one, labs_on_it in images() if not labs_on_it]
    for one in unused:
        image.delete(one)
    return tuple(one.digest for one in unused)


def down(name: str, *, progress: Callable[[str], None] = _silent) -> bool:
    """Take a lab down and delete its disks; False when nothing of it was there.

    It needs nothing but the name, so it also removes what an interrupted ``up`` left: processes and
    cgroups first, then the namespace, then mounts and files.

    Raises:
        LabError: something of it resists.
    """
    checked_name(name)
    if name not in labs():
        return False
    need_root()
    paths = LabPaths(name)
    with state.alone(paths):
        # Once is enough, unless an ``up`` was killed whose last child was still at work just now.
        for _ in range(3):
            _sweep(paths, progress)
            if name not in labs():
                break
    progress(f"lab {name} is down")
    return True


def _sweep(paths: LabPaths, progress: Callable[[str], None]) -> None:
    where = hierarchies()
    for host in sorted(hosts_with_cgroups(where, paths.lab)):
        progress(f"{host}: power off" if host != board.CGROUP else "the board ends")
        HostCgroups(where, paths.lab, host).clear()
        _forget_machine(machine(paths.lab, host))
    remove_lab(where, paths.lab)
    network.remove(paths.lab)
    state.unmount(paths)
    disk.forget(paths)
    state.remove(paths)


def _forget_machine(name: str) -> None:
    """A killed systemd-nspawn leaves an empty directory per machine under /run."""
    run(["rm", "-rf", "--one-file-system", f"/run/systemd/nspawn/propagate/{name}"])


def labs() -> tuple[str, ...]:
    """The names of all labs of which anything is left on this machine."""
    cgroups = labs_with_cgroups(hierarchies())
    return tuple(sorted(state.labs_on_disk() | network.labs_with_namespace() | cgroups))


def is_up(name: str) -> bool:
    """Whether a lab of that name is there to be entered, be its hosts on or off."""
    return network.exists(name) and LabPaths(checked_name(name)).plan.exists()


def status(name: str) -> LabStatus:
    """What a lab is doing now.

    Raises:
        LabError: there is no such lab.
    """
    paths = LabPaths(checked_name(name))
    plan = state.load(paths)
    where = hierarchies()
    links = network.links(name) if network.exists(name) else {}
    hosts = tuple(_host_status(host, links, HostCgroups(where, name, host.name)) for host in plan.hosts)
    lie = disk.current(paths)
    return LabStatus(name, bool(links), lie.where if lie else "", hosts)


def _host_status(host: LabHost, links: Mapping[str, Link], cgroups: HostCgroups) -> HostStatus:
    power: Power = "off"
    if cgroups.leader() is not None:
        power = "frozen" if cgroups.frozen else "on"
    return HostStatus(
        name=host.name,
        power=power,
        cables=tuple(
            CableStatus(
                network=nic.network,
                address=str(nic.address.ip),
                interface=nic.inside,
                outside=nic.outside,
                plugged=nic.outside in links and links[nic.outside].bridge == nic.bridge,
            )
            for nic in host.nics
        ),
    )


def running_host(lab: str, host: str) -> RunningHost:
    """The handles of one host of a lab.

    Raises:
        LabError: there is no such lab or host.
    """
    need_root()
    paths = LabPaths(checked_name(lab))
    return RunningHost.of(state.load(paths), host, paths, hierarchies())


def board_secrets(lab: str) -> Mapping[str, str]:
    """The passwords by which a lab's hosts are fenced, by the secrets' names; none where it has no board."""
    paths = LabPaths(checked_name(lab))
    if not paths.bmc.password.exists():
        return {}
    password = paths.bmc.password.read_text(encoding="ascii").strip()
    return {password_of(host.name): password for host in state.load(paths).hosts}


def powered(lab: str, host: str) -> bool:
    """Whether a host has power; one that is frozen or cut off has."""
    return HostCgroups(hierarchies(), lab, host).leader() is not None


def power(
    lab: str, host: str, action: Literal["off", "on", "cycle"], *, clean: bool = False, wait: bool = True
) -> None:
    """Switch a host's power. ``off`` is a power loss unless ``clean`` asks for an orderly shutdown.

    With ``wait``, ``on`` and ``cycle`` return when the host has booted. A host that is already as wanted
    is left alone.

    Raises:
        LabError: there is no such host, or it does not do it in time.
    """
    subject = running_host(lab, host)
    network.need(lab)
    if action in {"off", "cycle"} and subject.on:
        if clean:
            subject.shut_down()
        subject.lose_power()
    if action in {"on", "cycle"}:
        subject.prepare(ssh.ensure_key(LabPaths(lab)))
        if not subject.on:
            subject.start()
        if wait:
            subject.await_boot()


def freeze(lab: str, host: str) -> None:
    """Stop a host where it is, as a paused virtual machine: it keeps its connections and says nothing.

    Its cables are unplugged for that time: only processes can be frozen, and the kernel would go on
    answering ARP for a VIP and completing TCP handshakes, which a paused machine does not.

    Raises:
        LabError: there is no such host, or it is off.
    """
    subject = running_host(lab, host)
    subject.leader()
    cut(lab, host)
    subject.cgroups.freeze()


def thaw(lab: str, host: str) -> None:
    """Let a frozen host go on, with all its cables plugged in.

    Raises:
        LabError: there is no such host, or it is off.
    """
    subject = running_host(lab, host)
    subject.leader()
    heal(lab, host)
    subject.cgroups.thaw()


def cut(lab: str, host: str, network_name: str | None = None) -> None:
    """Cut a host off from a network, or from all: its packages vanish silently, its carrier stays.

    Raises:
        LabError: there is no such host or network, or the lab is down.
    """
    plan, subject = _cabled(lab, host, network_name)
    lines = network.unplug_lines(subject, network.links(lab), network_name)
    network.batch(plan.name, lines)


def heal(lab: str, host: str, network_name: str | None = None) -> None:
    """Undo ``cut``.

    Raises:
        LabError: there is no such host or network, the host is off, or the lab is down.
    """
    plan, subject = _cabled(lab, host, network_name)
    running_host(lab, host).leader()
    lines = network.plug_lines(subject, network.links(lab), network_name)
    network.batch(plan.name, lines)


def _cabled(lab: str, host: str, network_name: str | None) -> tuple[LabPlan, LabHost]:
    need_root()
    plan = state.load(LabPaths(checked_name(lab)))
    network.need(lab)
    subject = plan.host(host)
    if network_name is not None:
        plan.network(network_name)
        if subject.nic_on(network_name) is None:
            raise LabError(f"the host is not attached to network {network_name}", where=host)
    return plan, subject


def exec_(
    lab: str, host: str, argv: Sequence[str], *, stdin: str = "", timeout: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """Run a command inside a host, not over the network; it is returned finished, whatever its exit code.

    Raises:
        LabError: the host is off or frozen, or the command did not finish in ``timeout`` seconds.
    """
    return running_host(lab, host).exec(argv, stdin=stdin, timeout=timeout)


def exec_command(lab: str, host: str, argv: Sequence[str]) -> list[str]:
    """The command line that runs ``argv`` inside a host, for a caller that wants its own pipes.

    Raises:
        LabError: the host is off or frozen.
    """
    return running_host(lab, host).exec_command(argv)


def ssh_config_path(lab: str) -> Path:
    """The lab's ``ssh_config``, for ``ssh -F`` from a process that has entered the lab.

    Raises:
        LabError: there is no such lab.
    """
    path = LabPaths(checked_name(lab)).ssh_config
    if not path.exists():
        raise LabError(f"there is no lab {lab}", try_this="nines lab up SITE")
    return path
