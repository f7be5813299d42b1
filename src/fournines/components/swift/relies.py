"""What is taken for granted of Swift's packages, and of rsync."""

from __future__ import annotations

from fournines.kit.relies import Relied, Truth, has, has_account, owned, reads

_PYTHON = "/usr/lib/python3/dist-packages/swift"
_PROVED = ("2.35.1", "2.35.1")


def _programs(kind: str, *does: str) -> tuple[Truth, ...]:
    return tuple(has(f"/usr/bin/swift-{kind}-{one}") for one in ("server", *does))


RELIES = (
    Relied(
        "swift-proxy",
        *_PROVED,
        (
            has_account("swift"),
            owned("/var/lib/swift", "swift:swift"),
            *_programs("proxy"),
            # Rings are written by us in this format, and looked at again by who has read them.
            reads(f"{_PYTHON}/common/ring/ring.py", "if magic == b'R1NG':"),
            reads(f"{_PYTHON}/common/ring/ring.py", "DEFAULT_RELOAD_TIME = 15"),
            # The balancer asks this page; the file that drains a host is an option of it.
            reads(
                f"{_PYTHON}/common/middleware/healthcheck.py",
                "conf.get('disable_path'",
            ),
        ),
    ),
    Relied("swift-account", *_PROVED, _programs("account", "replicator", "auditor", "reaper")),
    Relied("swift-container", *_PROVED, _programs("container", "replicator", "auditor", "updater")),
    Relied(
        "swift-object",
        *_PROVED,
        (
            *_programs("object", "replicator", "auditor", "updater"),
            # What is asked about a host's last round of copying.
            reads(f"{_PYTHON}/common/middleware/recon.py", "'replication_last'"),
        ),
    ),
    Relied("swift-object-expirer", *_PROVED, (has("/usr/bin/swift-object-expirer"),)),
    Relied("rsync", "3.4.1", "3.5.0", (has("/usr/bin/rsync"),)),
)
