"""What is taken for granted of Glance's package."""

from __future__ import annotations

from fournines.components.glance.model import MIGRATIONS
from fournines.kit.relies import Relied, has, has_account, owned, reads

_PASTE = "/usr/lib/python3/dist-packages/glance/api/__init__.py"

RELIES = (
    Relied(
        "glance-api",
        "30.0.0",
        "30.0.0",
        (
            has_account("glance"),
            owned("/etc/glance", "glance:glance"),
            owned("/var/lib/glance", "glance:glance"),
            has("/usr/bin/glance-api"),
            has("/usr/bin/glance-manage"),
            reads(_PASTE, "def root_app_factory("),
            reads(_PASTE, "def pipeline_factory("),
            has(MIGRATIONS),
        ),
    ),
)
