"""A plan in another family's names, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest import mock

from tests.support import site_of

from fournines.components import registered
from fournines.kit.family import NOT_PROVED, Family, nowhere, package, path
from fournines.kit.step import File
from fournines.plan.family.doubts import doubts
from fournines.plan.family.translate import for_family
from fournines.plan.make import make_plan
from fournines.plan.model import Plan
from fournines.plan.render import named, rendered, write
from fournines.secrets.generate import complete

SITE = site_of("blog.yaml")
SECRETS = complete({}, SITE)
DEBIAN = make_plan(SITE, SECRETS)
RHEL = make_plan(SITE, SECRETS, family=Family.RHEL)


def files(plan: Plan) -> dict[tuple[str, str], File]:
    return {(one.host, one.file.path): one.file for one in rendered(plan)}


def test_debians_plan_is_itself() -> None:
    assert for_family(DEBIAN, Family.DEBIAN) is DEBIAN
    assert list(rendered(make_plan(SITE, SECRETS, family=Family.DEBIAN))) == list(rendered(DEBIAN))
    assert list(doubts(DEBIAN, Family.DEBIAN)) == []


def test_files_lie_where_the_family_has_them_and_say_its_names() -> None:
    found = files(RHEL)
    conf = found["controller1", "/etc/my.cnf.d/70-fournines.cnf"].content
    assert "wsrep_provider = /usr/lib64/galera/libgalera_smm.so\n" in conf
    assert ("controller1", "/etc/mysql/mariadb.conf.d/70-fournines.cnf") not in found
    unit = found["dashboard", "/etc/systemd/system/garbd.service"].content
    assert "\nUser=garb\nEnvironmentFile=/etc/sysconfig/garb\n" in unit
    assert (
        "RuntimeDirectory=haproxy"
        in found["controller1", "/etc/systemd/system/haproxy.service.d/fournines.conf"].content
    )


def test_what_has_another_format_there_is_written_in_it() -> None:
    found = files(RHEL)
    cache = found["controller1", "/etc/sysconfig/memcached"].content.splitlines()[1:]
    assert cache == [
        'PORT="11211"',
        'USER="memcached"',
        'MAXCONN="1024"',
        'CACHESIZE="64"',
        'OPTIONS="-l 10.0.0.11 -U 0"',
    ]
    assert "\nplugins = python3\n" in found["controller1", "/etc/keystone/keystone-uwsgi.ini"].content
    web = {path.rpartition("/")[2]: file for (host, path), file in found.items() if host == "dashboard"}
    assert web["ssl.conf"].content.splitlines()[-1] == "Listen 443 https"
    site = web["horizon.conf"]
    assert site.path == "/etc/httpd/conf.d/horizon.conf"
    who = "user=apache group=apache python-path=/usr/share/openstack-dashboard"
    assert f"\nWSGIDaemonProcess horizon {who} processes=2 threads=8 " in site.content
    assert "    ErrorLog /var/log/httpd/horizon-error.log\n" in site.content
    assert web["_9999_fournines.py"].group == "apache"
    suse = files(make_plan(SITE, SECRETS, family=Family.SUSE))
    site = suse["dashboard", "/etc/apache2/vhosts.d/horizon.conf"]
    assert "horizon user=wwwrun group=www python-path=/srv/www/openstack-dashboard " in site.content
    params = suse["controller1", "/etc/sysconfig/memcached"].content.splitlines()[1]
    assert params == 'MEMCACHED_PARAMS="-l 10.0.0.11 -p 11211 -U 0 -m 64 -c 1024"'


def test_what_a_host_has_beside_its_files_is_written_for_others_only(tmp_path: Path) -> None:
    lines = named(RHEL)["dashboard"].splitlines()
    assert {"package galera", "unit garbd.service: runs"} <= set(lines)
    # Keystone's package brings uwsgi along on Debian; there nobody does.
    assert "package uwsgi-plugin-python3" in named(RHEL)["controller1"].splitlines()
    assert lines == sorted(lines)
    write(RHEL, tmp_path / "rhel", Family.RHEL)
    assert (tmp_path / "rhel/dashboard.names").read_text().splitlines() == lines
    write(DEBIAN, tmp_path / "debian")
    assert not list((tmp_path / "debian").glob("*.names"))


def test_what_is_not_packaged_or_not_proved_is_said() -> None:
    by = "some/one a.spec"
    rows = (
        package("haproxy", rhel=nowhere(by), suse=NOT_PROVED),
        path("/etc/haproxy", rhel=NOT_PROVED, suse=nowhere(by)),
    )
    known = {**registered(), "haproxy": replace(registered()["haproxy"], families=rows)}
    known["galera"] = replace(known["galera"], families=())
    with mock.patch("fournines.plan.family.doubts.registered", return_value=known):
        said = [str(one) for one in doubts(DEBIAN, Family.RHEL)]
    assert f"haproxy: the package haproxy is not packaged there ({by})" in said
    assert "haproxy: the path /etc/haproxy is not proved there" in said
    assert "galera: all its names are not proved there" in said
