"""What every component keeps to, whichever it is. A new one is covered by being found."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.support import context_of, full_site, passive_site, volumes_site

import fournines.components
from fournines.components import registered
from fournines.kit.check import Check, Output
from fournines.kit.common.unit_faults import WORDS, unit_faults
from fournines.kit.component import Component
from fournines.kit.context import Context
from fournines.kit.declare import (
    CatalogueEntry,
    Database,
    DatabaseClients,
    Endpoint,
    FirewallPort,
    Memory,
    MessageUser,
    Secret,
    ServiceUser,
)
from fournines.kit.fault import Fault
from fournines.kit.probe import TableLedger
from fournines.kit.step import STAGED, File, Packages, Step, Unit
from fournines.kit.verdict import Outcome
from fournines.kit.where import Moded
from fournines.plan.context import taking_part
from fournines.spec.model import Site
from fournines.spec.told.meaning import meanings

FOLDER = Path(fournines.components.__file__).parent
GOLDEN = Path(__file__).parent
MODULES = {
    f"{name}.py"
    for name in ("__init__", "component", "model", "deploy", "relies", "families", "checks", "faults")
}
AUDIT = {"audit"}
"""What the audit knows of a component has a folder of its own beside those eight (ARCHITECTURE.md)."""
SHIPPED = {"templates", "on_host"}
"""Files for the hosts: templates to render, programs to install."""


@pytest.fixture(name="context")
def full_context(component: Component) -> Context:
    """Of a site with every service and every role: no component may pass for want of hosts."""
    return next(found for found in map(_context, SITES) if component in taking_part(found.site))


SITES = (full_site, passive_site, volumes_site)


@cache
def _context(site: Callable[[], Site]) -> Context:
    return context_of(site())


each = pytest.mark.parametrize("component", registered().values(), ids=lambda c: c.name)


def all_steps(component: Component, context: Context) -> Iterator[tuple[str, Step]]:
    for host in component.hosts(context.site):
        for step in component.steps(context, host):
            yield host.name, step


def all_checks(component: Component, context: Context) -> list[Check]:
    return list(component.checks(context))


def test_components_are_found() -> None:
    assert "memcached" in registered()


@pytest.mark.parametrize("home", sorted(FOLDER.glob("*/__init__.py")), ids=lambda home: home.parent.name)
def test_importing_its_folder_imports_nothing_else(home: Path) -> None:
    """What it is stands in ``component.py``: the audit reads ``audit/`` and pays for nothing more."""
    assert [type(part) for part in ast.parse(home.read_text()).body] == [ast.Expr]


@each
def test_it_takes_part_and_does_something_on_every_host_it_names(
    component: Component, context: Context
) -> None:
    assert component in taking_part(context.site)
    hosts = {host.name for host in component.hosts(context.site)}
    assert hosts
    assert {host for host, _ in all_steps(component, context)} == hosts
    assert any(check.asks for check in all_checks(component, context))


@each
def test_its_stages_have_names_where_there_are_several(component: Component) -> None:
    names = [stage.name for stage in component.stages]
    assert len(names) == len(set(names)) > 0
    assert len(names) == 1 or all(names)


@each
def test_its_stages_are_about_its_own_hosts(component: Component, context: Context) -> None:
    for stage in component.stages:
        hosts = {host.name for host in component.hosts_of(stage, context.site)}
        assert hosts <= {host.name for host in component.hosts(context.site)}


@each
def test_its_folder_holds_what_a_stranger_expects(component: Component) -> None:
    names = {entry.name for entry in (FOLDER / component.name).iterdir() if entry.name != "__pycache__"}
    assert names <= MODULES | AUDIT | SHIPPED


@each
def test_every_option_says_what_it_is(component: Component) -> None:
    said = meanings(component.options)
    for name in component.options.model_fields:
        assert said.get(name), f"{component.name}.{name} has no docstring"


@each
def test_every_template_has_a_golden_file(component: Component) -> None:
    templates = sorted(p.stem for p in (FOLDER / component.name / "templates").glob("*.j2"))
    golden = {p.name for p in (GOLDEN / component.name / "golden").rglob("*") if p.is_file()}
    for template in templates:
        assert any(template in name for name in golden), f"no golden file for {template}"


@each
def test_saying_it_twice_says_the_same(component: Component, context: Context) -> None:
    assert list(all_steps(component, context)) == list(all_steps(component, context))


@each
def test_what_is_validated_is_the_staged_copy(component: Component, context: Context) -> None:
    for host, step in all_steps(component, context):
        if isinstance(step, File) and step.validate:
            assert any(STAGED in word for word in step.validate), f"{host}: {step.path}"


@each
def test_units_restart_on_files_that_the_plan_writes(component: Component, context: Context) -> None:
    everyones = {
        (host, step.path)
        for one in taking_part(context.site)
        for host, step in all_steps(one, context)
        if isinstance(step, File)
    }
    for host, step in all_steps(component, context):
        if isinstance(step, Unit):
            for path in (*step.restart_on, *step.reload_on):
                assert (host, path) in everyones, f"{host}: {step.name} waits for {path}, which nobody writes"


@each
def test_a_unit_names_the_packages_whose_programs_it_runs(component: Component, context: Context) -> None:
    """Else an upgrade would leave the old program running. Ours come as files, which it restarts on."""
    loads_and_ends = {"nftables.service", "logrotate.timer", "openvswitch-switch.service"}
    for _, step in all_steps(component, context):
        if isinstance(step, Unit) and step.running and step.name not in loads_and_ends:
            assert bool(step.packages) is not step.name.startswith("fournines-"), step.name


@each
def test_what_a_stage_runs_is_waited_for_there(component: Component, context: Context) -> None:
    for stage in component.stages:
        steps = [s for host in component.hosts_of(stage, context.site) for s in stage.steps(context, host)]
        if any(isinstance(step, Unit) and step.running for step in steps):
            assert any(check.barrier for check in stage.checks(context)), stage.name


@each
def test_what_runs_holds_memory_that_is_declared(component: Component, context: Context) -> None:
    """Also where it is nothing: else a plan could not say whether a host is large enough."""
    said = [one for one in component.declarations(context.site) if isinstance(one, Memory)]
    assert all(one.component == component.name for one in said)
    hosts = [host for one in said for host in one.hosts]
    assert len(hosts) == len(set(hosts)), "a host's memory is said twice"
    running = {h for h, s in all_steps(component, context) if isinstance(s, Unit) and s.running}
    assert running <= set(hosts)


@each
def test_connections_of_its_database_are_counted(component: Component, context: Context) -> None:
    """By those who are connected for long; a ledger of the probes is not."""
    declared = component.declarations(context.site)
    counted = {one.database for one in declared if isinstance(one, DatabaseClients)}
    ledgers = {one.database for one in declared if isinstance(one, TableLedger)}
    assert counted == {one.name for one in declared if isinstance(one, Database)} - ledgers


@each
def test_checks_are_its_own_and_unique(component: Component, context: Context) -> None:
    ids = [check.id for check in all_checks(component, context)]
    assert len(ids) == len(set(ids))
    assert all(one.startswith(f"{component.name}.") for one in ids)


@each
def test_no_check_passes_by_accident(component: Component, context: Context) -> None:
    """Silence, an error and an empty answer are not good news, whatever is asked."""
    for check in all_checks(component, context):
        assert check.verdict({}).outcome is Outcome.UNKNOWN, check.id
        assert check.verdict(dict.fromkeys(check.asks)).outcome is Outcome.UNKNOWN, check.id
        for answer in (Output(1, "", ""), Output(127, "", "sh: 1: not found"), Output(0, "", "")):
            verdict = check.verdict(dict.fromkeys(check.asks, answer))
            assert verdict.outcome is not Outcome.PASS, f"{check.id} passes on {answer}"


@each
def test_what_it_takes_for_granted_of_its_packages_is_declared(
    component: Component, context: Context
) -> None:
    names = {n for _, s in all_steps(component, context) if isinstance(s, Packages) for n in s.names}
    relied = {one.package for one in component.relies}
    assert relied <= names, "nothing is relied on in a package that is not installed"
    assert bool(relied) is bool(names)


@each
def test_nothing_is_taken_as_true_without_an_answer(component: Component) -> None:
    for relied in component.relies:
        assert relied.proved(relied.oldest)
        assert relied.proved(relied.newest)
        assert relied.truths
        for truth in relied.truths:
            assert truth.what.split()[0] in {
                "has",
                "gives",
                "makes",
                "reads",
                "says",
                "puts",
                "understands",
                "is",
            }
            for answer in (Output(1, "", ""), Output(127, "", "sh: 1: not found")):
                assert truth.judge(answer).outcome is Outcome.FAIL, truth.what


@each
def test_every_endpoint_is_asked_about(component: Component, context: Context) -> None:
    asked = "\n".join(
        " ".join(ask.argv) + ask.stdin
        for check in all_checks(component, context)
        for ask in check.asks.values()
    )
    for declared in component.declarations(context.site):
        if isinstance(declared, Endpoint):
            assert str(declared.port) in asked, f"no check asks port {declared.port}"


@each
def test_what_its_declarations_name_it_declares(component: Component, context: Context) -> None:
    """A password is a secret of its own, a line of the catalogue an endpoint of its own."""
    declared = list(component.declarations(context.site))
    secrets = {one.name for one in declared if isinstance(one, Secret)}
    endpoints = {one.name for one in declared if isinstance(one, Endpoint)}
    for one in declared:
        if isinstance(one, Database | MessageUser | ServiceUser):
            assert one.password in secrets, one
        if isinstance(one, CatalogueEntry):
            assert one.endpoint in endpoints, one


@each
def test_no_port_is_opened_twice(component: Component, context: Context) -> None:
    """Where an endpoint listens is open already."""
    declared = list(component.declarations(context.site))
    listens = {one.listens for one in declared if isinstance(one, Endpoint)}
    assert not [one for one in declared if isinstance(one, FirewallPort) and one.port in listens]


@pytest.mark.parametrize("site", SITES)
def test_what_many_may_write_is_written_once(site: Callable[[], Site]) -> None:
    """Two lines of a type would leave it to chance which one a client takes; two endpoints share no port."""
    context = _context(site)
    for kind, key in ((CatalogueEntry, "type"), (Endpoint, "name"), (Endpoint, "port"), (Database, "name")):
        found = [getattr(one, key) for one in context.declared(kind)]
        assert len(found) == len(set(found)), f"{kind.__name__}.{key}"


@each
def test_every_fault_has_an_undo(component: Component, context: Context) -> None:
    for fault in component.faults(context):
        assert fault.id.startswith(f"{component.name}.")
        assert fault.what
        assert fault.undo.argv
        assert fault.undo != fault.inject


@pytest.mark.parametrize(
    "promise",
    [
        test_its_stages_are_about_its_own_hosts,
        test_saying_it_twice_says_the_same,
        test_units_restart_on_files_that_the_plan_writes,
        test_what_a_stage_runs_is_waited_for_there,
        test_checks_are_its_own_and_unique,
        test_no_check_passes_by_accident,
        test_every_endpoint_is_asked_about,
        test_no_port_is_opened_twice,
        test_every_fault_has_an_undo,
    ],
)
@pytest.mark.parametrize(
    "component",
    [one for one in registered().values() if issubclass(one.options, Moded)],
    ids=lambda c: c.name,
)
def test_it_is_kept_where_it_moves_too(
    component: Component, promise: Callable[[Component, Context], None]
) -> None:
    promise(component, _context(passive_site))


def _fields(schema: dict[str, Any], at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every text and number of a schema, with its path."""
    for name, node in schema.get("properties", {}).items():
        yield from _fields(node, f"{at}.{name}")
    keyed = schema.get("patternProperties", {})
    for inner in (
        *schema.get("anyOf", ()),
        *keyed.values(),
        schema.get("items"),
        schema.get("additionalProperties"),
    ):
        if isinstance(inner, dict):
            yield from _fields(inner, at)
    if schema.get("type") in {"string", "integer", "number"}:
        yield at, schema
    if isinstance(schema.get("propertyNames"), dict) and not keyed:
        yield f"{at} (its keys)", schema["propertyNames"] | {"type": "string"}


