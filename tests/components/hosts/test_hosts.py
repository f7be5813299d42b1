"""Names and kernel settings: what is written, and that the checks go red."""

from __future__ import annotations

import time
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

from tests.components.fixed import file_of

from fournines.components.hosts.component import COMPONENT
from fournines.components.hosts.model import Options, sysctls
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.step import Sysctl
from fournines.kit.verdict import Outcome
from fournines.spec.model import Host, Role, Site

GOLDEN = Path(__file__).parent / "golden"
RESOLVED = "dashboard 10.0.0.10\ncontroller1 10.0.0.11\ncontroller2 10.0.0.12\ncontroller 10.0.0.20\n"


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == name)


def test_the_whole_file_is_as_reviewed_and_alike_on_all_hosts(blog_context: Context) -> None:
    for host in blog_context.site.hosts:
        assert file_of(COMPONENT, blog_context, host, "/etc/hosts").content == (GOLDEN / "hosts").read_text()


def test_no_host_has_its_own_name_on_a_loopback_address(blog_context: Context) -> None:
    content = file_of(COMPONENT, blog_context, "controller1", "/etc/hosts").content
    loopback = [line.split() for line in content.splitlines() if line.startswith(("127.", "::1"))]
    assert {name for words in loopback for name in words[1:]} == {
        "localhost",
        "ip6-localhost",
        "ip6-loopback",
    }


def test_only_controllers_bind_addresses_they_do_not_hold(blog_context: Context) -> None:
    def keys(host: str) -> set[str]:
        steps = COMPONENT.steps(blog_context, blog_context.site.hosts[host])
        return {step.key for step in steps if isinstance(step, Sysctl)}

    assert "net.ipv4.ip_nonlocal_bind" in keys("controller1")
    assert "net.ipv4.ip_nonlocal_bind" not in keys("dashboard")


def test_every_setting_belongs_to_a_network_namespace(blog: Site) -> None:
    for host in blog.hosts.values():
        assert all(key.startswith("net.") for key in sysctls(blog, host, Options()))


def test_a_dead_peer_is_given_up_within_half_a_minute() -> None:
    """The retransmission timer starts at 200 ms and doubles (tcp(7), tcp_retries2)."""
    assert sum(0.2 * 2**n for n in range(Options().tcp_retries2 + 1)) < 30


def test_a_sites_own_settings_win(blog: Site) -> None:
    host = blog.hosts["dashboard"]
    assert sysctls(blog, host, Options(tcp_retries2=8))["net.ipv4.tcp_retries2"] == "8"
    further = Options(sysctls={"net.ipv4.ip_forward": "1"})
    assert sysctls(blog, host, further)["net.ipv4.ip_forward"] == "1"


def test_a_thousand_hosts_get_their_names_in_about_a_second(blog: Site) -> None:
    hosts = {
        f"compute{n}": Host(
            name=f"compute{n}",
            roles=(Role.COMPUTE,),
            addresses={"mgmt": IPv4Address("10.8.0.0") + n},
        )
        for n in range(1000)
    }
    site = blog.model_copy(update={"hosts": hosts})
    context = Context(site, (), {})
    began = time.process_time()
    for host in hosts.values():
        list(COMPONENT.steps(context, host))
    assert time.process_time() - began < 2


def test_names_go_red(blog_context: Context) -> None:
    names = check(blog_context, "hosts.names")
    well = {host: Output(0, f"{host}\n{RESOLVED}") for host in blog_context.site.hosts}
    assert names.verdict(well).outcome is Outcome.PASS
    elsewhere = Output(0, "dashboard\n" + RESOLVED.replace("10.0.0.20", "10.0.0.21"))
    assert "controller is 10.0.0.21, not 10.0.0.20" in names.verdict(well | {"dashboard": elsewhere}).seen
    assert names.verdict(well | {"dashboard": elsewhere}).outcome is Outcome.FAIL
    loopback = Output(0, "dashboard\n" + RESOLVED.replace("dashboard 10.0.0.10", "dashboard 127.0.1.1"))
    assert names.verdict(well | {"dashboard": loopback}).outcome is Outcome.FAIL
    stranger = Output(0, "debian\n" + RESOLVED)
    assert "calls itself debian" in names.verdict(well | {"dashboard": stranger}).seen
    assert names.verdict(well | {"controller1": None}).outcome is Outcome.UNKNOWN


def test_kernel_settings_go_red(blog_context: Context) -> None:
    kernel = check(blog_context, "hosts.kernel-controller")
    settings = sysctls(blog_context.site, blog_context.site.hosts["controller1"], Options())
    text = "".join(f"{key} = {value}\n" for key, value in settings.items())
    well = {"controller1": Output(0, text), "controller2": Output(0, text)}
    assert kernel.verdict(well).outcome is Outcome.PASS
    rebooted = Output(0, text.replace("ip_nonlocal_bind = 1", "ip_nonlocal_bind = 0"))
    verdict = kernel.verdict(well | {"controller2": rebooted})
    assert verdict.outcome is Outcome.FAIL
    assert "controller2: net.ipv4.ip_nonlocal_bind is 0, not 1" in verdict.seen


def test_named_interfaces_must_be_there(blog_context: Context) -> None:
    assert "hosts.interfaces" not in {c.id for c in COMPONENT.checks(blog_context)}
    site = blog_context.site
    host = site.hosts["controller1"].model_copy(update={"interfaces": {"mgmt": "bond0"}})
    named = replace(blog_context, site=site.model_copy(update={"hosts": {**site.hosts, "controller1": host}}))
    asked = check(named, "hosts.interfaces")
    assert list(asked.asks) == ["controller1"]

    def verdict(answer: Output | None) -> tuple[Outcome, str]:
        found = asked.verdict({"controller1": answer})
        return found.outcome, found.seen

    there = Output(0, '[{"ifname": "lo"}, {"ifname": "bond0"}]')
    assert verdict(there)[0] is Outcome.PASS
    assert verdict(Output(0, '[{"ifname": "lo"}]')) == (Outcome.FAIL, "controller1: no bond0")
    assert verdict(Output(127, "", "ip: not found"))[0] is Outcome.FAIL
    assert verdict(Output(0, "[{}]"))[0] is Outcome.FAIL
    assert verdict(None)[0] is Outcome.UNKNOWN
