"""The judgements about Galera where a hasty rule would be wrong, in either direction."""

from __future__ import annotations

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.report import Report
from fournines.audit.run import audit
from fournines.components.galera.audit.rules.example import PEERS, galera, site

RULES = {rule.id: rule for rule in registry.rules()}
TWO = ("10.0.0.11", "10.0.0.12")


def judged(rule: str, files: dict[str, str]) -> Report:
    return audit([File(path, text) for path, text in files.items()], rules=[RULES[rule]], strict=True)


def severities(rule: str, files: dict[str, str]) -> list[str]:
    return [finding.severity.word for finding in judged(rule, files).findings]


class TestMajority:
    def test_one_shared_file_that_names_three_is_three(self) -> None:
        assert severities("GA002", {"galera.cnf": galera()}) == []

    def test_two_in_one_shared_file_are_two(self) -> None:
        assert severities("GA002", {"galera.cnf": galera(peers=TWO)}) == ["error"]

    def test_four_survive_one_loss_but_not_a_split(self) -> None:
        assert severities("GA002", {"galera.cnf": galera(peers=(*TWO, "10.0.0.13", "10.0.0.14"))}) == [
            "warning"
        ]

    def test_weights_are_a_decision(self) -> None:
        text = galera('wsrep_provider_options = "pc.weight=2; gcache.size=1G"', peers=TWO)
        assert severities("GA002", {"galera.cnf": text}) == []

    def test_an_arbiter_under_pacemaker_counts(self) -> None:
        script = "#!/bin/sh\npcs resource create arbiter ocf:heartbeat:garbd wsrep_cluster_name=openstack\n"
        assert severities("GA002", {"galera.cnf": galera(peers=TWO), "setup.sh": script}) == []

    def test_one_placeholder_for_all_is_unknown_not_wrong(self) -> None:
        report = judged("GA002", {"galera.cnf": galera(peers=("ALL_IPS",))})
        assert report.findings == ()
        assert len(report.unknown) == 1

    def test_going_on_without_a_majority_is_worse_than_two(self) -> None:
        text = galera('wsrep_provider_options = "pc.ignore_sb=true"')
        assert severities("GA002", {"galera.cnf": text}) == ["error"]


class TestPeers:
    def test_a_list_may_leave_out_its_own_host(self) -> None:
        files = {f"db{n}/galera.cnf": galera(number=n, peers=_others(n)) for n in (1, 2, 3)}
        assert severities("GA003", files) == []
        assert severities("GA002", files) == []

    def test_names_and_addresses_are_not_compared(self) -> None:
        assert severities("GA003", site(db3=galera(number=3, peers=("db1", "db2", "db3")))) == []

    def test_a_template_beside_is_no_member(self) -> None:
        assert severities("GA005", {"galera.cnf": galera(wsrep_node_address="THIS_IP")}) == []

    def test_the_original_is_not_blamed(self) -> None:
        files = site(db1=galera(number=1), db2=galera(number=2, wsrep_node_address="10.0.0.11"))
        assert [f.at.host for f in judged("GA005", files).findings] == ["db2"]

    @pytest.mark.parametrize(("where", "found"), [("10.0.0.12", 1), ("10.0.0.11", 0), ("10.9.0.11:4444", 0)])
    def test_state_transfers_are_sent_to_who_asked_for_them(self, where: str, found: int) -> None:
        files = {"db1/galera.cnf": galera(wsrep_sst_receive_address=where)}
        assert len(judged("GA005", files).findings) == found


def _others(number: int) -> tuple[str, ...]:
    return tuple(f"10.0.0.1{n}" for n in (1, 2, 3) if n != number)


class TestVersions:
    def test_percona_needs_no_wsrep_on(self) -> None:
        report = judged("GA009", {"galera.cnf": galera("pxc_strict_mode = ENFORCING", wsrep_on="")})
        assert report.findings == ()
        assert report.unknown == ()

    def test_mariadb_needs_it(self) -> None:
        text = galera(wsrep_on="", wsrep_sst_method="mariabackup")
        assert severities("GA009", {"galera.cnf": text}) == ["error"]

    def test_an_unknown_server_is_unknown(self) -> None:
        report = judged("GA009", {"galera.cnf": galera(wsrep_on="", wsrep_provider="libgalera_smm.so")})
        assert report.findings == ()
        assert len(report.unknown) == 1

    @pytest.mark.parametrize(("section", "severity"), [("mysqld", "info"), ("mariadb-11.4", "warning")])
    def test_what_was_removed_depends_on_the_release(self, section: str, severity: str) -> None:
        text = galera("innodb_locks_unsafe_for_binlog = 1").replace("[mysqld]", f"[{section}]")
        assert severities("GA012", {"galera.cnf": text}) == [severity]


