"""From files to sources: which are of a known kind, whose they are, and the files that lie inside others."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from fournines.audit import registry
from fournines.audit.gather.allowance import LIMIT, Allowance
from fournines.audit.gather.beside import added
from fournines.audit.gather.hosts import owners
from fournines.audit.gather.loose import with_hosts
from fournines.audit.gather.recognise import LOOKED_AT, named_for, recognise
from fournines.audit.gather.templates import put_in
from fournines.audit.gather.variables import variables
from fournines.audit.pages.compose import compose, has_services, is_compose
from fournines.audit.pages.declared import declared
from fournines.audit.pages.embedded import written
from fournines.audit.pages.inside.environment import of_lines
from fournines.audit.pages.playbook import is_playbook, playbook
from fournines.audit.pages.runbook import drafts, without_prompts
from fournines.audit.pages.session import printed, prompts, typed, unmarked
from fournines.audit.pages.shown import holds, is_note, is_page, is_template, made_of, shown
from fournines.audit.parse import parse
from fournines.kit.audit.folders import above, folder
from fournines.kit.audit.node import Problem
from fournines.kit.audit.rule import Unknown
from fournines.kit.audit.script import COMMANDS, PERL, PYTHON, SCRIPT
from fournines.kit.audit.source import EVERY_HOST, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fournines.audit.gather.collect import File
    from fournines.audit.gather.hosts import Owner
    from fournines.audit.pages.draft import Draft
    from fournines.kit.audit.source import Kind


_PROGRAMS = (SCRIPT, PYTHON, PERL)


class Read(NamedTuple):
    """The sources among the files, the paths of files of which nothing was read, and what was left out.

    A file of a known kind that could not be read is both: rules have to know that it is there. ``beyond`` is
    how many files were left out because so much came before them.
    """

    sources: list[Source]
    unread: list[str]
    unknown: list[Unknown]
    beyond: int


def read(files: Iterable[File], *, whole: bool = False) -> Read:
    """Recognise and parse. ``whole``: also beyond the most that is judged of all files."""
    reader = _Reader(Allowance.of(whole=whole))
    every = list(files)
    paths = {file.path for file in every}
    copies = {path for path in paths if _is_copy(path, paths)}
    given = [(file, None) if file.path in copies else reader.admit(file) for file in every]
    known = [(file, kind) for file, kind in given if kind is not None]
    owned = owners(file.path for file, _ in known)
    pages = [file for file, kind in given if is_page(file.path) or (kind is None and is_note(file.path))]
    pages = [page for page in pages if page.path not in copies]
    paged = {page.path for page in pages}
    values = variables(every)
    sources: list[Source] = []
    unread: list[str] = []
    for file, kind in given:
        inside = [] if file.path in copies else reader.inside(file, kind)
        if kind is not None:
            full = replace(file, text=put_in(file.path, file.text, values))
            sources.append(_source(full, kind, owned[file.path].host if file.host is None else file.host))
        sources += [
            _drafted(file.path, draft, draft.host or _in_folder_of(file.path, draft, owned))
            for draft in inside
        ]
        if file.path not in paged and (_empty(file) if kind else not inside):
            unread.append(file.path)
    beside = frozenset(source.kind for source in sources) if len(pages) < len(given) else frozenset()
    homes = {home for path in owned for home in above(path)}
    for page in pages:
        apart = folder(page.path) not in homes
        found = list(added(reader.from_page(page), beside, apart=apart))
        sources.extend(found)
        if not found:
            unread.append(page.path)
    steps = [(file, declared(file.path, file.text)) for file, kind in given if kind is None]
    sources += [
        _drafted(file.path, draft, _in_folder_of(file.path, draft, owned))
        for file, found in steps
        for draft in found
    ]
    answered = {file.path for file, found in steps if found} | values.used
    unread = [path for path in unread if path not in answered]
    sources.extend(reader.written_by(sources))
    doubts = [Unknown(Place(file.path, 1), file.trouble) for file, _ in given if _in_doubt(file)]
    beyond = sum(file.beyond for file, _ in given)
    return Read(with_hosts(sources), unread, [*doubts, *reader.left_out], beyond)


@dataclass(slots=True)
class _Reader:
    allowance: Allowance
    left_out: list[Unknown] = field(default_factory=list)

    def admit(self, file: File) -> tuple[File, Kind | None]:
        """A file as far as it may be judged, and its kind; a page has none, it is what stands in it."""
        if file.link or file.beyond:
            return file, None
        if self.allowance.spent:
            return replace(file, text="", trouble=f"not read: {LIMIT}", beyond=True), None
        kind = None if is_page(file.path) else _kind(file)
        if kind is not None:
            kept = self.allowance.within(file.text)
            return file if kept == file.text else replace(file, text=kept, trouble=_cut(kept)), kind
        if not is_page(file.path):
            self.allowance.other(file.text)
        return file, None

    def inside(self, file: File, kind: Kind | None) -> list[Draft]:
        """What a file of no known kind, or a program, holds of others.

        What a playbook has carried out, or a compose file has servers started with, comes before the texts.
        """
        if is_page(file.path) or not file.text or not holds(file.path, file.text):
            return []
        if kind is not None and kind not in _PROGRAMS:
            return []
        tasks: list[Draft] = []
        plays = file.path.endswith((".yml", ".yaml")) and is_playbook(file.text)
        composing = is_compose(file.text)
        if plays or composing:
            self.allowance.composed(file.text)
            found = playbook(file.text) if plays else None
            tasks = [found] if found else [] if plays else compose(file.text)
        texts = drafts(shown(file.path, file.text), registry.kinds())
        composed = has_services(file.text)
        carried = [draft for draft in texts if not (tasks or composed) or draft.kind is not COMMANDS]
        told = () if composing else of_lines(file.text)
        return [*tasks, *self._judged(file.path, [*carried, *told])]

    def from_page(self, page: File) -> list[Source]:
        """What stands in a page."""
        kept = self.allowance.within(page.text)
        if len(kept) < len(page.text):
            self.left_out.append(Unknown(Place(page.path, kept.count("\n") + 1), _cut(kept)))
        path = page.path if is_page(page.path) else f"{page.path}.md"
        found = drafts(shown(path, kept), registry.kinds())
        return [_drafted(page.path, draft, draft.host) for draft in self._judged(page.path, found)]

    def written_by(self, sources: Sequence[Source]) -> list[Source]:
        """The files that scripts write, but for those that were given themselves."""
        given = {(source.host, source.kind, _base(source.name)) for source in sources if not source.lines}
        return [
            _drafted(source.path, draft, draft.host or source.host)
            for source in sources
            if source.kind in (SCRIPT.name, COMMANDS.name) and not source.lines
            for draft in self._judged(source.path, written(source, registry.kinds()))
            if (draft.host or source.host, draft.kind.name, _base(draft.name)) not in given
        ]

    def _judged(self, path: str, found: Iterable[Draft]) -> Iterator[Draft]:
        """The files inside a file, until so much was judged that the rest is left out."""
        for draft in found:
            if self.allowance.spent:
                what = f"what it shows or writes from here on was not read: {LIMIT}"
                self.left_out.append(Unknown(Place(path, draft.lines[0]), what))
                return
            self.allowance.within(draft.text)
            yield draft


_COPIES = (
    *(".bak", ".orig", ".old", ".save", ".backup", ".rpmsave", ".rpmnew", ".dpkg-old", ".dpkg-dist", "~"),
    *(".example", ".sample", ".dist"),
)
"""What stands behind the name of a file that was kept when another took its place, or that others copied."""


def _is_copy(path: str, paths: set[str]) -> bool:
    """Whether a file is what another one was before: nothing reads it."""
    return any(path.endswith(end) and path.removesuffix(end) in paths for end in _COPIES)


def _in_folder_of(path: str, draft: Draft, owned: Mapping[str, Owner]) -> str:
    """The host whose files lie in the folder of a compose file; commands of a playbook name theirs."""
    home = folder(path)
    found = (owner.host for known, owner in owned.items() if folder(known) == home)
    return next(found, EVERY_HOST) if home and draft.kind is not COMMANDS else EVERY_HOST


def _cut(kept: str) -> str:
    return f"only the first {kept.count(chr(10)) + 1} lines were read: {LIMIT}"


def _empty(file: File) -> bool:
    """Whether nothing of a file could be read."""
    return bool(file.trouble) and not file.text


def _in_doubt(file: File) -> bool:
    """Whether a file that has no source was left out: a page cut off, one beyond, a link that matters."""
    return bool(file.trouble) and (
        file.beyond or is_page(file.path) or (file.link and _kind(file) is not None)
    )


def _kind(file: File) -> Kind | None:
    """The kind of a file; one that could not be read at all has the kind its name speaks of.

    What holds texts of others (YAML, program text) is none of them: only its own name makes it one.
    """
    if holds(file.path, file.text):
        own = named_for(file.path, (kind for kind in registry.kinds() if kind not in _PROGRAMS))
        known = recognise(file.path, file.text, [*own, *_PROGRAMS])
        return (
            COMMANDS if known is None and file.path.lower().endswith(_TYPED) and _has_steps(file) else known
        )
    if _is_plain(file.path) and prompts(file.text[:LOOKED_AT]) >= _STEPS and not file.text.startswith("#!"):
        return COMMANDS
    known = recognise(made_of(file.path), file.text, registry.kinds())
    return COMMANDS if known is None and _is_notes(file) else known


_STEP = re.compile(
    r"^[ \t]*+(?:[#$][ \t]++)?(?:sudo[ \t]++)?(?:rabbitmqctl|pcs|crm|drbdadm)[ \t]++\w",
    re.MULTILINE,
)
_STEPS = 3
"""Commands that make notes of a file of no known kind."""


_TYPED = (".ps1",)
"""Endings of programs that some use for notes of what they typed at another system."""


def _is_plain(path: str) -> bool:
    """Whether a path says nothing of what is in the file, and it is no page."""
    return ("." not in _base(path) or path.endswith(".txt")) and not is_page(path)


def _is_notes(file: File) -> bool:
    """Whether a file is somebody's notes: commands of clusters, with words between them."""
    return _is_plain(file.path) and _has_steps(file)


