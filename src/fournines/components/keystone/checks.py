"""What Keystone promises."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

from fournines.components.keystone.deploy import catalogue, configuration
from fournines.components.keystone.model import CONF, HOSTS, PORT, REPOSITORIES, SERVICE
from fournines.components.keystone.on_host import token
from fournines.kit import program
from fournines.kit.check import Answers, Ask, Check, Output
from fournines.kit.common.clustered import api_checks
from fournines.kit.context import Context
from fournines.kit.declare import PROJECT_ID
from fournines.kit.openstack import ADMIN_PASSWORD, internal_url, own_url
from fournines.kit.verdict import Verdict, failed, passed, unknown, worst

_ANSWERS = 8
"""Seconds in which a Keystone answers, where the site has no more patience; a login is made to take long."""


def checks(context: Context) -> Iterator[Check]:
    """Alive on every host, with this site's secrets."""
    names = HOSTS.names(context.site)
    yield from api_checks("keystone", context, SERVICE)
    digests = wanted_digests(context)
    yield Check(
        "keystone.same-secrets",
        "Every Keystone has this site's configuration, Fernet keys and credential keys",
        asks={name: Ask(("sh", "-c", _DIGESTS, "sh", CONF, *REPOSITORIES)) for name in names},
        judge=lambda answers: judge_digests(answers, digests),
    )


def identity_checks(context: Context) -> Iterator[Check]:
    """Tokens through the VIP and valid everywhere, the catalogue."""
    names = HOSTS.names(context.site)
    asked = {context.client_host: token_ask(context)}
    yield Check(
        "keystone.token",
        "The administrator gets a token through the VIP, its certificate verified",
        asks=asked,
        judge=lambda answers: _judge_token(_answer(answers)),
        barrier=True,
    )
    if not context.endpoint("keystone").one_host:
        yield _valid_everywhere(names, asked)
    wanted = catalogue(context)
    yield Check(
        "keystone.catalogue",
        "The catalogue has every declared service at its URL by name, on all three interfaces",
        asks=asked,
        judge=lambda answers: judge_catalogue(_answer(answers), wanted),
    )


def _valid_everywhere(names: Sequence[str], asked: Mapping[str, Ask]) -> Check:
    return Check(
        "keystone.valid-everywhere",
        "A token is valid at every Keystone, whichever made it",
        asks=asked,
        judge=lambda answers: judge_valid(_answer(answers), names),
    )


def token_ask(context: Context) -> Ask:
    """The question behind three checks, for the place where a client of the site is played."""
    question = {
        "url": internal_url(context.site, PORT),
        "password": context.secret(ADMIN_PASSWORD),
        "hosts": {host.name: own_url(context.site, host, PORT) for host in HOSTS(context.site)},
        "seconds": _ANSWERS * context.site.patience,
    }
    return program.ask(token, question, timeout=30)


def _answer(answers: Answers) -> Output:
    (answer,) = answers.values()
    return answer or Output(255, "")


def _judge_token(answer: Output) -> Verdict:
    found = program.heard(answer)
    if found is None:
        return failed(f"no token: {program.complaint(answer)}")
    return passed(f"a token in {found['seconds']:.2f} s")


def judge_valid(answer: Output, hosts: Sequence[str]) -> Verdict:
    """Every host must have said 200 to the token."""
    found = program.heard(answer)
    if found is None:
        return unknown("there is no token to show around")
    said = {host: found["valid"].get(host, "was not asked") for host in hosts}
    return worst(
        (
            (host, passed("valid") if status == 200 else failed(f"said {status}"))  # noqa: PLR2004 - HTTP's OK
            for host, status in said.items()
        ),
        all_well=f"valid at {', '.join(hosts)}",
    )


def judge_catalogue(answer: Output, wanted: Mapping[str, Mapping[str, str]]) -> Verdict:
    """Every wanted type must be there, with its URL on each interface.

    Where a URL names the project, Keystone writes the token's in its place.
    """
    found = program.heard(answer)
    if found is None:
        return unknown("without a token there is no catalogue")
    project = found["project"]
    filled = {
        kind: {interface: url.replace(PROJECT_ID, project) for interface, url in urls.items()}
        for kind, urls in wanted.items()
    }
    return worst(
        ((kind, _one_entry(found["catalogue"].get(kind), urls)) for kind, urls in filled.items()),
        all_well=f"{', '.join(wanted)} as declared",
    )


def _one_entry(entry: Mapping[str, str] | None, urls: Mapping[str, str]) -> Verdict:
    if entry is None:
        return failed("not in the catalogue")
    wrong = [
        f"{interface} is {entry.get(interface)} instead of {url}"
        for interface, url in urls.items()
        if entry.get(interface) != url
    ]
    return failed(", ".join(wrong)) if wrong else passed("as declared")


_DIGESTS = """\
sha256sum < "$1" && shift && for repository in "$@"; do
  cd "$repository" && for key in $(ls | sort -n); do printf '%s:' "$key"; cat "$key"; echo; done | sha256sum
done"""
"""Prints a digest of the file, then one of each repository; never a key."""


def wanted_digests(context: Context) -> list[str]:
    """The digests that ``_DIGESTS`` prints on a host that is as it should be."""
    texts = [configuration(context)]
    for secret in REPOSITORIES.values():
        keys = json.loads(context.secret(secret))
        texts.append("".join(f"{name}:{keys[name]}\n" for name in sorted(keys, key=int)))
    return [hashlib.sha256(text.encode()).hexdigest() for text in texts]


def judge_digests(answers: Answers, wanted: list[str]) -> Verdict:
    """Every host must hold exactly the wanted contents."""
    return worst(
        ((host, _one_host(answer, wanted)) for host, answer in answers.items()),
        all_well="the same on every host, and this site's",
    )


def _one_host(answer: Output | None, wanted: list[str]) -> Verdict:
    if answer is None:
        return unknown("not reachable")
    found = [line.split()[0] for line in answer.stdout.splitlines()]
    if answer.code != 0 or len(found) != len(wanted):
        return failed(f"unreadable: {answer.stderr.strip() or answer.stdout.strip()}")
    places = (CONF, *REPOSITORIES)
    wrong = [place for place, is_, should in zip(places, found, wanted, strict=True) if is_ != should]
    return failed(f"{', '.join(wrong)} differ from this site's") if wrong else passed("this site's")
