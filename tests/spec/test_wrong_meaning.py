"""Files whose every value is right and the whole is not: refused at its key; what is near it is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.spec.followed import followed

from fournines.errors import Mistake, SpecError
from fournines.plan.vocabulary import vocabulary
from fournines.spec.load import loads
from fournines.spec.parse import parse

FAR = 3
"""So many hints are followed, one after another."""
EXAMPLES = Path(__file__).parents[2] / "examples"
FENCED = """mode: active-passive
fencing:
  dashboard: {address: 10.9.0.10}
  controller1: {address: 10.9.0.11, system: /redfish/v1/Systems/1}
  controller2: {address: 10.9.0.11, system: /redfish/v1/Systems/2}
"""

ONE_GATEWAY = "dashboard: {roles: [time, arbiter, network], mgmt: 10.0.0.10, tenant: 10.1.0.10}"

Edits = tuple[tuple[str, str], ...]

WRONG: tuple[tuple[str, Edits, str, str], ...] = (
    (
        "active-passive",
        (("components:\n", "components:\n  corosync: {last_man_standing: true, wait_for_all: false}\n"),),
        "components.corosync.wait_for_all",
        "last_man_standing is not safe without it",
    ),
    (
        "active-passive",
        (("mgmt:     {", "mgmt:     {interface: eth0, "), ("external: {", "external: {interface: eth0, ")),
        "networks.external.interface",
        "two links on one wire",
    ),
    (
        "active-passive",
        (
            ("mode: active-passive\n", FENCED),
            (
                "controller2: {address: 10.9.0.11, system: /redfish/v1/Systems/2}",
                "controller2: {address: 10.9.0.11, system: /redfish/v1/Systems/1}",
            ),
        ),
        "fencing.controller2.address",
        "the same board and system as controller1",
    ),
    (
        "active-passive",
        (
            ("mode: active-passive\n", FENCED),
            ("system: /redfish/v1/Systems/2", "system: /redfish/v1/../Systems/2"),
        ),
        "fencing.controller2.system",
        "is not a path",
    ),
    (
        "active-passive",
        (
            ("mode: active-passive\n", FENCED + "  other: {address: 10.9.0.12}\n"),
            ("ssh: {", "  other: {roles: [bastion], mgmt: 10.0.0.40}\nssh: {"),
        ),
        "fencing.other",
        "is no member of the cluster",
    ),
    (
        "three-controllers",
        (("controller3: {roles: [controller]", "controller3: {roles: [controller, arbiter]"),),
        "hosts.controller3.roles.1",
        "controller3 is a controller and votes already",
    ),
    (
        "blog-with-objects",
        (("components:\n", "components:\n  swift: {devices: [d1, d1]}\n"),),
        "components.swift.devices.1",
        "d1 stands twice",
    ),
)

WRONG += (
    (
        "blog",
        (("components:\n", "components:\n  nftables: {ssh_ports: [22, 5000]}\n"),),
        "components.nftables.ssh_ports.1",
        "port 5000 is keystone's",
    ),
    (
        "blog",
        (("components:\n", "components:\n  nftables: {open_tcp: [3306]}\n"),),
        "components.nftables.open_tcp.0",
        "open to everybody",
    ),
    (
        "blog-with-objects",
        (("components:\n", "components:\n  swift: {roles: [storage]}\n"),),
        "components.swift.roles",
        "no host would keep objects",
    ),
    (
        "blog-with-networks",
        (
            (
                "vips:\n",
                "  one: {purpose: provider}\n  two: {purpose: provider}\nvips:\n",
            ),
        ),
        "networks.two.purpose",
        "one and two are provider networks: routers are reached from one",
    ),
    (
        "blog-with-networks",
        (("services: ", "components: {openvswitch: {tunnels: tunnel}}\nservices: "),),
        "components.openvswitch.tunnels",
        "tunnel is not a network of this site",
    ),
    (
        "blog-with-networks",
        (("vips:\n", "  one: {purpose: provider, interface: enp3s0}\nvips:\n"),),
        "hosts.controller1",
        "has no way into one",
    ),
    (
        "blog-with-networks",
        (("dashboard:   {roles: [bastion, time, arbiter], mgmt: 10.0.0.10}", ONE_GATEWAY),),
        "hosts.dashboard.roles",
        "dashboard alone would have every router",
    ),
    (
        "blog-with-networks",
        (("services: ", "components: {neutron: {dhcp_agents_per_network: 9}}\nservices: "),),
        "components.neutron.dhcp_agents_per_network",
        "9 agents on 2 hosts of networks",
    ),
    (
        "active-passive",
        (("glance: {mode: active-active} ", "glance: {store: files}"),),
        "components.glance.store",
        "stay there when Glance moves",
    ),
)

WRONG += (
    (
        "blog",
        (("controller2: {roles: [controller]", "controller2: {roles: [controller, network]"),),
        "hosts.controller2.roles.1",
        "nothing in this site is built for the role network",
    ),
    (
        "blog",
        (("lab: true ", "choose: {objects: swift}\nlab: true "),),
        "choose.objects",
        "swift is not listed",
    ),
    (
        "blog",
        (("lab: true ", "choose: {vip: pacemaker}\nlab: true "),),
        "choose.vip",
        "pacemaker runs in mode: active-passive only",
    ),
    (
        "active-passive",
        (("components:\n", "components:\n  keepalived: {vrid: 51}\n"),),
        "components.keepalived",
        "the options of keepalived mean nothing",
    ),
    (
        "blog",
        (("components:\n", "components:\n  corosync: {token: 500}\n"),),
        "components.corosync",
        "corosync runs in mode: active-passive only",
    ),
    (
        "active-passive",
        (("components:\n", "components:\n  drbd: {}\n"),),
        "components.drbd",
        "nothing here keeps its data on a volume",
    ),
    (
        "active-passive",
        (("lab: true ", "choose: {database: mariadb}\nlab: true "),),
        "choose.database",
        "nothing says where that lies",
    ),
    (
        "blog",
        (("vips:\n", "  outside: {purpose: provider}\nvips:\n"),),
        "networks.outside.purpose",
        "no virtual network has a way out through outside",
    ),
    (
        "blog",
        (("components:\n", "components:\n  horizon: {names: [controller1]}\n"),),
        "components.horizon.names.0",
        "controller1 is the host controller1, where no dashboard is",
    ),
    (
        "blog",
        (("components:\n", "components:\n  glance: {workers: 64}\n"),),
        "components.glance.workers",
        "too many database connections",
    ),
    (
        "blog-with-networks",
        (("services: ", "components: {openvswitch: {tunnels: mgmt}}\nservices: "),),
        "components.openvswitch.tunnels",
        "which has no VIP",
    ),
    (
        "three-controllers",
        (("controller3: {roles: [controller]", "controller3: {roles: []"),),
        "hosts.controller3.roles",
        "an even number cannot break a tie",
    ),
)

WRONG += (
    (
        "blog",
        (("components:\n  rabbitmq: {} ", "components:rabbitmq: {} "),),
        "",
        "a colon without a blank after it",
    ),
)

VOLUMES = """choose: {database: mariadb}
components:
  drbd: {volumes: {rabbitmq: {device: /dev/vdb}}}
  rabbitmq: {mode: active-passive}