def _has_steps(file: File) -> bool:
    return sum(1 for _ in islice(_STEP.finditer(file.text[:LOOKED_AT]), _STEPS)) == _STEPS


def _source(file: File, kind: Kind, host: str) -> Source:
    """A file with its tree; what the finder could not read of it is a problem like the parser's."""
    text = without_prompts(typed(file.text)) if kind is COMMANDS else file.text
    text = text if kind.syntax is Syntax.SHELL else unmarked(printed(text))
    parsed = parse(kind.syntax, text)
    if file.trouble:
        last = file.text.count("\n") + 1
        parsed = replace(parsed, problems=(*parsed.problems, Problem(last, file.trouble, ours=True)))
    return Source(
        path=file.path,
        host=host,
        kind=kind.name,
        text=text,
        parsed=parsed,
        name=file.path,
        excerpt=bool(file.trouble),
        template=is_template(file.path, file.text),
    )


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _drafted(path: str, draft: Draft, host: str) -> Source:
    return Source(
        path=path,
        host=host,
        kind=draft.kind.name,
        text=draft.text,
        parsed=parse(draft.kind.syntax, draft.text),
        name=draft.name,
        excerpt=draft.excerpt,
        lines=draft.lines,
        section=draft.section,
        typed=draft.typed,
        template=draft.template or is_template(path, draft.text),
    )
