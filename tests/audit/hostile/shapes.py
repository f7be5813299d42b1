"""Texts whose shape hurts: what nests, refers to everything, goes on over lines, or counts oddly."""

from __future__ import annotations

from collections.abc import Callable

from tests.audit.hostile.crowds import (
    banned,
    drbd_resources,
    galera_sections,
    synchronized,
    tracking,
    undefined,
)

_LONG = "\\\n"
"""The end of a line that goes on: the limit of a line is none for what is built of many."""


def _definitions(count: int) -> str:
    policies = ",".join(
        f'{{"vhost":"/","name":"p{n}","pattern":"^q.*{n}$","apply-to":"queues","definition":{{"ha-mode":"all"}}}}'
        for n in range(count)
    )
    queues = ",".join(f'{{"name":"q{n}","vhost":"/","durable":true,"arguments":{{}}}}' for n in range(count))
    return f'{{"policies":[{policies}],"queues":[{queues}],"vhosts":[{{"name":"/"}}]}}'


def _set_of(count: int) -> str:
    primitives = "".join(
        f'<primitive id="p{n}" class="ocf" provider="heartbeat" type="Dummy"/>' for n in range(count)
    )
    refs = "".join(f'<resource_ref id="p{n}"/>' for n in range(count))
    return (
        f"<cib><configuration><resources>{primitives}</resources><constraints>"
        f'<rsc_colocation id="c" score="INFINITY"><resource_set id="s">{refs}</resource_set></rsc_colocation>'
        f'<rsc_order id="o"><resource_set id="t">{refs}</resource_set></rsc_order>'
        "</constraints></configuration></cib>"
    )


def _orders(count: int) -> str:
    """A chain of orders, told from its end, behind a database."""
    chain = "".join(f"order o{n} inf: p{n} p{n + 1}\n" for n in reversed(range(count)))
    primitives = "".join(f"primitive p{n} ocf:heartbeat:Dummy\n" for n in range(count + 1))
    return (
        f"primitive db ocf:heartbeat:mysql\nprimitive ks systemd:keystone params os_auth_url=x\n{primitives}"
        f"{chain}order first inf: db p0\n"
    )


_COUNTING = {
    "keepalived.conf": "vrrp_instance V {\n virtual_router_id @\n priority @\n advert_int @\n"
    " interface eth0\n virtual_ipaddress {\n  10.0.0.@/@\n }\n}\n",
    "haproxy.cfg": "global\n maxconn @\ndefaults\n timeout client @s\n timeout check @\nlisten a\n bind :@\n"
    " server a 10.0.0.1:@ check inter @ fall @ weight @\n",
    "corosync.conf": "totem {\n version: @\n token: @\n}\nquorum {\n provider: corosync_votequorum\n"
    " expected_votes: @\n}\nnodelist {\n node {\n  ring0_addr: 10.0.0.1\n  nodeid: @\n  quorum_votes: @\n"
    " }\n}\n",
    "galera.cnf": "[mysqld]\nwsrep_on=ON\nmax_connections=@\nwsrep_slave_threads=@\nwsrep_provider_options="
    "gcache.size=@G;evs.suspect_timeout=PT@S\n",
    "nova.conf": "[DEFAULT]\ntransport_url = rabbit://a:b@c:@/\nworkers = @\n[database]\nconnection = "
    "mysql://a:b@[::1/c\nmax_retries = @\n[cache]\nmemcache_servers = a:@,b:@\n",
    "cib.xml": '<cib><configuration><crm_config><cluster_property_set id="a"><nvpair id="b" name="stonith-'
    'watchdog-timeout" value="@s"/><nvpair id="c" name="stonith-timeout" value="@"/></cluster_property_set>'
    '</crm_config><resources><primitive id="p" class="ocf" provider="heartbeat" type="IPaddr2"><operations>'
    '<op id="o" name="monitor" interval="@" timeout="@s"/></operations></primitive></resources>'
    "</configuration></cib>",
    "rabbitmq.conf": "heartbeat = @\nlisteners.tcp.1 = 10.0.0.1:@\nnet_ticktime = @\n",
    "sysctl.conf": "net.ipv4.tcp_retries2 = @\nnet.ipv4.ip_nonlocal_bind = @\n",
    "chrony.conf": "server a iburst minpoll @ maxpoll @\nmakestep @ @\n",
    "haproxy.service": "[Service]\nLimitNOFILE=@\nTimeoutStartSec=@\nRestartSec=@min\n",
    "rules.v4": "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport @ -j ACCEPT\n-A INPUT -p @ -j ACCEPT\n",
    "nftables.conf": "table inet a { chain b { type filter hook input priority @; tcp dport @ accept; } }\n",
    "memcached.conf": "-m @\n-c @\n-p @\n-l 10.0.0.1\n",
    "hosts": "10.0.0.@ a\n@ b\n::@ c\n",
    "fstab": "/dev/drbd@ / ext4 defaults @ @\n",
    "r0.res": "resource r {\n net { ping-timeout @; }\n on a { address 10.0.0.1:@; device minor @; }\n}\n",
}
"""Files whose numbers are @."""
_ODD = {"two": "\u00b2", "long": "9" * 5000, "arabic": "\u0663", "half": "\u00bd", "sign": "+-1", "bare": ""}
"""What some call a digit and int() refuses, and the other way round."""

