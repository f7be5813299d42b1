"""Services that a script starts and that nothing enables."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit

INSTALL = "#!/bin/sh\nyum install -y haproxy\n"


def found(text: str, path: str = "setup.sh") -> list[int]:
    report = audit([File(path, text)], strict=True)
    return [finding.at.line for finding in report.findings if finding.rule == "SY060"]


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        ("systemctl start haproxy\n", 3),
        ("service haproxy start\n", 3),
        ("ssh root@lb1 'sudo systemctl restart haproxy.service'\n", 3),
    ],
)
def test_a_service_that_is_gone_after_a_reboot(steps: str, line: int) -> None:
    assert found(INSTALL + steps) == [line]


@pytest.mark.parametrize(
    "steps",
    [
        "systemctl enable haproxy\nsystemctl start haproxy\n",
        "systemctl enable --now haproxy\n",
        "chkconfig haproxy on\nservice haproxy start\n",
        "systemctl disable haproxy\nsystemctl start haproxy\n",
        "systemctl start haproxy\npcs resource create lb systemd:haproxy clone\n",
        "for s in keepalived haproxy; do systemctl enable $s; done\nsystemctl start haproxy\n",
        "systemctl start lvm2-monitor\n",
    ],
)
def test_one_that_comes_back_or_is_left_to_a_cluster(steps: str) -> None:
    assert found(INSTALL + steps) == []


def test_packages_of_debian_enable_what_they_bring() -> None:
    assert found("#!/bin/sh\napt-get install -y haproxy\nsystemctl start haproxy\n") == []


def test_in_what_cloud_init_carries_out() -> None:
    steps = "#cloud-config\nruncmd:\n  - sudo dnf install -y haproxy\n  - sudo systemctl start haproxy\n"
    assert found(steps, "user-data") == [4]
    assert found(steps.replace("start", "enable --now"), "user-data") == []
