"""Properties of the cluster: which are misspelt, and which are somebody's own."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.pacemaker.audit.rules.example import VIP, crm


def said(text: str, name: str = "cluster.crm", rule: str = "PA045") -> list[str]:
    report = audit([File(name, text)], strict=True)
    return [finding.what for finding in report.findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no-quorum-pilocy", "no-quorum-policy"),
        ("stonith-enable", "stonith-enabled"),
        ("start-failure-is-fatall", "start-failure-is-fatal"),
        ("maintainance-mode", "maintenance-mode"),
    ],
)
def test_a_name_that_is_nearly_one(written: str, meant: str) -> None:
    what = [f"there is no property {written}, but {meant}"]
    assert said(crm(VIP, properties=f"{written}=true")["cluster.crm"]) == what
    assert said(f"#!/bin/sh\npcs property set --force {written}=true\n", "setup.sh") == what
    assert said(f"#!/bin/sh\ncrm configure property {written}=true\n", "setup.sh") == what


@pytest.mark.parametrize(
    "name", ["no-quorum-policy", "fencing-timeout", "hana_prd_site_srHook", "maintenance_mode", "my-note"]
)
def test_names_that_are_known_or_quite_others(name: str) -> None:
    assert said(crm(VIP, properties=f"{name}=true")["cluster.crm"]) == []


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("location vip prefer n1", "'prefer' is no word of pcs"),
        ("location vip avoid n1", "'avoid' is no word of pcs"),
        ("order start vip proxy", "an order without 'then'"),
        ("colocation add vip proxy INFINITY", "a colocation without 'with' (refused since pcs 0.10)"),
        ("location vip prefers n1=100", ""),
        ("location vip avoids n1 n2", ""),
        ("location vip rule score=5 #uname eq n1", ""),
        ("location add c1 vip n1 100", ""),
        ("location remove c1", ""),
        ("location 'regexp%^vip' prefers n1", ""),
        ("order start vip then proxy", ""),
        ("order set a b set c", ""),
        ("order delete a b", ""),
        ("colocation add vip with proxy", ""),
        ("colocation add Master a with vip", ""),
        ("colocation set a b", ""),
        ("order", ""),
    ],
)
def test_constraints_that_pcs_refuses(words: str, wrong: str) -> None:
    found = said(f"#!/bin/sh\npcs constraint {words}\n", "setup.sh", "PA046")
    assert found == ([wrong] if wrong else [])


@pytest.mark.parametrize(
    ("words", "severity"),
    [
        ("pcs cluster auth n1 n2\npcs constraint colocation add vip db\n", "info"),
        ("pcs cluster auth n1 n2\npcs constraint colocation add vip master db\n", "error"),
        ("pcs host auth n1 n2\npcs constraint colocation add vip db\n", "warning"),
        ("pcs cluster auth n1 n2\npcs constraint colocation add vip with master db\n", ""),
    ],
)
def test_colocations_of_pcs_09(words: str, severity: str) -> None:
    report = audit([File("setup.sh", f"#!/bin/sh\n{words}")], strict=True)
    found = [finding.severity.word for finding in report.findings if finding.rule == "PA046"]
    assert found == ([severity] if severity else [])
