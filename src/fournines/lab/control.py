"""A lab as a whole: its image, bringing it up, taking it down."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from fournines import files
from fournines.errors import LabError
from fournines.kit.release import SUITE
from fournines.lab import disk, network, ssh, state
from fournines.lab.bmc import board
from fournines.lab.cgroups import (
    HostCgroups,
    hierarchies,
    hosts_with_cgroups,
    remove_lab,
)
from fournines.lab.hosts import vm
from fournines.lab.hosts.kinds import host_of
from fournines.lab.images import image, sources
from fournines.lab.images.recipe import Recipe
from fournines.lab.limits import raise_inotify
from fournines.lab.look import labs
from fournines.lab.names import checked_name, machine
from fournines.lab.shell import need_root, run
from fournines.lab.state import LabPaths
from fournines.lab.vm import accelerator, equipment, root

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fournines.lab.hosts.host import RunningHost
    from fournines.lab.plan import LabPlan


def _silent(_: str) -> None:
    """Tell nobody."""


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
    machines = _machines(plan, paths, tree, mirror=mirror, as_cached=as_cached, progress=progress)
    with state.alone(paths):
        _refuse_other_plan(paths, plan)
        state.save(paths, plan, tree, machines)
        lie = disk.prepare(paths, disks, disk.Needs.of(plan.hosts))
        progress(f"disks: {lie.where}{f' ({lie.why})' if lie.why else ''}")
        public_key = ssh.ensure_key(paths)
        raise_inotify()
        network.make(plan)
        where = hierarchies()
        board.ensure(plan, paths, where)
        hosts = [host_of(plan, host.name, paths, where) for host in plan.hosts]
        for host in hosts:
            host.prepare(public_key)
        keys = {host.host.name: host.host_key() for host in hosts}
        files.write(paths.known_hosts, ssh.render_known_hosts(plan, keys), mode=0o644)
        files.write(paths.ssh_config, ssh.render_config(plan, paths), mode=0o644)
        off = [host for host in hosts if not host.on]
        started = time.monotonic()
        for host in hosts:
            host.remember_cut(())
            if host in off:
                progress(f"{host.host.name}: power on")
            elif host.frozen:
                host.thaw()
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
    if plan.suite != SUITE:
        gone = image.lacking(plan.suite, plan.packages, reached())
        if gone:
            progress(f"{plan.suite} lacks {', '.join(gone)}")
        packages -= set(gone)
    return image.ensure(Recipe.of(packages, plan.suite), reached, progress, as_cached=as_cached)


def _machines(
    plan: LabPlan,
    paths: LabPaths,
    tree: Path,
    *,
    mirror: str | None,
    as_cached: bool,
    progress: Callable[[str], None],
) -> state.Machines | None:
    """What the plan's virtual machines are started with, made first where it is not cached; None without any.

    A lab that is there keeps what it has.
    """
    if not plan.vms:
        return None
    if paths.equipment.is_dir():
        kept = paths.accelerator.read_text(encoding="utf-8").strip()
        return state.Machines(paths.equipment.resolve(), kept)

    def reached() -> image.Sources:
        return sources.for_image(SUITE, mirror), sources.apt_options_of_this_machine()

    found = equipment.ensure(reached, progress, as_cached=as_cached)
    file_system = root.ensure(tree, found, progress)
    runs_on, why = accelerator.choose(vm.machine(found, "kvm", file_system), progress)
    if why:
        progress(f"virtual machines are emulated: {why}")
    return state.Machines(found.path, f"{runs_on}: {why}")


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
    """Delete the images that no lab stands on and the equipment that none runs with; their digests."""
    need_root()
    unused = [one for one, labs_on_it in images() if not labs_on_it]
    for one in unused:
        image.delete(one)
    running = {LabPaths(name).equipment.resolve() for name in state.labs_on_disk()}
    idle = [one for one in equipment.cached() if one.path.resolve() not in running]
    for each in idle:
        root.forget(each)
        equipment.delete(each)
    return (*(one.digest for one in unused), *(each.path.name for each in idle))


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
