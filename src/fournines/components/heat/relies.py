"""What is taken for granted of Heat's packages and of uwsgi, which comes with them."""

from __future__ import annotations

from fournines.components.heat.model import MIGRATIONS
from fournines.kit.relies import Relied, has, has_account, owned, reads

_VERSION = "24.0.0"
_PACKAGE = "/usr/lib/python3/dist-packages/heat"
_PASTE = "/etc/heat/api-paste.ini"

RELIES = (
    Relied(
        "heat-api",
        _VERSION,
        _VERSION,
        (
            has_account("heat"),
            owned("/var/lib/heat", "heat:heat"),
            owned("/var/log/heat", "heat:adm"),
            has("/usr/bin/heat-wsgi-api"),
            has("/usr/bin/heat-manage"),
            has("/usr/bin/uwsgi_python3"),
            has("/usr/lib/uwsgi/plugins/python3_plugin.so"),
            # Health is asked there, without a token; in a pipeline that is the package's.
            reads(_PASTE, "/healthcheck: healthcheck"),
            reads(_PASTE, "http_proxy_to_wsgi versionnegotiation authurl authtoken context"),
            has(MIGRATIONS),
        ),
    ),
    Relied("heat-api-cfn", _VERSION, _VERSION, (has("/usr/bin/heat-wsgi-api-cfn"),)),
    Relied(
        "heat-engine",
        _VERSION,
        _VERSION,
        (
            has("/usr/bin/heat-engine"),
            has("/etc/heat/environment.d/default.yaml"),
            reads(f"{_PACKAGE}/engine/service.py", "'max_overflow', worker_pool_size"),
        ),
    ),
)
