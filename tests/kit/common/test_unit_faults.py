"""Faults of a unit: each can be undone, twice, and the lasting one holds against systemd's restarts."""

from __future__ import annotations

from fournines.kit.common.unit_faults import unit_faults


def test_there_is_a_crash_a_death_a_hang_and_a_stop() -> None:
    found = {fault.id: fault for fault in unit_faults("x", "x.service")}
    assert list(found) == ["x.crash", "x.kill", "x.hang", "x.stop"]
    assert "STOP" in " ".join(found["x.hang"].inject.argv)
    assert "CONT" in " ".join(found["x.hang"].undo.argv)


def test_each_of_several_daemons_has_its_own() -> None:
    found = [fault.id for fault in unit_faults("x", "x-rpc.service", daemon="rpc")]
    assert found == ["x.rpc.crash", "x.rpc.kill", "x.rpc.hang", "x.rpc.stop"]


def test_a_lasting_death_forbids_the_restart_before_it_kills() -> None:
    (kill,) = [fault for fault in unit_faults("x", "x.service") if fault.id == "x.kill"]
    script = kill.inject.argv[-1]
    assert "printf '[Service]\\nRestart=no\\n'" in script
    assert script.index("daemon-reload") < script.index("KILL")
    assert "rm -f /run/systemd/system/x.service.d/zz-nines-fault.conf" in kill.undo.argv[-1]


def test_each_says_behind_which_endpoint_the_unit_is() -> None:
    assert {fault.serves for fault in unit_faults("x", "x.service", serves="x-api")} == {"x-api"}
    assert {fault.serves for fault in unit_faults("x", "x.service")} == {""}
