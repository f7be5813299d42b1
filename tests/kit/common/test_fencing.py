from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import site_of

from fournines.kit.common.fencing import board_of, lab_address, last_free
from fournines.lab.plan import lab_plan
from fournines.spec.model import Fencing

CIDR = IPv4Network("10.0.0.0/29")


@given(st.sets(st.sampled_from(list(CIDR.hosts()))))
def test_the_last_address_that_nobody_has(taken: set[IPv4Address]) -> None:
    found = last_free(CIDR, taken)
    free = set(CIDR.hosts()) - taken
    assert found == max(free, default=None)


def test_hosts_are_told_of_the_board_where_the_lab_has_it() -> None:
    site = site_of("active-passive.yaml")
    board, bmc = board_of(site, site.hosts["controller1"]), lab_plan(site).bmc
    assert bmc is not None
    assert (board.address, board.port, board.user) == (str(bmc.address), bmc.port, bmc.user)
    assert lab_address(site, "mgmt") == bmc.address


def test_a_site_of_real_machines_names_each_board() -> None:
    named = Fencing(address="10.9.0.11")
    site = site_of("active-passive.yaml").model_copy(update={"lab": False, "fencing": {"controller1": named}})
    assert board_of(site, site.hosts["controller1"]) is named
    with pytest.raises(KeyError):
        board_of(site, site.hosts["controller2"])
