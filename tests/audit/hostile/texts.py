"""Input that hurts: texts and files that nobody writes, which an auditor meets all the same.

``TEXTS`` are files of a site by name, each made when it is asked for and of about a megabyte. The tests ask
what does not depend on speed; ``bench/audit_hostile.py`` measures.
"""

from __future__ import annotations

from collections.abc import Callable

N = 3000
"""How many of a thing: enough for a square of it to be minutes."""


def instances(count: int = N) -> str:
    """Instances that all speak of one virtual router."""
    return "".join(
        f"vrrp_instance VI_{n} {{\n state BACKUP\n interface eth0\n virtual_router_id 51\n"
        f" priority {n % 250}\n"
        f" virtual_ipaddress {{\n  10.0.{n // 250}.{n % 250}\n }}\n track_script {{\n  chk_{n}\n }}\n}}\n"
        for n in range(count)
    )


def listeners(count: int = N) -> str:
    """Listeners that bind the same port, and backends that share one server."""
    return "defaults\n mode http\n" + "".join(
        f"listen l{n}\n bind 10.0.0.20:80\n server s 10.0.0.11:80\n server t 10.0.0.12:80\n"
        for n in range(count)
    )


def _cib(resources: int) -> str:
    inside = "".join(
        f'<primitive id="p{n}" class="ocf" provider="heartbeat" type="IPaddr2">'
        f'<instance_attributes id="a{n}">'
        f'<nvpair id="n{n}" name="ip" value="10.0.0.{n % 250}"/></instance_attributes></primitive>'
        for n in range(resources)
    )
    orders = "".join(f'<rsc_order id="o{n}" first="p{n}" then="p{n + 1}"/>' for n in range(resources - 1))
    return (
        f'<cib><configuration><crm_config/><nodes><node id="1" uname="a"/><node id="2" uname="b"/></nodes>'
        f"<resources>{inside}</resources><constraints>{orders}</constraints></configuration></cib>"
    )


def _oslo(sections: int) -> str:
    return "".join(f"[s{n}]\nconnection = mysql://a:b@10.0.0.{n % 250}/c\n" for n in range(sections))


