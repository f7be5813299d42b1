"""What is taken for granted of Keystone's package and of uwsgi, which comes with it."""

from __future__ import annotations

from fournines.components.keystone.model import MIGRATIONS
from fournines.kit.relies import Relied, has, has_account, owned, reads

_PACKAGE = "/usr/lib/python3/dist-packages/keystone"

RELIES = (
    Relied(
        "keystone",
        "27.0.0",
        "27.0.0",
        (
            has_account("keystone"),
            owned("/etc/keystone", "keystone:keystone"),
            owned("/var/lib/keystone", "keystone:keystone"),
            has("/usr/bin/keystone-manage"),
            has("/usr/bin/uwsgi_python3"),
            has("/usr/lib/uwsgi/plugins/python3_plugin.so"),
            has("/usr/lib/uwsgi/plugins/apparmor_plugin.so"),
            # What our own application (on_host) is made from.
            reads(f"{_PACKAGE}/server/wsgi.py", "def initialize_public_application("),
            reads(f"{_PACKAGE}/common/rbac_enforcer/enforcer.py", "def _enforcer("),
            # Health is asked there, and there is no paste pipeline to put it in.
            reads(f"{_PACKAGE}/server/flask/application.py", "healthcheck.Healthcheck.app_factory("),
            has(MIGRATIONS),
        ),
    ),
)
