"""Steps as operations."""

from __future__ import annotations

from typing import Any

from fournines.engine import operations
from fournines.engine.units.decide import Act, Decision
from fournines.kit.step import Account, Packages, Step, Sysctl, Unit


def scripts(found: Any) -> list[str]:  # noqa: ANN401
    return [o.arguments["commands"][0] for o in found if o.name == "server.shell"]


def test_nothing_missing_is_no_operation() -> None:
    seen: list[tuple[Step, dict[str, Any]]] = [
        (Packages(("a",)), {"states": {"a": "ii"}}),
        (Account("b", ("g",)), {"exists": True, "groups": ["g"]}),
        (Sysctl("k", "1"), {"value": "1"}),
    ]
    assert not list(operations.preparing(seen))
    assert not list(operations.kernel(seen))


def test_missing_packages_of_a_host_are_one_installation_that_starts_no_daemon() -> None:
    found = list(
        operations.preparing(
            [
                (Packages(("b", "a")), {"states": {"a": "", "b": "iF"}}),
                (Packages(("c", "a")), {"states": {"a": "", "c": ""}}),
            ]
        )
    )
    (install,) = [o for o in found if o.name == "apt.packages"]
    assert install.arguments["packages"] == ["a", "b", "c"]
    assert install.arguments["no_recommends"]
    policy, finish, removed = scripts(found)
    assert "exit 101" in policy
    assert finish.startswith("dpkg --configure -a")
    assert "rm -f /usr/sbin/policy-rc.d" in removed
    assert found[1].arguments["_env"]["FOURNINES_INSTALLING"] == "1"


def test_an_account_comes_after_its_groups_in_one_command() -> None:
    account = Account("a", ("g", "h"), home="/a b")
    (script,) = scripts(operations.preparing([(account, {"exists": False, "groups": []})]))
    assert script.split(" && ") == [
        "{ getent group g >/dev/null || groupadd --system g; }",
        "{ getent group h >/dev/null || groupadd --system h; }",
        "useradd --system --no-create-home --home-dir '/a b' --shell /usr/sbin/nologin --groups g,h a",
    ]


def test_an_account_that_is_there_gets_the_groups_it_lacks() -> None:
    (script,) = scripts(operations.preparing([(Account("a", ("g",)), {"exists": True, "groups": []})]))
    assert script.endswith("&& usermod --append --groups g a")
    (script,) = scripts(operations.preparing([(Account("a"), {"exists": False, "groups": []})]))
    assert script.endswith("--shell /usr/sbin/nologin --groups '' a")


def test_kernel_parameters_go_in_one_command_quoted() -> None:
    seen: list[tuple[Step, dict[str, Any]]] = [
        (Sysctl("net.a", "1 2"), {"value": "0"}),
        (Sysctl("net.b", "3"), {"value": None}),
    ]
    assert scripts(operations.kernel(seen)) == ["sysctl --quiet --write 'net.a=1 2' net.b=3"]


def test_what_a_cluster_manager_runs_is_restarted_by_it() -> None:
    unit = Unit("k.service", enabled=False, running=None, restart_by=("crm_resource", "--restart"))
    found = operations.units([Decision(unit, act=Act.RESTART, failed=True), Decision(unit, act=Act.RELOAD)])
    assert scripts(found) == [
        "systemctl reset-failed k.service && systemctl reload k.service && crm_resource --restart"
    ]


def test_the_units_of_a_host_are_one_command_each_for_masks_boot_and_acts_stops_first() -> None:
    (operation,) = operations.units(
        [
            Decision(Unit("a.service"), Act.START, enable=True, failed=True),
            Decision(Unit("b.service"), Act.STOP, enable=False, failed=True),
            Decision(Unit("c.service"), Act.START, enable=True, unmask=True),
            Decision(Unit("d@x y.service"), Act.RELOAD, outdated=True),
        ]
    )
    (script,) = operation.arguments["commands"]
    assert script.split(" && ") == [
        "systemctl unmask c.service",
        "systemctl unmask --runtime c.service",
        "env SYSTEMCTL_SKIP_SYSV=1 systemctl enable a.service c.service",
        "env SYSTEMCTL_SKIP_SYSV=1 systemctl disable b.service",
        "systemctl reset-failed a.service",
        "systemctl stop b.service",
        "systemctl start a.service c.service",
        "systemctl reload 'd@x y.service'",
    ]


def test_systemd_reads_its_units_again_once_also_where_enabling_does_it() -> None:
    outdated = Decision(Unit("a.service"), Act.RESTART, outdated=True)
    enabled = Decision(Unit("b.service"), Act.START, enable=True, outdated=True)
    assert scripts(operations.units([outdated])) == ["systemctl daemon-reload && systemctl restart a.service"]
    assert "daemon-reload" not in scripts(operations.units([outdated, enabled]))[0]


def test_nothing_to_do_about_units_is_no_operation() -> None:
    assert not list(operations.units([]))
