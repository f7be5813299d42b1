"""What pages have somebody type: steps that go wrong, and their near misses."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.audit.sources import read


def found(rule: str, *blocks: str, others: dict[str, str] | None = None) -> list[tuple[int, str]]:
    """The lines and severities of a rule's findings in a page of these blocks of code."""
    page = "# Steps\n\n" + "\n\nThen:\n\n".join(f"```\n{block}\n```" for block in blocks) + "\n"
    files = [File("howto.md", page), *(File(path, text) for path, text in (others or {}).items())]
    return [(f.at.line, f.severity.word) for f in audit(files, strict=True).findings if f.rule == rule]


def test_a_download_made_executable_under_another_name() -> None:
    url = "https://example.org/ocf"
    assert found("SY030", f"# cd /usr/lib/ocf\n# wget {url}/galera-check\n# chmod +x check_galera") == [
        (6, "error")
    ]
    assert found("SY030", f"curl -fsSLo setup.sh {url}/install\nbash setup.sh") == []
    assert found("SY030", f"wget {url}/agent\nchmod a+rx *") == []
    assert found("SY030", f"wget {url}/tool-1.2.tar.gz\ntar xf tool-1.2.tar.gz\nbash tool-12") == []
    assert found("SY030", f"wget {url}/agent\nchmod 600 id_rsa") == []
    assert found("SY030", f"wget {url}/agent\nmv agent agents\nchmod +x agents") == []


@pytest.mark.parametrize(
    ("steps", "severity"),
    [
        ("nohup haproxy -f /etc/haproxy/haproxy.cfg &", "warning"),
        ("ssh db1 'mysqld_safe --wsrep-new-cluster &'\nls", "warning"),
        ("# sudo -u mysql /usr/sbin/mysqld --wsrep-new-cluster &", "warning"),
        ("# mysqld --wsrep-new-cluster &\n# systemctl start mariadb", "info"),
        ("rabbitmq-server -detached", "warning"),
        ("haproxy -c -f /etc/haproxy/haproxy.cfg", None),
        ("mysqld --wsrep-recover &", None),
        ("systemctl start haproxy &", None),
    ],
)
def test_a_daemon_behind_a_shell(steps: str, severity: str | None) -> None:
    assert [said for _, said in found("SY031", f"sudo true\n{steps}")] == ([severity] if severity else [])


@pytest.mark.parametrize(
    "steps",
    [
        "iptables -I INPUT -p tcp --dport 4567 -j ACCEPT",
        "ansible db -b -m shell -a 'iptables -I INPUT -p tcp --dport 4567 -j ACCEPT'",
        "firewall-cmd --add-port=4567/tcp",
        "sysctl -w net.ipv4.ip_nonlocal_bind=1",
        "clush -w node[1-3] 'sysctl -w net.ipv4.ip_nonlocal_bind=1'",
    ],
)
def test_a_setting_of_this_boot_only(steps: str) -> None:
    assert found("SY032", f"sudo true\n{steps}") == [(5, "warning")]


@pytest.mark.parametrize(
    "steps",
    [
        "iptables -I INPUT -p tcp --dport 4567 -j ACCEPT\nservice iptables save",
        "apt-get install iptables-persistent\niptables -I INPUT -p tcp --dport 4567 -j ACCEPT",
        "firewall-cmd --permanent --add-port=4567/tcp\nfirewall-cmd --reload",
        "firewall-cmd --add-port=4567/tcp\nfirewall-cmd --add-port=4567/tcp --permanent",
        "firewall-cmd --add-port=4567/tcp\nfirewall-cmd --runtime-to-permanent",
        "sysctl -w net.ipv4.ip_nonlocal_bind=1\necho net.ipv4.ip_nonlocal_bind=1 >> /etc/sysctl.conf",
        "iptables -L INPUT",
    ],
)
def test_a_setting_that_is_kept(steps: str) -> None:
    assert found("SY032", f"sudo true\n{steps}") == []


@pytest.mark.parametrize(
    "typed",
    [
        "root@h1:~# {}",
        "[root@h1 /etc/haproxy]# {}",
        "root@h1 ~ # {}",
        "h1:~ # {}",
        "[ONE] # {}",
        "u@h1:~> sudo {}",
        "(overcloud) [u@h1 ~]$ {}",
        "ssh c1 '{}'",
        "pdsh -w c1 {}",
        "ansible c1 -m shell -a '{}'",
        "docker exec -it c1 {}",
        "timeout 60 {}",
        "sudo -u hacluster {}",
    ],
)
def test_ways_to_type_a_command(typed: str) -> None:
    steps = "pcs cluster setup c c1 c2 c3", "pcs property set stonith-enabled=false"
    assert found("PA001", "\n".join(typed.format(step) for step in steps)) == [(5, "error")]


