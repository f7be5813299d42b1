"""What a lab's hosts have installed whatever their site's plan names.

A lab's hosts have no way to a mirror, so everything comes with the image. One image for most sites is
built once; a site that needs more gets an image of its own.
"""

from __future__ import annotations

CONTROL_PLANE = (
    *("keepalived", "haproxy", "memcached", "chrony", "rabbitmq-server"),
    *("mariadb-server", "mariadb-backup", "galera-4", "galera-arbitrator-4", "socat", "rsync"),
    *("rsyslog", "logrotate", "nftables", "openssl", "faketime"),
    *("python3-pymysql", "python3-memcache", "python3-openstackclient"),
    *("keystone", "glance", "glance-api", "uwsgi", "uwsgi-plugin-python3"),
    *("openstack-dashboard", "openstack-dashboard-apache", "apache2", "libapache2-mod-wsgi-py3"),
    *("curl", "tcpdump", "netcat-openbsd", "ethtool", "jq"),
)
"""Keystone, Glance and Horizon with everything that makes them highly available, and tools to look."""

OF_VMS = ("kmod", "qemu-guest-agent", "udev")
"""What a host of its own kernel has beside: modules, their devices, and a way in that is not the network."""
