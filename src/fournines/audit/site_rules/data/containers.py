"""Databases and brokers in containers: whether their data outlive them, and who is sent to them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.containers.audit.facts import Container
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_SERVERS = re.compile(
    r"^(?:mariadb|mysql|percona|pxc)$|galera|xtradb|rabbitmq$|"
    r"^(?:mariadb|mysql|percona|pxc|rabbitmq)[\w.\-]{0,60}(?:server|cluster|management)$"
)
_OTHERS = re.compile(r"exporter|operator|backup|client|proxy|router|init|admin|test|monitor|sidecar|check")
_FOLDERS = ("/var/lib/mysql", "/var/lib/rabbitmq", "/bitnami", "/opt/bitnami", "/data", "/opt/rabbitmq")
"""Where the images of these programs keep their data."""
_PAIR = 2


def _served(site: Evidence) -> list[Container]:
    return [
        one for one in site.all(Container) if _SERVERS.search(one.program) and not _OTHERS.search(one.program)
    ]


def _keeps(one: Container) -> bool:
    """Whether anything of it outlives it: a folder of its data, or one that nobody can tell."""
    return any(
        "$" in target
        or "{" in target
        or _of_data(target)
        or any(f"{folder}/".startswith(f"{target}/") for folder in _FOLDERS)
        for _, target in one.volumes
    )


def _of_data(target: str) -> bool:
    """Whether this is a folder of data, and no file in it (``/var/lib/rabbitmq/.erlang.cookie``)."""
    return target.startswith(_FOLDERS) and "." not in target.rpartition("/")[2]


_SERVICE = "  {0}:\n    image: rabbitmq:3.13\n    hostname: {0}\n{1}"
_MQ = "    volumes:\n      - {}:/var/lib/rabbitmq\n"


def _file(*volumes: str) -> dict[str, str]:
    services = "".join(
        _SERVICE.format(f"mq{n}", _MQ.format(volume) if volume else "") for n, volume in enumerate(volumes, 1)
    )
    return {"docker-compose.yml": f"services:\n{services}"}


@rule(
    "GA045",
    Severity.WARNING,
    "The data live in the container",
    consequence=Consequence.DATA,
    why="nothing is mounted where the server keeps its data: with the container (a new image, compose down, "
    "a pod that is moved) go its database or its queues and what it knows of its cluster",
    fix="a named volume, a folder of the host or a claim for each member's data folder",
    source="Docker documentation, Volumes; Kubernetes, StatefulSets: stable storage; RabbitMQ, docker image: "
    "the node's data directory and its host name",
    bad=_file("", "", ""),
    good=_file("one", "two", "three"),
    points_at="image: rabbitmq:3.13",
)
def lost(site: Evidence) -> Iterator[Hit | Unknown]:
    mine = _served(site)
    found = [one for one in mine if not _keeps(one)]
    if found and (len(mine) >= _PAIR or any(one.kind for one in found)):
        names = ", ".join(dict.fromkeys(one.name for one in found[:6] if one.name))
        what = f"nothing keeps the data of {names or 'this server'}"
        yield Hit(found[0].at, what, tuple(one.at for one in found[1:]))


@rule(
    "GA046",
    Severity.ERROR,
    "Two servers work in one data folder",
    consequence=Consequence.DATA,
    why="each takes the files for its own: the second one does not start, or both write and the data are "
    "destroyed",
    fix="a folder or a volume of its own for each member",
    source="MariaDB knowledge base, Running Multiple MariaDB Server Processes: a data directory for each",
    bad=_file("data", "data", "three"),
    good=_file("one", "two", "three"),
    points_at="image: rabbitmq:3.13",
)
def shared(site: Evidence) -> Iterator[Hit | Unknown]:
    first: dict[tuple[str, str], Container] = {}
    for one in _served(site):
        for source, target in one.volumes if one.composed else ():
            if not source or "$" in source or not _of_data(target):
                continue
            other = first.setdefault((one.at.path, source.rstrip("/")), one)
            if other.name != one.name and other.at != one.at:
                what = f"{one.name} and {other.name} both keep their data in {source}"
                yield Hit(one.at, what, (other.at,))


_POD = """apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: db
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: db
        image: mariadb:11.4
        volumeMounts:
        - name: data
          mountPath: /var/lib/mysql
{}  volumeClaimTemplates:
  - metadata:
      name: data
"""
_PROBE = "        readinessProbe:\n          exec:\n            command: [healthcheck.sh, --galera_online]\n"


@rule(
    "GA047",
    Severity.WARNING,
    "Clients are sent to a member before it is ready",
    consequence=Consequence.ERRORS,
    why="without a readiness probe a pod counts as ready as soon as its process runs: the service sends "
    "clients to a member that still receives its data, is cut off from the others or hangs",
    fix="a readinessProbe that asks for more than the port: wsrep_ready and Synced, rabbitmq-diagnostics "
    "check_running",
    source="Kubernetes documentation, Configure Liveness, Readiness and Startup Probes",
    bad={"db.yaml": _POD.format("")},
    good={"db.yaml": _POD.format(_PROBE)},
    points_at="image: mariadb:11.4",
)
def unasked(site: Evidence) -> Iterator[Hit | Unknown]:
    for one in _served(site):
        if one.kind and not one.asked:
            yield Hit(one.at, f"{one.name or one.program} has no readinessProbe")