@pytest.mark.parametrize("line", ["timeout connect 5s", "nas:/export # shared crm", "a@b.example > cat"])
def test_what_is_no_command(line: str) -> None:
    assert read([File("howto.md", f"```\n{line}\nx = y\n```\n")]).sources == []


PRINTED = "Last updated: Wed\nStack: corosync\n\nOnline: [ n1 n2 ]\n vip Started n2\n"


def test_what_a_terminal_printed_is_no_command() -> None:
    session = f"# crm resource move vip n2\nINFO: Move constraint created\n# crm status\n{PRINTED}"
    assert found("PA047", session) == [(4, "warning")]
    assert found("PA047", f"{session}root@n1:~# crm resource clear \\\n    vip\n{PRINTED}") == []
    assert found("PA047", f"This is printed:\n{PRINTED}# crm resource move vip n2\n{PRINTED}{PRINTED}") == []


def test_the_host_in_a_prompt_without_a_user() -> None:
    step = "{}:~ # rabbitmqctl force_boot"
    assert found("RM028", f"{step.format('mq1')}\n{step.format('mq2')}") == [(5, "error")]
    assert found("RM028", f"{step.format('mq1')}\n{step.format('mq1')}") == []


RC = "export OS_USERNAME=admin\nexport OS_PASSWORD={}"


def test_an_account_and_its_login() -> None:
    make = "openstack user create --domain default --password AMIN_PASS admin"
    assert found("OS030", make, RC.format("ADMIN_PASS")) == [(4, "warning")]
    assert found("OS030", make, RC.format("AMIN_PASS")) == []
    assert found("OS030", make, RC.format("$ADMIN")) == []
    assert found("OS030", make.replace("AMIN_PASS", "password"), RC.format("ADMIN_PASS")) == []
    assert found("OS030", make.replace(" admin", " nova"), RC.format("ADMIN_PASS")) == []


def test_accounts_of_the_database_and_the_broker() -> None:
    grant = "mysql> GRANT ALL PRIVILEGES ON nova.* TO 'nova'@'%' IDENTIFIED BY 'N1pass';"
    conf = "[database]\nconnection = mysql+pymysql://nova:{}@10.0.0.20/nova"
    assert [line for line, _ in found("OS030", grant, conf.format("N2pass"))] == [4]
    assert found("OS030", grant, conf.format("N1pass")) == []
    user = "rabbitmqctl add_user openstack R1pass"
    url = "[DEFAULT]\ntransport_url = rabbit://openstack:R2pass@10.0.0.11,openstack:R2pass@10.0.0.12"
    assert found("OS030", user, url) == [(4, "warning")]
    assert found("OS030", user.replace("R1", "R2"), url) == []


def test_a_status_that_shows_ram_nodes() -> None:
    status = "# rabbitmqctl cluster_status\n[{{nodes,[{{disc,[rabbit@mq1]}},{{ram,[{}]}}]}}]"
    assert found("RM008", status.format("rabbit@mq2")) == [(5, "warning")]
    assert found("RM008", status.format("")) == []


def test_bind_address_of_another_distribution_says_nothing() -> None:
    balancer = "listen mysql\n bind *:3307\n server db1 10.0.0.11:3306 check"
    page = (
        "In /etc/mysql/conf.d/wsrep.cnf:\n\n```\n[mysqld]\nwsrep_provider=/usr/lib/galera/libgalera_smm.so\n"
        "wsrep_cluster_address=gcomm://10.0.0.11,10.0.0.12,10.0.0.13\n```\n\n"
        "{}/etc/haproxy/haproxy.cfg:\n\n```\n" + balancer + "\n```\n"
    )
    other = "On Red Hat /etc/my.cnf.d/server.cnf:\n\n```\n[mysqld]\nbind_address=10.0.0.11\n```\n\n"

    def said(text: str) -> int:
        return sum(f.rule == "GA008" for f in audit([File("howto.md", text)]).findings)

    assert said(page.format("")) == 1
    assert said(page.format(other)) == 1
    assert said(page.format(other.replace("/etc/my.cnf.d/server.cnf", "/etc/mysql/my.cnf"))) == 0


