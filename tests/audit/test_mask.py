"""No secret leaves the audit."""

from __future__ import annotations

import pytest

from fournines.audit.mask import mask, mask_prose


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
        (
            "env REDISCLI_AUTH=hunter2 PGPASSWORD='hunter2 blank' psql",
            "env REDISCLI_AUTH=*** PGPASSWORD='***' psql",
        ),
        ("curl -su 'admin:hunter2 x' http://a/", "curl -su 'admin:***' http://a/"),
        ("curl -sku admin:hunter2 http://a/", "curl -sku admin:*** http://a/"),
        (
            "option httpchk GET / HTTP/1.0\\r\\nAuthorization:\\ Basic\\ aHVudGVyMg==",
            "option httpchk GET / HTTP/1.0\\r\\nAuthorization:\\ Basic\\ ***",
        ),
        ("# password is hunter2", "# password is ***"),
        ('("password", "hunter2")', '("password", "***")'),
        ("redis-cli -h 10.0.0.1 -a hunter2 ping", "redis-cli -h 10.0.0.1 -a *** ping"),
        ("sshpass -p hunter2 ssh root@10.0.0.1", "sshpass -p *** ssh root@10.0.0.1"),
        ("sshpass -phunter2 ssh root@10.0.0.1", "sshpass -p*** ssh root@10.0.0.1"),
        (
            "pcs host auth n1 n2 -u hacluster -p hunter2; mkdir -p /x",
            "pcs host auth n1 n2 -u hacluster -p ***; mkdir -p /x",
        ),
        (
            "pcs cluster auth n1 -u hacluster -phunter2 --force",
            "pcs cluster auth n1 -u hacluster -p*** --force",
        ),
        ("echo hunter2 | passwd --stdin hacluster", "echo *** | passwd --stdin hacluster"),
        ("echo hacluster:hunter2 | sudo chpasswd", "echo *** | sudo chpasswd"),
        ("rabbitmqadmin -u admin -p hunter2 list queues", "rabbitmqadmin -u admin -p *** list queues"),
        (
            "ipmitool -H 10.0.0.9 -U root -P hunter2 power off",
            "ipmitool -H 10.0.0.9 -U root -P *** power off",
        ),
        ("curl -s --user admin:hunter2 http://10.0.0.1/", "curl -s --user admin:*** http://10.0.0.1/"),
        ("curl -u 'admin:hunter2' http://10.0.0.1/", "curl -u 'admin:***' http://10.0.0.1/"),
        ("etcdctl --user root:hunter2 member list", "etcdctl --user root:*** member list"),
        ("etcdctl --user=root:hunter2 member list", "etcdctl --user=root:*** member list"),
        ("snmpget -v2c -c hunter2 10.0.0.1", "snmpget -v2c -c *** 10.0.0.1"),
        ("rocommunity hunter2 10.0.0.0/24", "rocommunity *** 10.0.0.0/24"),
        (r"tcp-check send AUTH\ hunter2\r\n", r"tcp-check send AUTH\ ***\r\n"),
        (r'tcp-check send "AUTH hunter2\r\n"', r'tcp-check send "AUTH ***\r\n"'),
        ('auth_pass "hunter two"', 'auth_pass "***"'),
        ("password = 'hunter two'", "password = '***'"),
        (
            "connection = mysql+pymysql://keystone:hunt@er2@10.0.0.20/keystone",
            "connection = mysql+pymysql://keystone:***@10.0.0.20/keystone",
        ),
        ('params os_password="hunter2" os_username=admin', 'params os_password="***" os_username=admin'),
        ("mysql -u root -p hunter2", "mysql -u root -p ***"),
        ("curl -fsumon:hunter2 http://a/", "curl -fsumon:*** http://a/"),
        (
            r"""curl -d '{\"auth\":{\"password\":\"hunter 2\"}}' http://a""",
            r"""curl -d '{\"auth\":{\"password\":\"***\"}}' http://a""",
        ),
        ("curl --cookie session=hunter2 http://a", "curl --cookie session=*** http://a"),
        ("curl -sb 'session=hunter2' http://a", "curl -sb 'session=***' http://a"),
        ("auth_pas hunter2", "auth_pas ***"),
        ("auth_passs hunter2", "auth_passs ***"),
        ("snmp_community hunter2", "snmp_community ***"),
        ("wsrep-sst-auth=root:hunter2", "wsrep-sst-auth=***"),
        ("fence_ipmilan -a 10.0.0.9 -l root -p hunter2", "fence_ipmilan -a 10.0.0.9 -l root -p ***"),
    ],
)
def test_secrets_are_hidden(line: str, shown: str) -> None:
    assert mask(line) == shown


@pytest.mark.parametrize(
    "line",
    [
        "pcs resource meta web password, migration-threshold=0",
        "secauth: off",
        "the password, kept in the vault",
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
        "mkdir -p /etc/haproxy",
        "curl --cookie /run/jar http://a",
        r"""curl -d '{\"name\":\"vip\"}' http://a""",
        "auth_path /etc/keepalived",
        "wsrep-sst-method=mariabackup",
        "keepalived -P -p /run/keepalived.pid",
    ],
)
def test_the_rest_stays_readable(line: str) -> None:
    assert mask(line) == line


@pytest.mark.parametrize(
    "sentence",
    [
        "removed since: rpc_backend, rabbit_hosts, rabbit_userid, rabbit_password, rabbit_virtual_host",
        "no password: everybody may log in",
        "the token, the cookie and the secret, all of them",
    ],
)
def test_words_of_ours_stay(sentence: str) -> None:
    assert mask_prose(sentence) == sentence


def test_a_secret_in_a_sentence_is_hidden() -> None:
    assert mask_prose("password=hunter2 of mysql://a:b@c/d") == "password=*** of mysql://a:***@c/d"
