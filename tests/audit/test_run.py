"""The whole audit: whatever it is given it ends, quickly, in a report."""

from __future__ import annotations

import resource

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.kit.audit.rule import Consequence, Hit, Rule, Severity
from fournines.kit.audit.source import Place

NAMES = st.sampled_from(
    sorted(
        {name.replace("*", "x") for kind in registry.kinds() for name in kind.names}
        | {"howto.md", "x", "n1/x"}
    )
)
EXAMPLES = [text for rule in registry.rules() for text in (*rule.bad.values(), *rule.good.values())]


@st.composite
def mutilated(draw: st.DrawFn) -> str:
    """A real example with pieces cut out, doubled or exchanged."""
    lines = draw(st.sampled_from(EXAMPLES)).split("\n")
    for _ in range(draw(st.integers(0, 6))):
        index = draw(st.integers(0, len(lines) - 1))
        change = draw(st.sampled_from(["cut", "double", "words", "brace", "swap", "number"]))
        line = lines[index]
        if change == "cut":
            lines[index] = line[: draw(st.integers(0, len(line)))]
        elif change == "double":
            lines.insert(index, line)
        elif change == "words":
            lines[index] = " ".join(line.split()[:1])
        elif change == "brace":
            lines[index] = line.replace("{", "").replace("=", "")
        elif change == "swap":
            lines[index], lines[0] = lines[0], line
        else:
            lines[index] = "".join("9" * 30 if char.isdigit() else char for char in line)
    return "\n".join(lines)


FILES = st.lists(
    st.tuples(
        st.sampled_from(["", "n1/", "n2/", "s/n3/"]), NAMES, st.one_of(mutilated(), st.text(max_size=200))
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda file: file[:2],
)


@settings(deadline=None, max_examples=120)
@given(files=FILES)
def test_no_input_ends_in_a_traceback(files: list[tuple[str, str, str]]) -> None:
    given_files = [File(folder + name, text) for folder, name, text in files]
    report = audit(given_files, strict=True)
    known = {file.path: file.text.count("\n") + 1 for file in given_files}
    for place in (*(f.at for f in report.findings), *(u.at for u in report.unknown)):
        assert 1 <= place.line <= known[place.path]


def test_a_rule_that_fails_is_an_unknown_and_the_rest_goes_on() -> None:
    def broken(_site: object) -> object:
        raise ZeroDivisionError

    def fine(_site: object) -> object:
        yield Hit(Place("sysctl.conf", 1), "seen")

    def made(rule_id: str, judge: object) -> Rule:
        words = {"title": "t", "why": "w", "fix": "f", "source": "s", "points_at": "", "bad": {}, "good": {}}
        return Rule(id=rule_id, severity=Severity.ERROR, consequence=Consequence.DATA, judge=judge, **words)  # type: ignore[arg-type]

    report = audit(
        [File("sysctl.conf", "vm.swappiness = 1\n")], rules=[made("XX001", broken), made("XX002", fine)]
    )
    assert [finding.rule for finding in report.findings] == ["XX002"]
    assert "XX001" in report.unknown[0].what


def test_nothing_to_read_is_no_verdict() -> None:
    report = audit([File("notes.txt", "hello")])
    assert report.findings == ()
    assert report.unread == ("notes.txt",)
    assert "no verdict" in report.verdict


def test_a_hundred_hosts_fit_into_memory() -> None:
    own = [f"10.0.{n // 200}.{n % 200 + 11}" for n in range(100)]
    rule = {rule.id: rule for rule in registry.rules()}
    proxy = rule["HA029"].good["haproxy.cfg"]
    files = []
    for number, address in enumerate(own):
        host = f"host{number:03}"
        vrid = number // 2 + 1
        text = next(iter(rule["KA016"].good.values()))
        text = text.replace("virtual_router_id 51", f"virtual_router_id {vrid}").replace(
            "10.0.0.20", f"10.9.{vrid}.20"
        )
        text = text.replace("10.0.0.11", address).replace("10.0.0.12", own[number ^ 1])
        files += [
            File(f"{host}/etc/keepalived/keepalived.conf", text),
            File(f"{host}/etc/haproxy/haproxy.cfg", proxy.replace("10.0.0.11", address)),
            File(f"{host}/etc/hosts", "".join(f"{a} host{n:03}\n" for n, a in enumerate(own))),
            File(
                f"{host}/etc/sysctl.d/ha.conf", "net.ipv4.ip_nonlocal_bind = 1\nnet.ipv4.tcp_retries2 = 8\n"
            ),
            File(f"{host}/etc/chrony/chrony.conf", "pool pool.ntp.org iburst\ndriftfile /x\n"),
            *(
                File(f"{host}/etc/{name}/{name}.conf", _oslo(address))
                for name in ("nova", "glance", "neutron", "cinder", "keystone")
            ),
        ]
    assert len(files) == 1000
    report = audit(files, strict=True)
    assert len(report.files) >= 900
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1024 * 1024  # KiB; figures are bench's


def _oslo(address: str) -> str:
    return (
        f"[DEFAULT]\nmy_ip = {address}\n"
        "transport_url = rabbit://o:pw@10.0.0.11:5672,o:pw@10.0.0.12:5672,o:pw@10.0.0.13:5672/\n"
        "[database]\nconnection = mysql+pymysql://s:pw@10.0.0.20/s\nmax_retries = -1\n"
        "[keystone_authtoken]\nauth_url = http://10.0.0.20:5000\n"
        "memcached_servers = 10.0.0.11:11211,10.0.0.12:11211\n"
        "[oslo_messaging_rabbit]\nrabbit_quorum_queue = true\n"
    )


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("network: {a: [", True),
        ("network: " + "{a: " * 10_000, True),
        ("network:\n" + "# a\n" * 20_000, False),
    ],
)
def test_what_a_reader_cannot_read_is_not_judged(text: str, broken: bool) -> None:  # noqa: FBT001 - a case
    report = audit([File("n1/etc/netplan/50-cloud-init.yaml", text)], strict=True)
    unknown = [item.what.split(":")[0] for item in report.unknown]
    assert unknown == ([] if broken else ["the interfaces in it"])
    assert [finding.rule for finding in report.findings] == (["SY011"] if broken else [])
