"""A good site file with every section, and ways to make one mistake in it.

Each wrong file is the good one with one piece of text replaced: (what, by what, where the mistake must be
reported as LINE:COLUMN, a part of its words).
"""

from __future__ import annotations

GOOD = """\
name: blog
release: epoxy
networks:
  mgmt: {cidr: 10.0.0.0/24, purpose: cluster}
  external: {cidr: 192.168.1.0/24}
  provider: {purpose: provider, interface: enp3s0}
vips:
  controller: {network: mgmt, address: 10.0.0.20, serves: [internal, admin]}
  cloud:
    network: external
    address: 192.168.1.20
    serves: [public]
hosts:
  dashboard: {roles: [bastion, dashboard, time, arbiter], mgmt: 10.0.0.10, external: 192.168.1.10}
  controller1:
    roles: [controller]
    mgmt: 10.0.0.11
    external: {address: 192.168.1.11, interface: enp2s0}
    provider: {}
  controller2: {roles: [controller], mgmt: 10.0.0.12, external: 192.168.1.12, provider: {interface: enp4s0}}
ssh: {user: root, through: dashboard}
lab: false
services: [keystone, glance, horizon, neutron]
mode: active-active
secrets: {recipients: [~/.ssh/id_ed25519.pub]}
components:
  galera: {buffer_pool: 256M, start_timeout: 900}
  haproxy: {check_timeout_ms: 400, client_timeout: 60}
  hosts:
    sysctls: {net.ipv4.ip_forward: 1}
  chrony: {upstream: [ntp.example.org], max_offset: 0.1}
  nftables: {open_tcp: [9100]}
  horizon: {names: [cloud.example.org]}
  rsyslog: {max_size: 100M}
"""

LAST_HOST = next(line for line in GOOD.splitlines(keepends=True) if line.startswith("  controller2:"))

Edit = tuple[str, str, str, str]

NAMES: tuple[Edit, ...] = (
    ("name: blog", "name: Blog", "1:7", "is not a name"),
    ("name: blog", "name: 9blog", "1:7", "is not a name"),
    ("name: blog", "name: blog-", "1:7", "is not a name"),
    ("name: blog", "name: my_blog", "1:7", "is not a name"),
    ("name: blog", "name: my blog", "1:7", "is not a name"),
    ("name: blog", "name: blög", "1:7", "is not a name"),
    ("name: blog", "name: a.b", "1:7", "is not a name"),
    ("name: blog", f"name: {'a' * 33}", "1:7", "has 33 characters; at most 32"),
    ("name: blog", f"name: {'a' * 64}", "1:7", "has 64 characters; at most 32"),
    ("name: blog", "name: [a]", "1:7", "a list is not a single text"),
    ("name: blog", "name: {a: b}", "1:7", "a mapping is not a single text"),
    ("name: blog", "name:", "1:6", "name is empty"),
    ("name: blog", "name: ''", "1:7", "is not a name"),
    ("name: blog", 'name: "a\\nb"', "1:7", "is not one line"),
    ("name: blog", 'name: "a\\0b"', "1:7", "is not one line"),
    ("name: blog", "name: |\n  blog", "1:7", "is not one line"),
    ("name: blog\n", "", "1:1", "name is missing"),
    ("name: blog", "nmae: blog", "1:1", "unknown key"),
    ("name: blog", "name: blog\nname: log", "2:1", "this key stands twice; the first is on line 1"),
    ("  cloud:\n", "  localhost:\n", "9:3", "has a meaning of its own on every host"),
    ("  cloud:\n", "  Cloud:\n", "9:3", "is not a name"),
    ("  cloud:\n", "  dashboard:\n", "9:3", "a host has this name too"),
    ("  controller1:\n", "  localhost:\n", "15:3", "has a meaning of its own on every host"),
    ("  controller1:\n", "  Controller1:\n", "15:3", "is not a name"),
    ("  controller1:\n", "  1controller:\n", "15:3", "is not a name"),
    ("  controller1:\n", "  controller.one:\n", "15:3", "is not a name"),
    ("  controller1:\n", f"  {'c' * 64}:\n", "15:3", "has 64 characters; at most 63"),
    ("  controller1:\n", '  "controller\\n1":\n', "15:3", "is not one plain word"),
    ("  controller1:\n", "  controller2:\n", "20:3", "this key stands twice"),
    ("  external: {cidr", "  External: {cidr", "5:3", "nobody is attached to External"),
    ("  external: {cidr", "  roles: {cidr", "5:3", "has a meaning of its own"),
)

TOP: tuple[Edit, ...] = (
    ("release: epoxy", "release: caracal", "2:10", "is not known here"),
    ("release: epoxy", "release: 2025.1", "2:10", "is not known here"),
    ("release: epoxy", "release: [epoxy]", "2:10", "a list is not known here"),
    ("release: epoxy", "relase: epoxy", "2:1", "unknown key"),
    ("release: epoxy", "file: other.yaml", "2:1", "unknown key"),
    ("release: epoxy", "colour: red", "2:1", "unknown key"),
    ("lab: false", "lab: perhaps", "22:6", "is neither true nor false"),
    ("lab: false", "lab: 1", "22:6", "'1' is neither true nor false"),
    ("lab: false", "lab: 2", "22:6", "is neither true nor false"),
    ("lab: false", "lab: []", "22:6", "a list is neither true nor false"),
    ("lab: false", "lab:", "22:5", "lab is empty"),
    ("lab: false", "labs: false", "22:1", "unknown key"),
    ("mode: active-active", "mode: active", "24:7", "is not known here"),
    ("mode: active-active", "mode: {a: b}", "24:7", "a mapping is not known here"),
    ("mode: active-active", "Mode: active-active", "24:1", "unknown key"),
)

_FENCED = "mode: active-passive\nfencing: {dashboard: {address: 10.9.0.3}, controller1: {address: 10.9.0.1}, "
ARBITERS: tuple[Edit, ...] = (
    (
        "ssh: {user",
        "  one: {roles: [arbiter], mgmt: 10.0.0.31}\n  two: {roles: [arbiter], mgmt: 10.0.0.32}\nssh: {user",
        "22:17",
        "3 arbiters for 2 controllers, which alone have the data: a tie needs one",
    ),
    (
        "ssh: {user",
        (
            "  controller3: {roles: [controller], mgmt: 10.0.0.13, external: 192.168.1.13}\n"
            "  two: {roles: [arbiter], mgmt: 10.0.0.32}\nssh: {user"
        ),
        "22:17",
        "2 arbiters for 3 controllers, which alone have the data: a tie needs none",
    ),
    ("    roles: [controller]\n", "    roles: []\n", "16:12", "controllers: 1"),
)
FENCING: tuple[Edit, ...] = (
    (
        "mode: active-active",
        "mode: active-passive",
        "24:7",
        "nothing fences dashboard, controller1, controller2",
    ),
    (
        "mode: active-active",
        "mode: active-passive\nfencing: {controller1: {address: 10.9.0.1}}",
        "25:1",
        "nothing fences dashboard, controller2",
    ),
    (
        "mode: active-active",
        "mode: active-passive\nfencing: {controller9: {address: 10.9.0.2}}",
        "25:11",
        "controller9 is not a host",
    ),
    ("mode: active-active", "fencing: {controller1: {address: 10.9.0.1}}", "24:1", "nothing fences hosts"),
    (
        "mode: active-active",
        f"{_FENCED}controller2: {{address: 10.9.0.1}}}}",
        "25:100",
        "the same board and system as controller1",
    ),
    (
        "mode: active-active",
        f"{_FENCED}controller2: {{address: 10.0.0.12}}}}",
        "25:100",
        "10.0.0.12 is hosts.controller2.mgmt",
    ),
    (
        "mode: active-active",
        f"{_FENCED}controller2: {{address: 10.0.0.20}}}}",
        "25:100",
        "10.0.0.20 is vips.controller.address",
    ),
    (
        "mode: active-active",
        f"{_FENCED}controller2: {{address: 10.9.0.2, agent: ipmi, system: /redfish/v1/Systems/1}}}}",
        "25:131",
        "IPMI knows no systems",
    ),
    (
        "components:\n",
        "components:\n  keystone: {mode: active-passive}\n",
        "27:20",
        "nobody moves keystone to another host",
    ),
)

