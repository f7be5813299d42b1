from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.lab.hosts.personal import personal_files, personalise, public_host_key

if TYPE_CHECKING:
    from pathlib import Path

    from fournines.lab.plan import LabPlan

KEY = "ssh-ed25519 AAAA nines\n"


def test_a_hosts_files_are_its_name_its_addresses_and_who_may_log_in(plan: LabPlan) -> None:
    files = personal_files(plan.host("dashboard"), KEY)
    assert files["etc/hostname"] == ("dashboard\n", 0o644)
    assert files["root/.ssh/authorized_keys"] == ("ssh-ed25519 AAAA nines\n", 0o600)
    network, _ = files["etc/systemd/network/10-eth1.network"]
    assert "Name=eth1\n" in network
    assert "Address=192.168.1.10/24\n" in network


def test_what_was_made_once_stays_when_an_interrupted_preparation_is_done_again(
    plan: LabPlan, tmp_path: Path
) -> None:
    host = plan.host("dashboard")
    personalise(tmp_path, host, KEY, {"etc/modules-load.d/lab.conf": ("drbd\n", 0o644)})
    identity, key = (tmp_path / "etc/machine-id").read_text(), public_host_key(tmp_path)
    assert len(identity.strip()) == 32
    assert key.split()[0] == "ssh-ed25519"
    personalise(tmp_path, host, KEY)
    assert ((tmp_path / "etc/machine-id").read_text(), public_host_key(tmp_path)) == (identity, key)
    assert (tmp_path / "etc/modules-load.d/lab.conf").read_text() == "drbd\n"
