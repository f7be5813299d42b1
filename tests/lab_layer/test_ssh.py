from __future__ import annotations

import subprocess
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING

from fournines.engine.wire.ssh import LAB_SECONDS
from fournines.lab.plan import lab_plan
from fournines.lab.ssh import ensure_key, entrance, render_config, render_known_hosts
from fournines.lab.state import LabPaths
from fournines.spec.model import HostKind

if TYPE_CHECKING:
    from fournines.lab.plan import LabPlan
    from fournines.spec.model import Site

PATHS = LabPaths("blog", Path("/labs"))


def _resolved(config: Path, host: str) -> dict[str, str]:
    """What ssh itself makes of the file."""
    said = subprocess.run(["ssh", "-G", "-F", str(config), host], capture_output=True, text=True, check=True)
    return dict(line.split(" ", 1) for line in said.stdout.splitlines() if " " in line)


def test_ssh_itself_reads_the_config_as_meant(plan: LabPlan, tmp_path: Path) -> None:
    config = tmp_path / "ssh_config"
    config.write_text(render_config(plan, PATHS))
    jump, behind = _resolved(config, "dashboard"), _resolved(config, "controller1")
    assert jump["hostname"] == "192.168.1.10"
    assert "proxyjump" not in jump
    assert (behind["hostname"], behind["proxyjump"]) == ("10.0.0.11", "dashboard")
    for seen in (jump, behind):
        assert seen["user"] == "root"
        assert seen["stricthostkeychecking"] == "true"
        assert seen["identityfile"] == "/labs/blog/id_ed25519"
        assert seen["userknownhostsfile"] == "/labs/blog/known_hosts"


def test_a_virtual_machine_may_be_slow_to_let_somebody_in(plan: LabPlan, tmp_path: Path) -> None:
    first, *others = plan.hosts
    vm = first.model_copy(update={"kind": HostKind.VM})
    config = tmp_path / "ssh_config"
    config.write_text(render_config(plan.model_copy(update={"hosts": (vm, *others)}), PATHS))
    waits = {h.name: float(_resolved(config, h.name)["connecttimeout"]) for h in plan.hosts}
    assert waits[vm.name] == LAB_SECONDS
    assert all(waits[other.name] < LAB_SECONDS for other in others)
    assert _resolved(config, vm.name)["serveraliveinterval"] == "10"


def test_without_a_jump_host_all_are_reached_on_the_cluster_network(site: Site) -> None:
    plan = lab_plan(site.model_copy(update={"ssh": site.ssh.model_copy(update={"through": None})}))
    assert [entrance(plan, h) for h in plan.hosts] == [IPv4Address("10.0.0.10"), IPv4Address("10.0.0.11")]
    assert "ProxyJump" not in render_config(plan, PATHS)


def test_a_jump_host_with_one_network_is_reached_there(site: Site) -> None:
    jump = site.hosts["dashboard"].model_copy(update={"addresses": {"mgmt": IPv4Address("10.0.0.10")}})
    plan = lab_plan(site.model_copy(update={"hosts": {**site.hosts, "dashboard": jump}}))
    assert entrance(plan, plan.host("dashboard")) == IPv4Address("10.0.0.10")


def test_known_hosts_names_every_address_of_a_host(plan: LabPlan) -> None:
    keys = {"dashboard": "ssh-ed25519 AAA dashboard", "controller1": "ssh-ed25519 BBB controller1"}
    assert render_known_hosts(plan, keys) == (
        "dashboard,10.0.0.10,192.168.1.10 ssh-ed25519 AAA\ncontroller1,10.0.0.11 ssh-ed25519 BBB\n"
    )


def test_a_half_made_key_pair_is_made_again(tmp_path: Path) -> None:
    paths = LabPaths("blog", tmp_path)
    paths.directory.mkdir()
    paths.key.write_text("interrupted")
    public = ensure_key(paths)
    assert public.startswith("ssh-ed25519 ")
    assert ensure_key(paths) == public
    assert paths.key.stat().st_mode & 0o777 == 0o600