NETWORKS: tuple[Edit, ...] = (
    (
        "    provider: {}",
        "    provider: {interface: enp2s0}",
        "19:27",
        "enp2s0 is controller1's interface in external too: it is handed on",
    ),
    ("interface: enp3s0", "interface: enp2s0", "6:44", "enp2s0 is controller1's interface in external too"),
    ("interface: enp2s0", "interface: enp3s0", "6:44", "enp3s0 is controller1's interface in external too"),
    ("10.0.0.0/24", "10.0.0.0", "4:16", "has no prefix length"),
    ("10.0.0.0/24", "10.0.0.0/33", "4:16", "is not an IPv4 network"),
    ("10.0.0.0/24", "10.0.0.0/", "4:16", "is not an IPv4 network"),
    ("10.0.0.0/24", "10.0.0.5/24", "4:16", "is not how its network is written"),
    ("10.0.0.0/24", "10.0.0.0/255.255.255.0", "4:16", "is not how its network is written"),
    ("10.0.0.0/24", "10.0.0/24", "4:16", "is not an IPv4 network"),
    ("10.0.0.0/24", "fd00::/64", "4:16", "is not an IPv4 network"),
    ("10.0.0.0/24", "mgmt", "4:16", "is not an IPv4 network"),
    ("10.0.0.0/24", "[10.0.0.0/24]", "4:16", "a list is not an IPv4 network"),
    ("10.0.0.0/24", "127.0.0.0/24", "4:16", "is every host's own loopback"),
    ("10.0.0.0/24", "224.0.0.0/24", "4:16", "is multicast"),
    ("10.0.0.0/24", "169.254.0.0/16", "4:16", "is link-local"),
    ("10.0.0.0/24", "240.0.0.0/8", "4:16", "is reserved"),
    ("10.0.0.0/24", "0.0.0.0/8", "4:16", "means this host"),
    ("10.0.0.0/24", "0.0.0.0/0", "4:16", "is wider than any range"),
    ("10.0.0.0/24", "10.0.0.10/31", "4:16", "has no room for hosts"),
    ("10.0.0.0/24", "10.0.0.10/32", "4:16", "has no room for hosts"),
    ("10.0.0.0/24", "192.168.0.0/16", "5:20", "overlaps network mgmt"),
    ("{cidr: 192.168.1.0/24}", "{cidr: 10.0.0.0/24}", "5:20", "overlaps network mgmt"),
    ("{cidr: 192.168.1.0/24}", "{cdir: 192.168.1.0/24}", "5:14", "unknown key"),
    ("{cidr: 192.168.1.0/24}", "{}", "5:3", "cidr is missing"),
    ("{cidr: 192.168.1.0/24}", "{cidr: }", "5:20", "cidr is empty"),
    ("{cidr: 192.168.1.0/24}", "192.168.1.0/24", "5:13", "is not a mapping"),
    ("{cidr: 192.168.1.0/24}", "[192.168.1.0/24]", "5:13", "a list is not a mapping"),
    ("{cidr: 192.168.1.0/24}", "", "5:12", "external is empty"),
    ("{cidr: 192.168.1.0/24}", "{cidr: 192.168.1.0/24, vlan: 7}", "5:36", "unknown key"),
    (
        "{cidr: 192.168.1.0/24}",
        "{cidr: 192.168.1.0/24, purpose: cluster}",
        "5:45",
        "mgmt is the cluster network already",
    ),
    ("purpose: cluster", "purpose: storage", "4:38", "is not known here"),
    (
        "purpose: provider,",
        "purpose: provider, cidr: 10.7.0.0/24,",
        "6:39",
        "a provider network has no range",
    ),
    ("purpose: cluster", "purpose: [cluster]", "4:38", "a list is not known here"),
    ("purpose: cluster", "porpose: cluster", "4:29", "unknown key"),
    ("purpose: cluster", "purpose: provider", "4:38", "the hosts have addresses in it"),
    ("enp3s0", '"en p3s0"', "6:44", "is not the name of a network interface"),
    ("enp3s0", '"en s3; }"', "6:44", "is not the name of a network interface"),
    ("enp3s0", "enp3s0enp3s0enp3", "6:44", "has 16 characters; at most 15"),
    ("enp3s0", '"en\\n3"', "6:44", "is not one line"),
    ("enp3s0", "en/3", "6:44", "is not the name of a network interface"),
    ("enp3s0", "lo", "6:44", "has a meaning of its own on every host"),
    ("enp3s0", "[enp3s0]", "6:44", "a list is not a single text"),
    (", interface: enp3s0", "", "19:15", "the host's interface in provider is not named"),
    ("networks:\n", "netwoks:\n", "3:1", "unknown key"),
)

