"""Evidence from files beside the obvious ones: fstab, later commands, Horizon's settings, the caches' own."""

from __future__ import annotations

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.run import audit

RULES = {rule.id: rule for rule in registry.rules()}
WEB = "pcs resource create web systemd:apache2 op monitor interval=20s\n"


def found(rule: str, files: dict[str, str]) -> list[tuple[str, str]]:
    report = audit([File(path, text) for path, text in files.items()], rules=[RULES[rule]], strict=True)
    return [(finding.severity.word, finding.seen) for finding in report.findings]


@pytest.mark.parametrize(
    "command",
    [
        WEB + "pcs resource meta web migration-threshold=0",
        WEB + "pcs resource update web statusurl=http://x meta migration-threshold=0 op monitor interval=5s",
        "pcs resource update web meta migration-threshold=0",
        "crm_resource --meta -r web -p migration-threshold -v 0",
        "crm_resource --resource=web -m --set-parameter migration-threshold --parameter-value 0",
        "crm resource meta web set migration-threshold 0",
        'ssh ctl1 "pcs resource meta web migration-threshold=0"',
    ],
)
def test_meta_attributes_are_changed_later(command: str) -> None:
    assert len(found("PA022", {"x.sh": f"#!/bin/sh\n{command}\n"})) == 1


@pytest.mark.parametrize(
    "command",
    [
        WEB.strip() + " meta migration-threshold=0\npcs resource meta web migration-threshold=5",
        "crm_resource -r web -p migration-threshold -v 0",
        "pcs resource update web migration-threshold=0",
    ],
)
def test_what_counts_is_the_last_word_on_a_meta_attribute(command: str) -> None:
    assert found("PA022", {"x.sh": f"#!/bin/sh\n{command}\n"}) == []


@pytest.mark.parametrize(
    ("line", "severities"),
    [
        ("/dev/drbd/by-res/db/0 /var/lib/mysql ext4 noatime 0 2", ["error"]),
        ("/dev/drbd7 /srv ext4 defaults", ["error"]),
        ("/dev/drbd0 /var/lib/mysql xfs nofail 0 0", ["warning"]),
        ("/dev/drbd0 /var/lib/mysql xfs noauto,noatime 0 0", []),
        ("/dev/drbd0 /var/lib/mysql xfs x-systemd.automount 0 0", []),
        ("/dev/drbd0 /shared gfs2 _netdev 0 0", []),
        ("/dev/vdb1 /var/lib/mysql xfs defaults 0 0", []),
        ("# /dev/drbd0 /var/lib/mysql xfs defaults 0 0", []),
    ],
)
def test_what_a_boot_mounts(line: str, severities: list[str]) -> None:
    res = RULES["DR009"].bad["node1/db.res"]
    files = {"node1/db.res": res, "node1/etc/fstab": f"UUID=12-34 / ext4 defaults 0 1\n{line}\n"}
    assert [severity for severity, _ in found("DR009", files)] == severities


def test_fstab_says_what_is_on_a_device_with_two_primaries() -> None:
    res = RULES["DR009"].bad["node1/db.res"].replace("protocol C;", "allow-two-primaries yes;")
    for fs, count in (("ext4", 1), ("ocfs2", 0)):
        files = {"node1/db.res": res, "node1/etc/fstab": f"/dev/drbd0 /srv {fs} noauto 0 0\n"}
        assert len(found("DR002", files)) == count


@pytest.mark.parametrize(
    ("network", "card", "count"),
    [
        ("10.0.0.12", "address 10.0.0.11/24", 0),
        ("10.0.0.0", "address 10.0.0.11\n    netmask 255.255.255.0", 0),
        ("10.0.0.128", "address 10.0.0.11/25", 1),
        ("10.0.0.0", "address 192.168.0.11/24", 1),
        ("fd00::", "address 192.168.0.11/24", 1),
        ("10.0.1.0", "", 0),
    ],
)
def test_the_network_corosync_is_bound_to(network: str, card: str, count: int) -> None:
    conf = RULES["SY019"].bad["node1/corosync.conf"].replace("10.0.1.0", network)
    files = {
        "node1/corosync.conf": conf,
        "node1/etc/network/interfaces": f"iface eth0 inet static\n    {card}\n",
    }
    assert len(found("SY019", files)) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("OPENSTACK_HOST = controller\n", 1),
        ("OPENSTACK_KEYSTONE_URL = http://10.0.0.20:5000/v3\n", 1),
        ("OPENSTACK_HOST = <VIP>\nDEBUG = False\n", 0),
        (
            "WEBROOT = '/'\nLOGIN_URL = WEBROOT + 'login'\nOPENSTACK_HOST = '10.0.0.20'\n",
            0,
        ),
        ("OPENSTACK_HOST = '10.0.0.20'\nCACHES = {\n    ...\n", 0),
    ],
)
def test_settings_without_quotes(text: str, count: int) -> None:
    assert len(found("OS024", {"ctl1/local_settings.py": text})) == count