class TestTransfer:
    @pytest.mark.parametrize(
        ("method", "credentials", "expected"),
        [
            ("mariabackup", "mysql:", []),
            ("mariabackup", "sst:k7Lw2x", []),
            ("mariabackup", "root:", ["warning"]),
            ("rsync", "root:", ["info"]),
            ("rsync", "sst:k7Lw2x", ["info"]),
        ],
    )
    def test_credentials(self, method: str, credentials: str, expected: list[str]) -> None:
        text = galera(wsrep_sst_method=method, wsrep_sst_auth=credentials)
        assert severities("GA011", {"galera.cnf": text}) == expected


class TestBinding:
    PROXY = "listen galera\n bind 10.0.0.20:3306\n mode tcp\n server a 10.0.0.11:3306 check\n"

    def test_the_file_read_last_counts(self) -> None:
        files = {
            "db1/etc/mysql/mariadb.conf.d/50-server.cnf": "[mysqld]\nbind-address = 127.0.0.1\n",
            "db1/etc/mysql/mariadb.conf.d/60-galera.cnf": galera(),
            "db1/haproxy.cfg": self.PROXY,
        }
        assert severities("GA008", files) == []

    def test_the_distribution_s_default_is_seen(self) -> None:
        files = {
            "db1/etc/mysql/mariadb.conf.d/50-server.cnf": "[mysqld]\nbind-address = 127.0.0.1\n",
            "db1/etc/mysql/mariadb.conf.d/60-galera.cnf": galera(bind_address=""),
            "db1/haproxy.cfg": self.PROXY,
        }
        (finding,) = judged("GA008", files).findings
        assert finding.at.path.endswith("50-server.cnf")
        assert finding.severity.word == "error"


class TestReplication:
    @pytest.mark.parametrize(
        ("settings", "severity"),
        [
            ({}, "warning"),
            ({"wsrep_sst_method": "mariabackup"}, "error"),
            ({"wsrep_provider": "/usr/lib64/galera-4/libgalera_smm.so"}, "warning"),
            ({"wsrep_provider": "/usr/lib/galera4/libgalera_smm.so"}, None),
            ({"wsrep_sst_method": "xtrabackup-v2"}, None),
        ],
    )
    def test_what_leaving_it_out_means_is_the_servers_family(
        self, settings: dict[str, str], severity: str | None
    ) -> None:
        text = galera(number=1, peers=PEERS, wsrep_on="", **settings)
        assert severities("GA009", {"db1/galera.cnf": text}) == ([severity] if severity else [])

    def test_a_member_without_an_address_is_alone(self) -> None:
        lone = galera("#wsrep_cluster_address = gcomm://10.0.0.11", wsrep_cluster_address="")
        assert severities("GA021", {"db1/galera.cnf": lone}) == ["error"]
        assert severities("GA021", {"db1/galera.cnf": galera("wsrep_cluster_address =")}) == ["error"]

    def test_another_hosts_file_says_it_to_that_host_only(self) -> None:
        files = {"db1/galera.cnf": galera(wsrep_cluster_address=""), "db2/galera.cnf": galera(number=2)}
        assert severities("GA021", files) == ["error"]

    @pytest.mark.parametrize(
        "other",
        [
            {"db1/zz.cnf": "[mysqld]\nwsrep_cluster_address = gcomm://10.0.0.11,10.0.0.12\n"},
            {"db1/start.sh": "#!/bin/sh\nmysqld --wsrep-cluster-address=gcomm://10.0.0.12\n"},
        ],
    )
    def test_another_file_may_name_it(self, other: dict[str, str]) -> None:
        assert severities("GA021", {"db1/galera.cnf": galera(wsrep_cluster_address=""), **other}) == []

    def test_a_library_that_is_not_loaded_needs_none(self) -> None:
        text = galera(wsrep_provider="none", wsrep_cluster_address="")
        assert severities("GA021", {"db1/galera.cnf": text}) == []