VIPS: tuple[Edit, ...] = (
    (
        "{network: mgmt, address: 10.0.0.20, ",
        "{network: mgnt, address: 10.0.0.20, ",
        "8:25",
        "mgnt is not a network of this site",
    ),
    (
        "{network: mgmt, address: 10.0.0.20, ",
        "{network: provider, address: 10.0.0.20, ",
        "8:25",
        "is a provider network",
    ),
    ("{network: mgmt, address: 10.0.0.20, ", "{netwrk: mgmt, address: 10.0.0.20, ", "8:16", "unknown key"),
    ("{network: mgmt, address: 10.0.0.20, ", "{network: mgmt, adress: 10.0.0.20, ", "8:31", "unknown key"),
    ("{network: mgmt, address: 10.0.0.20, ", "{address: 10.0.0.20, ", "8:3", "network is missing"),
    ("{network: mgmt, address: 10.0.0.20, ", "{network: mgmt, ", "8:3", "address is missing"),
    (
        "{network: mgmt, address: 10.0.0.20, ",
        "{network: [mgmt], address: 10.0.0.20, ",
        "8:25",
        "a list is not a single text",
    ),
    ("address: 10.0.0.20", "address: 10.0.1.20", "8:40", "is not in network mgmt (10.0.0.0/24)"),
    ("address: 10.0.0.20", "address: 10.0.0.0", "8:40", "network or broadcast address"),
    ("address: 10.0.0.20", "address: 10.0.0.255", "8:40", "network or broadcast address"),
    ("address: 10.0.0.20", "address: 10.0.0.11", "8:40", "the VIP 10.0.0.11 is also hosts.controller1.mgmt"),
    ("address: 10.0.0.20", "address: 10.0.0.256", "8:40", "is not an IPv4 address"),
    ("address: 10.0.0.20", "address: 10.0.0", "8:40", "is not an IPv4 address"),
    ("address: 10.0.0.20", "address: 10.0.0.020", "8:40", "is not an IPv4 address"),
    ("address: 10.0.0.20", "address: 10.0.0.20/24", "8:40", "is not an IPv4 address"),
    ("address: 10.0.0.20", "address: fd00::20", "8:40", "is not an IPv4 address"),
    ("address: 10.0.0.20", "address: controller", "8:40", "is not an IPv4 address"),
    ("address: 10.0.0.20", "address: 167772180", "8:40", "is not an IPv4 address"),
    ("address: 10.0.0.20", "address: ", "8:40", "address is empty"),
    ("address: 10.0.0.20", "address: [10.0.0.20]", "8:40", "a list is not an IPv4 address"),
    (
        "network: external\n    address: 192.168.1.20",
        "network: mgmt\n    address: 10.0.0.20",
        "11:14",
        "the VIP 10.0.0.20 is also vips.controller.address",
    ),
    ("serves: [internal, admin]", "serves: [internal]", "12:13", "no VIP serves admin"),
    ("serves: [internal, admin]", "serves: [internal, internal, admin]", "8:70", "internal stands twice"),
    (
        "serves: [internal, admin]",
        "serves: [internal, admin, public]",
        "12:14",
        "controller serves public already",
    ),
    ("serves: [internal, admin]", "serves: []", "8:59", "it serves nobody"),
    ("serves: [internal, admin]", "serves: internal", "8:59", "is not a list"),
    ("serves: [internal, admin]", "serves: [internal, admins]", "8:70", "is not known here"),
    ("serves: [internal, admin]", "serve: [internal, admin]", "8:51", "unknown key"),
    ("serves: [internal, admin]", "serves: {internal: admin}", "8:59", "a mapping is not a list"),
    ("vips:\n", "vips:\n  third: {network: mgmt, address: 10.0.0.30}\n", "8:3", "the others serve everybody"),
    ("vips:\n", "vip:\n", "7:1", "unknown key"),
    (
        "  external: {cidr: 192.168.1.0/24}",
        "  external: {cidr: 192.168.1.0/24}\n  extern: {}",
        "6:3",
        "cidr is missing",
    ),
    (", external: 192.168.1.12,", ",", "10:14", "the VIP cannot move to controller2: no address in external"),
)

HOSTS: tuple[Edit, ...] = (
    ("roles: [controller]\n", "roles: [controler]\n", "16:13", "is not known here"),
    ("roles: [controller]\n", "roles: [Controller]\n", "16:13", "is not known here"),
    ("roles: [controller]\n", "roles: controller\n", "16:12", "is not a list"),
    ("roles: [controller]\n", "roles:\n", "16:11", "roles is empty"),
    ("roles: [controller]\n", "roles: {controller: yes}\n", "16:12", "a mapping is not a list"),
    ("roles: [controller]\n", "roles: [controller, controller]\n", "16:25", "controller stands twice"),
    ("roles: [controller]\n", "roles: [[controller]]\n", "16:13", "a list is not known here"),
    ("roles: [controller]\n", "roles: [controller,,]\n", "16:24", "a value is missing here"),
    ("roles: [controller]\n", "role: [controller]\n", "16:5", "neither a host's key nor a network"),
    ("roles: [controller]\n", "rolls: [controller]\n", "16:5", "neither a host's key nor a network"),
    ("    roles: [controller]\n", "", "15:3", "roles is missing"),
    ("    mgmt: 10.0.0.11\n", "    mgmt: 10.0.0.11\n    kind: qemu\n", "18:11", "'qemu' is not known here"),
    ("time, arbiter]", "time]", "13:1", "2 hosts vote (controller1, controller2)"),
    ("time, arbiter]", "time, controller, controller]", "14:61", "controller stands twice"),
    ("bastion, dashboard, time", "bastion, time", "23:30", "horizon needs a host with the role dashboard"),
    ("mgmt: 10.0.0.11\n", "mgmt: 10.0.1.11\n", "17:11", "is not in network mgmt"),
    ("mgmt: 10.0.0.11\n", "mgmt: 10.0.0.12\n", "20:44", "10.0.0.12 is also hosts.controller1.mgmt"),
    ("mgmt: 10.0.0.11\n", "mgmt: 10.0.0.300\n", "17:11", "is not an IPv4 address"),
    ("mgmt: 10.0.0.11\n", "mgmt: 10.0.0.255\n", "17:11", "network or broadcast address"),
    ("mgmt: 10.0.0.11\n", "mgmt: 22:22\n", "17:11", "is not an IPv4 address"),
    ("mgmt: 10.0.0.11\n", "mgmt: [10.0.0.11]\n", "17:11", "a list is not an IPv4 address"),
    ("mgmt: 10.0.0.11\n", "mgmt:\n", "17:10", "mgmt is empty"),
    ("mgmt: 10.0.0.11\n", "mgnt: 10.0.0.11\n", "17:5", "neither a host's key nor a network"),
    (
        "mgmt: 10.0.0.11\n",
        "storage: 10.0.0.11\n",
        "17:5",
        "storage is neither a host's key nor a network of this site",
    ),
    ("    mgmt: 10.0.0.11\n", "", "15:3", "the host has no address in mgmt, where the hosts talk"),
    ("mgmt: 10.0.0.11\n", "mgmt: {interface: eth0}\n", "17:11", "the host has no address in mgmt"),
    ("mgmt: 10.0.0.11\n", "mgmt: {address: 10.0.0.300}\n", "17:21", "is not an IPv4 address"),
    ("mgmt: 10.0.0.11\n", "mgmt: {adress: 10.0.0.11}\n", "17:12", "unknown key"),
    ("mgmt: 10.0.0.11\n", "mgmt: {address: 10.0.0.11, mtu: 9000}\n", "17:32", "unknown key"),
    (
        "mgmt: 10.0.0.11\n",
        'mgmt: {address: 10.0.0.11, interface: "a b"}\n',
        "17:43",
        "is not the name of a network interface",
    ),
    ("mgmt: 10.0.0.11\n", "mgmt: {address: 10.0.0.11, interface: }\n", "17:43", "interface is empty"),
    ("provider: {}", "provider: 10.9.0.1", "19:15", "provider is a provider network"),
    ("provider: {}", "provider: {address: 10.9.0.1}", "19:25", "provider is a provider network"),
    ("provider: {}", "provider:", "19:14", "provider is empty"),
    ("provider: {}", "os: debian", "19:5", "os is neither a host's key nor a network of this site"),
    (
        "provider: {}",
        "gateway: 10.0.0.1",
        "19:5",
        "gateway is neither a host's key nor a network of this site",
    ),
    ("provider: {}", "sort: vm", "19:5", "sort is neither a host's key nor a network of this site"),
    (
        LAST_HOST,
        "",
        "13:1",
        "controllers: 1",
    ),
    (
        LAST_HOST,
        "  controller2: 10.0.0.12\n",
        "20:16",
        "is not a mapping",
    ),
    (
        LAST_HOST,
        "  controller2:\n",
        "20:15",
        "controller2 is empty",
    ),
    ("hosts:\n  dash", "host:\n  dash", "13:1", "unknown key"),
)