# fmt: off
TEXTS: dict[str, Callable[[], str]] = {
    "braces-in-a-line/keepalived.conf": lambda: "{" * 1_000_000,
    "braces-both-ways/keepalived.conf": lambda: "vrrp_instance a {" * 30_000 + "}" * 30_000,
    "braces-nft/nftables.conf": lambda: "table inet x {" + "{" * 1_000_000,
    "sets-in-a-line/nftables.conf": lambda: "table inet x { set s { " + "{ 1 } " * 1300 + "}\n" + "{}" * 4000,
    "many-sets/nftables.conf": lambda: "table inet x {\n" + ("{ " * 4000 + "\n") * 120 + "}\n",
    "braces-corosync/corosync.conf": lambda: "totem {\n" * 49_000,
    "braces-drbd/r0.res": lambda: "resource r {\n" * 40_000,
    "words-drbd/r1.res": lambda: "word " * 200_000,
    "brackets-erlang/rabbitmq.config": lambda: "[{" * 500_000,
    "odd-erlang/rabbitmq.config": lambda: "\x01" * 1_000_000,
    "unclosed-erlang/rabbitmq.config": lambda: '[{rabbit, [{cluster_partition_handling, "' + "a" * 900_000,
    "binary-erlang/rabbitmq.config": lambda: "[{rabbit, [{x, " + "<<" * 400_000,
    "one-vrid/keepalived.conf": instances,
    "equal-listeners/haproxy.cfg": lambda: listeners(5000),
    "many-servers/haproxy.cfg": lambda: "backend b\n" + "".join(
        f" server s{n} 10.0.{n // 250}.{n % 250}:80 check\n" for n in range(15_000)
    ),
    "many-backends/haproxy.cfg": lambda: "".join(
        f"frontend f{n}\n bind :{n}\n use_backend b{n} if x\nbackend b{n}\n server s 10.0.0.1:80 check\n"
        for n in range(N)
    ),
    "many-acls/haproxy.cfg": lambda: "frontend f\n" + "".join(
        f" acl a{n} path_beg /{n}\n use_backend b{n} if a{n}\n" for n in range(10_000)
    ),
    "backslashes/haproxy.cfg": lambda: "listen a\n bind :80 " + "\\" * 900_000,
    "quotes/haproxy.cfg": lambda: "listen a\n" + " bind \"'\n" * 100_000,
    "words/haproxy.cfg": lambda: "listen a\n bind " + "a " * 400_000,
    "lines/haproxy.cfg": lambda: "listen a\n" + "\n" * 900_000 + " bind :80\n",
    "lines/keepalived.conf": lambda: "\n" * 900_000,
    "spaces/haproxy.cfg": lambda: "listen a\n" + " " * 900_000 + "x",
    "many-nodes/corosync.conf": lambda: "totem {\n version: 2\n}\nnodelist {\n" + "".join(
        f" node {{\n ring0_addr: 10.0.{n // 250}.{n % 250}\n nodeid: {n}\n }}\n" for n in range(N)
    ) + "}\n",
    "one-nodeid/corosync.conf": lambda: "totem {\n version: 2\n}\nnodelist {\n" + (
        " node {\n ring0_addr: 10.0.0.1\n nodeid: 1\n }\n" * N
    ) + "}\n",
    "many-resources/cib.xml": lambda: _cib(N),
    "deep/cib.xml": lambda: "<cib>" + "<a>" * 100_000,
    "truncated/cib.xml": lambda: _cib(100)[:-200],
    "attributes/cib.xml": lambda: "<cib " + " ".join(f'a{n}="b"' for n in range(60_000)) + "/>",
    "laughs/cib.xml": lambda: '<!DOCTYPE cib [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(10)
    ) + "]><cib>&k;</cib>",
    "outside/cib.xml": lambda: '<!DOCTYPE cib [<!ENTITY a SYSTEM "file:///etc/passwd">]><cib><x>&a;</x></cib>',
    "many-sections/nova.conf": lambda: _oslo(20_000),
    "one-section/nova.conf": lambda: "[DEFAULT]\n" + "transport_url = rabbit://a:b@c\n" * 30_000,
    "continued/nova.conf": lambda: "[DEFAULT]\nkey = a\n" + "  more\n" * 40_000,
    "urls/nova.conf": lambda: "[DEFAULT]\ntransport_url = rabbit://" + ",".join(
        f"a:b@10.0.0.{n}:5672" for n in range(250)
    ) + "/\n" + "x = rabbit://a:b" * 400,
    "equals/galera.cnf": lambda: "[mysqld]\n" + "=" * 900_000,
    "blank-key/galera.cnf": lambda: "[mysqld]\n" + ("a " * 4000 + "\n") * 120,
    "gcomm/galera.cnf": lambda: "[mysqld]\nwsrep_cluster_address=gcomm://" + ",".join(["10.0.0.1"] * 800),
    "many-brokers/rabbitmq.conf": lambda: "".join(
        f"cluster_formation.classic_config.nodes.{n} = rabbit@h{n}\n" for n in range(20_000)
    ),
    "substitutions/check_a.sh": lambda: "#!/bin/sh\n" + "$(" * 400_000,
    "backticks/check_b.sh": lambda: "#!/bin/sh\n" + "`" * 900_000,
    "heredocs/check_c.sh": lambda: "#!/bin/sh\n" + "cat <<E\n" * 40_000,
    "heredocs-in-a-line/check_d.sh": lambda: "#!/bin/sh\n" + "cat " + "<<E " * 1900 + "\n" + "x\n" * 40_000,
    "ifs/check_e.sh": lambda: "#!/bin/sh\n" + "if a; then\n" * 15_000 + "fi\n" * 15_000,
    "functions/check_f.sh": lambda: "#!/bin/sh\n" + "f() {\n" * 15_000 + "}\n" * 15_000,
    "echoes/setup.sh": lambda: "#!/bin/sh\n" + "".join(
        f"echo 'vrrp_instance V{n} {{' >> /etc/keepalived/keepalived{n}.conf\n" for n in range(8000)
    ),
    "settings/setup.sh": lambda: "#!/bin/sh\n" + "".join(
        f"crudini --set /etc/nova/nova.conf s{n} connection mysql://a@b/c\n" for n in range(8000)
    ),
    "pcs/setup.pcs": lambda: "".join(
        f"pcs resource create r{n} ocf:heartbeat:IPaddr2 ip=10.0.0.{n % 250}\n"
        f"pcs constraint order r{n} then r{n + 1}\n"
        for n in range(N)
    ),
    "crm/site.crm": lambda: "".join(
        f"primitive p{n} ocf:heartbeat:IPaddr2 params ip=10.0.0.{n % 250}\norder o{n} inf: p{n} p{n + 1}\n"
        for n in range(N)
    ),
    "crm-continued/site.crm": lambda: "primitive p ocf:heartbeat:IPaddr2 \\\n" * 49_000,
    "hosts/hosts": lambda: "".join(f"10.0.{n // 250}.{n % 250} h{n} h{n}.x\n" for n in range(20_000)),
    "hosts-twice/hosts": lambda: "10.0.0.1 h\n" * 49_000,
    "iptables/rules.v4": lambda: "*filter\n" + "-A INPUT -p vrrp -j ACCEPT\n" * 25_000,
    "chains/nftables.conf": lambda: "table inet x {\n" + "".join(
        f"chain c{n} {{ type filter hook input priority 0; jump c{n + 1}; }}\n" for n in range(8000)
    ) + "}\n",
    "control/haproxy.cfg": lambda: "listen a\x1b]0;owned\x07\n mode \x9b31m\n bind :80\n server \x1b[2J x\n",
    "escape/keepalived.conf": lambda: "vrrp_instance V\x1b[31m {\n state \x1b[31mM\n inter\x1b[mface x\n}\n",
    "page-fences/howto.md": lambda: "```\n" * 200_000,
    "page-blocks/howto.md": lambda: "keepalived.conf\n```\nvrrp_instance V {\n}\n```\n" * 4000,
    "page-prose/howto.md": lambda: "a.b-" * 250_000,
    "page-indented/howto.md": lambda: "    vrrp_instance V {\n" * 40_000,
    "certificates/a.pem": lambda: "-----BEGIN CERTIFICATE-----\n" * 30_000,
    "definitions/definitions.json": lambda: "[" * 900_000,
    "packages/packages.txt": lambda: "ii  haproxy 2.6.12-1 amd64 x\n" * 30_000,
    "cron/crontab": lambda: "* * * * * root systemctl restart keepalived\n" * 20_000,
    "unit/haproxy.service": lambda: "[Service]\n" + "ExecStart=/bin/x\n" * 40_000,
    "sysctl/sysctl.conf": lambda: "".join(f"net.a.b{n} = 1\n" for n in range(40_000)),
    "chrony/chrony.conf": lambda: "".join(f"server h{n} iburst\n" for n in range(40_000)),
}
# fmt: on
