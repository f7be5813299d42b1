"""Certificates of the site: until when, for which names, and with the same key everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fournines.components.client.audit.facts import AuthUrl, Endpoint
from fournines.components.tls.audit.facts import Certificate
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

SOON = 30
"""Days before its end from which a certificate must be renewed."""

_EXPIRED = """
-----BEGIN CERTIFICATE-----
MIIBOjCB4aADAgECAgEHMAoGCCqGSM49BAMCMBYxFDASBgNVBAMMC3ZpcC5leGFt
cGxlMB4XDTIwMDEwMTAwMDAwMFoXDTIxMDEwMTAwMDAwMFowFjEUMBIGA1UEAwwL
dmlwLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASuOtN8hWY/4Ess
lGHbIXDoBkppcg5WYbKoQ6vo6UqWSvBWasRN0uynfB4RdhzymMn+WcTKHAcGTWik
Xa3GhaISoyAwHjAcBgNVHREEFTATggt2aXAuZXhhbXBsZYcECgAAFDAKBggqhkjO
PQQDAgNIADBFAiEAqBosiDfS3MX5ymkkhYO/SP6tzvAo50bpLXYele1KWD4CIHrX
sAOu3SuMaUSKvVc8LBENRw6AiWfz/pbOG5ulTRvT
-----END CERTIFICATE-----
"""
_FINE = """
-----BEGIN CERTIFICATE-----
MIIBPDCB46ADAgECAgEHMAoGCCqGSM49BAMCMBYxFDASBgNVBAMMC3ZpcC5leGFt
cGxlMCAXDTIwMDEwMTAwMDAwMFoYDzk5OTkwMTAxMDAwMDAwWjAWMRQwEgYDVQQD
DAt2aXAuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBlocclsU0l8
eZvAXjchBy6TxVNyEnWapvP8NEe6Q7yUuNZEo3tdI8DnMM5EacvvP8YP9TzMa0Fh
+13OEnZArzyjIDAeMBwGA1UdEQQVMBOCC3ZpcC5leGFtcGxlhwQKAAAUMAoGCCqG
SM49BAMCA0gAMEUCID9Eb9nTGVvki+hNlB+eU9kDGA18QkxfUzS7gJVERFq4AiEA
ngEE+Si47ICFRbupHzx38FEo09qEM+dLKpb4/K4Vp8Y=
-----END CERTIFICATE-----
"""


@rule(
    "SY010",
    Severity.ERROR,
    "A certificate that ends the service on a date, or after a failover",
    consequence=Consequence.DOWN,
    why="an expired certificate, one that does not name what clients ask for, or another key on the second "
    "host: every "
    "client refuses the connection, on that day or on the night the VIP moves",
    fix="renew it, name the VIP's name and address in it, and give every host the same certificate and key",
    source="RFC 5280 4.1.2.5, RFC 6125; kolla-ansible certificate prechecks",
    bad={"node1/etc/haproxy/vip.pem": _EXPIRED},
    good={"node1/etc/haproxy/vip.pem": _FINE, "node2/etc/haproxy/vip.pem": _FINE},
    points_at="-----BEGIN CERTIFICATE-----",
)
def certificates(site: Evidence) -> Iterator[Hit | Unknown]:
    for found in site.all(Certificate):
        left = (found.not_after - site.today).days
        if left < SOON and (found.leaf or left < 0):
            when = f"expired on {found.not_after}" if left < 0 else f"expires on {found.not_after}, in "
            f"{left} days"
            yield Hit(found.at, f"{found.path.rsplit('/', 1)[-1]} {when}")
    yield from _keys_differ(site)
    yield from _names_missing(site)


def _on_host(found: Certificate) -> str:
    """The path below the host's own folder, so that hosts can be compared."""
    head, slash, rest = found.path.partition(f"{found.at.host}/")
    return rest if found.at.host and slash and not head.strip("/") else found.path


def _keys_differ(site: Evidence) -> Iterator[Hit]:
    first: dict[tuple[str, frozenset[str]], Certificate] = {}
    for found in site.all(Certificate):
        if not found.leaf or found.authority or not found.at.host:
            continue
        other = first.setdefault((_on_host(found), found.names), found)
        if other.key != found.key and other.at.host != found.at.host:
            yield Hit(
                found.at,
                f"{found.at.host} and {other.at.host} have different keys for "
                f"{', '.join(sorted(found.names)[:2])}",
                related=(other.at,),
            )


def _names_missing(site: Evidence) -> Iterator[Hit]:
    leaves = [found for found in site.all(Certificate) if found.leaf and not found.authority]
    if not leaves:
        return
    said: tuple[Endpoint | AuthUrl, ...] = (*site.all(Endpoint), *site.all(AuthUrl))
    for spoken in said:
        if (
            urlsplit(spoken.url).scheme == "https"
            and spoken.host
            and not any(c.covers(spoken.host) for c in leaves)
        ):
            yield Hit(
                spoken.at,
                f"clients are sent to {spoken.host}, which no certificate given here names",
                related=(leaves[0].at,),
                severity=Severity.WARNING,
            )