SSH_AND_SECRETS: tuple[Edit, ...] = (
    ("user: root", "user: root@dashboard", "21:13", "names a host of this site"),
    ("user: root", "user: ''", "21:13", "is not a login name"),
    ("user: root", "user: ", "21:13", "user is empty"),
    ("user: root", "user:", "21:11", "a colon without a blank after it"),
    ("user: root", "user: null", "21:13", "user is empty"),
    ("user: root", "user: -oProxyCommand=x", "21:13", "is not a login name"),
    ("user: root", 'user: "root\\nx"', "21:13", "is not one line"),
    ("user: root", "user: a b", "21:13", "is not a login name"),
    ("user: root", "user: [root]", "21:13", "a list is not a single text"),
    ("user: root", f"user: {'u' * 65}", "21:13", "has 65 characters; at most 64"),
    ("user: root", "usr: root", "21:7", "unknown key"),
    ("user: root", "user: root, port: 22", "21:19", "unknown key"),
    ("through: dashboard", "through: dashbord", "21:28", "dashbord is not a host of this site"),
    ("through: dashboard", "through: 10.0.0.10", "21:28", "is not a host of this site"),
    ("through: dashboard", "trough: dashboard", "21:19", "unknown key"),
    ("through: dashboard", "through: [dashboard]", "21:28", "a list is not a single text"),
    ("ssh: {user: root, through: dashboard}", "ssh: root", "21:6", "is not a mapping"),
    ("ssh: {user: root, through: dashboard}", "ssh:", "21:5", "ssh is empty"),
    ("ssh: {user: root, through: dashboard}", "shs: {}", "21:1", "unknown key"),
    ("recipients: [~/.ssh/id_ed25519.pub]", "recipients: ~/.ssh/id_ed25519.pub", "25:23", "is not a list"),
    ("recipients: [~/.ssh/id_ed25519.pub]", "recipients: ['']", "25:24", "is not one line of text"),
    ("recipients: [~/.ssh/id_ed25519.pub]", 'recipients: ["a\\nb"]', "25:24", "is not one line"),
    ("recipients: [~/.ssh/id_ed25519.pub]", "recipients: [[a]]", "25:24", "a list is not a single text"),
    ("recipients: [~/.ssh/id_ed25519.pub]", "recipients: [/a, /b, /a]", "25:32", "a stands twice"),
    ("recipients: [~/.ssh/id_ed25519.pub]", "recipient: [/a]", "25:11", "unknown key"),
    ("recipients: [~/.ssh/id_ed25519.pub]", "file: x", "25:11", "unknown key"),
)

SERVICES: tuple[Edit, ...] = (
    (
        "[keystone, glance, horizon, neutron]",
        "[keystone, glanze, horizon]",
        "23:22",
        "glanze is not a service fournines builds",
    ),
    (
        "[keystone, glance, horizon, neutron]",
        "[keystone, glance, manila, horizon]",
        "23:30",
        "manila is not a service",
    ),
    ("[keystone, glance, horizon, neutron]", "[glance, horizon]", "23:12", "glance needs keystone"),
    (
        "[keystone, glance, horizon, neutron]",
        "[keystone, keystone, glance, horizon]",
        "23:22",
        "keystone stands twice",
    ),
    ("[keystone, glance, horizon, neutron]", "keystone", "23:11", "is not a list"),
    ("[keystone, glance, horizon, neutron]", "{keystone: yes}", "23:11", "a mapping is not a list"),
    ("lab: false", "choose: {databse: galera}", "22:10", "there is no capability databse"),
    ("lab: false", "choose: {database: memcached}", "22:20", "memcached does not provide database"),
    ("lab: false", "choose: {database: [galera]}", "22:20", "a list is not a single text"),
    ("lab: false", "choose: galera", "22:9", "is not a mapping"),
    ("lab: false", "chose: {database: galera}", "22:1", "unknown key"),
    ("[keystone, glance, horizon, neutron]", "[Keystone, glance, horizon]", "23:12", "is not a name"),
    (
        "[keystone, glance, horizon, neutron]",
        "[[keystone], glance, horizon]",
        "23:12",
        "a list is not a single text",
    ),
    ("[keystone, glance, horizon, neutron]", "[keystone, , horizon]", "23:22", "a value is missing here"),
    ("[keystone, glance, horizon, neutron]", "", "23:10", "services is empty"),
    ("services: [keystone, glance, horizon, neutron]\n", "", "1:1", "services is missing"),
    ("services: [", "service: [", "23:1", "unknown key"),
    (
        "[keystone, glance, horizon, neutron]",
        "[keystone, glance]",
        "33:3",
        "horizon is not among the services",
    ),
)

