"""What a template makes is no value yet: lists, settings and files that Jinja or ERB fill in."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit

_GALERA = """[mysqld]
wsrep_on = ON
wsrep_provider = /usr/lib/galera/libgalera_smm.so
wsrep_cluster_name = site
wsrep_cluster_address = "gcomm://{}"
wsrep_sst_method = rsync
binlog_format = ROW
innodb_autoinc_lock_mode = 2
"""
_LOOP = "{% for h in groups['db'] %}{{ h }}{% if not loop.last %},{% endif %}{% endfor %}"


def rules(*files: tuple[str, str]) -> set[str]:
    report = audit([File(path, text) for path, text in files], strict=True)
    return {f.rule for f in report.findings if f.severity.word != "info"}


@pytest.mark.parametrize(
    ("listed", "two"),
    [
        (_LOOP, False),
        ("{{ groups['db'] | map('extract', hostvars, 'ip') | join(',') }}", False),
        ("<% @nodes.each do |n| %><%= n %>,<% end %>", False),
        ("10.0.0.1,10.0.0.2", True),
        ("{{ one }},{{ two }}", True),
    ],
)
def test_a_list_that_is_made(listed: str, *, two: bool) -> None:
    assert ("GA002" in rules(("galera.cnf.j2", _GALERA.format(listed)))) is two


def test_settings_that_are_made() -> None:
    looped = "[mysqld]\n{% for key, value in conf.items() %}\n{{ key }} = {{ value }}\n{% endfor %}\n"
    own = _GALERA.format("db1,db2,db3").replace("wsrep_on = ON\n", "").replace("[mysqld]\n", "")
    assert "GA009" not in rules(("galera.cnf.j2", looped + own))
    assert "GA009" in rules(("galera.cnf.j2", "[galera]\n" + own))


_BROKER = """[
 {{rabbit, [
   {{tcp_listeners, [{{{{ port }}}}]}},
   {{cluster_nodes, {{['rabbit@mq1', 'rabbit@mq2', 'rabbit@mq3'], disc}}}}{}
   {{%- if ssl -%}}, {{ssl_listeners, [5671]}} {{%- endif %}}
 ]}}
].
"""


def test_erlang_terms_of_a_template() -> None:
    assert "RM001" in rules(("rabbitmq.config.j2", _BROKER.format("")))
    said = ",\n   {cluster_partition_handling, pause_minority}"
    assert "RM001" not in rules(("rabbitmq.config.j2", _BROKER.format(said)))
    asked = ",\n   {cluster_partition_handling, {{ handling }}}"
    assert "RM001" not in rules(("rabbitmq.config.j2", _BROKER.format(asked)))


_HORIZON = """SESSION_ENGINE = 'django.contrib.sessions.backends.cache'
OPENSTACK_HOST = "{}"
CACHES = {{
    'default': {{
        'BACKEND': 'django.core.cache.backends.memcached.MemcachedCache',
        'LOCATION': [{{% for h in hosts %}}'{{{{ h }}}}:11211',{{% endfor %}}],
    }}
}}
"""
_DB = ("galera.cnf", _GALERA.format("10.0.0.1,10.0.0.2,10.0.0.3"))


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("{{ hostname }}", True),
        ("{{ ansible_default_ipv4['address'] }}", True),
        ("`hostname -i`", True),
        ("127.0.0.1", True),
        ("{{ vip }}", False),
        ("10.0.0.20", False),
    ],
)
def test_a_dashboard_of_a_template(host: str, *, own: bool) -> None:
    found = rules(_DB, ("templates/local_settings.j2", _HORIZON.format(host)))
    assert "OS025" not in found
    assert ("OS045" in found) is own


def test_a_file_that_all_members_read() -> None:
    member = _GALERA.format("10.0.0.1,10.0.0.2,10.0.0.3")
    members = [(f"galera-00{n}.cnf", f"{member}wsrep_node_address = 10.0.0.{n}\n") for n in (1, 2, 3)]
    cached = ("mysql.cnf", "[mysqld]\nquery_cache_type = 2\nquery_cache_size = 10M\n")
    assert "GA015" in rules(*members, cached)
    assert "GA015" not in rules(*members, (cached[0], cached[1].replace("= 2", "= 0")))


_IMAGES = "[glance_store]\ndefault_store = file\nfilesystem_store_datadir = /var/lib/glance/images/\n"


def test_images_on_a_file_system_of_the_network() -> None:
    hosts = [(f"ctl{n}/etc/glance/glance-api.conf", _IMAGES) for n in (1, 2)]
    mount = ("fstab", "storage:/export/glance /var/lib/glance nfs defaults,_netdev 0 0\n")
    assert "OS003" in rules(*hosts)
    assert "OS003" not in rules(*hosts, mount)
    assert "OS003" in rules(*hosts, ("fstab", mount[1].replace("/var/lib/glance", "/var/lib/nova")))


_NOVA = "[DEFAULT]\nmy_ip = 10.0.0.1\ntransport_url = rabbit://n:s3cret@mq1,n:s3cret@mq2,n:s3cret@mq3\n"
_START = "#!/bin/sh\nsystemctl enable openstack-nova-api openstack-nova-consoleauth\n"


def test_a_daemon_of_consoles_that_is_started() -> None:
    cache = "[cache]\nenabled = true\nbackend = oslo_cache.memcache_pool\nmemcache_servers = a:1,b:1\n"
    start = _START.replace("-consoleauth", "-api")
    assert "OS038" in rules(_DB, ("nova.conf", _NOVA), ("start.sh", _START))
    assert "OS038" not in rules(_DB, ("nova.conf", _NOVA + cache), ("start.sh", _START))
    assert "OS038" not in rules(_DB, ("nova.conf", _NOVA), ("start.sh", start))