def test_a_line_the_time_daemon_does_not_know() -> None:
    page = "cat <<EOF >> /etc/ntp.conf\nSYNC_HWCLOCK=yes\nserver a.example.org\nrestrict 127.0.0.1\nEOF"
    assert found("SY033", page) == [(5, "warning")]
    assert found("SY033", page.replace("SYNC_HWCLOCK=yes", "tinker panic 0")) == []
    assert found("SY033", page.replace("SYNC_HWCLOCK=yes", "servr b.example.org")) == [(5, "warning")]
    assert found("SY033", page.replace("SYNC_HWCLOCK=yes", "somethingelse b")) == []


HOSTS = "# /etc/hosts\n10.0.0.11 controller1\n10.0.0.12 controller2\n10.0.0.20 controller"


def test_one_broker_of_doubled_controllers() -> None:
    make = "rabbitmqctl add_user openstack R1pass\nservice rabbitmq-server restart"
    assert found("RM030", HOSTS, make) == [(13, "warning")]
    assert found("RM030", HOSTS.replace("controller2", "gateway"), make) == []
    assert found("RM030", HOSTS, f"{make}\nrabbitmqctl join_cluster rabbit@controller1") == []
    balancer = (
        "listen rabbitmq\n bind *:5673\n server mq1 10.0.0.11:5672 check\n server mq2 10.0.0.12:5672 check"
    )
    assert found("RM030", HOSTS, make, balancer) == []


_WEB = "server web1 10.0.0.21:80 check\n server web2 10.0.0.22:80 check"
LISTEN = f"listen web\n bind {{}}:80\n option httpchk\n {_WEB}"
ADDRESS = "crm configure primitive vip ocf:heartbeat:IPaddr2 params ip=10.0.0.20 op monitor interval=10s"


@pytest.mark.parametrize("address", ["<Virtual IP>", "VIP_ADDRESS", "${VIP}", "{{ virtual_ip }}"])
def test_an_address_that_a_page_leaves_to_nobody(address: str) -> None:
    assert found("HA051", LISTEN.format(address)) == [(5, "warning")]
    assert found("HA051", LISTEN.format(address), "yum install -y keepalived") == []
    assert found("HA051", LISTEN.format(address), ADDRESS) == []
    tied = "crm configure group g_db vip p_mysql"
    assert found("HA051", LISTEN.format(address), f"{ADDRESS}\n{tied}") == [(5, "warning")]


def test_an_address_of_a_host_needs_nobody_to_move_it() -> None:
    assert found("HA051", LISTEN.format("10.0.0.20")) == []
    assert found("HA051", LISTEN.format("*")) == []
    assert found("HA051", LISTEN.format("10.0.0.20"), "# /etc/hosts\n10.0.0.20 api-vip\n10.0.0.21 web1") == [
        (5, "warning")
    ]


def test_commands_behind_an_alias_of_the_page() -> None:
    said = """Name them, then join:

    alias mq1='docker exec mq_1'
    alias mq2="docker exec mq_2"
    alias ls='ls -l'

and then

    mq2 rabbitmqctl join_cluster rabbit@mq1
    mq1 rabbitmqctl set_policy ha-all "^ha" '{"ha-mode":"all"}'
"""
    found = {(f.rule, f.at.line) for f in audit([File("howto.md", said)], strict=True).findings}
    assert ("RM020", 10) in found


def test_a_readme_beside_scripts_alone_shows_steps_of_the_same_setting_up() -> None:
    page = File("README.md", "Then:\n\n    pcs property set stonith-enabled=false\n")
    script = File("move.sh", "#!/bin/sh\npcs resource move vip\n")
    found = {(f.rule, f.at.path) for f in audit([page, script], strict=True).findings}
    assert ("PA001", "README.md") in found
    conf = File("corosync.conf", "totem {\n    version: 2\n}\n")
    found = {(f.rule, f.at.path) for f in audit([page, script, conf], strict=True).findings}
    assert ("PA001", "README.md") not in found


NOTES = "join\nrabbitmqctl stop_app\nrabbitmqctl join_cluster rabbit@mq1\nrabbitmqctl start_app\n\npolicy\n"
POLICY = """rabbitmqctl set_policy ha-all "^ha" '{"ha-mode":"all"}'\n"""


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("notes", NOTES + POLICY, {7}),
        ("docker/steps.txt", NOTES + POLICY, {7}),
        ("main.go", NOTES.replace("rabbitmqctl", "//") + "//" + POLICY, set()),
    ],
)
def test_notes_of_commands_are_read(path: str, text: str, found: set[int]) -> None:
    assert {f.at.line for f in audit([File(path, text)], strict=True).findings if f.rule == "RM020"} == found
