"""What is taken for granted of Neutron's packages."""

from __future__ import annotations

from fournines.components.neutron.model import AGENTS, GUEST_PACKAGE, MIGRATIONS
from fournines.kit.relies import Relied, Truth, has, has_account, owned, prints, reads

_PACKAGE = "/usr/lib/python3/dist-packages/neutron"
_PROVED = "26.0.3"


def _relied(package: str, *truths: Truth) -> Relied:
    return Relied(package, _PROVED, _PROVED, (has(f"/usr/bin/{package}"), *truths))


RELIES = (
    _relied(
        "neutron-api",
        has_account("neutron"),
        owned("/var/lib/neutron", "neutron:neutron"),
        owned("/var/log/neutron", "neutron:adm"),
        has("/usr/bin/neutron-db-manage"),
        has("/usr/bin/uwsgi_python3"),
        has(MIGRATIONS),
        # Without a token and without a database; it is the API's own and not a proxy's.
        reads("/usr/share/neutron-common/api-paste.ini", "/healthcheck: healthcheck"),
        # Under uwsgi there are no arguments: these are the files that it reads then.
        reads(f"{_PACKAGE}/server/__init__.py", "NEUTRON_PLUGIN_CONF = 'plugins/ml2/ml2_conf.ini'"),
    ),
    _relied("neutron-rpc-server"),
    _relied("neutron-periodic-workers"),
    *(
        _relied(agent, has("/etc/neutron/rootwrap.conf"), has("/etc/sudoers.d/neutron_sudoers"))
        for agent in AGENTS
    ),
    Relied(
        GUEST_PACKAGE,
        "1.37.0",
        "1.37.0",
        (
            prints(
                ("busybox", "udhcpc", "--help"),
                r"\[-t N\] \[-T SEC\] \[-A SEC\|-n\]",
                what="has a DHCP client that gives up (udhcpc -t, -T, -n)",
            ),
        ),
    ),
)