OPTIONS: tuple[Edit, ...] = (
    ("  galera: {", "  galara: {", "27:3", "there is no such component"),
    ("  galera: {", "  postgresql: {}\n  galera: {", "27:3", "there is no such component"),
    ("buffer_pool: 256M", "buffer_pool: 1 GB", "27:25", "is not an amount such as"),
    ("buffer_pool: 256M", "buffer_pool: 256", "27:25", "is not an amount such as"),
    ("buffer_pool: 256M", "buffer_pool: 256MB", "27:25", "is not an amount such as"),
    ("buffer_pool: 256M", "buffer_pool: 0M", "27:25", "is not an amount such as"),
    ("buffer_pool: 256M", "buffer_pool: -1M", "27:25", "is not an amount such as"),
    ("buffer_pool: 256M", "buffer_pool: 999999999G", "27:25", "is not between 8M and 4096G"),
    ("buffer_pool: 256M", "buffer_pool: 1M", "27:25", "is not between 8M and 4096G"),
    ("buffer_pool: 256M", 'buffer_pool: "256M\\n"', "27:25", "is not one line"),
    ("buffer_pool: 256M", "buffer_pol: 256M", "27:12", "unknown key"),
    ("buffer_pool: 256M", "innodb_io_capacity: 1", "27:12", "unknown key"),
    ("buffer_pool: 256M", "buffer_pool: ", "27:25", "buffer_pool is empty"),
    ("buffer_pool: 256M", "buffer_pool: [256M]", "27:25", "a list is not a single text"),
    ("start_timeout: 900", "start_timeout: 0900", "27:46", "is not a number in plain digits"),
    ("start_timeout: 900", "start_timeout: 9_00", "27:46", "is not a number in plain digits"),
    ("start_timeout: 900", "start_timeout: 9e2", "27:46", "is not a number in plain digits"),
    ("start_timeout: 900", "start_timeout: 900s", "27:46", "is not a number in plain digits"),
    ("start_timeout: 900", "start_timeout: +900", "27:46", "is not a number in plain digits"),
    ("start_timeout: 900", "start_timeout: 0x384", "27:46", "is not a number in plain digits"),
    ("start_timeout: 900", "start_timeout: \uff1900", "27:46", "is not a number in plain digits"),
    ("start_timeout: 900", "start_timeout: ''", "27:46", "is not a number in plain digits"),
    ("start_timeout: 900", "start_timeout: 1", "27:46", "is too small"),
    ("start_timeout: 900", "start_timeout: 99999999", "27:46", "is too large"),
    ("start_timeout: 900", "start_timeout: -900", "27:46", "is too small"),
    ("start_timeout: 900", "start_timeout: 900.5", "27:46", "is not a whole number"),
    ("start_timeout: 900", f"start_timeout: {'9' * 40}", "27:46", "is too large"),
    ("start_timeout: 900", f"start_timeout: -{'9' * 40}", "27:46", "is too small"),
    ("start_timeout: 900", "start_timeout: [900]", "27:46", "a list is not a number"),
    ("start_timeout: 900", "start_timeout: {s: 900}", "27:46", "a mapping is not a number"),
    ("start_timeout: 900", "start_timeout: ", "27:46", "start_timeout is empty"),
    (
        "check_timeout_ms: 400",
        "check_timeout_ms: 500",
        "28:31",
        "check_timeout_ms (500) is not below check_interval_ms (500)",
    ),
    ("check_timeout_ms: 400", "check_timeout_ms: 0", "28:31", "is too small"),
    ("check_timeout_ms: 400", "check_timeout: 400", "28:13", "unknown key"),
    ("client_timeout: 60", "client_timeout: 1e308", "28:52", "is not a number in plain digits"),
    ("client_timeout: 60", "client_timeout: inf", "28:52", "is not a number in plain digits"),
    ("client_timeout: 60", "client_timeout: nan", "28:52", "is not a number in plain digits"),
    ("client_timeout: 60", "client_timeout: .inf", "28:52", "is not a number in plain digits"),
    ("client_timeout: 60", "client_timeout: 999999", "28:52", "is too large"),
    ("client_timeout: 60", "client_timeout: 60,5", "28:55", "unknown key"),
    ("net.ipv4.ip_forward: 1", 'net.ipv4.ip_forward: "1\\nkernel.sysrq = 1"', "30:36", "is not one line"),
    ("net.ipv4.ip_forward: 1", 'net.ipv4.ip_forward: "\\u202E01"', "30:36", "is not one line of plain text"),
    ("net.ipv4.ip_forward: 1", "net.ipv4.ip_forward: ", "30:36", "is empty"),
    ("[ntp.example.org]", "[8.8.8]", "31:23", "is not a server's name or address"),
    ("net.ipv4.ip_forward: 1", "net.ipv4.ip_forward: [1]", "30:36", "a list is not a single text"),
    ("net.ipv4.ip_forward: 1", "ip forward: 1", "30:15", "is not a kernel setting's name"),
    ("net.ipv4.ip_forward: 1", "net.ipv4.ip_nonlocal_bind: 0", "30:15", "is set by fournines"),
    ("net.ipv4.ip_forward: 1", "net.ipv4.tcp_keepalive_probes: 9", "30:15", "is set by fournines"),
    ("net.ipv4.ip_forward: 1", "net.ipv4.tcp_retries2: 9", "30:15", "has an option of its own"),
    ("net.ipv4.ip_forward: 1", "net.ipv4/tcp_retries2: 9", "30:15", "has an option of its own"),
    ("net.ipv4.ip_forward: 1", "forward: 1", "30:15", "is not a kernel setting's name"),
    ("sysctls: {net.ipv4.ip_forward: 1}", "sysctls: net.ipv4.ip_forward=1", "30:14", "is not a mapping"),
    (
        "sysctls: {net.ipv4.ip_forward: 1}",
        "sysctls: [net.ipv4.ip_forward]",
        "30:14",
        "a list is not a mapping",
    ),
    ("sysctls: {net.ipv4.ip_forward: 1}", "sysctl: {net.ipv4.ip_forward: 1}", "30:5", "unknown key"),
    ("[ntp.example.org]", "ntp.example.org", "31:22", "is not a list"),
    ("[ntp.example.org]", '["ntp.example.org\\nallow all"]', "31:23", "is not one line"),
    ("[ntp.example.org]", '["ntp.example.org iburst"]', "31:23", "is not a server's name or address"),
    ("[ntp.example.org]", "['']", "31:23", "is not a server's name or address"),
    ("[ntp.example.org]", "[ntp.example.org, controller1]", "31:40", "is this site itself"),
    ("[ntp.example.org]", "[10.0.0.11]", "31:23", "is this site itself"),
    ("[ntp.example.org]", "[192.168.1.20]", "31:23", "is this site itself"),
    ("[ntp.example.org]", "[cloud]", "31:23", "is this site itself"),
    ("[ntp.example.org]", "[localhost]", "31:23", "is this site itself"),
    ("[ntp.example.org]", "[-x]", "31:23", "is not a server's name or address"),
    ("[ntp.example.org]", "[ntp://time]", "31:23", "is not a server's name or address"),
    ("[ntp.example.org]", f"[{'n' * 254}]", "31:23", "has 254 characters; at most 253"),
    ("max_offset: 0.1", "max_offset: 0", "31:53", "is too small"),
    ("max_offset: 0.1", "max_offset: 0.1s", "31:53", "is not a number in plain digits"),
    ("max_offset: 0.1", "max_offset: 100ms", "31:53", "is not a number in plain digits"),
    ("open_tcp: [9100]", "open_tcp: [99999]", "32:25", "is too large"),
    ("open_tcp: [9100]", "open_tcp: [-1]", "32:25", "is too small"),
    ("open_tcp: [9100]", "open_tcp: [80, 80]", "32:29", "80 stands twice"),
    ("check_timeout_ms: 400", "check_fast_ms: 501", "28:28", "would slow the checks down"),
    ("open_tcp: [9100]", "open_tcp: [0]", "32:25", "is too small"),
    ("open_tcp: [9100]", "open_tcp: [http]", "32:25", "is not a number in plain digits"),
    ("open_tcp: [9100]", "open_tcp: 9100", "32:24", "is not a list"),
    ("open_tcp: [9100]", "open_tcp: [9100-9200]", "32:25", "is not a number in plain digits"),
    ("open_tcp: [9100]", "ssh_ports: [70000]", "32:26", "is too large"),
    ("open_tcp: [9100]", "ssh_ports: []", "32:25", "is empty"),
    ("open_tcp: [9100]", "open_udp: [22.5]", "32:25", "is not a"),
    ("[cloud.example.org]", "[https://cloud]", "33:21", "is not a DNS name"),
    ("[cloud.example.org]", "[Cloud.Example.org]", "33:21", "is not a DNS name"),
    ("[cloud.example.org]", '["cloud\\n"]', "33:21", "is not one line"),
    ("[cloud.example.org]", "[cloud..org]", "33:21", "is not a DNS name"),
    ("max_size: 100M", "max_size: 100MB", "34:23", "is not an amount such as"),
    ("max_size: 100M", "max_size: 1k", "34:23", "is not between 100k and 1000G"),
    ("[cloud.example.org]", "[], session: 7200", "33:33", "horizon.session (7200) is more than keystone"),
    (
        "rsyslog: {max_size: 100M}",
        "keystone: {token_lifetime: 1800}",
        "34:30",
        "horizon.session (3600) is more",
    ),
    ("rsyslog: {max_size: 100M}", "rsyslog: 100M", "34:12", "is not a mapping"),
    ("rsyslog: {max_size: 100M}", "rsyslog:", "34:11", "rsyslog is empty"),
    ("rsyslog: {max_size: 100M}", "keepalived: {interfaces: {mgmt: eth0}}", "34:16", "unknown key"),
    ("rsyslog: {max_size: 100M}", "keepalived: {vrid: 256}", "34:22", "is too large"),
    ("rsyslog: {max_size: 100M}", "keystone: {processes: two}", "34:25", "is not a number"),
    ("rsyslog: {max_size: 100M}", "client: {colour: red}", "34:12", "unknown key"),
    ("components:\n", "component:\n", "26:1", "unknown key"),
)

