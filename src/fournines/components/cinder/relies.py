"""What is taken for granted of Cinder's packages and of uwsgi, which comes with them."""

from __future__ import annotations

from fournines.components.cinder.model import MIGRATIONS
from fournines.kit.relies import Relied, has, has_account, owned, reads

_VERSION = "26.0.0"
_PACKAGE = "/usr/lib/python3/dist-packages/cinder"

RELIES = (
    Relied(
        "cinder-api",
        _VERSION,
        _VERSION,
        (
            has_account("cinder"),
            owned("/var/lib/cinder", "cinder:cinder"),
            owned("/var/log/cinder", "cinder:adm"),
            has("/usr/bin/cinder-wsgi"),
            has("/usr/bin/cinder-manage"),
            has("/usr/bin/uwsgi_python3"),
            has("/usr/lib/uwsgi/plugins/python3_plugin.so"),
            # Health is asked there, without a token; the pipeline is the package's.
            reads("/etc/cinder/api-paste.ini", "/healthcheck: healthcheck"),
            has(MIGRATIONS),
        ),
    ),
    Relied("cinder-scheduler", _VERSION, _VERSION, (has("/usr/bin/cinder-scheduler"),)),
    Relied(
        "cinder-volume",
        _VERSION,
        _VERSION,
        (
            has("/usr/bin/cinder-volume"),
            reads(
                f"{_PACKAGE}/cmd/volume.py", "cluster = (cluster or None) and '%s@%s' % (cluster, backend)"
            ),
        ),
    ),
)
