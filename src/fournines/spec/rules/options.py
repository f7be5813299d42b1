"""The rules about components' options, as pure rules over what was readable of a site file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from annotated_types import Ge

from fournines.spec.document import Problem
from fournines.spec.draft import Draft, addresses
from fournines.spec.relations import AtLeast, AtMost
from fournines.spec.types import Server
from fournines.spec.vocabulary import Vocabulary

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


def limits(draft: Draft, vocabulary: Vocabulary) -> Iterator[Problem]:
    """An option stands to another component's as it says, also where one of them is not written."""
    for component, model in vocabulary.options.items():
        if component in vocabulary.services and component not in draft.services:
            continue
        for option, info in model.model_fields.items():
            for said in (one for one in info.metadata if isinstance(one, AtMost | AtLeast)):
                yield from _against(draft, vocabulary, (component, option), said)


def _against(
    draft: Draft, vocabulary: Vocabulary, own: tuple[str, str], said: AtMost | AtLeast
) -> Iterator[Problem]:
    """What is wrong between an option and those that bound it: told where one of them is written."""
    options = (said.option,) if isinstance(said, AtMost) else said.options
    others = [(said.component, option) for option in options]
    value = _number(draft, vocabulary, *own)
    bounds = [_number(draft, vocabulary, *other) for other in others]
    known = [bound for bound in bounds if bound is not None]
    if value is None or len(known) < len(others):
        return
    bound, too_much = sum(known), isinstance(said, AtMost)
    if value == bound or (value > bound) != too_much:
        return
    name, names = ".".join(own), " + ".join(f"{one}.{other}" for one, other in others)
    written = next((one for one in (own, *others) if one[1] in _given(draft, one[0])), own)
    if isinstance(said, AtMost):
        what = f"{name} ({value}) is more than {names} ({bound})"
        hints = {others[0]: f"{value} or more"}
        hints |= {own: f"{bound} or less"} if bound >= _least(vocabulary, own) else {}
    else:
        what = f"{name} ({value}) is less than {names} ({bound}): {said.why}"
        hints = {own: f"{bound} or more"}
    ways = [f"write {_where(one, written, hints[one])}" for one in sorted(hints, key=lambda o: o != written)]
    ways += [] if isinstance(said, AtMost) else [f"lower {names}"]
    yield Problem(("components", *written), what, ", or ".join(ways))


def _where(option: tuple[str, str], here: tuple[str, str], limit: str) -> str:
    """An option with what to write, the component too where that is another one."""
    bound, _, rest = limit.partition(" ")
    said = f"{option[1]}: {bound}"
    return f"{said if option[0] == here[0] else f'{option[0]}: {{{said}}}'} {rest}"


def _least(vocabulary: Vocabulary, option: tuple[str, str]) -> float:
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