YAML: tuple[Edit, ...] = (
    ("    mgmt: 10.0.0.11", "\tmgmt: 10.0.0.11", "17:1", "a tab stands here"),
    ("    mgmt: 10.0.0.11", "   mgmt: 10.0.0.11", "17:4", "does not go on with the lines before"),
    ("    mgmt: 10.0.0.11", "    mgmt 10.0.0.11", "17:5", "a key without a colon"),
    ("roles: [controller]\n", "roles:\n      -controller\n", "17:7", "is not a list"),
    (
        "roles: [controller]\n",
        "roles:\n      - controller\n      -time\n      x: y\n",
        "18:7",
        "a dash without a blank",
    ),
    ("    mgmt: 10.0.0.11", "    mgmt: 10.0.0.11: x", "17:20", "a colon where no key can stand"),
    ("    mgmt: 10.0.0.11", "    mgmt: *m", "17:11", "aliases"),
    ("    mgmt: 10.0.0.11", "    mgmt: !x 10.0.0.11", "17:11", "tags"),
    ("    mgmt: 10.0.0.11", "    mgmt: !!python/none x", "17:11", "tags"),
    ("    mgmt: 10.0.0.11", "    mgmt: 10.0.0.11\n    <<: {a: b}", "18:5", "merge keys"),
    ("    mgmt: 10.0.0.11", "    mgmt: 10.0.0.11\n    ? [a]\n    : b", "18:7", "a key must be a plain word"),
    ("    mgmt: 10.0.0.11", "    mgmt: 10.0.0.11\n    '': x", "18:5", "a key must be a plain word"),
    ("    mgmt: 10.0.0.11", "    mgmt: @x", "17:11", "this character cannot begin a text"),
    ("    mgmt: 10.0.0.11", '    mgmt: "10.0.0.11', "17:11", "a quotation mark is opened and not closed"),
    ("    mgmt: 10.0.0.11", "    mgmt: '10.0.0.11", "17:11", "a quotation mark is opened and not closed"),
    ("    mgmt: 10.0.0.11", '    mgmt: "\\q"', "17:12", "a backslash"),
    ("    mgmt: 10.0.0.11", "    mgmt: |x\n      y", "17:12", "a block of text"),
    ("    mgmt: 10.0.0.11", "    mgmt: >\n      10.0.0.11", "17:11", "is not one line"),
    ("    mgmt: 10.0.0.11", "    mgmt: 10.0.0.11\x07", "17:20", "U+0007 cannot stand"),
    ("    mgmt: 10.0.0.11", f"    mgmt: {'[' * 900}{']' * 900}", "17:28", "more than 20 levels"),
    ("    mgmt: 10.0.0.11", f"    mgmt: {'x' * 100_000}", "17:11", "is not an IPv4 address"),
    ("roles: [controller]\n", "roles: [controller\n", "16:12", "a bracket is opened and not closed"),
    ("roles: [controller]\n", "roles: controller]\n", "16:12", "is not a list"),
    ("hosts:\n  dash", "hosts: }\n  dash", "13:8", "a value is missing here, or a bracket is too many"),
    ("mode: active-active", "---\nmode: active-active", "24:1", "a second document begins here"),
    ("mode: active-active", "- active-active", "24:1", "does not go on with the lines before"),
    ("mode: active-active", "active-active", "24:1", "a key without a colon"),
    ("name: blog", "name:blog", "1:5", "a colon without a blank after it"),
    ("name: blog", "name:blog\n", "1:5", "a colon without a blank after it"),
    ("name: blog", "name:blog # a shop", "1:5", "a colon without a blank after it"),
    ("name: blog\n", "name:blog\n# a shop: ours\n", "1:5", "a colon without a blank after it"),
    ("release: epoxy", "release:epoxy", "2:8", "a colon without a blank after it"),
    ("    mgmt: 10.0.0.11", "    mgmt:10.0.0.11", "17:9", "a colon without a blank after it"),
    ("  controller1:\n", "  controller1: &c\n", "15:16", "anchors"),
    ("  controller1:\n", "  &c controller1:\n", "15:3", "anchors"),
    ("name: blog", "name: !!str blog", "1:7", "tags"),
    ("name: blog", "%YAML 1.1\n---\nname: blog", "1:1", "directives"),
    ("name: blog", "%TAG ! x:\n---\nname: blog", "1:1", "directives"),
    ("    roles: [controller]\n", "    <<: {roles: [controller]}\n", "16:5", "merge keys"),
    ("name: blog", "%YAML 9.9\n---\nname: blog", "1:1", "%"),
)

GROUPS = {
    "arbiters": ARBITERS,
    "names": NAMES,
    "top": TOP,
    "fencing": FENCING,
    "networks": NETWORKS,
    "vips": VIPS,
    "hosts": HOSTS,
    "ssh and secrets": SSH_AND_SECRETS,
    "services": SERVICES,
    "options": OPTIONS,
    "yaml": YAML,
}

