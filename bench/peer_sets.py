"""The parameters of others, each with where it stands: kolla-ansible's of 2025.1, and the guide's of 2015.

What neither names has its program's own default. Whatever is not listed here is as in our own run.
"""

from __future__ import annotations

from bench.option_set import Edit, OptionSet

from fournines.kit.where import VIP_HOSTS
from fournines.spec.model import Site

HAPROXY = "/etc/haproxy/haproxy.cfg"
KEEPALIVED = "/etc/keepalived/keepalived.conf"
GALERA = "/etc/mysql/mariadb.conf.d/70-fournines.cnf"
GARB = "/etc/default/garb"
RABBITMQ = "/etc/rabbitmq/rabbitmq.conf"
RABBITMQ_ADVANCED = "/etc/rabbitmq/advanced.config"
KEYSTONE = "/etc/keystone/keystone.conf"
GLANCE = "/etc/glance/glance-api.conf"

UNSET = "not set there; the program's own default"
KA = "openstack/kolla-ansible stable/2025.1 (a7fc0cd) ansible/roles"
KA_LB = f"{KA}/loadbalancer/defaults/main.yml"
KA_VRRP = f"{KA}/loadbalancer/templates/keepalived/keepalived.conf.j2"
KA_CHECK = f"{KA}/haproxy-config/defaults/main.yml:14"
KA_DB = f"{KA}/mariadb/defaults/main.yml"
HG = "openstack/ha-guide a299b5b (2015-05-15) doc/high-availability-guide"
HG_LB = f"{HG}/ch_ha_aa_haproxy.xml"
HG_DB = f"{HG}/ha_aa_db/section_mariadb_galera_rh.xml"
HG_NOW = "openstack/ha-guide 4d955f3 (2026-05-12) doc/source/control-plane-stateless.rst:251"

OURS = OptionSet("ours", "fournines, as deployed")

_KERNEL = {
    "net.ipv4.tcp_retries2": "15",
    "net.ipv4.tcp_syn_retries": "6",
    "net.ipv4.tcp_keepalive_time": "7200",
    "net.ipv4.tcp_keepalive_intvl": "75",
    "net.ipv4.tcp_keepalive_probes": "9",
}
"""tcp(7)'s defaults: neither sets them (kolla-ansible: ``haproxy_host_ipv4_tcp_retries2: KOLLA_UNSET``)."""

_SAME = (
    "containers: all run from Debian's packages under systemd here, and a killed program is restarted by it",
    "TLS at the VIP and HAProxy's mode http: ours in all runs",
    "which controller is preferred as the VIP's holder and which as the database's writer: ours in all runs",
    "adverts go to unicast peers, without a password: ours in all runs, at the same times",
    "RabbitMQ 4 with quorum queues and its metadata in Khepri: ours in all runs",
    "Keystone under uwsgi, Glance's own server, the health page of Galera: ours in all runs",
    "a host that lost power is back as fast as ours is: Galera's start, mariabackup, systemd's units",
    "oslo.messaging: no service of this site sends messages; the clients of the broker are the probes' own",
)


def kolla(site: Site) -> OptionSet:
    """kolla-ansible 2025.1 with HAProxy before the database, as ``enable_proxysql: no`` has it."""
    controllers = VIP_HOSTS.names(site)
    ranks = tuple(
        Edit(
            KEEPALIVED,
            r"^    priority \d+$",
            f"    priority {len(controllers) - i}",
            f"{KA_VRRP}:15",
            frozenset({host}),
        )
        for i, host in enumerate(controllers)
    )
    return OptionSet(
        "kolla",
        "kolla-ansible 2025.1",
        edits=(
            Edit(HAPROXY, r"^    maxconn \d+$", r"\g<0>\n    nbthread 1", f"{KA_LB}:66"),
            *_balancer(KA_CHECK, KA_LB, database=f"{KA_DB}:64"),
            Edit(HAPROXY, r"^    balance leastconn$", "    balance roundrobin", f"{KA_LB}:178"),
            Edit(
                HAPROXY,
                r"^(listen glance\n(?:    .*\n)*?)    timeout server \d+ms$",
                r"\1    timeout server 6h",
                f"{KA}/glance/defaults/main.yml:144",
            ),
            *_vrrp(KA_VRRP, "interval 2", "fall 2", "rise 10"),
            *ranks,
            *_group(),
            Edit(
                GALERA,
                r"^wsrep_slave_threads = \d+$",
                "wsrep_slave_threads = 4",
                f"{KA}/mariadb/templates/galera.cnf.j2:46",
            ),
            *_broker(),
            *_database_client(
                site,
                KEYSTONE,
                f"{KA}/keystone/templates/keystone.conf.j2:20",
                recycle="10",
                pool="1",
                retries="-1",
            ),
            *_database_client(
                site,
                GLANCE,
                f"{KA}/glance/templates/glance-api.conf.j2",
                recycle="10",
                pool="1",
                retries="-1",
            ),
            *_cache_clients(),
        ),
        kernel=_KERNEL,
        runs_with=_RUNS_WITH,
        compare=("keystone.same-secrets", "glance.same-secrets"),
        unequal=(
            "ProxySQL, which kolla-ansible puts before the database unless told otherwise: HAProxy here",
            "Glance by turns: an image of this site lies on one host's disk, so requests go by image as ours",
            *_SAME,
        ),
    )


