"""Down times against report intervals: within a file, between hosts, and against defaults."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.report import Report
from fournines.audit.run import audit


def judged(**files: str) -> Report:
    """What the audit says; ``ctl1__neutron_conf`` is the file ctl1/neutron.conf."""
    named = {name.replace("__", "/").replace("_conf", ".conf"): text for name, text in files.items()}
    return audit([File(path, text) for path, text in named.items()], strict=True)


def said(**files: str) -> list[tuple[str, str]]:
    return [(one.severity.word, one.what) for one in judged(**files).findings if one.rule == "OS036"]


SERVER = "[DEFAULT]\ncore_plugin = ml2\ntransport_url = rabbit://n:k7Lw2x@mq1\n"


@pytest.mark.parametrize(
    ("down", "interval", "severity"),
    [(30, 30, "error"), (20, 30, "error"), (59, 30, "warning")],
)
def test_neutron(down: int, interval: int, severity: str) -> None:
    conf = f"{SERVER}agent_down_time = {down}\n[AGENT]\nreport_interval = {interval}\n"
    ((word, what),) = said(neutron_conf=conf)
    assert (word, f"agent_down_time {down} s" in what) == (severity, True)


@pytest.mark.parametrize(
    "conf",
    [
        SERVER,
        f"{SERVER}agent_down_time = 75\n[agent]\nreport_interval = 30\n",
        f"{SERVER}agent_down_time = 60\n",
        f"{SERVER}agent_down_time = 20\n[agent]\nreport_interval = 5.0\n",
        f"{SERVER}agent_down_time = {{{{ down }}}}\n[agent]\nreport_interval = 90\n",
    ],
)
def test_neutron_with_room(conf: str) -> None:
    assert [one for one in said(neutron_conf=conf) if "the default" not in one[1]] == []


def test_an_agent_of_another_host() -> None:
    agent = "[agent]\nreport_interval = 60\n"
    ((word, what),) = said(ctl1__neutron_conf=f"{SERVER}agent_down_time = 75\n", net1__neutron_conf=agent)
    assert (word, "60 s" in what) == ("warning", True)


def test_defaults_on_either_side() -> None:
    assert said(neutron_conf=f"{SERVER}[agent]\nreport_interval = 60\n") == [
        ("warning", "a report every 60 s, and agent_down_time is 75 s, the default")
    ]
    ((word, what),) = said(neutron_conf=f"{SERVER}agent_down_time = 40\n")
    assert (word, "30 s, the default" in what) == ("warning", True)


@pytest.mark.parametrize("service", ["nova", "cinder"])
class TestServices:
    def conf(self, text: str) -> str:
        return f"[DEFAULT]\ntransport_url = rabbit://n:k7Lw2x@mq1\n{text}"

    def test_a_value_that_is_not_used(self, service: str) -> None:
        conf = self.conf("service_down_time = 20\nreport_interval = 30\n")
        assert said(**{f"{service}_conf": conf}) == [
            (
                "info",
                f"service_down_time 20 s is not above report_interval 30 s: {service} takes 75 s instead",
            )
        ]

    def test_one_late_report(self, service: str) -> None:
        conf = self.conf("service_down_time = 30\nreport_interval = 20\n")
        ((word, _),) = said(**{f"{service}_conf": conf})
        assert word == "warning"

    def test_the_host_that_waits_and_the_host_that_reports(self, service: str) -> None:
        waits, reports = self.conf("service_down_time = 60\n"), self.conf("report_interval = 60\n")
        files = {f"ctl1__{service}_conf": waits, f"cmp1__{service}_conf": reports}
        ((word, _),) = said(**files)
        assert word == "error"

    def test_defaults(self, service: str) -> None:
        assert said(**{f"{service}_conf": self.conf("")}) == []
        assert said(**{f"{service}_conf": self.conf("service_down_time = 60\nreport_interval = 10\n")}) == []
