"""What is taken for granted of Horizon's package and of its Apache."""

from __future__ import annotations

from fournines.kit.relies import Relied, has, has_account, has_any, prints, reads

_SETTINGS = "/usr/lib/python3/dist-packages/openstack_dashboard"

RELIES = (
    Relied(
        "openstack-dashboard",
        "25.3.0",
        "25.3.0",
        (
            # What our own application (on_host) is made from, and whose policies it reads.
            reads("/usr/lib/python3/dist-packages/openstack_auth/urls.py", "name='login'"),
            reads(f"{_SETTINGS}/defaults.py", "'identity': 'keystone_policy.yaml'"),
            has("/var/lib/openstack-dashboard/static"),
            # Our settings lie there under a number that comes after the package's own.
            prints(
                ("readlink", f"{_SETTINGS}/local/local_settings.d"),
                "^/etc/openstack-dashboard/local_settings.d$",
                what="reads /etc/openstack-dashboard/local_settings.d",
            ),
            reads(f"{_SETTINGS}/settings.py", "for filename in sorted(filenames):"),
        ),
    ),
    Relied(
        "openstack-dashboard-apache",
        "25.3.0",
        "25.3.0",
        (
            has_account("www-data"),
            has_any("/etc/apache2/mods-available/ssl.load"),
            prints(
                ("cat", "/etc/apache2/apache2.conf"),
                r"^IncludeOptional sites-enabled/\*\.conf",
                what="reads /etc/apache2/sites-enabled",
            ),
            prints(
                ("cat", "/etc/apache2/apache2.conf"),
                r"^Include ports\.conf",
                what="reads /etc/apache2/ports.conf",
            ),
        ),
    ),
    Relied(
        "libapache2-mod-wsgi-py3",
        "5.0.2",
        "5.0.2",
        (has("/usr/lib/apache2/modules/mod_wsgi.so"),),
    ),
)
