"""DRBD's steps."""

from __future__ import annotations

import json
from collections.abc import Iterator

from fournines.components.drbd.model import HOSTS, Options, Volume, password_of, volumes
from fournines.components.drbd.on_host import prepare
from fournines.kit.context import Context
from fournines.kit.declare import Mirror
from fournines.kit.probe import Agreement
from fournines.kit.program import PROGRAMS, argv
from fournines.kit.step import Command, File, Packages, Step, Unit
from fournines.spec.model import Host

CONF = "/etc/drbd.d/{}.res"
MODULES = "/etc/modules-load.d/fournines-drbd.conf"
UNIT = "drbd.service"
FENCE, UNFENCE = f"{PROGRAMS}/drbd-fence", f"{PROGRAMS}/drbd-unfence"
"""Shell, for writes wait meanwhile: Python alone, before its first line, takes longer than all the rest."""
FENCE_PATIENCE = 120
"""Seconds after which ``FENCE`` gives up: writes stay suspended, the cluster's own time limits take over."""
_VALIDATE = ("/usr/lib/drbd/drbdadm-84", "--config-file={}", "dump")
"""The parser for the kernel's DRBD by its own name: before the module is loaded drbdadm takes the file for
one of DRBD 9, whose words are others."""


def steps(context: Context, host: Host) -> Iterator[Step]:
    """A file for each volume, alike on both hosts, and its copy: made once, then the cluster manager's."""
    options = context.options("drbd", Options)
    yield Packages(("drbd-utils", "xfsprogs"))
    yield File(MODULES, "# Managed by fournines.\ndrbd\nxfs\n")
    yield File(FENCE, context.render("drbd", "drbd-fence.j2", patience=FENCE_PATIENCE), mode=0o755)
    yield File(UNFENCE, context.render("drbd", "drbd-unfence.j2"), mode=0o755)
    for one in volumes(options):
        yield File(CONF.format(one.name), resource(context, one), mode=0o600, validate=_VALIDATE)
    for one in volumes(options):
        fed = json.dumps(asked(context, host, one), sort_keys=True)
        yield Command(
            f"volume {one.name}",
            program("apply"),
            unless=program("compare"),
            stdin=fed,
            unless_stdin=fed,
            timeout=prepare.PATIENCE + 120,
            shows=True,
        )
    # At boot it would bring the copies up behind the cluster manager's back, and at shutdown take them down.
    yield Unit(UNIT, enabled=False, running=False)


def program(verb: str) -> tuple[str, ...]:
    """The command by which a host looks at its copies, or makes them."""
    return argv(prepare, verb)


def asked(context: Context, host: Host, volume: Volume) -> dict[str, object]:
    """What that program is fed of a volume."""
    return {
        "name": volume.name,
        "minor": volume.minor,
        "device": volume.device,
        "size": volume.bytes,
        "first": host == HOSTS.first(context.site),
    }


def resource(context: Context, volume: Volume) -> str:
    """The file of a volume."""
    site, options = context.site, context.options("drbd", Options)
    mirror = next(one for one in context.declared(Mirror) if one.volume == volume.name)
    agreed = max((one.seconds for one in context.declared(Agreement)), default=0.0)
    tenths = options.answer_ms // 100
    return context.render(
        "drbd",
        "volume.res.j2",
        volume=volume,
        hosts=[(one.name, site.address(one)) for one in HOSTS(site)],
        password=context.secret(password_of(volume.name)),
        timeout=tenths,
        ping=max(1, tenths // 2),
        every=options.answer_ms // 1000 + 1,
        rate=options.resync_rate,
        fence=f"{FENCE} {mirror.clone} {agreed:.1f} {' '.join(mirror.hosts)}",
        unfence=f"{UNFENCE} {mirror.clone}",
    )
