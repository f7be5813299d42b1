"""What is taken for granted of Ceilometer's packages, and of tooz, which comes with them."""

from __future__ import annotations

from fournines.kit.relies import Relied, has, has_account, owned, reads

_VERSION = "24.0.0"
_PACKAGES = "/usr/lib/python3/dist-packages"

RELIES = (
    Relied(
        "ceilometer-agent-central",
        _VERSION,
        _VERSION,
        (
            has_account("ceilometer"),
            owned("/var/lib/ceilometer", "ceilometer:ceilometer"),
            owned("/var/log/ceilometer", "ceilometer:adm"),
            has("/usr/bin/ceilometer-polling"),
            has("/usr/bin/ceilometer-upgrade"),
            # What the group is called, and what all of it divide.
            reads(f"{_PACKAGES}/ceilometer/polling/manager.py", "return '%s-%s' % (self.group_prefix"),
            reads(f"{_PACKAGES}/ceilometer/polling/plugin_base.py", "return 'global'"),
            # Read as text, so that nobody has to import it.
            reads(f"{_PACKAGES}/ceilometer/gnocchi_client.py", "resources_update_operations = ["),
            # By a new lease it is seen that a member was taken out of its group.
            reads(f"{_PACKAGES}/tooz/drivers/etcd3gw.py", "if self._membership_lease.refresh() == -1:"),
        ),
    ),
    Relied(
        "ceilometer-agent-notification",
        _VERSION,
        _VERSION,
        (has("/usr/bin/ceilometer-agent-notification"),),
    ),
)
