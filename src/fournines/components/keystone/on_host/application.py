"""Keystone for uwsgi, ready before it answers. Runs on a host, with Keystone's own modules.

Keystone makes its policy enforcer at the first request and fills it while other threads already use it:
``_enforcer`` of ``keystone.common.rbac_enforcer.enforcer`` (2025.1) keeps the object before its rules are
registered. A second request in that moment finds no rule and is answered 403, though its token is good.
It happened after a cold start, and four threads make it happen at will. Asked for here, the enforcer is
whole before the first request comes.

What federations need is loaded when one asks: pysaml2 reads the schemas of SAML when it is imported, which is
half of what a start costs.
"""

from fournines.kit.on_host.later import later

later("keystone.federation.idp")

from keystone.common.rbac_enforcer.enforcer import RBACEnforcer  # type: ignore[import-not-found]  # noqa: E402
from keystone.server.wsgi import initialize_public_application  # type: ignore[import-not-found]  # noqa: E402

application = initialize_public_application()
RBACEnforcer()._enforcer.load_rules()  # noqa: SLF001 - there is no public way to it without a request
