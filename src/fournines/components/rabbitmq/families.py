"""RabbitMQ in other families of distributions.

RHEL itself has none: CentOS' Cloud SIG carries Fedora's for RDO. Neither it nor SUSE's has 4.x yet, which
``rabbitmq.conf`` and the accounts' Erlang are written for.
"""

from __future__ import annotations

from fournines.kit.family import account, alike, package, path, there, unit

_RHEL = "major/fedora-rpm-specs rabbitmq-server.spec"
_SUSE = "bmwiedemann/openSUSE packages/r/rabbitmq-server/rabbitmq-server.spec"

FAMILIES = (
    package("rabbitmq-server", rhel=alike(_RHEL), suse=alike(_SUSE)),
    package("erlang-base", rhel=there("erlang-erts", by=_RHEL), suse=there("erlang", by=_SUSE)),
    unit("rabbitmq-server.service", rhel=alike(_RHEL), suse=alike(_SUSE)),
    account("rabbitmq", rhel=alike(_RHEL), suse=alike(_SUSE)),
    path("/etc/rabbitmq", rhel=alike(_RHEL), suse=alike(_SUSE)),
    path("/var/lib/rabbitmq", rhel=alike(_RHEL), suse=alike(_SUSE)),
)