def guide(site: Site) -> OptionSet:
    """The High Availability Guide of May 2015, its active/active part."""
    every = r"^(listen \S+\n(?:    .*\n)*?)    timeout (?:client|server) \d+ms\n"
    return OptionSet(
        "guide",
        "the guide of 2015",
        edits=(
            *_balancer(HG_LB, HG_LB, database=HG_LB),
            Edit(HAPROXY, r"^    balance .*$", "    balance source\n    option tcpka", HG_LB),
            Edit(HAPROXY, every, r"\1", HG_LB),
            Edit(HAPROXY, r"^    hash-type .*\n", "", HG_LB),
            Edit(HAPROXY, every, r"\1", HG_LB),  # Galera's listener has two
            Edit(HAPROXY, r"^    option (?:clitcpka|srvtcpka)\n", "", HG_LB),
            *_vrrp(HG_NOW, "interval 1", "fall 1", "rise 1"),
            *_group(),
            Edit(GALERA, r"^wsrep_slave_threads = \d+$", "wsrep_slave_threads = 1", HG_DB),
            *_broker(),
            Edit(RABBITMQ, r"(?:^#.*\n)*^cluster_partition_handling = .*\n", "", UNSET),
            *_database_client(site, KEYSTONE, UNSET),
            *_database_client(site, GLANCE, UNSET),
            *_cache_clients(),
        ),
        kernel=_KERNEL,
        runs_with=_RUNS_WITH,
        compare=("keystone.same-secrets", "glance.same-secrets"),
        unequal=(
            "keepalived's file, of which the guide gives none: keepalived's own defaults here",
            "whether HAProxy runs, which nobody asks in it: each second here, as in today's guide",
            "mirrored queues, which RabbitMQ 4 does not have, and states by rsync: ours here",
            "its listeners are TCP without TLS: here HTTP, with the headers that belong to TLS",
            *_SAME,
        ),
    )


# --- what both have alike -----------------------------------------------------------------------------------

_RUNS_WITH = {
    "galera.settings": {
        "innodb_flush_log_at_trx_commit": "1",
        "evs.suspect_timeout": "5",
        "evs.join_retrans_period": "1",
        "wsrep_sst_method": "mariabackup",
    },
    "rabbitmq.settings": {"tick": "60", "leader_poll": "5000"},
    "hosts.kernel-controller": _KERNEL,
    "hosts.kernel-other-host": _KERNEL,
}


def _balancer(check: str, timeouts: str, *, database: str) -> tuple[Edit, ...]:
    """HAProxy: one kind of check for all, ten seconds for its answer, and no session is ended."""
    words = "inter 2000 rise 2 fall 5"
    return (
        Edit(HAPROXY, r"^# Who of \S+ accepts connections, .*\nbackend .*\n(?:    .*\n)*\n", "", check),
        Edit(
            HAPROXY,
            r"^    # Nobody answers the health .*\n    option allbackups\n(?:    server \S+-slow .*\n)+",
            "",
            check,
        ),
        Edit(HAPROXY, r"(?:^    # Who is about to end .*\n)?^    http-check .*\n", "", check),
        Edit(HAPROXY, r"^    default-server .*\n", "", check),
        Edit(HAPROXY, r"^(    server \S+ \S+ check)(?: port 1\d{4})?$", rf"\1 {words}", check),
        Edit(HAPROXY, r"^(    server \S+ \S+ check port 9200) .*?( backup)?$", rf"\1 {words}\2", database),
        Edit(
            HAPROXY,
            r"(?:^    # Every retry .*\n)?^    option redispatch 1$",
            "    option redispatch",
            timeouts,
        ),
        Edit(
            HAPROXY,
            r"^    # A request that may .*\n    retry-on .*\n    http-request disable-l7-retry .*\n",
            "",
            timeouts,
        ),
        Edit(
            HAPROXY,
            r"^(defaults\n(?:    .*\n)*?)    timeout check \d+ms$",
            r"\1    timeout check 10s",
            timeouts,
        ),
        Edit(HAPROXY, r"^(listen galera\n(?:    .*\n)*?)    timeout check \d+ms\n", r"\1", timeouts),
        Edit(HAPROXY, r"^    timeout connect \d+ms$", "    timeout connect 10s", timeouts),
        Edit(HAPROXY, r"^    timeout queue 10s$", "    timeout queue 1m", timeouts),
        Edit(HAPROXY, r"^    timeout http-keep-alive 60s$", "    timeout http-keep-alive 10s", timeouts),
    )


