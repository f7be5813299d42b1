"""What is taken for granted of Aodh's packages and of uwsgi, which comes with them."""

from __future__ import annotations

from fournines.components.aodh.model import DAEMONS, GROUP, MIGRATIONS
from fournines.kit.relies import Relied, has, has_account, owned, reads

_VERSION = "20.0.0"
_PACKAGE = "/usr/lib/python3/dist-packages/aodh"

RELIES = (
    Relied(
        "aodh-api",
        _VERSION,
        _VERSION,
        (
            has_account("aodh"),
            owned("/var/lib/aodh", "aodh:aodh"),
            owned("/var/log/aodh", "aodh:adm"),
            has("/usr/share/aodh-common/app.wsgi"),
            has("/usr/bin/aodh-dbsync"),
            has("/usr/bin/uwsgi_python3"),
            has("/usr/lib/uwsgi/plugins/python3_plugin.so"),
            # Health is asked there, without a token; the pipeline is the package's.
            reads("/etc/aodh/api-paste.ini", "/healthcheck = healthcheck"),
            has(MIGRATIONS),
            reads(f"{_PACKAGE}/evaluator/__init__.py", f'PARTITIONING_GROUP_NAME = "{GROUP}"'),
            # An evaluator that was taken out of its group comes back by itself.
            reads(f"{_PACKAGE}/coordination.py", "if self._my_id not in members:"),
        ),
    ),
    *(Relied(f"aodh-{name}", _VERSION, _VERSION, (has(f"/usr/bin/aodh-{name}"),)) for name in DAEMONS),
)
