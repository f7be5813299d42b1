"""Which packages a plan has on which host, and whether hosts agree on their versions."""

from __future__ import annotations

from fournines.kit.check import Output
from fournines.kit.context import Context
from fournines.kit.verdict import Outcome
from fournines.plan.make import make_plan
from fournines.plan.packages import relied_on, same_versions


def test_a_host_is_asked_only_about_packages_it_has(blog_context: Context) -> None:
    plan = make_plan(blog_context.site, blog_context.secrets)
    of = {host: {relied.package for relied in relies} for host, relies in relied_on(plan).items()}
    assert "mariadb-server" in of["controller1"]
    assert "mariadb-server" not in of["dashboard"]
    assert "galera-arbitrator-4" in of["dashboard"]


def test_different_versions_on_hosts_of_one_site_are_named(blog_context: Context) -> None:
    (check,) = same_versions(make_plan(blog_context.site, blog_context.secrets))
    same = dict.fromkeys(check.asks, Output(0, "haproxy\t3.0.11-1\n"))
    assert check.verdict(same).outcome is Outcome.PASS
    apart = check.verdict({**same, "controller2": Output(1, "haproxy\t3.0.12-1\n")})
    assert apart.outcome is Outcome.FAIL
    assert "haproxy: " in apart.seen
    assert "3.0.12-1 on controller2" in apart.seen
    assert check.verdict({**same, "controller2": None}).outcome is Outcome.UNKNOWN
