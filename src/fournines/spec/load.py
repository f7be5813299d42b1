"""From a site file to a Site, or to every mistake in it at once."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath

from pydantic import ValidationError

from fournines.errors import Mistake, SpecError
from fournines.spec.document import Document, Problem, plain
from fournines.spec.draft import Draft, draft_of
from fournines.spec.keys import mend_top, shaped
from fournines.spec.model import Site
from fournines.spec.parse import parse
from fournines.spec.ranges import write_out
from fournines.spec.rules import networks
from fournines.spec.rules.site import SITE_RULES, WORD_RULES
from fournines.spec.told.elsewhere import belongs
from fournines.spec.translate import Translator
from fournines.spec.vocabulary import Vocabulary
from fournines.spec.words import near

_UNREADABLE = {
    FileNotFoundError: "`nines init` writes a starter file",
    PermissionError: "make it readable for who runs this: chmod u+r, or as its owner",
}
_LONGEST = 8 << 20
"""Bytes of a site file. One that lists two thousand hosts, each on lines of its own, has a twentieth."""
_NAME_ITSELF = "name the site file itself, such as site.yaml"
_NO_TEXT = (
    (b"\x1f\x8b", "compressed by gzip", "unpack it: gunzip"),
    (b"BZh91AY&SY", "compressed by bzip2", "unpack it: bunzip2"),
    (b"\xfd7zXZ\0", "compressed by xz", "unpack it: unxz"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd", "unpack it: unzstd"),
    (b"PK\x03\x04", "a zip archive", "unpack it: unzip"),
    (b"\x7fELF", "a program", _NAME_ITSELF),
    (b"age-encryption.org/", "encrypted by age", _NAME_ITSELF),
    (b"\xff\xfe", "UTF-16 text", "save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
)
"""How files begin that are something else than text in UTF-8, what they are, and what to do about it."""


def load(path: FilePath, vocabulary: Vocabulary) -> Site:
    """Read a site file.

    Raises:
        SpecError: the file cannot be read or has mistakes; it carries all of them, with
            file, line, column, the offending line and what to write instead.
    """
    data = _read(path)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SpecError([_not_text(str(path), error)]) from None
    return loads(text, path, vocabulary)


def _read(path: FilePath) -> bytes:
    """What stands in a file, which is none of the things that may never come to an end."""
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
        if kind not in (stat.S_IFREG, stat.S_IFDIR):  # what a folder is, opening it says
            raise _unread(path, "is no file, but a device, a pipe or the like", _NAME_ITSELF)
        with path.open("rb") as file:
            data = file.read(_LONGEST + 1)
    except OSError as error:
        hint = _UNREADABLE.get(type(error), _NAME_ITSELF)
        raise _unread(path, f"cannot be read: {error.strerror}", hint) from None
    if len(data) > _LONGEST:
        raise _unread(
            path, f"has more than {_LONGEST >> 20} MiB, and no site file is that long", _NAME_ITSELF
        )
    return data


def _unread(path: FilePath, what: str, hint: str) -> SpecError:
    return SpecError([Mistake(str(path), 1, 1, "", what, "", hint)])


def _not_text(file: str, error: UnicodeDecodeError) -> Mistake:
    """The mistake at the first byte that is not UTF-8, or about the whole where nothing of it is text."""
    known = ((kind, hint) for begins, kind, hint in _NO_TEXT if error.object.startswith(begins))
    told = next(known, ("binary", _NAME_ITSELF) if b"\0" in error.object else None)
    if told:
        kind, hint = told
        return Mistake(file, 1, 1, "", f"a site file is text in UTF-8, and this is {kind}", "", hint)
    before = error.object[: error.start].decode("utf-8").splitlines(keepends=True) or [""]
    if before[-1].endswith(("\n", "\r")):
        before.append("")
    after = error.object[error.start :].decode("utf-8", "replace").splitlines()[0]
    what = f"the byte 0x{error.object[error.start]:02X} is not UTF-8 text"
    return Mistake(file, len(before), len(before[-1]) + 1, "", what, before[-1] + after, "save it as UTF-8")


def loads(text: str, path: FilePath, vocabulary: Vocabulary) -> Site:
    """The same for text that is already in hand; ``path`` names it in messages."""
    document = parse(text, str(path))
    raw = plain(document.value)
    assert isinstance(raw, dict)  # noqa: S101 - parse promised a mapping
    mend_top(document, raw)
    write_out(document, raw)
    shaped(document, raw, vocabulary)
    mistakes = list(document.mistakes)
    site: Site | None = None
    try:
        site = Site.model_validate(raw | {"file": path})
    except ValidationError as error:
        mistakes += Translator(document, vocabulary, Site).mistakes(error)
    mistakes += _options(document, raw.get("components"), vocabulary)
    counted = {
        name for section, *rest in document.written if section == "hosts" and len(rest) == 1 for name in rest
    }
    draft = draft_of(raw, document.dropped, counted)
    mistakes += (_of(document, problem) for problem in _problems(draft, vocabulary))
    known = {mistake.path for mistake in mistakes}
    mistakes += (mistake for mistake in document.empty if mistake.path not in known)
    if site is not None and not mistakes:
        mistakes += (_of(document, problem) for problem in _judged(site, vocabulary))
    if mistakes or site is None:
        raise SpecError(_without_echoes(mistakes))
    return site


def _problems(draft: Draft, vocabulary: Vocabulary) -> Iterator[Problem]:
    for rule in (*networks.NETWORK_RULES, *SITE_RULES):
        yield from rule(draft)
    for word_rule in (*networks.WORD_RULES, *WORD_RULES):
        yield from word_rule(draft, vocabulary)


def _judged(site: Site, vocabulary: Vocabulary) -> tuple[Problem, ...]:
    """What the first judge that complains has to say."""
    return next(filter(None, (tuple(judge(site)) for judge in vocabulary.judges)), ())


def _of(document: Document, problem: Problem) -> Mistake:
    return document.mistake(problem.path, problem.what, problem.try_this, at_key=problem.at_key)


def _options(document: Document, given: object, vocabulary: Vocabulary) -> Iterator[Mistake]:
    """Mistakes in ``components:``, judged by each component's own model."""
    if not isinstance(given, Mapping):
        return
    for name, options in given.items():
        model = vocabulary.options.get(name)
        prefix = ("components", str(name))
        if model is None:
            hint = belongs(prefix, vocabulary) or near(str(name), sorted(vocabulary.options))
            yield document.mistake(prefix, "there is no such component", hint, at_key=True)
        elif isinstance(options, Mapping):
            try:
                model.model_validate(options)
            except ValidationError as error:
                yield from Translator(document, vocabulary, model, prefix).mistakes(error)


def _without_echoes(mistakes: list[Mistake]) -> list[Mistake]:
    """One mistake per place and path: the first that was found says most.

    Where the notation itself is wrong (a tag; such a mistake has no path), what it was read as says nothing.
    """
    notation = {(mistake.line, mistake.column) for mistake in mistakes if not mistake.path}
    kept: dict[tuple[int, int, str], Mistake] = {}
    for mistake in mistakes:
        if not mistake.path or (mistake.line, mistake.column) not in notation:
            kept.setdefault((mistake.line, mistake.column, mistake.path), mistake)
    return list(kept.values())
