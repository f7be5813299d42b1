"""What people asked about in public: small sites like theirs, and neighbours of them that are fine."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.corosync.audit.rules.example import corosync
from fournines.components.galera.audit.rules.example import galera
from fournines.components.haproxy.audit.rules.example import TWO, api, haproxy, listen
from fournines.components.keepalived.audit.rules.example import keepalived

MQ = "[DEFAULT]\ntransport_url = rabbit://nova:Zr6vQp1x@mq1:5672,nova:Zr6vQp1x@mq2:5672\n"
BROKERS = "".join(f"cluster_formation.classic_config.nodes.{n} = rabbit@mq{n}\n" for n in (1, 2, 3))
DEVICE = "device {{\nmodel: net\nnet {{\nhost: {}\nalgorithm: ffsplit\n}}\n}}"
XINETD = "service check\n{{\n    port = 9200\n    user = root\n    server = /usr/bin/clustercheck\n{}}}\n"
L3 = "[DEFAULT]\ncore_plugin = ml2\nmax_l3_agents_per_router = 2\nmin_l3_agents_per_router = {}\n"
FIREWALLD = "#!/bin/sh\nfirewall-cmd --permanent --add-service=https\n{}firewall-cmd --reload\n"
GARB = 'GALERA_NODES="10.0.0.11 10.0.0.12"\nGALERA_GROUP="{}"\n'
ON = "    on {0} {{\n        address 10.0.0.1{0}:7788;\n    }}\n"
DRBD = (
    "resource r0 {\n    startup {\n        become-primary-on both;\n    }\n    device /dev/drbd0;\n"
    f"    disk /dev/vg/r0;\n{ON.format(1)}{ON.format(2)}}}\n"
)
DIRECT = "--direct --permanent --add-rule ipv4 filter INPUT 0 --protocol vrrp -j ACCEPT"
ALL_DOWN = "cluster_partition_handling = pause_if_all_down\n"
WATCHED = (
    "cluster_partition_handling.pause_if_all_down.recover = ignore\n"
    "cluster_partition_handling.pause_if_all_down.nodes.1 = rabbit@mq1\n"
)
EXACTLY = 'rabbitmqctl set_policy ha \'^n\' \'{"ha-mode":"exactly","ha-params":1}\''
QUOTED = 'rabbitmqctl set_policy ha `^n` \'{"ha-mode":"all"}\''
CHOSEN = (
    "frontend in\n    bind 10.0.0.20:80\n    use_backend %[req.hdr(host)]\n    default_backend web\n"
    "backend web\n    server c1 10.0.0.11:80 check"
)
GROUP = "vrrp_sync_group G {\n    group {\n        VI_1\n        VI_2\n    }\n}\n"
INCLUDES = galera("!includedir /etc/mysql/conf.d/", wsrep_cluster_address="")


def seen(rule: str, files: dict[str, str]) -> list[str]:
    report = audit([File(path, text) for path, text in files.items()], strict=True)
    return [finding.seen for finding in report.findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("rule", "files", "line"),
    [
        ("KA053", {"keepalived.conf": keepalived(vrid=0)}, "virtual_router_id 0"),
        ("KA053", {"keepalived.conf": keepalived(priority=300)}, "priority 300"),
        (
            "KA035",
            {"n1/keepalived.conf": keepalived(), "n1/fw.sh": FIREWALLD.format("")},
            "firewall-cmd --permanent --add-service=https",
        ),
        ("HA047", {"haproxy.cfg": haproxy(listen(f"option external-check\n{TWO}"))}, "option external-check"),
        (
            "CO018",
            {"corosync.conf": corosync(f"two_node: 1\n{DEVICE.format('10.9.0.1')}", nodes=2)},
            "two_node: 1",
        ),
        (
            "GA004",
            {"db1/galera.cnf": galera(), "arb/etc/default/garb": GARB.format("Openstack")},
            'GALERA_GROUP="Openstack"',
        ),
        (
            "GA021",
            {
                "db1/etc/mysql/my.cnf": INCLUDES,
                "db1/etc/mysql/conf.d/extra.cnf": "[mysqld]\nmax_connections = 512\n",
            },
            "wsrep_provider = /usr/lib/galera/libgalera_smm.so",
        ),
        (
            "RM001",
            {"mq1/rabbitmq.conf": f"{BROKERS}{ALL_DOWN}"},
            "cluster_partition_handling = pause_if_all_down",
        ),
        ("RM004", {"setup.sh": f"#!/bin/sh\n{EXACTLY}\n"}, EXACTLY),
        (
            "RM026",
            {"c1/nova.conf": f"{MQ}rabbit_ha_queues = true\n", "setup.sh": f"#!/bin/sh\n{QUOTED}\n"},
            "rabbit_ha_queues = true",
        ),
        (
            "SY005",
            {"n1/ntp.conf": "server 0.pool.ntp.org\nserver 127.127.1.0\nfudge 127.127.1.0 stratum 10\n"},
            "server 127.127.1.0",
        ),
        ("SY036", {"db1/etc/xinetd.d/check": XINETD.format("")}, "user = root"),
        (
            "OS012",
            {"n1/neutron.conf": L3.format(2), "n2/neutron.conf": L3.format(2)},
            "min_l3_agents_per_router = 2",
        ),
        ("DR005", {"r.res": DRBD}, "become-primary-on both;"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) == 5 else "",
)
def test_found_on_its_line(rule: str, files: dict[str, str], line: str) -> None:
    assert line in seen(rule, files)


@pytest.mark.parametrize(
    ("rule", "files"),
    [
        (
            "KA035",
            {
                "n1/keepalived.conf": keepalived(),
                "n1/fw.sh": FIREWALLD.format("firewall-cmd --permanent --add-protocol=vrrp\n"),
            },
        ),
        (
            "KA035",
            {"n1/keepalived.conf": keepalived(), "n1/fw.sh": FIREWALLD.format(f"firewall-cmd {DIRECT}\n")},
        ),
        ("KA054", {"keepalived.conf": keepalived(head="include /etc/keepalived/more.conf\n") + GROUP}),
        ("HA047", {"haproxy.cfg": haproxy(CHOSEN)}),
        (
            "HA047",
            {
                "haproxy.cfg": haproxy(
                    listen(f"option external-check\n{TWO}"), head="external-check\nlog /dev/log local0\n"
                )
            },
        ),
        ("HA048", {"haproxy.cfg": haproxy(api(TWO + "\nserver c3 10.0.0.13:5000 check disabled"))}),
        ("CO018", {"corosync.conf": corosync(DEVICE.format("10.9.0.1"), nodes=2)}),
        ("GA004", {"db1/galera.cnf": galera(), "arb/etc/default/garb": GARB.format("openstack")}),
        ("GA021", {"db1/etc/mysql/my.cnf": INCLUDES}),
        ("GA023", {"db1/galera.cnf": galera(wsrep_sst_donor="db1,db2,")}),
        ("RM001", {"mq1/rabbitmq.conf": f"{BROKERS}{ALL_DOWN}{WATCHED}"}),
        ("RM026", {"c1/nova.conf": f"{MQ}rabbit_ha_queues = true\n"}),
        ("SY005", {"n1/ntp.conf": "".join(f"server {n}.pool.ntp.org\n" for n in range(4))}),
        ("SY036", {"db1/etc/xinetd.d/check": XINETD.format("    only_from = 10.0.0.0/24\n")}),
        ("OS012", {f"n{n}/neutron.conf": L3.format(2) for n in (1, 2, 3)}),
        ("OS012", {"n1/neutron.conf": L3.format(1)}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_its_neighbour_is_fine(rule: str, files: dict[str, str]) -> None:
    assert seen(rule, files) == []


def test_a_service_block_of_a_page_is_no_order() -> None:
    page = f"In /etc/xinetd.d/check:\n\n```\n{XINETD.format('    wait = no' + chr(10))}```\n"
    assert seen("SY036", {"howto.md": page}) == ["user = root"]


def test_a_page_that_never_says_wsrep_on() -> None:
    block = galera(wsrep_on="")
    page = "# A cluster\n\n/etc/my.cnf.d/galera.cnf:\n\n```\n{}```\n\n{}\n"
    assert seen("GA009", {"howto.md": page.format(block, "")}) == ["[mysqld]"]
    more = "Then:\n\n```\n# echo wsrep_on=ON >> /etc/my.cnf.d/galera.cnf\n```\n"
    assert seen("GA009", {"howto.md": page.format(block, more)}) == []