# fmt: off
SHAPES: dict[str, Callable[[], str]] = {
    "inherited/haproxy.cfg": lambda: "defaults\n" + " option a\n" * 20_000 + "".join(
        f"listen l{n}\n" for n in range(20_000)
    ),
    "chained/haproxy.cfg": lambda: "defaults d0\n" + "".join(
        f"defaults d{n + 1} from d{n}\n option a{n}\n" for n in range(20_000)
    ),
    "default-servers/haproxy.cfg": lambda: "defaults\n" + " default-server inter 1s\n" * 20_000 + "".join(
        f"backend b{n}\n server s 10.0.0.1:80\n" for n in range(14_000)
    ),
    "glued/haproxy.cfg": lambda: "listen a\n" + (" bind " + "a''" * 2700 + "\n") * 120,
    "glued/keepalived.conf": lambda: ("a" + "''a" * 2700 + "\n") * 120,
    "glued/r2.res": lambda: ("a''" * 2700 + "\n") * 120,
    "glued/check_g.sh": lambda: "#!/bin/sh\necho " + ("a''" * 2700 + _LONG) * 120,
    "sudo/check_s.sh": lambda: "#!/bin/sh\n" + ("sudo " * 1600 + _LONG) * 120,
    "ssh/setup.sh": lambda: "#!/bin/sh\nssh " + ("-a " * 2700 + _LONG) * 120,
    "block-words/check_w.sh": lambda: "#!/bin/sh\n" + ("if " * 2700 + _LONG) * 120,
    "pipes/check_p.sh": lambda: "#!/bin/sh\n" + ("cat <<E|" * 1000 + _LONG) * 24 + "\n" + "E\n" * 24_000,
    "twice/check_t.sh": lambda: "#!/bin/sh\n" + "".join(
        f"f{n}() {{ f{n + 1}; f{n + 1}; }}\n" for n in range(10_000)
    ) + "f10000() { true; }\nf0\n",
    "states/check_v.sh": lambda: "#!/bin/sh\n" + "".join(
        f"if a{n}; then v{n}=1; else v{n}=2; fi\n" for n in range(15_000)
    ) + "exit $v1\n",
    "cases/check_c.sh": lambda: "#!/bin/sh\ncase $1 in\n" + "".join(
        f"a{n}) s=$s{n};;\n" for n in range(25_000)
    ) + "esac\nexit $s\n",
    "loops/check_l.sh": lambda: "#!/bin/sh\n" + "while a; do b || " * 60 + "c" + "; done" * 60 + "\n",
    "called/check_k.sh": lambda: "#!/bin/sh\ng() { a || return 1; }\n" + "g && x=1\n" * 40_000,
    "here-files/setup.sh": lambda: "#!/bin/sh\n" + "".join(
        f"cat > /etc/haproxy/h{n}.cfg <<E\nlisten a\n bind :80\nE\n" for n in range(12_000)
    ),
    "one-line/setup.sh": lambda: "#!/bin/sh\n" + "ssh a 'ssh b \"ssh c d; e\"'\n" * 30_000,
    "minus/check_m.py": lambda: "import sys\nsys.exit(" + "-" * 200_000 + "1)\n",
    "dots/check_d.py": lambda: "import sys\nsys.exit(a" + ".a" * 200_000 + ")\n",
    "plus/check_a.py": lambda: "import sys\nsys.exit(" + "1+" * 200_000 + "1)\n",
    "brackets/check_b.py": lambda: "import sys\nx = " + "[" * 150 + "]" * 150 + "\n" + "(" * 300_000,
    "elifs/check_e.py": lambda: "import sys\nif a:\n b()\n" + "elif a:\n b()\n" * 20_000,
    "twice/check_p.py": lambda: "import sys\n" + "".join(
        f"def f{n}():\n return f{n + 1}() or f{n + 1}()\n" for n in range(10_000)
    ) + "sys.exit(f0())\n",
    "names/check_n.py": lambda: "import sys\n" + "".join(
        f"if a:\n x{n} = 1\n" for n in range(20_000)
    ) + "sys.exit(x1)\n",
    "laughs/50-cloud-init.yaml": lambda: "network:\n ethernets: &a0 {e: {dhcp4: true}}\n" + "".join(
        f" b{n}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(12)
    ),
    "deep/50-cloud-init.yaml": lambda: "network: " + "{a: " * 100_000,
    "many/50-cloud-init.yaml": lambda: "network:\n version: 2\n ethernets:\n" + "".join(
        f"  e{n}:\n   addresses: [10.0.{n // 250}.{n % 250}/24]\n" for n in range(12_000)
    ),
    "interfaces/interfaces": lambda: "".join(
        f"auto e{n}\niface e{n} inet static\n address 10.0.{n // 250}.{n % 250}/24\n" for n in range(12_000)
    ),
    "fstab/fstab": lambda: "".join(f"/dev/drbd{n} /m{n} ext4 defaults 0 0\n" for n in range(25_000)),
    "policies/definitions.json": lambda: _definitions(4000),
    "a-set/cib.xml": lambda: _set_of(30_000),
    "orders/site.crm": lambda: _orders(8000),
    "jumps/rules.v4": lambda: "*filter\n" + "".join(f":c{n} - [0:0]\n" for n in range(9000)) + "".join(
        f"-A c{n} -j c{n + 1}\n-A c{n} -j c{n + 1}\n" for n in range(9000)
    ) + "-A INPUT -j c0\nCOMMIT\n",
    "names/nova.conf": lambda: "[DEFAULT]\n" + "transport_url = rabbit://" + ",".join(
        f"a:b@h{n}" for n in range(700)
    ) + "/\n" + "[database]\nconnection = mysql://a:b@db/c\n",
    "sections/nova.conf": lambda: "[DEFAULT]\n" * 100_000,
    "own-settings/galera.cnf": lambda: "[mysqld]\n" + "".join(f"a{n} = 1\n" for n in range(49_000)),
    "waits/haproxy.service": lambda: "[Unit]\n" + ("After=" + "a.service " * 800 + "\n") * 120,
    "meshes/r3.res": lambda: "resource r {\n" + "".join(
        f" on h{n} {{ address 10.0.{n // 250}.{n % 250}:7789; device /dev/drbd0; disk /dev/b; }}\n"
        for n in range(12_000)
    ) + "}\n",
    "mixed/howto.md": lambda: "".join(
        f"# h{n}\n\nOn `node{n}`, `/etc/haproxy/haproxy.cfg`:\n\n```\nlisten a{n}\n bind :80\n```\n"
        for n in range(9000)
    ),
    "glued-lines/check_q.sh": lambda: "#!/bin/sh\necho " + ("a''" * 2700 + "'\n'") * 120,
    "fed/setup.sh": lambda: (
        "#!/bin/sh\nssh h '" + "sh;" * 2500 + "' <<E\n" + "crm configure property a=b\n" * 30_000 + "E\n"
    ),
    "statements/check_y.sh": lambda: "#!/bin/sh\n" + ("a;" * 500 + "\n") * 1000,
    "grants/setup.sql": lambda: "GRANT ALL ON *.* TO 'root'@'%' IDENTIFIED BY 'x';\n" * 38_000,
    "equal-resources/r4.res": drbd_resources,
    "banned/site.crm": banned,
    "undefined/site.crm": undefined,
    "equal-sections/galera.cnf": galera_sections,
    "tracking/keepalived.conf": tracking,
    "synchronized/keepalived.conf": synchronized,
    "tasks/site.yaml": lambda: "- hosts: a\n  tasks:\n  - &a {block: [" + ", ".join(["{ping: x}"] * 40)
    + "]}\n" + "  - block: [" + ", ".join(["*a"] * 400) + "]\n",
    "lists/howto.md": lambda: "- 1. * " * 100_000 + "\n" + "> " * 100_000 + "\n" + "| a " * 100_000,
}
# fmt: on

SHAPES |= {
    f"{kind}-digits/{name}": lambda text=text, digit=digit: text.replace("@", digit)  # type: ignore[misc]
    for name, text in _COUNTING.items()
    for kind, digit in _ODD.items()
}
