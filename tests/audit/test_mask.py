"""No secret leaves the audit."""

from __future__ import annotations

import pytest

from fournines.audit.mask import mask


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("    auth_pass hunter2", "    auth_pass ***"),
        ("password = hunter2", "password = ***"),
        (
            "connection = mysql+pymysql://keystone:hunter2@10.0.0.20/keystone",
            "connection = mysql+pymysql://keystone:***@10.0.0.20/keystone",
        ),
        (
            "transport_url = rabbit://a:hunter2@c1:5672,b:hunter2@c2:5672/",
            "transport_url = rabbit://a:***@c1:5672,b:***@c2:5672/",
        ),
        ("stats auth admin:hunter2", "stats auth admin:***"),
        (
            'http-check send hdr Authorization "Basic aHVudGVyMg=="',
            'http-check send hdr Authorization "Basic ***"',
        ),
        (
            "GRANT ALL ON k.* TO 'k'@'%' IDENTIFIED BY 'hunter2';",
            "GRANT ALL ON k.* TO 'k'@'%' IDENTIFIED BY ***;",
        ),
        ("rabbitmqctl add_user openstack hunter2", "rabbitmqctl add_user openstack ***"),
        ("wsrep_sst_auth=sst:hunter2", "wsrep_sst_auth=***"),
        ('{default_pass, <<"hunter2">>}', '{default_pass, <<"***">>}'),
        ('<nvpair id="x" name="passwd" value="hunter2"/>', '<nvpair id="x" name="passwd" value="***"/>'),
        ("params ipaddr=10.0.0.1 passwd=hunter2 action=off", "params ipaddr=10.0.0.1 passwd=*** action=off"),
        ("mysql -uroot -phunter2 -e 'x'", "mysql -uroot -p*** -e 'x'"),
        (
            "pcs stonith create f fence_ipmilan password=hunter2",
            "pcs stonith create f fence_ipmilan password=***",
        ),
        ("metadata_proxy_shared_secret = hunter2", "metadata_proxy_shared_secret = ***"),
        ("admin_token = hunter2", "admin_token = ***"),
        (
            "openstack user create --domain default --password hunter2 glance",
            "openstack user create --domain default --password *** glance",
        ),
    ],
)
def test_secrets_are_hidden(line: str, shown: str) -> None:
    assert mask(line) == shown


@pytest.mark.parametrize(
    "line",
    [
        "server c1 10.0.0.11:80 check cookie s1",
        "token: 10000",
        "rrp_mode: passive",
        "auth_type PASS",
        "secauth: on",
        "bind 10.0.0.20:5000",
        'script "/usr/bin/killall -0 haproxy"',
        "    wsrep_cluster_address=gcomm://10.0.0.11,10.0.0.12",
        "listen keystone_public",
        "backend_url = etcd3+http://10.0.0.20:2379",
    ],
)
def test_the_rest_stays_readable(line: str) -> None:
    assert mask(line) == line
