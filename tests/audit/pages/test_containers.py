"""Containers of databases and brokers: what outlives them, and who is sent to them."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit

_SERVICE = "  {name}:\n    image: {image}\n{more}"
_VOLUME = "    volumes:\n      - {}\n"


def compose(image: str, *volumes: str) -> str:
    more = [_VOLUME.format(volume) if volume else "" for volume in volumes]
    services = [_SERVICE.format(name=f"n{n}", image=image, more=part) for n, part in enumerate(more, 1)]
    return "services:\n" + "".join(services)


def found(path: str, text: str) -> list[tuple[str, int]]:
    report = audit([File(path, text)], strict=True)
    return [(f.rule, f.at.line) for f in report.findings if f.rule in ("GA045", "GA046", "GA047", "RM005")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (compose("rabbitmq:3.13", "", ""), [("GA045", 3)]),
        (
            compose("rabbitmq:3.13", "./mq.conf:/etc/rabbitmq/mq.conf:ro", "x:/var/lib/rabbitmq"),
            [("GA045", 3)],
        ),
        (compose("rabbitmq", *["./cookie:/var/lib/rabbitmq/.erlang.cookie"] * 2), [("GA045", 3)]),
        (compose("quay.io/site/mariadb:11", "a:/var/lib/mysql", "b:/var/lib/mysql"), []),
        (compose("bitnami/mariadb-galera", "a:/bitnami/mariadb", "b:/bitnami"), []),
        (compose("mariadb:11", "${DATA}/a:${TARGET}", "${DATA}/b:${TARGET}"), []),
        (compose("mariadb:11", "./data/:/var/lib/mysql", "./data:/var/lib/mysql"), [("GA046", 7)]),
        (compose("mariadb:11", "./conf:/etc/mysql/conf.d", ""), [("GA045", 3)]),
        (compose("prom/mysqld-exporter", "", ""), []),
        (compose("mariadb:11", ""), []),  # a database of its own, no member
        (compose("nginx", "", ""), []),
    ],
)
def test_compose_files(text: str, said: list[tuple[str, int]]) -> None:
    assert found("docker-compose.yml", text) == said


_POD = """kind: StatefulSet
spec:
  template:
    spec:
      containers:
      - name: mq
        image: rabbitmq:3.13
        volumeMounts:
        - {{name: {volume}, mountPath: /var/lib/rabbitmq}}
{probe}      volumes:
      - name: scratch
        emptyDir: {{}}
  volumeClaimTemplates:
  - metadata: {{name: data}}
"""
_PROBE = "        readinessProbe: {exec: {command: [rabbitmq-diagnostics, check_running]}}\n"


@pytest.mark.parametrize(
    ("volume", "probe", "said"),
    [
        ("data", _PROBE, []),
        ("data", "", [("GA047", 7)]),
        ("scratch", _PROBE, [("GA045", 7)]),
    ],
)
def test_workloads(volume: str, probe: str, said: list[tuple[str, int]]) -> None:
    assert found("mq.yaml", _POD.format(volume=volume, probe=probe)) == said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("-d --name mq{} -p 5672:5672", [("GA045", 2)]),
        ("-d --name mq{} -v mq{}:/var/lib/rabbitmq", []),
        ("-d --name mq{} --mount type=bind,source=/srv/mq{},target=/var/lib/rabbitmq", []),
    ],
)
def test_commands(options: str, said: list[tuple[str, int]]) -> None:
    lines = [f"docker run {options.format(n, n)} rabbitmq:3.13" for n in (1, 2)]
    assert found("start.sh", "\n".join(("#!/bin/sh", *lines))) == said


def test_a_release_that_an_image_names() -> None:
    mirrored = '{"ha-mode":"all","ha-sync-mode":"automatic"}'
    script = f"#!/bin/sh\nrabbitmqctl set_policy ha '.*' '{mirrored}'\n"
    for release, said in (("4.0.4-management", True), ("3.13", False)):
        files = [File("mq/Dockerfile", f"FROM rabbitmq:{release}\n"), File("policies.sh", script)]
        assert ("RM005" in {f.rule for f in audit(files, strict=True).findings}) is said
