"""A check every HTTP API wants: it answers its health question on each host, without the balancer."""

from __future__ import annotations

from collections.abc import Iterable

from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.context import Context
from fournines.kit.openstack import own_url
from fournines.kit.program import complaint
from fournines.kit.verdict import Verdict, failed, passed
from fournines.spec.model import Host

_GET = """\
import sys, time, urllib.error, urllib.request
start = time.monotonic()
try:
    with urllib.request.urlopen(sys.argv[1], timeout=5) as answer:
        print(answer.status, round(time.monotonic() - start, 3))
except urllib.error.HTTPError as error:
    print(error.code, 0)
"""


def health_check(
    component: str, context: Context, hosts: Iterable[Host], port: int, *, barrier: bool = False
) -> Check:
    """``component.health``: ``/healthcheck`` gives 200 on each host's own address."""
    return Check(
        f"{component}.health",
        f"Every {component} answers its health question on its host's own address",
        asks={
            host.name: Ask(
                ("/usr/bin/python3", "-I", "-c", _GET, own_url(context.site, host, port) + "/healthcheck")
            )
            for host in hosts
        },
        judge=each_host(_judge),
        barrier=barrier,
    )


def _judge(answer: Output) -> Verdict:
    words = answer.stdout.split()
    if answer.code != 0 or not words:
        return failed(complaint(answer))
    return passed(f"200 in {words[-1]} s") if words[0] == "200" else failed(f"said {words[0]}")
