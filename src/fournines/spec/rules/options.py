"""The rules about components' options, as pure rules over what was readable of a site file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from annotated_types import Ge

from fournines.spec.document import Problem
from fournines.spec.draft import Draft, addresses
from fournines.spec.relations import AtLeast, AtMost
from fournines.spec.types import Server
from fournines.spec.vocabulary import Vocabulary

_Option = tuple[str, str]
"""A component's name and its option's."""
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def idle_options(draft: Draft, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Options are those of something that is built."""
    for name in draft.options if draft.services_known else ():
        if name in vocabulary.services and name not in draft.services:
            yield Problem(
                ("components", name),
                f"{name} is not among the services, so its options mean nothing",
                f"add {name} to services, or take its options away",
                at_key=True,
            )


def outside(draft: Draft, vocabulary: Vocabulary) -> Iterator[Problem]:
    """A server outside the site is none of its hosts or VIPs: it would ask itself."""
    vips = draft.vips or {}
    own = _LOOPBACK | set(draft.hosts) | set(vips)
    own |= {str(address) for _, _, address in addresses(draft)} | {str(vip.address) for vip in vips.values()}
    for component, model in vocabulary.options.items():
        for option, info in model.model_fields.items():
            listed = _given(draft, component).get(option)
            if get_args(info.annotation) != (Server, ...) or not isinstance(listed, list):
                continue
            for index, server in enumerate(listed):
                if str(server).lower() in own:
                    yield Problem(
                        ("components", component, option, str(index)),
                        f"{server} is this site itself",
                        "name a server outside the site, or leave it out",
                    )


@dataclass(frozen=True, slots=True)
class _Broken:
    """An option that is not what it has to be against others, and which of them all is written."""

    own: _Option
    value: int
    others: tuple[_Option, ...]
    bound: int
    said: AtMost | AtLeast
    written: _Option

    def __str__(self) -> str:
        return f"{'.'.join(self.own)} ({self.value})"

    @property
    def names(self) -> str:
        """The others, as a sum."""
        return " + ".join(map(".".join, self.others))


def limits(draft: Draft, vocabulary: Vocabulary) -> Iterator[Problem]:
    """An option stands to another component's as it says, also where one of them is not written.

    Of several that the same options of another are too much for, one sentence tells.
    """
    found: dict[tuple[object, ...], list[_Broken]] = {}
    for component, model in vocabulary.options.items():
        if component in vocabulary.services and component not in draft.services:
            continue
        for option, info in model.model_fields.items():
            for said in (one for one in info.metadata if isinstance(one, AtMost | AtLeast)):
                for broken in _against(draft, vocabulary, (component, option), said):
                    found.setdefault((said, broken.written), []).append(broken)
    for several in found.values():
        first = several[0]
        told = (
            _too_little(several, first.said.why)
            if isinstance(first.said, AtLeast)
            else _too_much(first, vocabulary)
        )
        yield Problem(("components", *first.written), *told)


def _against(draft: Draft, vocabulary: Vocabulary, own: _Option, said: AtMost | AtLeast) -> Iterator[_Broken]:
    """What is wrong between an option and those that bound it: told where one of them is written."""
    options = (said.option,) if isinstance(said, AtMost) else said.options
    others = tuple((said.component, option) for option in options)
    value = _number(draft, vocabulary, *own)
    bounds = [_number(draft, vocabulary, *other) for other in others]
    known = [bound for bound in bounds if bound is not None]
    if value is None or len(known) < len(others):
        return
    bound, too_much = sum(known), isinstance(said, AtMost)
    if value != bound and (value > bound) == too_much:
        written = next((one for one in (own, *others) if one[1] in _given(draft, one[0])), own)
        yield _Broken(own, value, others, bound, said, written)


def _too_much(broken: _Broken, vocabulary: Vocabulary) -> tuple[str, str]:
    """What is said of an option that is more than another, and what to try."""
    own, other, bound = broken.own, broken.others[0], broken.bound
    hints = {other: f"{broken.value} or more"}
    hints |= {own: f"{bound} or less"} if bound >= _least(vocabulary, own) else {}
    written_first = sorted(hints, key=lambda one: one != broken.written)
    ways = [f"write {_where(one, broken.written, hints[one])}" for one in written_first]
    return f"{broken} is more than {broken.names} ({bound})", ", or ".join(ways)


def _too_little(several: Sequence[_Broken], why: str) -> tuple[str, str]:
    """What is said of options that are less than others together, and what to try."""
    first = several[0]
    verb = "is" if len(several) == 1 else "are"
    what = f"{' and '.join(map(str, several))} {verb} less than {first.names} ({first.bound})"
    ways = [_where(one.own, one.written, f"{one.bound} or more") for one in several]
    return f"{what}: {why}", f"write {' and '.join(ways)}, or lower {first.names}"


def _where(option: _Option, here: _Option, limit: str) -> str:
    """An option with what to write, the component too where that is another one."""
    bound, _, rest = limit.partition(" ")
    said = f"{option[1]}: {bound}"
    return f"{said if option[0] == here[0] else f'{option[0]}: {{{said}}}'} {rest}"


def _least(vocabulary: Vocabulary, option: _Option) -> float:
    """The least that an option can be."""
    said = vocabulary.options[option[0]].model_fields[option[1]].metadata
    return next((float(str(one.ge)) for one in said if isinstance(one, Ge)), 0)


def _given(draft: Draft, component: str) -> Mapping[str, object]:
    found = draft.options.get(component)
    return found if isinstance(found, dict) else {}


def _number(draft: Draft, vocabulary: Vocabulary, component: str, option: str) -> int | None:
    """An option as written, else its default; None where it is no number."""
    if component not in vocabulary.options:
        return None
    default = vocabulary.options[component].model_fields[option].default
    text = str(_given(draft, component).get(option, default))
    return int(text) if text.isdecimal() else None


OPTION_RULES = (idle_options, outside, limits)
