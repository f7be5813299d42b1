"""Whose file is it, and which files are one site?"""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.gather.hosts import owners
from fournines.audit.gather.sites import sites
from fournines.audit.run import audit
from fournines.audit.sources import read


@pytest.mark.parametrize(
    ("path", "host", "site"),
    [
        ("node1/keepalived.conf", "node1", ""),
        ("node1/etc/keepalived/keepalived.conf", "node1", ""),
        ("keepalived.conf", "", ""),
        ("etc/keepalived/keepalived.conf", "", ""),
        ("keepalived/master/keepalived.conf", "master", "keepalived"),
        ("prod/node1/haproxy/haproxy.cfg", "node1", "prod"),
        ("ctl1/usr/local/bin/check.sh", "ctl1", ""),
        ("paris/keepalived.conf", "", ""),
        ("paris/etc/hostname", "paris", ""),
        ("prod/paris/etc/hostname", "paris", "prod"),
        ("prod/lb/etc/hostname", "lb", "prod"),
        ("lb/etc/haproxy/haproxy.cfg", "", ""),
    ],
)
def test_the_folder_above_the_system_is_the_host(path: str, host: str, site: str) -> None:
    owner = owners([path])[path]
    assert (owner.host, owner.site) == (host, site)


def test_a_file_beside_the_hosts_is_everybodys() -> None:
    owned = owners(["prod/node1/keepalived.conf", "prod/node2/keepalived.conf", "prod/haproxy.cfg"])
    assert owned["prod/haproxy.cfg"].host == ""
    assert {owner.site for owner in owned.values()} == {"prod"}


@pytest.mark.parametrize(
    ("files", "host"),
    [
        ({"etc/hostname": "ctl-a.example.org\n"}, "ctl-a"),
        ({"etc/hosts": "127.0.0.1 localhost\n127.0.1.1 ctl-a\n"}, "ctl-a"),
        ({"etc/hosts": "127.0.0.1 localhost\n10.0.0.11 ctl-a\n10.0.0.12 ctl-b\n"}, ""),
        ({"etc/hostname": "image\n", "ctl1/etc/hostname": "ctl1\n"}, ""),
    ],
)
def test_the_folder_that_was_given_may_be_one_hosts_root(files: dict[str, str], host: str) -> None:
    given = [File(path, text) for path, text in (files | {"etc/haproxy/haproxy.cfg": "global\n"}).items()]
    found = {source.path: source.host for source in read(given)[0]}
    assert found["etc/haproxy/haproxy.cfg"] == host


def vrrp(vip: str, vrid: int = 51) -> str:
    lines = (f"virtual_router_id {vrid}", "interface eth0", "virtual_ipaddress {", vip, "}")
    return "\n".join(("vrrp_instance V {", *lines, "}", ""))


def grouped(files: dict[str, str]) -> list[list[str]]:
    given = [File(path, text) for path, text in files.items()]
    sources, unread, *_ = read(given)
    assert unread == []
    return sorted(sorted(source.path for source in site) for site in sites(sources, owners(files)))


def test_hosts_of_one_folder_that_share_a_network_are_one_site() -> None:
    files = {"a/keepalived.conf": vrrp("10.0.0.20"), "b/keepalived.conf": vrrp("10.0.0.21")}
    assert grouped(files) == [["a/keepalived.conf", "b/keepalived.conf"]]


def test_hosts_of_one_folder_that_share_nothing_are_two() -> None:
    files = {"a/keepalived.conf": vrrp("10.0.0.20"), "b/keepalived.conf": vrrp("192.168.7.1")}
    assert grouped(files) == [["a/keepalived.conf"], ["b/keepalived.conf"]]


def test_a_common_vip_joins_hosts_of_different_folders() -> None:
    files = {"x/a/keepalived.conf": vrrp("10.0.0.20"), "y/b/keepalived.conf": vrrp("10.0.0.20", 52)}
    assert grouped(files) == [["x/a/keepalived.conf", "y/b/keepalived.conf"]]
    report = audit([File(path, text) for path, text in files.items()], strict=True)
    assert "KA009" in [finding.rule for finding in report.findings]


def test_a_host_without_addresses_goes_with_the_others() -> None:
    files = {
        "a/keepalived.conf": vrrp("10.0.0.20"),
        "b/sysctl.conf": "net.ipv4.ip_nonlocal_bind = 1\nvm.swappiness = 1\n",
    }
    assert grouped(files) == [["a/keepalived.conf", "b/sysctl.conf"]]


def test_shared_files_are_part_of_every_site_of_their_folder() -> None:
    files = {
        "a/keepalived.conf": vrrp("10.0.0.20"),
        "b/keepalived.conf": vrrp("192.168.7.1"),
        "check.sh": "#!/bin/sh\nexit 1\n",
    }
    assert grouped(files) == [["a/keepalived.conf", "check.sh"], ["b/keepalived.conf", "check.sh"]]