"""

WRONG += (
    (
        "blog-with-networks",
        (("  controller1: {roles: [controller]", "  controller1: {roles: [controller, compute]"),),
        "hosts.controller1.roles.1",
        "nothing in this site is built for the role compute",
    ),
    (
        "blog",
        (("components:\n", "components:\n  glance: {store: objects}\n"),),
        "components.glance.store",
        "glance with store: objects needs swift, which is not listed",
    ),
    (
        "blog-with-networks",
        (
            ("vips:\n", "  storage: {cidr: 10.7.0.0/24}\nvips:\n"),
            ("mgmt: 10.0.0.11", "storage: 10.7.0.11, mgmt: 10.0.0.11"),
            ("services: ", "components: {openvswitch: {tunnels: storage}}\nservices: "),
        ),
        "components.openvswitch.tunnels",
        "controller2 without an address in storage",
    ),
    (
        "active-passive",
        (("components:\n", VOLUMES),),
        "components.drbd",
        "mariadb keeps its data on a volume mysql, and nothing says where that lies",
    ),
    (
        "active-passive",
        (("lab: true ", "choose: {messaging: rabbitmq}\nlab: true "),),
        "choose.messaging",
        "nothing here needs messaging",
    ),
)

WRONG += (
    (
        "blog-with-objects",
        (
            ("controller2: {roles: [controller]", "controller2: {roles: [controller, storage]"),
            ("components:\n", "components:\n  swift: {roles: [controller, arbiter]}\n"),
        ),
        "components.swift.roles",
        "controller2 has the role storage and would keep no objects",
    ),
    (
        "blog-with-objects",
        (("components:\n", "components:\n  swift: {roles: [arbiter]}\n"),),
        "components.swift.roles",
        "dashboard alone would keep objects",
    ),
)

RIGHT: tuple[tuple[str, Edits], ...] = (
    ("blog", (("lab: true ", "choose: {messaging: rabbitmq}\nlab: true "),)),
    ("blog", (("components:\n", "components:\n  nftables: {ssh_ports: [2222], open_tcp: [9100]}\n"),)),
    ("active-passive", (("components:\n", "components:\n  corosync: {last_man_standing: true}\n"),)),
    ("active-passive", (("components:\n", "components:\n  corosync: {wait_for_all: false}\n"),)),
    (
        "active-passive",
        (("mgmt:     {", "mgmt:     {interface: eth0, "), ("external: {", "external: {interface: eth0.7, ")),
    ),
    ("active-passive", (("mode: active-passive\n", FENCED),)),
    ("blog-with-objects", (("components:\n", "components:\n  swift: {devices: [d1, d2]}\n"),)),
    ("blog-with-objects", (("lab: true ", "choose: {objects: swift, database: galera}\nlab: true "),)),
    ("blog", (("components:\n", "components:\n  horizon: {names: [dashboard, cloud.example.org]}\n"),)),
    (
        "blog-with-networks",
        (("services: ", "components: {neutron: {dhcp_agents_per_network: 1}}\nservices: "),),
    ),
)

WRONG += (
    (
        "compute",
        (("mgmt: 10.0.0.21+", "mgmt: 10.0.0.19+"),),
        "hosts.compute[1-2].mgmt",
        "counted up, compute2 has 10.0.0.20, which is the VIP controller",
    ),
    (
        "compute",
        (("{nova: {virt: fake}}", "{nova: {virt: fake}, rabbitmq: {heartbeat: 30, net_ticktime: 30}}"),),
        "components.rabbitmq.heartbeat",
        "neutron.agent_down_time (20) and nova.down_after (30) are less than rabbitmq.heartbeat",
    ),
    (
        "active-passive",
        (
            ("roles: [bastion, dashboard, time, arbiter]", "roles: [bastion, dashboard, time]"),
            ("components:\n", "components:\n  pacemaker: {fence_from: arbiters}\n"),
        ),
        "components.pacemaker.fence_from",
        "no host of the cluster is one",
    ),
)
HINTS: tuple[tuple[str, Edits, str], ...] = (
    ("blog", (("network: mgmt", "network: internal"),), "write mgmt, in which 10.0.0.20 lies"),
    (
        "blog",
        (
            (
                "controller1: {roles: [controller], mgmt: 10.0.0.11",
                "controller1: {roles: [controller], mgmt: 10.0.0.011",
            ),
        ),
        "write 10.0.0.11, without zeros",
    ),
    ("blog", (("lab: true ", "include: more.yaml\nlab: true "),), "a site is one file"),
    ("blog", (("[keystone, ", "[keyst\u043ene, "),), "did you mean keystone? \u043e is U+043E"),
    ("blog", (("[keystone, ", "[Keystone, "),), "write keystone"),
    (
        "active-passive-drbd",
        (("components:\n", "components:\n  galera: {buffer_pool: 2G}\n"),),
        "write mariadb in place of galera",
    ),
    (
        "active-passive-drbd",
        (("components:\n", "components:\n  mariadb: {}\n  galera: {buffer_pool: 2G}\n"),),
        "write them under mariadb",
    ),
    (
        "active-passive-drbd",
        (("components:\n", "components:\n  galera: {suspect_timeout: 2}\n"),),
        "take them away",
    ),
    ("blog", (("components:\n", "components:\n  nftables: {ssh_ports: [5000]}\n"),), "let sshd listen"),
)
"""What is to be tried, where it depends on what else stands in the file."""


def _read(text: str) -> object:
    return parse(text, "site.yaml").value


def told(text: str) -> tuple[Mistake, ...]:
    try:
        loads(text, Path("site.yaml"), vocabulary())
    except SpecError as error:
        return error.mistakes
    return ()


def edited(example: str, edits: Edits) -> str:
    text = (EXAMPLES / f"{example}.yaml").read_text()
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(("example", "edits", "path", "words"), WRONG, ids=lambda one: str(one)[:40])
def test_it_is_refused_once_at_its_key(example: str, edits: Edits, path: str, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        loads(edited(example, edits), Path("site.yaml"), vocabulary())
    assert [mistake.path for mistake in caught.value.mistakes] == [path]
    (mistake,) = caught.value.mistakes
    assert words in mistake.what
    assert mistake.try_this
    assert mistake.line > 1


@pytest.mark.parametrize(("example", "edits", "path", "words"), WRONG, ids=lambda one: str(one)[:40])
def test_what_it_says_to_do_helps_and_leads_in_no_circle(
    example: str, edits: Edits, path: str, words: str
) -> None:
    """Whatever else is wrong then: not the same again, and nothing that leads back to where one was."""
    begun = edited(example, edits)
    seen, ahead = [_read(begun)], [(begun, 0)]
    while ahead:
        text, steps = ahead.pop()
        for mistake in told(text):
            for after in followed(text, mistake):
                again = [m for m in told(after) if (m.path, m.what) == (mistake.path, mistake.what)]
                assert not again, f"{mistake} try: {mistake.try_this}"
                assert _read(after) not in seen, f"back again by {mistake} try: {mistake.try_this}"
                seen.append(_read(after))
                ahead += [(after, steps + 1)] if steps < FAR else []
    del path, words


@pytest.mark.parametrize(("example", "edits", "hint"), HINTS, ids=lambda one: str(one)[:40])
def test_it_says_what_to_try(example: str, edits: Edits, hint: str) -> None:
    assert any(hint in (mistake.try_this or "") for mistake in told(edited(example, edits)))


@pytest.mark.parametrize(("example", "edits"), RIGHT, ids=lambda one: str(one)[:40])
def test_what_is_near_it_is_taken(example: str, edits: Edits) -> None:
    assert loads(edited(example, edits), Path("site.yaml"), vocabulary()).hosts


@pytest.mark.parametrize("file", [*EXAMPLES.glob("*.yaml"), *EXAMPLES.parent.glob("bench/*.yaml")], ids=str)
def test_the_files_that_come_with_it_are_taken(file: Path) -> None:
    assert loads(file.read_text(), file, vocabulary()).hosts