@each
def test_no_option_takes_any_text_or_any_number(component: Component) -> None:
    """Only the kinds of ``fournines.spec.types``: what has a shape and an end."""
    for at, node in _fields(component.options.model_json_schema()):
        if node["type"] == "string":
            assert "pattern" in node or "enum" in node, f"{component.name}{at} takes any text"
        else:
            assert {"maximum", "exclusiveMaximum"} & set(node), f"{component.name}{at} has no largest value"
            assert {"minimum", "exclusiveMinimum"} & set(node), f"{component.name}{at} has no smallest value"


_EVIL = st.builds(
    lambda before, evil, after: before + evil + after,
    st.text(alphabet="aZ0.=:/- ", max_size=5),
    st.sampled_from("\n\r\t\x00\x0b\x1b\x7f\x85\u2028\u2029"),
    st.text(alphabet="aZ0.=:/- ", max_size=5),
)


@each
@given(data=st.data())
def test_no_option_takes_a_line_break(component: Component, data: st.DataObject) -> None:
    """Nor another control character, whatever stands around it."""
    names = list(component.options.model_fields)
    if not names:
        return
    name, text = data.draw(st.sampled_from(names)), data.draw(_EVIL)
    for value in (text, [text], {text: "1"}, {"net.core.somaxconn": text}):
        with pytest.raises(ValidationError):
            component.options.model_validate({name: value})


