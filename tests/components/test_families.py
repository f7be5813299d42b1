"""What components keep to in other families of distributions: each name that is Debian's has its row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.programs import opinion
from tests.support import context_of, full_site, passive_site, site_of, volumes_site

import fournines.components
from fournines.components import registered
from fournines.kit.component import Component
from fournines.kit.family import Family, Kind, Row
from fournines.kit.family.common import COMMON
from fournines.kit.step import STAGED, Absent, Account, Directory, File, Packages, Step, Unit
from fournines.plan.context import taking_part
from fournines.plan.family.translate import rows_of
from fournines.plan.make import make_plan
from fournines.plan.render import rendered
from fournines.secrets.generate import complete

FOLDER = Path(fournines.components.__file__).parent
OTHERS = (Family.RHEL, Family.SUSE)
SITES = (full_site, passive_site, volumes_site)
OURS = re.compile(r"/(?:etc|usr/lib|var/lib)/fournines")
EVERYWHERE = re.compile(
    r"/(?:etc/(?:systemd/(?:system|network)|hosts|hostname|sysctl\.d|modules-load\.d)\b"
    r"|(?:usr/)?s?bin/(?:sh|kill|true|python3|rm|systemctl|touch)$|bin$|usr/bin$)"
)
"""What systemd, coreutils and the kernel have in one place on every distribution."""
PATHS = re.compile(r"(?<![\w.}:~/-])/(?:etc|usr|var|lib|lib64|srv|opt|sbin|bin|home)\b[\w.+@/-]*")
DEBIANS = re.compile(
    r"dist-packages|/etc/default/|/etc/mysql|/var/log/syslog|x86_64-linux-gnu|/etc/init\.d|www-data"
    r"|_chrony|_galera|ca-certificates\.crt|/usr/local/share/ca-certificates|uwsgi_python3|dpkg|apt-get"
)
"""Names that only Debian has, whoever would bring them along."""
SOURCE = re.compile(r"[\w.-]+/[\w.-]+ \S.*|https://\S+")
"""A file of a public repository, as ``owner/name path``, or a page."""

each = pytest.mark.parametrize("component", registered().values(), ids=lambda c: c.name)


@cache
def _everything() -> dict[str, tuple[Step, ...]]:
    """All steps of every component, in the sites that it takes part in."""
    found: dict[str, dict[Step, None]] = {}
    for made in SITES:
        context = context_of(made())
        for component in taking_part(context.site):
            for host in component.hosts(context.site):
                found.setdefault(component.name, {}).update(dict.fromkeys(component.steps(context, host)))
    return {name: tuple(steps) for name, steps in found.items()}


def steps(name: str) -> tuple[Step, ...]:
    """All steps of a component."""
    return _everything()[name]


@cache
def tree(family: Family) -> dict[str, tuple[Step, ...]]:
    """What is rendered for a family of all sites, by component."""
    found: dict[str, dict[Step, None]] = {}
    for made in SITES:
        site = made()
        for phase in make_plan(site, complete({}, site), family=family).phases:
            for stage in phase.stages:
                for of_host in stage.steps.values():
                    found.setdefault(stage.component, {}).update(dict.fromkeys(of_host))
    return {name: tuple(steps) for name, steps in found.items()}


def text_of(step: Step) -> str:
    """All that is read of a step: its own names, and what its file says."""
    match step:
        case File():
            content = "" if step.base64 or step.secret else step.content
            return f"{step.path}\n{content}\n{step.owner}\n{step.group}"
        case Directory(path=at, owner=owner, group=group):
            return f"{at}\n{owner}\n{group}"
        case Absent(path=name) | Unit(name=name):
            return name
    return ""


def names(component: Component) -> Iterator[tuple[Kind, str]]:
    """Every name that belongs to a distribution, in whatever a component says."""
    for step in steps(component.name):
        match step:
            case Packages(names=packages):
                yield from ((Kind.PACKAGE, one) for one in packages)
            case Unit(name=name, packages=packages):
                yield from ((Kind.PACKAGE, one) for one in packages)
                if not name.startswith("fournines-"):
                    yield Kind.UNIT, name
            case File(owner=owner, group=group) | Directory(owner=owner, group=group):
                yield from ((Kind.ACCOUNT, one) for one in (owner, group))
        yield from ((Kind.PATH, found.rstrip("./-")) for found in PATHS.findall(text_of(step)))


def covered(kind: Kind, name: str, rows: tuple[Row, ...]) -> bool:
    """Whether some row says what a name is elsewhere."""
    known = [row.debian for row in rows if row.kind is kind]
    if kind is Kind.PATH:
        return any(name == one or name.startswith(f"{one}/") for one in known)
    return name in known


@each
def test_every_name_of_debians_has_its_row(component: Component) -> None:
    own = {step.name for step in steps(component.name) if isinstance(step, Account)} | {"root"}
    rows = rows_of(component.name)
    missing = {
        f"{kind} {name}"
        for kind, name in names(component)
        if not covered(kind, name, rows) and not (kind is Kind.ACCOUNT and name in own)
        if not (kind is Kind.PATH and (OURS.match(name) or EVERYWHERE.match(name)))
    }
    assert not missing


@each
def test_every_row_is_about_something_that_is_there(component: Component) -> None:
    """A row that no step needs any more is a row nobody looks at."""
    found = set(names(component))
    text = "\n".join(map(text_of, steps(component.name)))
    for row in component.families:
        if row.kind is Kind.PATH:
            assert row.debian in text, row.debian
        elif row.kind is Kind.ACCOUNT:
            assert re.search(rf"\b{re.escape(row.debian)}\b", text), row.debian
        else:
            assert (row.kind, row.debian) in found or row.debian in text, row.debian


@pytest.mark.parametrize(
    "rows", [COMMON, *(one.families for one in registered().values())], ids=["common", *registered()]
)
def test_every_row_says_who_says_so(rows: tuple[Row, ...]) -> None:
    said = [(row.kind, row.debian) for row in rows]
    assert len(said) == len(set(said))
    for row in rows:
        assert set(row.families) == set(OTHERS)
        for found in row.families.values():
            if found.source:
                assert SOURCE.fullmatch(found.source), (row.debian, found.source)
            else:
                assert found.names is None, f"{row.debian}: a name without a source is a guess"


@pytest.mark.parametrize("family", OTHERS)
@each
def test_nothing_of_debians_stands_in_the_tree_of_another_family(
    component: Component, family: Family
) -> None:
    said = "\n".join(map(text_of, tree(family)[component.name]))
    unknown = {row.debian for row in rows_of(component.name) if not row.families[family].source}
    assert {found for found in DEBIANS.findall(said) if not any(found in name for name in unknown)} == set()
    for row in rows_of(component.name):
        if row.kind in (Kind.PATH, Kind.UNIT) and row.debian not in row.names(family):
            assert not re.search(rf"(?<![\w./-]){re.escape(row.debian)}(?![\w-])", said), row.debian
    packages = {n for s in tree(family)[component.name] if isinstance(s, Packages) for n in s.names}
    known = {name for row in rows_of(component.name) for name in row.names(family)}
    assert packages <= known


def test_the_documentation_names_what_is_not_proved() -> None:
    told = (Path(__file__).parents[2] / "docs/families.md").read_text().splitlines()
    rows = (row for one in registered().values() for row in (*COMMON, *one.families))
    for row in rows:
        for family, found in row.families.items():
            if not found.source or (row.kind is Kind.PACKAGE and found.names == ()):
                said = (line for line in told if line.startswith(f"| `{family}` | "))
                assert any(f"`{row.debian}`" in line for line in said), f"{family} {row.debian}"


def test_what_stands_in_place_of_a_template_is_called_like_it() -> None:
    found = sorted(FOLDER.glob("*/templates/*/*"))
    assert found
    for one in found:
        assert one.parent.name in OTHERS
        assert (one.parents[1] / one.name).is_file(), one


READ_BY = {
    "chrony.conf": "chronyd",
    "haproxy.cfg": "haproxy",
    "keepalived.conf": "keepalived",
    "70-fournines.cnf": "mariadbd",
    "rabbitmq.conf": "/usr/bin/erl",
    "advanced.config": "/usr/bin/erl",
    "nftables.conf": "nft",
    "main.nft": "nft",
    "10-fournines.conf": "rsyslogd",
    "fournines": "logrotate",
}
"""Files whose programs do not mind where things lie, so that Debian's can read another family's."""


@pytest.mark.programs
@pytest.mark.parametrize("family", OTHERS)
def test_the_programs_of_a_debian_image_read_the_files_of_another_family(
    family: Family, tmp_path: Path
) -> None:
    site = site_of("blog.yaml")
    secrets = complete({}, site)
    found = {
        one.file.path.rpartition("/")[2]: one.file
        for one in rendered(make_plan(site, secrets, family=family))
        if one.host == "controller1" and one.file.validate
    }
    read = {name: file for name, file in found.items() if name in READ_BY}
    assert len(read) == len(READ_BY) - 1, "nftables has one of two names"
    beside = {"vip.pem": secrets["tls/vip"]}
    beside |= {f"fournines-fitness/haproxy_{what}": "0\n" for what in ("answers", "serves")}
    for name, file in read.items():
        content = file.content.replace("/etc/haproxy/certs/controller.pem", "/run/vip.pem")
        argv = ["/usr/bin/env", *(word.replace(STAGED, "/run/staged") for word in file.validate)]
        said = opinion(argv, {"staged": content, **beside}, tmp_path / name, program=READ_BY[name])
        assert said.returncode == 0, f"{file.path}: {said.stderr}"
