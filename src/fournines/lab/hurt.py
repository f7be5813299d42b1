"""A lab's hosts hurt and healed, and commands in them: power, freezing, cables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fournines import files
from fournines.errors import LabError
from fournines.lab import network, ssh, state
from fournines.lab.cgroups import hierarchies
from fournines.lab.hosts.host import RunningHost
from fournines.lab.hosts.kinds import host_of
from fournines.lab.names import checked_name
from fournines.lab.shell import need_root
from fournines.lab.state import LabPaths

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence


def running_host(lab: str, host: str) -> RunningHost:
    """The handles of one host of a lab.

    Raises:
        LabError: there is no such lab or host.
    """
    need_root()
    paths = LabPaths(checked_name(lab))
    return host_of(state.load(paths), host, paths, hierarchies())


def power(
    lab: str, host: str, action: Literal["off", "on", "cycle"], *, clean: bool = False, wait: bool = True
) -> None:
    """Switch a host's power. ``off`` is a power loss unless ``clean`` asks for an orderly shutdown.

    With ``wait``, ``on`` and ``cycle`` return when the host has booted. A host that is already as wanted
    is left alone. One deed at a time: where a drill takes a host's power while a cluster has it fenced, the
    one's removal of cables met those of the other's start, and the host came back cut off.

    Raises:
        LabError: there is no such host, or it does not do it in time.
    """
    subject = running_host(lab, host)
    network.need(lab)
    with files.held(subject.files.directory):
        if action in {"off", "cycle"} and subject.on:
            if clean:
                subject.shut_down()
            subject.lose_power()
        if action in {"on", "cycle"}:
            subject.prepare(ssh.ensure_key(LabPaths(lab)))
            if not subject.on:
                subject.start()
    if wait and action in {"on", "cycle"}:
        subject.await_boot()


def freeze(lab: str, host: str) -> None:
    """Stop a host where it is, as a paused virtual machine: it keeps its connections and says nothing.

    Raises:
        LabError: there is no such host, or it is off.
    """
    subject = running_host(lab, host)
    with files.held(subject.files.directory):
        subject.need_power()
        subject.freeze()


def thaw(lab: str, host: str) -> None:
    """Let a frozen host go on, with all its cables plugged in but those that are cut.

    Raises:
        LabError: there is no such host, or it is off.
    """
    subject = running_host(lab, host)
    with files.held(subject.files.directory):
        subject.need_power()
        subject.thaw()


def weigh(lab: str, host: str, share: float) -> None:
    """Give a host so much of what an ordinary one has a claim to where hosts contend for processors.

    Raises:
        LabError: there is no such host.
    """
    running_host(lab, host).cgroups.weigh(share)


def cut(lab: str, host: str, network_name: str | None = None) -> None:
    """Cut a host off from a network, or from all: its packets vanish silently, its carrier stays.

    It stays so until ``heal``, also where it loses its power meanwhile and gets it back.

    Raises:
        LabError: there is no such host or network, or the lab is down.
    """
    subject = _cabled(lab, host, network_name)
    subject.remember_cut(subject.cut | _meant(subject, network_name))
    network.batch(lab, network.unplug_lines(subject.host, network.links(lab), network_name))


def heal(lab: str, host: str, network_name: str | None = None) -> None:
    """Undo ``cut``.

    Raises:
        LabError: there is no such host or network, the host is off, or the lab is down.
    """
    subject = _cabled(lab, host, network_name)
    subject.need_power()
    subject.remember_cut(subject.cut - _meant(subject, network_name))
    network.batch(lab, network.plug_lines(subject.host, network.links(lab), network_name))


def _meant(subject: RunningHost, network_name: str | None) -> set[str]:
    return {nic.network for nic in subject.host.nics if network_name in {None, nic.network}}


def _cabled(lab: str, host: str, network_name: str | None) -> RunningHost:
    subject = running_host(lab, host)
    network.need(lab)
    if network_name is not None:
        subject.plan.network(network_name)
        if subject.host.nic_on(network_name) is None:
            raise LabError(f"the host is not attached to network {network_name}", where=host)
    return subject


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
