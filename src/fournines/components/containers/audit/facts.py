"""Containers as facts: which image, which folders outlive them, and whether anybody asks how they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Reader, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ENGINES = frozenset({"docker", "podman", "nerdctl"})
_STARTING = frozenset({"run", "create"})
_ALONE = frozenset((
    "-d", "--detach", "-i", "--interactive", "-t", "--tty", "-it", "-ti", "-dit", "-itd", "-td", "-dt",
    "-id", "-di", "--rm", "--privileged", "--init", "-P", "--publish-all", "--read-only",
    "--no-healthcheck", "-q", "--quiet", "--replace",
))  # fmt: skip
"""Options of ``docker run`` that have no value."""
KINDS = frozenset({"StatefulSet", "Deployment", "DaemonSet", "ReplicationController", "ReplicaSet"})
"""Kubernetes' words for what starts pods and keeps them running."""
_MOST = 80
"""Words of one command that are looked at."""


@dataclass(frozen=True)
class Container:
    """A container that is started somewhere; ``kind`` is Kubernetes' word for what starts it, else empty.

    ``volumes`` are what is mounted and where (``data:/var/lib/mysql``), the source empty where nothing names
    it; ``asked`` says whether clients wait until it says that it is ready, ``composed`` that the containers
    beside it in the file run on its host.
    """

    at: Place
    name: str
    image: str
    volumes: tuple[tuple[str, str], ...] = ()
    kind: str = ""
    asked: bool = False
    composed: bool = False

    @property
    def program(self) -> str:
        """The image without its registry, tag and digest: ``bitnami/mariadb-galera`` is mariadb-galera."""
        return self.image.rpartition("/")[2].partition("@")[0].partition(":")[0].lower()


def volume(text: str) -> tuple[str, str]:
    """``data:/var/lib/mysql:Z`` as its source and its target, ``/var/lib/mysql`` with no source."""
    parts = re.split(r":(?=/|\$|~|\.)", text, maxsplit=1) if ":" in text else [text]
    target = parts[-1].partition(":")[0]
    return (parts[0] if len(parts) > 1 else ""), target.rstrip("/")


def read_listed(source: Source) -> Iterator[Container]:
    """What a file tells each container: ``NAME SOURCE:TARGET... KIND asked``, then its image."""
    for told, node in zip(source.nodes[::2], source.nodes[1::2], strict=False):
        (name, *more), image = told.words, node.words[-1]
        mounted = tuple(volume(one) for one in more if one[0] in "/$" or ":" in one)
        in_pods = next((one for one in more if one in KINDS), "")
        yield Container(source.at(node), name, image, mounted, in_pods, "asked" in more, not in_pods)


def read_commands(source: Source) -> Iterator[Container]:
    """``docker run`` and its kin in a script."""
    for node in source.commands if source.speaks_of(*_ENGINES) else ():
        words = [word for word in node.words if word != "sudo"][:_MOST]
        if len(words) > 2 and words[0].rpartition("/")[2] in _ENGINES:  # noqa: PLR2004 - docker run IMAGE
            verb = words.index("container") + 1 if words[1] == "container" else 1
            if words[verb] in _STARTING:
                yield from _run(source.at(node), words[verb + 1 :])


def _run(place: Place, words: Sequence[str]) -> Iterator[Container]:
    volumes: list[tuple[str, str]] = []
    name, at = "", 0
    while at < len(words) and words[at].startswith("-"):
        option, equals, value = words[at].partition("=")
        if not equals and option not in _ALONE:
            at += 1
            value = words[at] if at < len(words) else ""
        at += 1
        if option in ("-v", "--volume"):
            volumes.append(volume(value))
        elif option in ("--mount", "--volumes-from"):
            found = dict(part.partition("=")[::2] for part in value.split(","))
            target = found.get("target") or found.get("dst") or found.get("destination") or "$"
            volumes.append((found.get("source") or found.get("src") or "$", target.rstrip("/")))
        elif option == "--name":
            name = value
    if at < len(words) and "$" not in words[at]:
        yield Container(place, name, words[at], tuple(volumes))


CONTAINERS = Kind(name="containers", syntax=Syntax.LINES, names=(), marks=(), read=read_listed)
"""What compose files and Kubernetes' workloads say of their containers, as the reader of YAML lists it."""
IN_SCRIPTS = Reader("script", read_commands)


def _nothing(_source: Source) -> Iterator[Container]:
    return iter(())


DOCKERFILE = Kind(
    name="Dockerfile",
    syntax=Syntax.LINES,
    names=("Dockerfile", "Dockerfile.*", "*.dockerfile", "Containerfile"),
    marks=(r"^FROM [\w.\-/:$@{}]+", r"^(?:RUN|CMD|ENTRYPOINT|COPY|EXPOSE|VOLUME) \S"),
    read=_nothing,
)