@pytest.mark.parametrize(
    ("engine", "backend", "location", "count"),
    [
        ("cache", "locmem.LocMemCache", "''", 2),
        ("file", "locmem.LocMemCache", "''", 2),
        ("cache", "memcached.PyMemcacheCache", "['localhost:11211']", 2),
        ("cache", "memcached.PyMemcacheCache", "'10.0.0.11:11211;10.0.0.12:11211'", 0),
        ("cached_db", "memcached.PyMemcacheCache", "'127.0.0.1:11211'", 0),
        ("signed_cookies", "locmem.LocMemCache", "''", 0),
    ],
)
def test_where_sessions_lie(engine: str, backend: str, location: str, count: int) -> None:
    text = (
        f"SESSION_ENGINE = 'django.contrib.sessions.backends.{engine}'\n"
        f"CACHES = {{'default': {{'BACKEND': 'x.{backend}', 'LOCATION': {location}}}}}\n"
    )
    files = {f"ctl{number}/local_settings.py": text for number in (1, 2)}
    assert len(found("OS025", files)) == count
    assert found("OS025", {"ctl1/local_settings.py": text}) == []


@pytest.mark.parametrize(
    ("location", "options", "count"),
    [
        ("['10.0.0.11:11211', '10.0.0.12:11211']", "", 1),
        ("['10.0.0.11:11211', '10.0.0.12:11211']", ", 'OPTIONS': {'no_delay': True}", 1),
        ("['10.0.0.11:11211', '10.0.0.12:11211']", ", 'OPTIONS': {'timeout': 1}", 0),
        ("['10.0.0.11:11211', '10.0.0.12:11211']", ", 'OPTIONS': dict(timeout=1)", 0),
        ("'127.0.0.1:11211'", "", 0),
    ],
)
def test_how_long_a_dashboard_waits(location: str, options: str, count: int) -> None:
    text = f"CACHES = {{'default': {{'BACKEND': 'x.PyMemcacheCache', 'LOCATION': {location}{options}}}}}\n"
    assert len(found("OS035", {"ctl1/local_settings.py": text})) == count


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        ("ctl1/etc/sysconfig/memcached", 'MAXCONN="1024"\nOPTIONS="-l 127.0.0.1,::1"\n', 1),
        ("ctl1/etc/sysconfig/memcached", 'MAXCONN="1024"\nOPTIONS="-l 127.0.0.1,10.0.0.11"\n', 0),
        ("ctl1/etc/memcached.conf", "-m 64\n#-l 127.0.0.1\n", 0),
        ("ctl3/etc/memcached.conf", "-m 64\n-l 127.0.0.1\n", 0),
    ],
)
def test_caches_only_their_host_reaches(path: str, text: str, count: int) -> None:
    confs = {p: t for p, t in RULES["SY021"].bad.items() if p.endswith("nova.conf")}
    assert len(found("SY021", {**confs, path: text})) == count


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ({}, 1),
        ({"db2/replica.cnf": "[mysqld]\nserver_id = 2\n"}, 0),
        ({"setup.sh": "#!/bin/sh\nmysql -e 'CHANGE MASTER TO MASTER_HOST=\"10.0.0.11\"'\n"}, 0),
        ({"db1/my.cnf": "[mysqld]\nport = 3306\n!includedir /etc/mysql/conf.d/\n"}, 0),
    ],
)
def test_spares_without_the_data(more: dict[str, str], count: int) -> None:
    assert len(found("HA046", {**RULES["HA046"].bad, **more})) == count


@pytest.mark.parametrize(("dev", "interface", "count"), [("ens18", "ens18000", 1), ("eth1", "eth0", 0)])
def test_a_slip_in_an_interface(dev: str, interface: str, count: int) -> None:
    ((path, text),) = RULES["KA020"].good.items()
    text = text.replace("dev eth1", f"dev {dev}").replace("interface eth0", f"interface {interface}")
    assert [severity for severity, _ in found("KA020", {path: text})] == ["warning"] * count
