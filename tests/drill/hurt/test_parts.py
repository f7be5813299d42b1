"""Who plays which part: readings of real answers, and the choice of whom to hurt."""

from __future__ import annotations

import pytest
from tests.drill.play import site

from fournines.drill.hurt.parts import Cast, chosen, leaders_among, vip_holders
from fournines.drill.scenario import Part
from fournines.errors import DrillError
from fournines.kit.check import Output

HOLDER = """[{"ifindex":1,"ifname":"lo","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8}]},
{"ifindex":2,"ifname":"eth0","addr_info":[{"family":"inet","local":"10.0.0.11","prefixlen":24},
{"family":"inet","local":"10.0.0.20","prefixlen":32,"scope":"global"}]}]"""
OTHER = '[{"ifname":"eth0","addr_info":[{"family":"inet","local":"10.0.0.12"}]},{"ifname":"eth1"}]'


def test_the_vips_holder_is_read_from_the_hosts_addresses() -> None:
    heard = {"controller1": Output(0, HOLDER), "controller2": Output(0, OTHER), "controller3": None}
    assert vip_holders(heard, "10.0.0.20") == ("controller1",)
    assert vip_holders(heard, "10.0.0.2") == (), "an address is not its prefix"


@pytest.mark.parametrize("text", ["", "not json", "{}", "[1]", '[{"addr_info": [{}]}]'])
def test_nonsense_holds_nothing(text: str) -> None:
    assert vip_holders({"controller1": Output(0, text)}, "10.0.0.20") == ()


def test_only_the_leaders_of_our_queues_count() -> None:
    leaders = {("nines_ledger", "nines.1.a"): "controller1", ("/", "reply"): "controller2"}
    assert leaders_among(["nines.1.a", "nines.1.b"], leaders) == {"nines.1.a": "controller1"}


@pytest.mark.parametrize(
    ("leaders", "hurt"),
    [
        ({"a": "controller1", "b": "controller2", "c": "dashboard"}, "controller2"),
        ({"a": "controller1", "c": "dashboard"}, "dashboard"),
        ({"a": "controller1"}, "controller1"),
    ],
)
def test_a_queues_leader_is_rather_not_the_vips_holder_then_not_the_jump_host(
    leaders: dict[str, str], hurt: str
) -> None:
    cast = Cast(vip_holders=("controller1",), leaders=leaders)
    assert chosen(Part.QUEUE_LEADER, cast, site()) == (hurt,)


def test_parts_are_played_by_who_was_seen() -> None:
    cast = Cast(vip_holders=("controller1",), writer="controller2", reached=("controller2",))
    assert chosen(Part.REACHED, cast, site()) == ("controller2",)
    assert chosen(Part.VIP_HOLDER, cast, site()) == ("controller1",)
    assert chosen(Part.DATABASE_WRITER, cast, site()) == ("controller2",)
    assert chosen(Part.EVERY_HOST, Cast(), site()) == ("dashboard", "controller1", "controller2")
    assert chosen(Part.NOBODY, cast, site()) == ()


def test_both_others_leave_the_vips_holder_alone_with_its_vote() -> None:
    cast = Cast(vip_holders=("controller2",), writer="controller1")
    assert chosen(Part.BOTH_OTHERS, cast, site()) == ("controller1", "dashboard")


def test_one_of_its_hosts_is_rather_not_the_vips_holder() -> None:
    cast = Cast(vip_holders=("controller1",))
    assert chosen(Part.ONE_OF, cast, site(), ("controller1", "dashboard")) == ("dashboard",)
    assert chosen(Part.ONE_OF, cast, site(), ("controller1",)) == ("controller1",)


@pytest.mark.parametrize(
    ("part", "cast"),
    [
        (Part.ONE_OF, Cast(vip_holders=("controller1",))),
        (Part.VIP_HOLDER, Cast()),
        (Part.BOTH_OTHERS, Cast()),
        (Part.VIP_HOLDER, Cast(vip_holders=("controller1", "controller2"))),
        (Part.DATABASE_WRITER, Cast()),
        (Part.DATABASE_WRITER, Cast(writer="elsewhere")),
        (Part.QUEUE_LEADER, Cast()),
        (Part.REACHED, Cast(vip_holders=("controller1",))),
        (Part.REACHED, Cast(reached=("controller1", "controller2"))),
    ],
)
def test_a_part_that_not_exactly_one_plays_is_an_error(part: Part, cast: Cast) -> None:
    with pytest.raises(DrillError):
        chosen(part, cast, site())
