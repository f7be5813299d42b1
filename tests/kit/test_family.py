"""Names of another family: what is said again, what is left alone, and what falls away."""

from __future__ import annotations

from fournines.kit.family import (
    NOT_PROVED,
    Family,
    Names,
    account,
    alike,
    nowhere,
    package,
    path,
    there,
    unit,
)
from fournines.kit.step import Absent, Account, Command, Directory, File, Packages, Unit

BY = "some/one a.spec"
ROWS = (
    package("server", rhel=there("server", "server-tools", by=BY), suse=alike(BY)),
    package("client", rhel=nowhere(BY), suse=NOT_PROVED),
    unit("server.service", rhel=there("serverd.service", by=BY), suse=alike(BY)),
    account("_server", rhel=there("server", by=BY), suse=alike(BY)),
    path("/etc/server", rhel=there("/etc/serverd", by=BY), suse=alike(BY)),
    path("/etc/server/keys", rhel=alike(BY), suse=alike(BY)),
    path("/usr/bin/server", rhel=there("/usr/sbin/server", by=BY), suse=alike(BY)),
    path("/etc/server/old.conf", rhel=nowhere(BY), suse=alike(BY)),
)
RHEL, SUSE = Names(ROWS, Family.RHEL), Names(ROWS, Family.SUSE)


def test_a_text_has_the_longest_name_that_fits_and_no_part_of_another() -> None:
    assert RHEL.text("/etc/server/a.conf") == "/etc/serverd/a.conf"
    assert RHEL.text("/etc/server/keys/a") == "/etc/server/keys/a"
    for other in (
        "/etc/server-2",
        "/chroot/etc/server",
        "/usr/bin/server-tool",
        "my-server.service",
        "a_server",
    ):
        assert RHEL.text(other) == other
    assert RHEL.text("/etc/systemd/system/server.service.d/a.conf").endswith("/serverd.service.d/a.conf")
    assert RHEL.text("User=_server\nExecStart=-/usr/bin/server --conf='/etc/server'") == (
        "User=server\nExecStart=-/usr/sbin/server --conf='/etc/serverd'"
    )


def test_steps_are_said_again_whole() -> None:
    steps = (
        Packages(("server", "client", "other")),
        Account("ours", groups=("_server",)),
        Directory("/etc/server", owner="_server", group="root"),
        File("/etc/server/a.conf", "run /usr/bin/server\n", group="_server", mode=0o640),
        Unit("server.service", restart_on=("/etc/server/a.conf",), packages=("server",)),
    )
    assert RHEL.steps(steps) == (
        Packages(("server", "server-tools", "other")),
        Account("ours", groups=("server",)),
        Directory("/etc/serverd", owner="server", group="root"),
        File("/etc/serverd/a.conf", "run /usr/sbin/server\n", group="server", mode=0o640),
        Unit("serverd.service", restart_on=("/etc/serverd/a.conf",), packages=("server", "server-tools")),
    )
    assert SUSE.steps(steps) == steps


def test_what_is_nowhere_falls_away_and_what_is_no_text_stays() -> None:
    gone = (Absent("/etc/server/old.conf"), File("/etc/server/old.conf", ""))
    assert RHEL.steps(gone) == ()
    assert SUSE.steps(gone) == gone
    kept = (
        File("/etc/server/keys/a", "/etc/server", secret=True),
        File("/etc/server/keys/b", "L2V0Yy9zZXJ2ZXI=", base64=True),
        Command("server", ("/usr/bin/server", "init"), unless=("true",)),
    )
    assert RHEL.steps(kept) == kept