HINTS: tuple[Edit, ...] = (
    (
        "cidr: 192.168.1.0/24",
        "cidr: 0.0.0.0/0",
        "0.0.0.0/0 is wider than any range that is free to use",
        "write for example 10.0.0.0/24",
    ),
    ("name: blog", 'name: "a\\e[2J"', "'a\\x1b[2J' is not one line of plain text", "take U+001B out of it"),
    ("name: blog", 'name: "a\\nb"', "'a\\nb' is not one line of plain text", "write it on one line"),
    (
        "client_timeout: 60",
        "client_timeout: 60s",
        "'60s' is not a number in plain digits",
        "write a number, 1 to 86400 s",
    ),
    ("start_timeout: 900", "start_timeout: 1", "1 is too small", "write a whole number, 120 to 86400 s"),
    (
        "start_timeout: 900",
        "start_timeout: 1000000000000000000000",
        "'1000000000000000000000' is too large",
        "write a whole number, 120 to 86400 s",
    ),
    (
        "max_offset: 0.1",
        "max_offset: '0,5'",
        "'0,5' is not a number in plain digits",
        "write a number, above 0, at most 5 s",
    ),
    (
        "open_tcp: [9100]",
        "open_tcp: [6800-7300]",
        "'6800-7300' is not a number in plain digits: ranges are not understood here",
        "write a whole number, 1 to 65535",
    ),
    (
        "[controller], mgmt: 10.0.0.12",
        "[\u0441ontroller], mgmt: 10.0.0.12",
        "'\u0441ontroller' is not known here",
        "did you mean controller? \u0441 is U+0441, CYRILLIC SMALL LETTER ES",
    ),
    (
        "[controller], mgmt: 10.0.0.12",
        "[controller], mgmt:10.0.0.12",
        "a colon without a blank after it",
        "write mgmt: 10.0.0.12",
    ),
    (
        "  controller2:",
        "\u00a0\u00a0controller2:",
        "a blank stands here that is no space, U+00A0: it indents nothing",
        "replace it by spaces",
    ),
    (
        "time, arbiter]",
        "time arbiter]",
        "'time arbiter' is not known here",
        "put a comma between them: time, arbiter",
    ),
    (
        "user: root",
        "port: 2222, user: root",
        "unknown key",
        "ssh takes its port from ~/.ssh/config; nftables.ssh_ports opens it",
    ),
    (
        "roles: [bastion, dashboard, time, arbiter]",
        "roles: [bastion, dashboard, time]",
        "2 hosts vote (controller1, controller2): an even number cannot break a tie",
        "give a host that is no controller the role arbiter",
    ),
    (
        "[keystone, glance, horizon, neutron]",
        "keystone glance",
        "'keystone glance' is not a list",
        "write it in square brackets: [keystone, glance]",
    ),
    ("[keystone, glance, horizon, neutron]", "[keystone, Glance]", "'Glance' is not a name", "write glance"),
    ("through: dashboard", "through: 10.0.0.10", "10.0.0.10 is not a host of this site", "write dashboard"),
    (
        "through: dashboard",
        "key: ~/.ssh/id",
        "unknown key",
        "ssh takes its keys from ~/.ssh/config and its agent",
    ),
    (
        "[ntp.example.org]",
        "['https://ntp.example.org/']",
        "'https://ntp.example.org/' is not a server's name or address",
        "write ntp.example.org",
    ),
    (
        "[ntp.example.org]",
        "[10.9.0.999]",
        "'10.9.0.999' is not a server's name or address",
        "write for example ntp.example.org or 192.0.2.1",
    ),
    ("max_size: 100M", "max_size: 100 MB", "'100 MB' is not an amount such as 100k", "write 100M"),
    (
        "{cidr: 192.168.1.0/24}",
        "192.168.1.0/24",
        "'192.168.1.0/24' is not a mapping",
        "write keys with values: {cidr: 192.168.1.0/24}",
    ),
    (
        "{cidr: 192.168.1.0/24}",
        "{cidr: 192.168.1.0/29}",
        "none of the addresses in external lies in 192.168.1.0/29",
        "write for example 192.168.1.0/24, or other addresses",
    ),
    (
        "release: epoxy",
        "buffer_pool: 1G",
        "unknown key",
        "move it: buffer_pool stands under components.galera or under components.mariadb",
    ),
    (
        "    mgmt: 10.0.0.11",
        "    mgmt: 10.0.0.11\n    address: 10.0.0.11",
        "address is neither a host's key nor a network of this site",
        "write it at its network's name: mgmt: 10.0.0.11, or mgmt: {address: 10.0.0.11, interface: eth0}",
    ),
    (
        "    mgmt: 10.0.0.11",
        "    mgmt: 10.0.0.11\n    fencing: {}",
        "fencing is neither a host's key nor a network of this site",
        "move it: fencing stands at the top level",
    ),
    ("  galera: {", "  mysql: {", "there is no such component", "the database is galera, or mariadb"),
    (
        "recipients: [~/.ssh/id_ed25519.pub]",
        "recipients: [AGE-SECRET-KEY-1QQ]",
        "a private key stands here; whoever has read this file knows it",
        "make another one (age-keygen), and write its public key: age1...",
    ),
    (
        "recipients: [~/.ssh/id_ed25519.pub]",
        "recipients: [a.pub b.pub]",
        "'a.pub b.pub' is two words",
        "put a comma between two paths; one has no blanks",
    ),
    (
        "check_timeout_ms: 400",
        "writer_interval_ms: 200",
        (
            "writer_timeout_ms (250) is not below writer_interval_ms (200): a check must end before the next"
            " one begins"
        ),
        "write writer_timeout_ms: 150 or less, or a longer writer_interval_ms",
    ),
    (
        "rsyslog: {max_size: 100M}",
        "rabbitmq: {net_ticktime: 30}",
        (
            "neutron.agent_down_time (20) is less than rabbitmq.heartbeat + rabbitmq.net_ticktime (40): who"
            " loses a broker is silent for so long, and would be taken for dead"
        ),
        "write neutron: {agent_down_time: 40} or more, or lower rabbitmq.heartbeat + rabbitmq.net_ticktime",
    ),
    (
        "rsyslog: {max_size: 100M}",
        "keystone: {token_lifetime: 60}",
        "horizon.session (3600) is more than keystone.token_lifetime (60)",
        "write token_lifetime: 3600 or more",
    ),
)
"""The same, with all that is said: what is wrong, and what to write instead."""