@each
def test_faults_mean_the_same_everywhere(component: Component, context: Context) -> None:
    """The four words that every unit has come from one place; each unit that is rolled has all four."""
    units = {step.name: step.rolling for _, step in all_steps(component, context) if isinstance(step, Unit)}
    shared = {unit: _told(unit_faults(component.name, unit)) for unit in units}
    found = list(component.faults(context))
    words = {"crash", "kill", "hang", "stop"}
    told = {one for one in _told(found) if one[0] in words}
    assert told <= set().union(*shared.values())
    for unit, rolling in units.items():
        assert not rolling or told >= shared[unit], unit
    assert all("kill" not in fault.id or fault.id.endswith(".kill") for fault in found)


@each
def test_every_api_can_be_killed_and_hung(component: Component, context: Context) -> None:
    """``nines drill --each`` knows an API by the faults that say that they are behind it."""
    apis = {
        one.name
        for one in component.declarations(context.site)
        if isinstance(one, Endpoint) and one.http and one.health and one.health.port is None
    }
    told = {
        (fault.serves, fault.id.rpartition(".")[2]) for fault in component.faults(context) if fault.serves
    }
    assert told == {(api, word) for api in apis for word in WORDS}


def _told(faults: Iterable[Fault]) -> set[tuple[str, tuple[str, ...]]]:
    """A fault's word and what it does: of several daemons of a component each has its own."""
    return {(fault.id.rpartition(".")[2], fault.inject.argv) for fault in faults}
