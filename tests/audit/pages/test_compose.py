"""What compose files start database servers with."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.pages.compose import compose
from fournines.audit.run import audit
from fournines.audit.sources import read

COMPOSE = """version: "3.7"
services:
  proxy:
    image: haproxy:2.8
    command: --wait
  db1:
    image: {image}
    restart: always
    {started}
    ports:
      - 3306
      - 4567
"""
CONF = "[mysqld]\nwsrep_on=ON\nwsrep_cluster_address=gcomm://db1,db2,db3\nwsrep_node_name={}\n"


def rules(*files: tuple[str, str]) -> set[tuple[str, str, int]]:
    report = audit([File(*file) for file in files], strict=True)
    return {(found.rule, found.at.path, found.at.line) for found in report.findings}


@pytest.mark.parametrize(
    ("image", "started"),
    [
        ("mariadb:10.6", "command: --wsrep-new-cluster --wsrep_node_address=db1"),
        ("mariadb:10.6", 'command: ["--wsrep-new-cluster"]'),
        ("mariadb:10.6", "command: mariadbd --wsrep-new-cluster"),
        (
            "registry.local/db/percona-xtradb-cluster:8.0",
            "command: docker-entrypoint.sh mysqld --wsrep-new-cluster",
        ),
        ("ours", "entrypoint: [mysqld, --wsrep-new-cluster]"),
        ("ours", "command: sh -c 'mysqld --wsrep_new_cluster'"),
        ("ours", "command: bash -c 'exec mysqld --wsrep-new-cluster'"),
        ("ours", "command: >-\n      --user=mysql\n      --wsrep-new-cluster"),
    ],
)
def test_a_container_that_begins_a_cluster_at_every_start(image: str, started: str) -> None:
    assert ("GA001", "compose.yaml", 9) in rules(
        ("compose.yaml", COMPOSE.format(image=image, started=started))
    )


@pytest.mark.parametrize(
    "started",
    [
        "command: --wsrep_node_address=db1",
        "# command: --wsrep-new-cluster",
        "command: --wsrep-new-cluster=OFF",
        "environment:\n      NOTE: run once with --wsrep-new-cluster",
    ],
)
def test_a_container_that_joins(started: str) -> None:
    found = rules(("compose.yaml", COMPOSE.format(image="mariadb:10.6", started=started)))
    assert not {rule for rule, *_ in found if rule.startswith("GA")}


def test_options_of_other_programs_are_not_the_databases() -> None:
    assert compose(COMPOSE.format(image="ours", started="command: backup --host=mysql --innodb")) == []
    assert compose("services:\n  - mysql\n") == []
    assert compose("services:\n  mysql: {command: [\n") == []


def test_the_options_are_of_the_host_whose_folder_the_file_lies_in() -> None:
    text = COMPOSE.format(image="mariadb", started="command: --wsrep-new-cluster")
    files = [File(f"db{n}/my.cnf", CONF.format(n)) for n in (1, 2, 3)]
    sources = read([*files, File("db1/compose.yaml", text)]).sources
    assert {(s.host, s.excerpt) for s in sources if s.path == "db1/compose.yaml"} == {("db1", True)}
    assert ("GA001", "db1/compose.yaml", 9) in rules(
        *((file.path, file.text) for file in files), ("db1/compose.yaml", text)
    )


def test_what_one_command_says_is_quoted_in_one() -> None:
    text = COMPOSE.format(image="mariadb", started="command: --wsrep-new-cluster --wsrep_node_address=db1")
    (found,) = (found for found in audit([File("compose.yaml", text)]).findings if found.rule == "GA001")
    assert found.seen == "wsrep-new-cluster wsrep_node_address=db1"


XTRADB = """services:
  node1:
    image: {image}
    environment:
      CLUSTER_NAME: PXC
      {joins}
  node2:
    image: {image}
    environment:
      - CLUSTER_NAME=PXC
      - CLUSTER_JOIN=node1
"""


def test_a_container_that_is_told_of_nobody_to_join_founds_a_cluster_at_each_start() -> None:
    image = "percona/percona-xtradb-cluster:8.0"
    founding = XTRADB.format(image=image, joins="MYSQL_ROOT_PASSWORD: x")
    assert ("GA001", "compose.yaml", 5) in rules(("compose.yaml", founding))
    joining = XTRADB.format(image=image, joins="CLUSTER_JOIN: node2")
    assert "GA001" not in {rule for rule, _, _ in rules(("compose.yaml", joining))}
    other = XTRADB.format(image="percona/percona-server", joins="MYSQL_ROOT_PASSWORD: x")
    assert "GA001" not in {rule for rule, _, _ in rules(("compose.yaml", other))}


ENV = "WSREP_NEW_CLUSTER={}\nWSREP_CLUSTER_NAME=c\nWSREP_CLUSTER_ADDRESS=10.0.1.15,10.0.1.16,10.0.1.17\n"


@pytest.mark.parametrize("name", [".env", ".env.example", "db.env", "env.sample", "env"])
def test_variables_beside_a_compose_file_that_found_a_cluster_at_each_start(name: str) -> None:
    assert ("GA001", name, 1) in rules((name, ENV.format("true")))
    assert not {rule for rule, _, _ in rules((name, ENV.format("false")))} & {"GA001", "GA021", "GA002"}


def test_an_example_beside_the_file_that_was_made_of_it_is_not_read() -> None:
    files = [(".env", ENV.format("false")), (".env.example", ENV.format("true"))]
    assert "GA001" not in {rule for rule, _, _ in rules(*files)}