UNUSED: tuple[Edit, ...] = (
    (
        "  external: {cidr",
        "  spare: {cidr: 10.8.0.0/24}\n  external: {cidr",
        "5:3",
        "no host is attached to spare",
    ),
)
GROUPS["unused"] = UNUSED
HINTS += (
    (
        "  controller1:\n",
        "  controller1[2-1]:\n",
        "a range that ends before it begins",
        "write controller1[1-2]",
    ),
    (
        "through: dashboard",
        "through: net[1-2]",
        "a range of hosts is a key of its own under hosts",
        "write it on a line of its own, without braces around it; elsewhere an entry for each host",
    ),
    ("buffer_pool: 256M", "buffer_pool: 268435456", "'268435456' is not an amount such as 8M", "write 256M"),
    ("buffer_pool: 256M", "buffer_pool: 0.5G", "'0.5G' is not an amount such as 8M", "write 512M"),
    ("buffer_pool: 256M", "buffer_pool: 1T", "'1T' is not an amount such as 8M", "write 1024G"),
    (
        "buffer_pool: 256M",
        "controller1: {}",
        "unknown key",
        "options are those of all hosts of a component: write them without a host's name",
    ),
    (
        "interface: enp2s0",
        "interface: eth0:1",
        "'eth0:1' is not the name of a network interface",
        "write eth0",
    ),
    (
        "interface: enp2s0",
        "interface: lo",
        "'lo' has a meaning of its own on every host",
        "write it as `ip link` shows it on the host: eth0, enp1s0, bond0.100",
    ),
    (
        "sysctls: {net.ipv4.ip_forward: 1}",
        "sysctls: [net.ipv4.ip_forward=1]",
        "a list is not a mapping",
        "write {net.ipv4.ip_forward: 1}",
    ),
    (
        "mgmt: 10.0.0.12",
        "mgmt: 10.0.0.12/24",
        "'10.0.0.12/24' is not an IPv4 address",
        "write 10.0.0.12: the prefix length is the network's",
    ),
    (
        "mgmt: 10.0.0.12",
        "mgmt: 10.0.0.12+",
        "'10.0.0.12+' is not an IPv4 address",
        "write 10.0.0.12: only the addresses of a range of hosts are counted up",
    ),
    (
        "mgmt: 10.0.0.12",
        "mgmt: 10.0.0.12-14",
        "'10.0.0.12-14' is not an IPv4 address",
        "write 10.0.0.12+: it is counted up from there, where the host is a range",
    ),
    (
        "mgmt: 10.0.0.12",
        "mgmt: 10.0.0.[12-14]",
        "addresses have no ranges",
        "write 10.0.0.12+: it is counted up from there, for each host of a range",
    ),
    (
        "mgmt: 10.0.0.12",
        "mgmt: ${MGMT}",
        "templates ({{ name }}, ${NAME}) are not filled in",
        "write the value itself",
    ),
    (
        "mgmt: 10.0.0.12",
        "mgmt: {{ mgmt }}",
        "templates ({{ name }}, ${NAME}) are not filled in",
        "write the value itself",
    ),
    (
        "mgmt: 10.0.0.12",
        "mgmt= 10.0.0.12",
        "an equals sign where a colon has to stand",
        "write mgmt: 10.0.0.12",
    ),
    (
        "mgmt: 10.0.0.12",
        "galera: {}, mgmt: 10.0.0.12",
        "galera is neither a host's key nor a network of this site",
        "move it: galera stands under components",
    ),
    (
        "mgmt: 10.0.0.12",
        "children: {}, mgmt: 10.0.0.12",
        "children is neither a host's key nor a network of this site",
        "hosts are in no groups: each stands under hosts by its name, with its roles",
    ),
    (
        "  controller2: {",
        "    controller2: {",
        "a host within a host",
        "indent controller2 less: hosts stand side by side",
    ),
    (
        "services: [",
        "  services: [",
        "this line is indented further than line 22, whose key has its value already",
        "indent it like line 22, or line 22 like this one",
    ),
    ("name: blog", "name\uff1ablog", "\uff1a is U+FF1A and no colon", "write a colon and a blank"),
    (
        "name: blog",
        "name: blog#1",
        "'blog#1' is not a name",
        (
            "use lower-case letters, digits and hyphens, beginning with a letter, 32 at most;"
            " a comment has a blank before its #"
        ),
    ),
    (
        "name: blog",
        "name: “blog”",
        "'“blog”' is not a name",
        (
            "use lower-case letters, digits and hyphens, beginning with a letter, 32 at most;"
            " “ is U+201C, LEFT DOUBLE QUOTATION MARK"
        ),
    ),
    ("release: epoxy", "enable_heat: yes", "unknown key", "add heat to services"),
    (
        "release: epoxy",
        "kolla_internal_vip_address: 10.0.0.20",
        "unknown key",
        "write vips: {controller: {network: mgmt, address: 10.0.0.20}}",
    ),
    (
        "release: epoxy",
        "site: {name: blog, services: []}",
        "unknown key",
        "take site away: its keys stand at the top level, and begin in the first column",
    ),
    (
        "{cidr: 192.168.1.0/24}",
        "{cidr: 192.168.1.0/24, mtu: 9000}",
        "unknown key",
        "take it away: the hosts' networks are set up before, and a VLAN's interface is named: eth0.100",
    ),
    (
        "user: root",
        "become: true",
        "unknown key",
        "take it away: a user that is not root runs everything by sudo, without a password",
    ),
    (
        "recipients: [~/.ssh/id_ed25519.pub]",
        "galera: x",
        "unknown key",
        "no secret stands in a site file: nines secrets set SITE NAME",
    ),
    (
        "recipients: [~/.ssh/id_ed25519.pub]",
        "recipients: [0xDEADBEEF]",
        "'0xDEADBEEF' is neither a public key nor a path",
        "write ./0xDEADBEEF if it is a file's name",
    ),
    (
        "[keystone, glance, horizon, neutron]",
        "[keystone, glance, horizon, neutron-server]",
        "neutron-server is not a service fournines builds",
        "did you mean neutron?",
    ),
    (
        "[keystone, glance, horizon, neutron]",
        "[keystone, glance, horizon, neutron, dashboard]",
        "dashboard is not a service fournines builds",
        "did you mean horizon?",
    ),
    (
        "[keystone, glance, horizon, neutron]",
        "[keystone, {glance: {workers: 4}}, horizon, neutron]",
        "a mapping is not a single text",
        "write glance; its options stand under components: {glance: {...}}",
    ),
    (
        "[keystone, glance, horizon, neutron]",
        "[keystone\uff0c glance, horizon, neutron]",
        "'keystone\uff0c glance' is not a name",
        "put a comma between them: keystone, glance",
    ),
    (
        "mode: active-active",
        "choose: {galera: database}",
        "there is no capability galera",
        "write database: galera",
    ),
    (
        "mode: active-active",
        "choose: [galera]",
        "a list is not a mapping",
        "write choose: {database: galera}",
    ),
    (
        "  rsyslog: {max_size: 100M}",
        "  tls: {enabled: false}",
        "unknown key",
        "take it away: what is needed is built, and nothing else",
    ),
    (
        "  rsyslog: {max_size: 100M}",
        "  tls: {certificate: x}",
        "unknown key",
        "the only key here is warn_days",
    ),
    (
        "  rsyslog: {max_size: 100M}",
        "  rabbitmq: false",
        "'false' is not a mapping",
        "take it away: what nothing needs is not built",
    ),
    (
        "net.ipv4.ip_forward: 1",
        "net.ipv4.ip_forward: true",
        "true is no value of a kernel setting",
        "write 1",
    ),
    (
        "max_offset: 0.1",
        "max_offset: \u22121",
        "'\u22121' is not a number in plain digits",
        "write a number, above 0, at most 5 s; \u2212 is U+2212, MINUS SIGN",
    ),
    ("lab: false", "lab: 1", "'1' is neither true nor false", "write true"),
    ("lab: false", "lab: N", "'N' is neither true nor false", "write false"),
    (
        "  rsyslog: {max_size: 100M}",
        "  keystone: {workers: 4}",
        "unknown key",
        "did you mean processes?",
    ),
    (
        "  rsyslog: {max_size: 100M}",
        "  glance: {processes: 4}",
        "unknown key",
        "did you mean workers?",
    ),
)
"""What people bring from elsewhere: kolla's and Ansible's files, templates, other alphabets."""