def _vrrp(source: str, *script: str) -> tuple[Edit, ...]:
    """keepalived: adverts each second, and a program that asks whether HAProxy takes connections."""
    asked = "/usr/bin/socat -u /dev/null unix-connect:/run/haproxy/admin.sock"
    lines = "\n".join(f"    {line}" for line in (f'script "{asked}"', *script))
    return (
        Edit(
            KEEPALIVED,
            r"^    vrrp_version 3$",
            "    vrrp_version 2\n    script_user root\n    enable_script_security",
            UNSET,
        ),
        Edit(
            KEEPALIVED,
            r"(?:^    #.*\n)*^    vrrp_(?:garp|priority|rt_priority|rlimit_rttime|no_swap).*\n",
            "",
            UNSET,
        ),
        Edit(
            KEEPALIVED,
            r"^(?:track_file \S+ \{\n(?:    .*\n)*\}\n+)+",
            f"vrrp_script check_alive {{\n{lines}\n}}\n\n",
            source,
        ),
        Edit(
            KEEPALIVED,
            r"^    track_file \{\n(?:        .*\n)*    \}$",
            "    track_script {\n        check_alive\n    }",
            source,
        ),
        Edit(KEEPALIVED, r"^    advert_int \S+$", "    advert_int 1", source),
    )


def _group() -> tuple[Edit, ...]:
    """Galera: the timing of its group communication is nobody's subject."""
    default = f"{UNSET}: codership/galera gcomm/src/defaults.cpp"
    timing = r";(?:evs\.\w+|gmcast\.peer_timeout)=PT[\d.]+S"
    return (
        Edit(GALERA, timing, "", default),
        Edit(GARB, timing, "", default),
        Edit(GALERA, r"^wsrep_retry_autocommit = \d+$", "wsrep_retry_autocommit = 1", default),
    )


def _broker() -> tuple[Edit, ...]:
    """RabbitMQ: how soon a silent member is noticed."""
    return (
        Edit(RABBITMQ, r"(?:^#.*\n)*^heartbeat = \d+\n", "", f"{UNSET}: 60"),
        Edit(
            RABBITMQ_ADVANCED,
            r"\{net_ticktime, \d+\},\n\s+\{net_setuptime, \d+\},\n\s+",
            "",
            f"{UNSET}: 60 and 7",
        ),
        Edit(RABBITMQ_ADVANCED, r"^ \{aten, .*\n", "", f"{UNSET}: 5000"),
    )


def _database_client(
    site: Site, path: str, source: str, *, recycle: str = "", pool: str = "", retries: str = ""
) -> tuple[Edit, ...]:
    """oslo.db: the database behind the VIP; what is an empty word is its default."""

    def line(key: str, value: str) -> Edit:
        return Edit(
            path, rf"^{key} = .*\n", f"{key} = {value}\n" if value else "", source if value else UNSET
        )

    return (
        Edit(path, r"@127\.0\.0\.1:3306/", f"@{site.vip.address}:3306/", source, through_vip=True),
        line("connection_parameters", ""),
        line("connection_recycle_time", recycle),
        line("max_pool_size", pool),
        line("max_overflow", ""),
        line("pool_timeout", ""),
        line("max_retries", retries),
    )


def _cache_clients() -> tuple[Edit, ...]:
    """oslo.cache and keystonemiddleware: the same servers, and their own patience."""
    cache = (
        "expiration_time",
        "memcache_dead_retry",
        "memcache_socket_timeout",
        "memcache_pool_connection_get_timeout",
    )
    token = (
        "http_connect_timeout",
        "http_request_max_retries",
        "memcache_pool_dead_retry",
        "memcache_pool_socket_timeout",
        "memcache_pool_conn_get_timeout",
    )
    return (
        *(Edit(KEYSTONE, rf"^{key} = .*\n", "", f"{UNSET}: oslo.cache") for key in cache),
        *(Edit(GLANCE, rf"^{key} = .*\n", "", f"{UNSET}: keystonemiddleware") for key in token),
    )
