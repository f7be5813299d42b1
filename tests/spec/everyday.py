"""Site files as tired people write them: whole small files, one slip each, and the line where it is.

Written without a look at the rules, from what people do: copy, rename, indent by hand, remember other tools.
"""

from __future__ import annotations

BASE = """\
name: shop
release: epoxy
networks:
  lan: {cidr: 172.20.4.0/22}
  dmz: {cidr: 203.0.113.0/26}
vips:
  api:
    network: lan
    address: 172.20.4.5
    serves: [internal, admin]
  shop:
    network: dmz
    address: 203.0.113.5
    serves: [public]
hosts:
  gate:
    roles: [bastion, dashboard, time]
    lan: 172.20.4.10
    dmz: 203.0.113.10
  east:
    roles: [controller]
    lan: 172.20.4.11
    dmz: 203.0.113.11
  west:
    roles: [controller]
    lan: 172.20.4.12
    dmz: 203.0.113.12
  north:
    roles: [controller]
    lan: 172.20.4.13
    dmz: 203.0.113.13
ssh:
  user: debian
  through: gate
services: [keystone, glance, horizon]
components:
  galera:
    buffer_pool: 4G
  haproxy:
    client_timeout: 90
  hosts:
    sysctls:
      net.core.somaxconn: 4096
"""

SLIPS: tuple[tuple[str, str, int], ...] = (
    # copied lines that were not adapted
    ("lan: 172.20.4.12", "lan: 172.20.4.11", 26),
    ("dmz: 203.0.113.12", "dmz: 203.0.113.11", 27),
    ("  west:\n", "  east:\n", 24),
    ("address: 203.0.113.5", "address: 172.20.4.5", 13),
    ("lan: 172.20.4.10", "lan: 203.0.113.10", 18),
    ("serves: [public]", "serves: [internal, admin]", 14),
    ("  shop:\n    network: dmz", "  api:\n    network: dmz", 11),
    ("dmz: 203.0.113.13\nssh", "dmz: 203.0.113.13\n    dmz: 203.0.113.14\nssh", 32),
    ("address: 172.20.4.5", "address: 172.20.4.11", 9),
    ("through: gate", "through: bastion", 34),
    # addresses
    ("lan: 172.20.4.11", "lan: 172.20.8.11", 22),
    ("lan: 172.20.4.11", "lan: 172.20.4.11/22", 22),
    ("lan: 172.20.4.11", "lan: 172.20.4.256", 22),
    ("lan: 172.20.4.11", "lan: 172.20.4", 22),
    ("lan: 172.20.4.11", "lan: 172.20.04.11", 22),
    ("lan: 172.20.4.11", "lan: east.example.org", 22),
    ("lan: 172.20.4.11", "lan: 172.20.7.255", 22),
    ("lan: 172.20.4.11", "lan: [172.20.4.11]", 22),
    ("lan: 172.20.4.11", "lan: dhcp", 22),
    ("lan: 172.20.4.11", "lan: fd00::11", 22),
    ("cidr: 172.20.4.0/22", "cidr: 172.20.5.0/22", 4),
    ("cidr: 172.20.4.0/22", "cidr: 172.20.4.0", 4),
    ("cidr: 172.20.4.0/22", "cidr: 172.20.4.0/255.255.252.0", 4),
    ("cidr: 172.20.4.0/22", "cidr: 172.20.4.0/33", 4),
    ("cidr: 172.20.4.0/22", "subnet: 172.20.4.0/22", 4),
    ("cidr: 203.0.113.0/26", "cidr: 172.20.4.0/24", 5),
    ("    dmz: 203.0.113.10\n", "    wan: 203.0.113.10\n", 19),
    # words of other tools, and of yesterday
    ("release: epoxy", "release: 2025.1", 2),
    ("release: epoxy", "release: Epoxy", 2),
    ("release: epoxy", "release: dalmatian", 2),
    ("hosts:\n  gate", "nodes:\n  gate", 15),
    ("vips:\n", "vip:\n", 6),
    ("roles: [bastion, dashboard, time]", "role: [bastion, dashboard, time]", 17),
    ("roles: [bastion, dashboard, time]", "roles: bastion, dashboard, time", 17),
    ("roles: [bastion, dashboard, time]", "roles: [bastion, dashboard, ntp]", 17),
    ("roles: [bastion, dashboard, time]", "roles: [bastion, Dashboard, time]", 17),
    ("services: [keystone, glance, horizon]", "services: [keystone, glance, dashboard]", 35),
    ("services: [keystone, glance, horizon]", "services: [keystone, glance, manila]", 35),
    ("services: [keystone, glance, horizon]", "services: [glance, horizon]", 35),
    ("services: [keystone, glance, horizon]", "services: keystone", 35),
    ("user: debian", "username: debian", 33),
    ("user: debian", "user: debian@gate", 33),
    ("through: gate", "jump: gate", 34),
    ("serves: [public]", "serves: public", 14),
    ("serves: [public]", "serves: [external]", 14),
    ("services:", "mode: active/active\nservices:", 35),
    # options
    ("buffer_pool: 4G", "buffer_pool: 4 GB", 38),
    ("buffer_pool: 4G", "buffer_pool: 4096", 38),
    ("buffer_pool: 4G", "innodb_buffer_pool_size: 4G", 38),
    ("client_timeout: 90", "client_timeout: 90s", 40),
    ("client_timeout: 90", "client_timeout: -1", 40),
    ("  galera:\n", "  mariadb:\n", 37),
    ("net.core.somaxconn: 4096", "net.core.somaxconn = 4096", 43),
    ("net.core.somaxconn: 4096", "net.ipv4.ip_nonlocal_bind: 0", 43),
    # the hand that types
    ("  east:\n    roles", "  east:\n   roles", 22),
    ("  east:\n    roles", "  east\n    roles", 20),
    ("user: debian", "user:debian", 33),
    ("    lan: 172.20.4.11\n", "\tlan: 172.20.4.11\n", 22),
    ("[bastion, dashboard, time]", "[bastion, dashboard, time", 17),
    ("[bastion, dashboard, time]", "bastion, dashboard, time]", 17),
    ("name: shop", 'name: "shop', 1),
)
"""What, by what, and the line on which the mistake is to be told."""