class TestNames:
    @pytest.mark.parametrize(
        ("path", "found"),
        [
            ("db1/etc/mysql/my.conf", 1),
            ("db1/etc/my.cnf.d/galera.conf", 1),
            ("db1/etc/mysql/mariadb.conf.d/60-galera.conf", 1),
            ("db1/etc/mysql/mariadb.conf.d/60-galera.cnf", 0),
            ("db1/etc/my.cnf", 0),
        ],
    )
    def test_only_cnf_is_read(self, path: str, found: int) -> None:
        assert len(severities("GA022", {path: galera()})) == found


class TestTransferUser:
    MARIABACKUP = galera(wsrep_sst_method="mariabackup")

    def test_nobody_is_named(self) -> None:
        assert severities("GA011", {"galera.cnf": self.MARIABACKUP}) == ["warning"]

    def test_a_comment_names_nobody(self) -> None:
        text = self.MARIABACKUP + "# wsrep_sst_auth = sst:secret\n"
        assert severities("GA011", {"galera.cnf": text}) == ["warning"]

    @pytest.mark.parametrize(
        "more",
        [
            "wsrep_sst_auth = mysql:",
            "[sst]\nwsrep_sst_auth = sst:t0psecret",
            "[mariabackup]\nuser = backup",
            "[client]\nuser = sst",
        ],
    )
    def test_a_user_in_any_section_that_is_read(self, more: str) -> None:
        assert severities("GA011", {"galera.cnf": f"{self.MARIABACKUP}{more}\n"}) == []

    @pytest.mark.parametrize(
        "text",
        [
            "mysql -e \"SET GLOBAL wsrep_sst_auth = 'sst:t0psecret'\"\n",
            "mysql -e \"CREATE USER 'mysql'@'localhost' IDENTIFIED VIA unix_socket\"\n",
        ],
    )
    def test_a_user_that_is_made_elsewhere(self, text: str) -> None:
        files = {"galera.cnf": self.MARIABACKUP, "setup.sh": f"#!/bin/sh\n{text}"}
        assert severities("GA011", files) == []

    def test_what_is_included_and_not_given_may_name_one(self) -> None:
        report = judged("GA011", {"my.cnf": f"{self.MARIABACKUP}!includedir /etc/mysql/conf.d/\n"})
        assert report.findings == ()
        assert len(report.unknown) == 1

    def test_a_release_that_makes_the_account_is_a_note(self) -> None:
        text = self.MARIABACKUP.replace("[mysqld]", "[mariadb-10.11]")
        assert severities("GA011", {"galera.cnf": text}) == ["info"]

    def test_percona_generates_its_user_since_8(self) -> None:
        new = galera(wsrep_sst_method="xtrabackup-v2")
        old = new.replace("/usr/lib/galera/", "/usr/lib/galera3/")
        assert severities("GA011", {"galera.cnf": new}) == []
        assert severities("GA011", {"galera.cnf": old}) == ["warning"]


class TestPages:
    """What a page about a cluster never says, though it shows how a member is set up."""

    PAGE = "# Database\n\nIn /etc/mysql/conf.d/galera.cnf:\n\n```\n{}```\n\n{}\n"
    MEMBER = galera(wsrep_sst_method="mariabackup", wsrep_on="")

    def found(self, shown: str, prose: str = "") -> set[str]:
        page = File("setup.md", self.PAGE.format(shown, prose))
        report = audit([page], rules=[RULES["GA009"], RULES["GA011"]], strict=True)
        return {finding.rule for finding in report.findings}

    def test_neither_the_switch_nor_the_user(self) -> None:
        assert self.found(self.MEMBER) == {"GA009", "GA011"}

    def test_both_are_said_further_down(self) -> None:
        block = "```\n[mysqld]\nwsrep_on = ON\nwsrep_sst_auth = sst:t0psecret\n```"
        assert self.found(self.MEMBER, block) == set()

    def test_a_line_or_two_of_a_file(self) -> None:
        assert self.found("[mysqld]\nwsrep_sst_method = mariabackup\n") == set()
