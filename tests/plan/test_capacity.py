"""Whether a site fits: connections and memory added up, and a site file refused that asks for too much."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import EXAMPLES

from fournines.errors import SpecError
from fournines.kit.declare import Database, DatabaseClients, DatabaseServer, Memory
from fournines.plan.capacity import connections, figures, lines, memories
from fournines.plan.context import declarations
from fournines.plan.vocabulary import vocabulary
from fournines.spec.load import loads
from fournines.spec.model import Site

SERVER = DatabaseServer("galera", max_connections=100, reserved=20, option=("galera", "max_connections"))
HOSTS = ("controller1", "controller2")


def test_a_database_says_what_its_clients_open() -> None:
    assert Database("nova", "nova", "nova/database", pool=5, overflow=3).clients(HOSTS, 4) == DatabaseClients(
        "nova", HOSTS, processes=4, each=8
    )


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 64), st.integers(1, 60)), max_size=9))
def test_all_connections_are_added_up(clients: list[tuple[int, int, int]]) -> None:
    declared = [
        DatabaseClients(f"d{n}", tuple(f"h{i}" for i in range(hosts)), processes, each)
        for n, (hosts, processes, each) in enumerate(clients)
    ]
    found = connections((*declared, SERVER))
    assert found is not None
    assert found.wanted == sum(hosts * processes * each for hosts, processes, each in clients)
    assert found.room == 80


def test_without_a_server_there_is_nothing_to_count() -> None:
    assert connections((DatabaseClients("d", HOSTS, 1, 10),)) is None


def test_shares_of_one_component_are_one() -> None:
    declared = (
        Memory("galera", HOSTS, rest=190, grows=256),
        Memory("galera", ("controller2",), rest=10),
        Memory("glance", ("controller2",), rest=300),
        Memory("nftables", HOSTS, rest=0),
    )
    held = memories(declared)
    assert held["controller1"].words == "190 MiB at rest, 446 with full caches (galera 446)"
    assert held["controller2"].words == "500 MiB at rest, 756 with full caches (galera 456, glance 300)"
    assert "elsewhere" not in held


def test_a_plan_says_what_it_takes(blog: Site) -> None:
    said = list(lines(blog, declarations(blog)))
    assert said[0].startswith("memory of dashboard: ")
    assert said[1].startswith("memory of controller1, controller2: ")
    assert said[2] == "database connections: 80 of 980 (glance 2 x 2 x 10, keystone 2 x 2 x 10)"
    found = figures(blog, declarations(blog))
    assert found["database_connections"] == {"wanted": 80, "room": 980}
    assert set(found["memory_mib"]) == set(blog.hosts)
    assert found["memory_mib"]["controller1"]["rest"] < found["memory_mib"]["controller1"]["full"]


def test_three_controllers_with_all_of_the_example_fit_a_machine_of_12_gib(three: Site) -> None:
    assert {"placement", "cinder", "heat"} <= set(three.services)
    assert sum(host.full for host in memories(declarations(three)).values()) < 12 * 1024


def test_hosts_of_a_kind_are_one_line_however_many(blog: Site) -> None:
    one = blog.hosts["controller1"]
    many = {f"compute{n}": one.model_copy(update={"name": f"compute{n}"}) for n in range(9)}
    site = blog.model_copy(update={"hosts": many})
    (said,) = lines(site, (Memory("nova", tuple(many), rest=130),))
    assert list(lines(site, ())) == []
    assert said.startswith("memory of compute0, compute1, compute2, compute3 and 5 more: ")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "  rabbitmq: {} ",
            "  rabbitmq: {}\n  galera: {max_connections: 90} ",
            ":19:29: components.galera.max_connections: too many database connections: 80 of 70 ",
        ),
        (
            "  rabbitmq: {} ",
            "  rabbitmq: {}\n  keystone: {processes: 64} ",
            ":19:25: components.keystone.processes: too many database connections: 1320 of 980",
        ),
    ],
)
def test_more_connections_than_the_database_takes_are_a_mistake(old: str, new: str, said: str) -> None:
    text = (EXAMPLES / "blog.yaml").read_text()
    with pytest.raises(SpecError) as refused:
        loads(text.replace(old, new), Path("blog.yaml"), vocabulary())
    assert said in str(refused.value)
