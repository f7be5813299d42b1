"""Whether nginx can listen on an address that moves, on every host that may hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import owned, vips
from fournines.audit.site_rules.system.kernel import may_bind, nonlocal_bind
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.nginx.audit.facts import NginxListen
from fournines.components.sysctl.audit.facts import Sysctl
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_SERVER = "server {\n    listen %s;\n    location / {\n        root /srv/www;\n    }\n}\n"


def _site(listen: str, kernel: str) -> dict[str, str]:
    return {
        "lb1/etc/keepalived/keepalived.conf": keepalived(),
        "lb1/etc/nginx/conf.d/site.conf": _SERVER % listen,
        "lb1/etc/sysctl.conf": kernel,
    }


@rule(
    "NG005",
    Severity.ERROR,
    "nginx listens on the VIP and nothing allows it to",
    consequence=Consequence.DOWN,
    why="on a host that does not hold the VIP at the moment the bind fails ('Cannot assign requested "
    "address'): nginx does not start there, and is not running when the VIP arrives",
    fix="net.ipv4.ip_nonlocal_bind = 1 in /etc/sysctl.d on every host, or listen 80 without an address",
    source="ip(7) ip_nonlocal_bind; nginx.org, ngx_http_core_module listen",
    bad=_site("10.0.0.20:80", "net.ipv4.ip_nonlocal_bind = 0\n"),
    good=_site("10.0.0.20:80", "net.ipv4.ip_nonlocal_bind = 1\n"),
    points_at="listen 10.0.0.20:80;",
)
def listens_on_the_vip(site: Evidence) -> Iterator[Hit | Unknown]:
    virtual = vips(site)
    own = owned(site)
    wanting = [x for x in site.all(NginxListen) if x.address in virtual and x.address not in own]
    for first in {x.at.host: x for x in reversed(wanting)}.values():
        host = first.at.host
        said = may_bind(site, host, first.address)
        name = nonlocal_bind(first.address)
        fix = f"{name} = 1 in /etc/sysctl.d on every host, or listen on the port without an address"
        others = tuple(x.at for x in wanting if x.at.host == host and x is not first)
        if said is not None and said.number != 0:
            continue
        if said is not None:
            yield Hit(first.at, f"{first.address} moves, and {name} is 0", (said.at, *others), fix=fix)
        elif site.on(host, Sysctl):
            what = f"{first.address} moves, and no sysctl file allows to bind it"
            yield Hit(first.at, what, others, fix=fix)
        elif host:
            yield Unknown(
                first.at, f"whether {host} may bind {first.address}: none of its sysctl files was given"
            )
        else:
            what = f"{first.address} moves; no file given says that the kernel lets nginx bind it"
            yield Hit(first.at, what, others, fix=fix, severity=Severity.INFO)