def test_loose_files_of_several_hosts_are_told_apart_by_name() -> None:
    files = {
        "keepalived-master.conf": vrrp("10.0.0.20"),
        "keepalived-backup1.conf": vrrp("10.0.0.20"),
        "sysctl-master.conf": "net.ipv4.ip_forward = 1\nvm.swappiness = 1\n",
        "check.sh": "#!/bin/sh\nexit 1\n",
    }
    sources, *_ = read([File(path, text) for path, text in files.items()])
    assert {source.path: source.host for source in sources} == {
        "keepalived-master.conf": "master",
        "keepalived-backup1.conf": "backup1",
        "sysctl-master.conf": "master",
        "check.sh": "",
    }


def test_one_loose_file_is_nobodys() -> None:
    sources, *_ = read([File("keepalived-master.conf", vrrp("10.0.0.20"))])
    assert sources[0].host == ""


@pytest.mark.parametrize(
    ("paths", "hosts"),
    [
        (
            ["node1/keepalived.conf", "node1/cert/ca.pem", "node2/keepalived.conf"],
            ["node1", "node1", "node2"],
        ),
        (["left/a.conf", "left/extra/b.conf", "right/a.conf"], ["left", "left", "right"]),
        (["haproxy.cfg", "ctl-a/glance-api.conf", "ctl-b/glance-api.conf"], ["", "ctl-a", "ctl-b"]),
        (["setup.sh", "agents/pgsql", "corosync/corosync.conf"], ["", "", ""]),
        (["haproxy.cfg", "master/keepalived.conf"], ["", "master"]),
        (["paris/keepalived.conf", "lyon/haproxy.cfg"], ["paris", "lyon"]),
        (["nova-api/nova.conf", "nova-scheduler/nova.conf", "haproxy/services.d/x.cfg"], ["", "", ""]),
        (["haproxy-left/haproxy.cfg", "haproxy-right/haproxy.cfg"], ["haproxy-left", "haproxy-right"]),
        (["c1/kolla/nova-api/nova.conf", "c2/kolla/nova-api/nova.conf"], ["c1", "c2"]),
        (["chaos/scripts/a.sh", "keepalived/keepalived.conf"], ["", ""]),
        (["db1/my.cnf", "db2/my.cnf", "lb/haproxy.cfg", "setup.sh"], ["db1", "db2", "lb", ""]),
        (["s/db1/etc/my.cnf", "s/lb/etc/haproxy/haproxy.cfg"], ["db1", "lb"]),
        (["lb/lb1/haproxy.cfg", "lb/common.cfg", "db1/my.cnf"], ["lb1", "", "db1"]),
        (["db1/my.cnf", "haproxy/haproxy.cfg", "conf/lb/haproxy.cfg"], ["db1", "", ""]),
        (["lb/etc/hostname", "lb/etc/haproxy/haproxy.cfg", "paris/etc/my.cnf"], ["lb", "lb", "paris"]),
        (["prod/web1/a.conf", "prod/web2/a.conf", "prod/all.cfg"], ["web1", "web2", ""]),
        (["x/3-node-site/n1/a.conf", "x/3-node-site/n2/a.conf", "x/3-node-site/b.cfg"], ["n1", "n2", ""]),
    ],
)
def test_folders_that_are_hosts_and_folders_that_are_not(paths: list[str], hosts: list[str]) -> None:
    owned = owners(paths)
    assert [owned[path].host for path in paths] == hosts


def test_two_copies_are_not_two_hosts() -> None:
    text = "[mysqld]\nwsrep_on=ON\nwsrep_cluster_address=gcomm://10.0.0.1,10.0.0.2\n"
    sources, *_ = read([File("n1/mysqld.cnf", text), File("n1/sst", text)])
    assert {source.host for source in sources} == {"n1"}


@pytest.mark.parametrize(
    ("files", "host"),
    [
        ({"alice/etc/haproxy/haproxy.cfg": "global\n maxconn 9\n"}, "alice"),
        ({"alice/keepalived.conf": "global_defs {\n router_id alice\n}\n"}, "alice"),
        ({"alice/keepalived.conf": "vrrp_instance V {\n interface eth0\n}\n"}, ""),
        ({"conf/etc/haproxy/haproxy.cfg": "global\n maxconn 9\n"}, ""),
        ({"haproxy.cfg": "global\n maxconn 9\n"}, ""),
    ],
)
def test_a_lone_folder_is_a_host_where_something_says_so(files: dict[str, str], host: str) -> None:
    report = audit([File(path, text) for path, text in files.items()], strict=True)
    assert {source.host for source in report.files} == {host}


def test_the_verdict_says_that_no_host_was_recognised() -> None:
    loose = {
        "keepalived.conf": "vrrp_instance V {\n interface eth0\n}\n",
        "hosts": "10.0.0.1 a\n10.0.0.2 b\n",
    }
    for files, said in ((loose, True), ({f"alice/etc/{k}": v for k, v in loose.items()}, False)):
        report = audit([File(path, text) for path, text in files.items()], strict=True)
        assert ("No host was recognised" in report.verdict) is said
