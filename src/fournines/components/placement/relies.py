"""What is taken for granted of Placement's package and of uwsgi, which comes with it."""

from __future__ import annotations

from fournines.components.placement.model import MIGRATIONS
from fournines.kit.relies import Relied, has, has_account, owned, reads

_PACKAGE = "/usr/lib/python3/dist-packages/placement"

RELIES = (
    Relied(
        "placement-api",
        "13.0.0",
        "13.0.0",
        (
            has_account("placement"),
            owned("/var/lib/placement", "placement:placement"),
            owned("/var/log/placement", "placement:adm"),
            has("/usr/bin/placement-api"),
            has("/usr/bin/placement-manage"),
            has("/usr/bin/uwsgi_python3"),
            has("/usr/lib/uwsgi/plugins/python3_plugin.so"),
            # There is no health page: the list of versions is, which needs no token.
            reads(f"{_PACKAGE}/auth.py", "if environ['PATH_INFO'] in ['/', '']:"),
            has(MIGRATIONS),
        ),
    ),
)
