"""From a site file to a Site, or to every mistake in it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from fournines.errors import Mistake, SpecError
from fournines.spec.document import Document, Path, parse, plain
from fournines.spec.model import Host, Network, Site, Ssh, Strict, Vip
from fournines.spec.rules import Draft, problems
from fournines.spec.vocabulary import Vocabulary

S = TypeVar("S", bound=Strict)


def load(path: FilePath, vocabulary: Vocabulary) -> Site:
    """Read a site file.

    Raises:
        SpecError: the file cannot be read or has mistakes; it carries all of them, with
            file, line, column, the offending line and what to write instead.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SpecError(
            [
                Mistake(
                    str(path), 1, 1, "", f"cannot be read: {what}", "", "`nines init` writes a starter file"
                )
            ]
        ) from None
    return loads(text, path, vocabulary)


def loads(text: str, path: FilePath, vocabulary: Vocabulary) -> Site:
    """The same for text that is already in hand; ``path`` names it in messages."""
    document = parse(text, str(path))
    raw = plain(document.value)
    assert isinstance(raw, dict)  # noqa: S101 - parse promised a mapping
    _gather_addresses(raw)
    mistakes = list(document.mistakes)
    site: Site | None = None
    try:
        site = Site.model_validate(raw | {"file": path})
    except ValidationError as error:
        mistakes += (_translate(document, details, Site) for details in error.errors())
    mistakes += _options(document, raw.get("components"), vocabulary)
    draft = _draft(site, raw)
    mistakes += (
        document.mistake(p.path, p.what, try_this=p.try_this, at_key=p.at_key)
        for p in problems(draft, vocabulary)
    )
    if mistakes or site is None:
        raise SpecError(_without_echoes(mistakes))
    return site


def _gather_addresses(raw: dict[str, Any]) -> None:
    """``{roles: [...], mgmt: 10.0.0.11}`` says the address per network; the model keeps them together."""
    hosts = raw.get("hosts")
    if not isinstance(hosts, dict):
        return
    for name, host in hosts.items():
        if isinstance(host, dict):
            addresses = {key: host.pop(key) for key in list(host) if key != "roles"}
            host |= {"name": name, "addresses": addresses}


def _spread_addresses(path: Path) -> Path:
    """The path as it stands in the file: without the model's ``addresses`` level."""
    if path[:1] == ("hosts",) and path[2:3] in {("addresses",), ("name",)}:
        return (*path[:2], *path[3:])
    return path


def _translate(document: Document, details: ErrorDetails, model: type[Strict], prefix: Path = ()) -> Mistake:
    """A pydantic error in words of this file."""
    parts = tuple(str(part) for part in details["loc"])
    is_key = parts[-1:] == ("[key]",)
    path = _spread_addresses((*prefix, *(part for part in parts if part != "[key]")))
    what, hint = _words(details, model if len(path) == 1 + len(prefix) else None, path)
    unknown_key = details["type"] == "extra_forbidden"
    return document.mistake(path, what, try_this=hint, at_key=is_key or unknown_key)


_KIND_WORDS = {
    "missing": "is missing",
    "ip_v4_address": "is not an IPv4 address",
    "ip_v4_network": "is not a network such as 10.0.0.0/24",
    "dict_type": "must be a mapping (key: value)",
    "tuple_type": "must be a list such as [keystone, glance]",
    "model_type": "must be a mapping (key: value)",
    "mapping_type": "must be a mapping (key: value)",
    "string_type": "is empty",
}


def _words(details: ErrorDetails, model: type[Strict] | None, path: Path) -> tuple[str, str | None]:
    kind, given = details["type"], details["input"]
    shown = f"{given!r} " if isinstance(given, str) else ""
    if kind == "extra_forbidden":
        known = [name for name in model.model_fields if name != "file"] if model else []
        return "unknown key", _near(path[-1], known)
    if kind == "string_pattern_mismatch":
        return (
            f"{shown}is not a name: lower-case letters, digits and hyphens, beginning with a letter",
            None,
        )
    if kind in {"enum", "literal_error"}:
        expected = str(details.get("ctx", {}).get("expected", ""))
        return f"{shown}is not known here", f"write one of {expected}"
    if kind == "missing":
        return f"{path[-1]} is missing", f"add {path[-1]}: ..."
    if kind in _KIND_WORDS:
        return f"{shown}{_KIND_WORDS[kind]}", None
    message = details["msg"]
    return f"{shown}{message[:1].lower()}{message[1:]}", None


def _near(word: str, known: list[str]) -> str | None:
    close = get_close_matches(word, known, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"known keys: {', '.join(known)}" if known else None


def _options(document: Document, given: object, vocabulary: Vocabulary) -> Iterator[Mistake]:
    """Mistakes in ``components:``, judged by each component's own model."""
    if not isinstance(given, Mapping):
        return
    for name, options in given.items():
        model = vocabulary.options.get(name)
        prefix = ("components", str(name))
        if model is None:
            hint = _near(str(name), sorted(vocabulary.options))
            yield document.mistake(prefix, "there is no such component", try_this=hint, at_key=True)
        elif isinstance(options, Mapping):
            try:
                model.model_validate(options)
            except ValidationError as error:
                yield from (_translate(document, d, model, prefix) for d in error.errors())


def _draft(site: Site | None, raw: Mapping[str, Any]) -> Draft:
    """As much of the site as can be judged, so that one mistake does not hide the others."""
    if site is not None:
        return Draft(
            site.networks, site.vips, site.hosts, site.ssh, site.services, str(site.mode), complete=True
        )
    services = raw.get("services")
    return Draft(
        networks=_valid(raw.get("networks"), Network),
        vips=_valid(raw.get("vips"), Vip),
        hosts=_valid(raw.get("hosts"), Host),
        ssh=_valid({"ssh": raw.get("ssh", {})}, Ssh).get("ssh", Ssh()),
        services=tuple(s for s in services if isinstance(s, str)) if isinstance(services, list) else (),
        mode=str(raw.get("mode", "")),
        complete=False,
    )


def _valid(entries: object, model: type[S]) -> dict[str, S]:
    found = {}
    for name, entry in entries.items() if isinstance(entries, Mapping) else ():
        try:
            found[str(name)] = model.model_validate(entry)
        except ValidationError:
            continue
    return found


def _without_echoes(mistakes: list[Mistake]) -> list[Mistake]:
    """One mistake per place and path: the first that was found says most."""
    kept: dict[tuple[int, int, str], Mistake] = {}
    for mistake in mistakes:
        kept.setdefault((mistake.line, mistake.column, mistake.path), mistake)
    return list(kept.values())
