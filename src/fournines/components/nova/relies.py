"""What is taken for granted of Nova's packages, of noVNC and of libvirt."""

from __future__ import annotations

from fournines.components.nova.model import API_MIGRATIONS, MIGRATIONS
from fournines.kit.relies import Relied, Truth, has, has_account, owned, reads

_PACKAGE = "/usr/lib/python3/dist-packages/nova"
_PROVED = "31.0.0"


def _relied(package: str, *truths: Truth) -> Relied:
    return Relied(package, _PROVED, _PROVED, truths)


RELIES = (
    _relied(
        "nova-api",
        has_account("nova"),
        owned("/var/lib/nova", "nova:nova"),
        owned("/var/log/nova", "nova:adm"),
        has("/usr/bin/nova-api-wsgi"),
        has("/usr/bin/nova-metadata-wsgi"),
        has("/usr/bin/nova-manage"),
        has("/usr/bin/uwsgi_python3"),
        has("/usr/lib/uwsgi/plugins/python3_plugin.so"),
        has(API_MIGRATIONS),
        has(MIGRATIONS),
        # Of the metadata service; the API's answers only below a version, so its list of versions is asked.
        reads("/etc/nova/api-paste.ini", "pipeline = healthcheck cors http_proxy_to_wsgi metaapp"),
        # By these the one cell's addresses are always those of nova.conf.
        reads(f"{_PACKAGE}/objects/cell_mapping.py", "subs['%s%i' % (key, index)] = these[key]"),
        # Neutron and Cinder tell of ports and volumes with the role service, which may not do so yet.
        reads(f"{_PACKAGE}/policies/server_external_events.py", "check_str=base.ADMIN,"),
    ),
    _relied("nova-scheduler", has("/usr/bin/nova-scheduler")),
    _relied("nova-conductor", has("/usr/bin/nova-conductor")),
    _relied("nova-consoleproxy", has("/usr/bin/nova-novncproxy"), has("/usr/share/novnc/vnc_lite.html")),
    _relied("nova-compute", has("/usr/bin/nova-compute"), has("/etc/sudoers.d/nova-common")),
    _relied("nova-compute-kvm", has("/usr/sbin/libvirtd"), has("/usr/bin/qemu-system-x86_64")),
)
