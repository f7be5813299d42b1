"""Settings that must be the same on every host, or a client is known on one of them only."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from fournines.components.oslo.audit.facts import FernetKey, Option, OsloConf, host_port
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_CACHE = "[cache]\nenabled = true\nbackend = dogpile.cache.memcached\nmemcache_servers = {}\n"
LISTS = ("memcached_servers", "memcache_servers", "servers")
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def memcached(conf: OsloConf) -> Iterator[Option]:
    """The options of a file that list memcached servers."""
    for option in conf.all(*LISTS):
        if option.name != "servers" or option.section == "memcache":
            yield option


@rule(
    "OS005",
    Severity.ERROR,
    "The hosts see different caches",
    consequence=Consequence.ERRORS,
    why="the place of a key is worked out from the list: with another list (or order) a host does not find "
    "what the "
    "others wrote, and keeps what they have thrown away",
    fix="the same memcached servers in the same order on every host",
    source="python-memcached: servers are buckets in the order of the list; OpenStack HA guide, Memcached",
    bad={
        "ctl1/keystone.conf": _CACHE.format("ctl1:11211,ctl2:11211"),
        "ctl2/keystone.conf": _CACHE.format("ctl2:11211,ctl3:11211"),
    },
    good={f"ctl{n}/keystone.conf": _CACHE.format("ctl1:11211,ctl2:11211") for n in (1, 2)},
    points_at="memcache_servers = ctl2:11211,ctl3:11211",
)
def caches_differ(evidence: Evidence) -> Iterator[Hit | Unknown]:
    first: dict[tuple[str, str, str], Option] = {}
    for conf in evidence.all(OsloConf):
        for option in memcached(conf) if conf.at.host else ():
            names = [host_port(item)[0] for item in option.items]
            if option.placeholder or LOCAL & set(names):
                continue  # local caches are OS004's business
            other = first.setdefault((conf.service, option.section, option.name), option)
            if list(other.items) == list(option.items):
                continue
            same = sorted(other.items) == sorted(option.items)
            yield Hit(
                option.at,
                f"another {'order' if same else 'list'} of caches than on {other.at.host}",
                related=(other.at,),
                severity=Severity.WARNING if same else None,
            )


_KEYS = ("ctl1", "ctl2")
_KEY = "A3f_kz1NNqXcBvB7m0wQk2yJt5Hs8Lr4Pd6Ue9Gi0o{}="


@rule(
    "OS006",
    Severity.ERROR,
    "A token of one host is unknown to the next",
    consequence=Consequence.ERRORS,
    why="a token is readable with the key it was made with: where the keys differ, or too few are kept until "
    "it "
    "expires, the balancer's next host answers 401",
    fix="the same fernet keys on every host; max_active_keys = token lifetime / rotation interval + 2",
    source="Keystone documentation, Fernet: key distribution; kolla-ansible keystone.conf.j2",
    bad={f"{host}/etc/keystone/fernet-keys/1": _KEY.format(n) for n, host in enumerate(_KEYS)},
    good={f"{host}/etc/keystone/fernet-keys/1": _KEY.format(0) for host in _KEYS},
    points_at="***",
)
def keys_differ(evidence: Evidence) -> Iterator[Hit | Unknown]:
    first: dict[tuple[str, str], FernetKey] = {}
    for key in evidence.all(FernetKey):
        other = first.setdefault((key.repository, key.number), key)
        if other.secret != key.secret and other.at.host != key.at.host:
            what = f"key {key.number} of {key.repository} differs from the one on {other.at.host}"
            yield Hit(key.at, what, related=(other.at,))
    for conf in evidence.all(OsloConf):
        kept = conf.get("fernet_tokens", "max_active_keys")
        if kept and kept.number is not None and kept.number < 3 and kept.section:  # noqa: PLR2004 - see below
            yield Hit(
                kept.at,
                f"{kept.number} keys: no room for the staged, the primary and one that was primary before",
                why="at each rotation the key of the tokens in use is deleted: all of them end at once",
            )


_METADATA = "[DEFAULT]\nmetadata_proxy_shared_secret = {}\nnova_metadata_host = 10.0.0.20\n"
_COMPUTE = "[neutron]\nservice_metadata_proxy = true\nmetadata_proxy_shared_secret = {}\n"


@rule(
    "OS008",
    Severity.ERROR,
    "A secret that must be the same is not",
    consequence=Consequence.ERRORS,
    why="the host with the other secret is refused or refuses: requests fail when, and only when, they land "
    "there",
    fix="one value on every host",
    source="OpenStack installation guides: metadata_proxy_shared_secret; keystonemiddleware, "
    "memcache_secret_key",
    bad={"ctl1/nova.conf": _COMPUTE.format("k7Lw2x"), "ctl1/metadata_agent.ini": _METADATA.format("k7Lw2y")},
    good={"ctl1/nova.conf": _COMPUTE.format("k7Lw2x"), "ctl1/metadata_agent.ini": _METADATA.format("k7Lw2x")},
    points_at="metadata_proxy_shared_secret = ***",
)
def secrets_differ(evidence: Evidence) -> Iterator[Hit | Unknown]:
    table: dict[tuple[str, ...], list[tuple[str, Option]]] = defaultdict(list)
    for conf in evidence.all(OsloConf):
        for key, value, option in _secrets(conf):
            if value and not option.placeholder:
                table[key].append((value, option))
    for key, said in table.items():
        values = [value for value, _ in said]
        usual = max(values, key=lambda value: (values.count(value), -values.index(value)))
        reference = next(option for value, option in said if value == usual)
        for value, option in said:
            if value != usual:
                yield Hit(option.at, f"another {key[0]} than in {reference.at.path}", related=(reference.at,))


_SHARED = (
    ("keystone_authtoken", "memcache_secret_key"),
    ("DEFAULT", "auth_encryption_key"),
    ("health_manager", "heartbeat_key"),
    ("certificates", "server_certs_key_passphrase"),
    ("certificates", "ca_private_key_passphrase"),
    ("simple_crypto_plugin", "kek"),
    ("key_manager", "fixed_key"),
    ("swift-hash", "swift_hash_path_suffix"),
    ("swift-hash", "swift_hash_path_prefix"),
)
"""What one host of a service encrypts, signs or looks up, and the next has to understand."""


def _secrets(conf: OsloConf) -> Iterator[tuple[tuple[str, ...], str, Option]]:
    shared = conf.find("metadata_proxy_shared_secret")
    if shared:
        yield ("metadata secret",), shared.value, shared
    if not conf.service:
        return
    for section, name in _SHARED:
        said = conf.get(section, name)
        if said and said.section:
            yield (name, conf.service), said.value, said
    password = conf.get("keystone_authtoken", "password")
    user = conf.get("keystone_authtoken", "username")
    if password and user and password.section:
        yield ("service password", conf.service, user.value), password.value, password
    for option, what in ((conf.transport, "broker password"), (conf.database, "database password")):
        url = option.url if option else None
        if option and url and url.user:
            yield (what, conf.service, url.user, url.path), url.password, option
