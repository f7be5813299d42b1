"""What is taken for granted of Gnocchi's packages, of uwsgi, and of tooz, which come with them."""

from __future__ import annotations

from fournines.components.gnocchi.model import GROUP, MIGRATIONS
from fournines.kit.relies import Relied, has, has_account, owned, reads

_VERSION = "4.6.5"
_PACKAGES = "/usr/lib/python3/dist-packages"
_PASTE = "/etc/gnocchi/api-paste.ini"

RELIES = (
    Relied(
        "gnocchi-api",
        _VERSION,
        _VERSION,
        (
            has_account("gnocchi"),
            owned("/var/lib/gnocchi", "gnocchi:gnocchi"),
            owned("/var/log/gnocchi", "gnocchi:adm"),
            has(f"{_PACKAGES}/gnocchi/rest/wsgi.py"),
            has("/usr/bin/gnocchi-upgrade"),
            has("/usr/bin/uwsgi_python3"),
            has("/usr/lib/uwsgi/plugins/python3_plugin.so"),
            # Health is asked there, without a token; the pipeline is the package's.
            reads(_PASTE, "/healthcheck = healthcheck"),
            has(MIGRATIONS),
            # The database's settings count though the URL is the indexer's.
            reads(f"{_PACKAGES}/gnocchi/indexer/sqlalchemy.py", "**dict(conf.database.items())"),
            # New measures wait in the store that [storage] names.
            reads(f"{_PACKAGES}/gnocchi/opts.py", "opt.default = '${storage.%s}' % opt.name"),
        ),
    ),
    Relied(
        "gnocchi-metricd",
        _VERSION,
        _VERSION,
        (
            has("/usr/bin/gnocchi-metricd"),
            reads(f"{_PACKAGES}/gnocchi/cli/metricd.py", f'GROUP_ID = b"{GROUP}"'),
            # By a new lease it is seen that a member was taken out of its group.
            reads(f"{_PACKAGES}/tooz/drivers/etcd3gw.py", "if self._membership_lease.refresh() == -1:"),
        ),
    ),
)
