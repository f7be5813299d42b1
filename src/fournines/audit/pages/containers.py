"""The containers that compose files and Kubernetes' workloads start, one a line, for their reader."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

import yaml

from fournines.audit.pages.compose import has_services
from fournines.audit.pages.draft import Draft
from fournines.audit.pages.playbook import LONGEST, child, items, pairs, text_of
from fournines.components.containers.audit.facts import CONTAINERS, KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORKLOAD = re.compile(rf"^kind:[ \t]*(?:{'|'.join(sorted(KINDS))})\b", re.MULTILINE)
_DATA = re.compile(r"mariadb|mysql|percona|galera|pxc|rabbit", re.IGNORECASE)
"""What a text speaks of in which containers are worth a look."""
_MOST = 400


def starts_containers(text: str) -> bool:
    """Whether a text is a compose file or a workload, and may start a database or a broker."""
    return (
        len(text) <= LONGEST
        and (has_services(text) or bool(_WORKLOAD.search(text)))
        and bool(_DATA.search(text))
    )


def containers(text: str) -> list[Draft]:
    """The containers of a text; none where no parser of YAML takes it."""
    if not starts_containers(text):
        return []
    try:
        roots = [root for root in yaml.compose_all(text, Loader=yaml.SafeLoader) if root is not None]
    except (yaml.YAMLError, RecursionError):
        return []
    found = list(islice((pair for root in roots for pair in (*_services(root), *_workload(root))), _MOST))
    if not found:
        return []
    told = "\n".join(said for _, said in found)
    return [Draft("", CONTAINERS, told, tuple(line for line, _ in found), excerpt=True)]


def _services(root: yaml.Node) -> Iterator[tuple[int, str]]:
    for name, service in pairs(child(root, "services")):
        image = child(service, "image") or child(service, "build")
        if image is not None:
            called = text_of(child(service, "image")) or name.rstrip("0123456789-_.")  # built from a folder
            volumes = [_composed(one) for one in items(child(service, "volumes"))]
            yield from _told(image, called, _line(name, *volumes))


def _composed(one: yaml.Node) -> str:
    if isinstance(one, yaml.ScalarNode):
        return text_of(one)
    return f"{text_of(child(one, 'source'))}:{text_of(child(one, 'target'))}"


def _workload(root: yaml.Node) -> Iterator[tuple[int, str]]:
    kind = text_of(child(root, "kind"))
    spec = child(child(child(root, "spec"), "template"), "spec")
    claims = {
        text_of(child(child(one, "metadata"), "name"))
        for one in items(child(child(root, "spec"), "volumeClaimTemplates"))
    }
    kept = claims | {
        text_of(child(one, "name"))
        for one in items(child(spec, "volumes"))
        if not {"emptyDir", "configMap", "secret", "downwardAPI"} & {key for key, _ in pairs(one)}
    }
    for one in items(child(spec, "containers")):
        image = child(one, "image")
        mounts = [
            f"{text_of(child(mount, 'name'))}:{text_of(child(mount, 'mountPath'))}"
            for mount in items(child(one, "volumeMounts"))
            if text_of(child(mount, "name")) in kept
        ]
        asked = ("asked",) if child(one, "readinessProbe") or child(one, "startupProbe") else ()
        if image is not None:
            name = text_of(child(one, "name"))
            yield from _told(image, text_of(image), _line(name, *mounts, kind, *asked))


def _told(image: yaml.Node, called: str, said: str) -> Iterator[tuple[int, str]]:
    """What a container is told, at the line before its image, and the image at its own."""
    yield image.start_mark.line, said
    yield image.start_mark.line + 1, f"image: {called}"


def _line(*words: str) -> str:
    return " ".join(re.sub(r"\s+", "_", word) or "-" for word in words)
