"""What a shell script's exit status depends on: by example, and against the real shell."""

from __future__ import annotations

import shutil
import subprocess
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fournines.kit.audit.shell import parse_shell
from fournines.kit.audit.status.pool import Outcome
from fournines.kit.audit.status.shell import DEEPEST, TooDeepError, steps_of
from fournines.kit.audit.status.walk import outcome


def ends(text: str, **names: str) -> Outcome:
    return outcome(steps_of(parse_shell(text).nodes), names=names)


def needs(text: str) -> set[str]:
    """What must be answered, and how, on every way to status 0."""
    found = ends(text).success
    assert found is not None
    return {f"{'' if answer else '! '}{question.text}" for question, answer in found}


GREP = "ip addr | grep -q 10.0.0.20"


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        (GREP, {GREP}),
        (f"{GREP} || exit 1", {GREP}),
        (f"if {GREP}; then exit 0; else exit 1; fi", {GREP}),
        (f"if {GREP}; then exit 0; fi\nexit 1", {GREP}),
        (f"{GREP}\nif [ $? -ne 0 ]; then exit 1; fi\nexit 0", {GREP}),
        (f"{GREP}\nrc=$?\nsleep 1\nexit $rc", {GREP}),
        (f"rc=0\n{GREP} || rc=1\nexit $rc", {GREP}),
        (f"ok() {{ {GREP}; }}\nok || exit 2\nexit 0", {GREP}),
        (f"function ok {{\n{GREP}\n}}\nif ! ok; then exit 1; fi", {GREP}),
        ("V=10.0.0.20\nip addr | grep -q $V", {GREP}),
        ('V=10.0.0.20\nip addr | grep -q "${V}" && exit 0\nexit 1', {GREP}),
        ("has() { ip addr | grep -q $1; }\nhas 10.0.0.20", {GREP}),
        (f"if {GREP}; then\n  curl -f http://127.0.0.1/ || exit 1\nfi\nexit 0", set()),
        (f"{GREP} || exit 0\ncurl -f http://127.0.0.1/", set()),
        (f"! {GREP}", {f"! {GREP}"}),
        ("ping -c1 gw || ping -c1 peer", set()),
        ("ping -c1 gw && ping -c1 peer", {"ping -c1 gw", "ping -c1 peer"}),
        ("for i in 1 2 3; do\n ping -c1 gw && exit 0\ndone\nexit 1", {"ping -c1 gw"}),
        ("until ping -c1 gw; do sleep 1; done", {"ping -c1 gw"}),
        ("set -e\nping -c1 gw\nlogger fine", {"ping -c1 gw"}),
        ("set +e\nping -c1 gw\nlogger fine", set()),
        ("case $(cat /run/state) in\n MASTER) ping gw || exit 1 ;;\n *) exit 0 ;;\nesac", set()),
    ],
)
def test_what_every_way_to_success_needs(text: str, needed: set[str]) -> None:
    assert needs(text) == needed


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ('X=$(ip a | grep VIP)\n[ -n "$X" ]', "filled"),
        ("X=`ip a | grep VIP`\nif [ -z $X ]; then exit 1; fi\nexit 0", "filled"),
        ("if [ $(ip a | grep -c VIP) -eq 0 ]; then exit 1; fi", "filled"),
        ("n=$(ip a | grep VIP | wc -l)\ntest $n -gt 0 || exit 1", "filled"),
        ("code=$(curl -s -o /dev/null -w %{http_code} VIP)\n[ $code = 200 ] || exit 1", "= 200"),
        ("code=$(curl -s VIP)\nif [ $code -ne 200 ]; then exit 1; fi", "= 200"),
    ],
)
def test_outputs_that_are_tested(text: str, aspect: str) -> None:
    found = ends(text).success
    assert found is not None
    assert {(q.aspect, answer) for q, answer in found if q.aspect} == {(aspect, True)}


@pytest.mark.parametrize(
    "text",
    [
        "curl -s http://x/ | tee /tmp/last",
        "curl -s http://x/ | head -1",
        "curl -f http://x/\nlogger checked",
        "curl -f http://x/\nsleep 1\nif [ $? -ne 0 ]; then exit 1; fi",
        "local=$(curl http://x/) ; echo $local",
        "check() {\n curl http://x/ || return 1\n}\ncheck\ndate >> /var/log/check.log",
        "( pidof x || exit 1 )\necho done",
        "export X=$(pidof x)",
        "pidof x &",
        "while read line; do\n [ -n $line ] && echo 1\ndone < /tmp/f\nexit 0",
    ],
)
def test_a_status_that_is_lost(text: str) -> None:
    assert ends(text).failure is None


@pytest.mark.parametrize(
    "text",
    [
        "set -o pipefail\ncurl -s http://x/ | tee /tmp/last",
        "exec curl -f http://x/",
        "exec pidof x\necho never reached",
        "if [ -e /run/off ]; then\n exec pidof x\nfi\nexec curl -f http://x/",
        "curl -f http://x/ > /tmp/out 2>&1",
        "[[ $(pidof x) && -f /run/x ]]",
        "(( $(pidof x | wc -w) > 0 ))",
        "timeout 2 curl http://x/",
        "sudo -u nobody curl http://x/",
        "ps ax | grep -v grep | grep x",
        "awk '/x/ {exit 1}' /proc/mounts",
        "pidof x || { logger dead; exit 1; }",
    ],
)
def test_a_status_that_is_kept(text: str) -> None:
    found = ends(text)
    assert found.failure is not None
    assert found.success is not None


def test_arguments_are_names() -> None:
    found = ends("ping -c1 $1", **{"1": "10.0.0.2"}).success
    assert found is not None
    assert [q.text for q, _ in found] == ["ping -c1 10.0.0.2"]


def test_what_is_too_much_claims_nothing() -> None:
    many = "\n".join(f"if a{i}; then b{i}=1; else b{i}=2; fi" for i in range(3000))
    found = ends(many + "\nexit 0")
    assert found.success == frozenset()
    with pytest.raises(TooDeepError):
        steps_of(parse_shell("if a; then\n" * (DEEPEST + 5)).nodes)


# --- against the shell -------------------------------------------------------------------------------------

QUESTIONS = ("qa", "qb", "qc")
LEAVES = [
    *QUESTIONS, *QUESTIONS, "true", "false", "exit 0", "exit 3", "exit $?", "r=$?", "exit $r", "r=0", "r=1",
    "[ $? -eq 0 ]", "[ $r -ne 0 ]", "set -e", "set +e", "echo x", "x=$(qa)",
]  # fmt: skip


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    return st.one_of(
        two.map(lambda p: f"{p[0]}\n{p[1]}"),
        two.map(lambda p: f"{{ {p[0]}\n}} && {{ {p[1]}\n}}"),
        two.map(lambda p: f"{{ {p[0]}\n}} || {{ {p[1]}\n}}"),
        inner.map(lambda p: f"( {p}\n)"),
        st.tuples(inner, inner, inner).map(lambda p: f"if {p[0]}\nthen {p[1]}\nelse {p[2]}\nfi"),
        two.map(lambda p: f"if {p[0]}\nthen {p[1]}\nfi"),
        inner.map(lambda p: f"for i in 1 2\ndo {p}\ndone"),
        two.map(lambda p: f"case $r in\n0) {p[0]}\n;;\n*) {p[1]}\n;;\nesac"),
    )


scripts = st.tuples(
    st.recursive(st.sampled_from([*LEAVES, "f", "f"]), compound, max_leaves=8),
    st.recursive(st.sampled_from([*LEAVES, "return 1", "return 0"]), compound, max_leaves=4),
)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs a shell to compare with")
@settings(max_examples=60, deadline=None)
@given(scripts)
def test_the_model_holds_for_the_real_shell(script: tuple[str, str]) -> None:
    """Whatever the answers: a status that is met is one the model allows, and its facts are true of it."""
    main, function = script
    text = f"f() {{\n{function}\n}}\nr=0\n{main}\n"
    model = ends(text)
    answers = list(product((0, 1), repeat=len(QUESTIONS)))
    run = "".join(
        f"( {' '.join(f'{q}() {{ return {a}; }};' for q, a in zip(QUESTIONS, given_, strict=True))}\n"
        f'eval "$SCRIPT"\n) >/dev/null 2>&1; echo $?\n'
        for given_ in answers
    )
    met = subprocess.run(
        ["bash", "-c", run], env={"SCRIPT": text}, capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()
    for given_, status in zip(answers, met, strict=True):
        facts = model.success if status == "0" else model.failure
        assert facts is not None, f"status {status} with {given_} is not foreseen:\n{text}"
        truth = dict(zip(QUESTIONS, (answer == 0 for answer in given_), strict=True))
        for question, answer in facts:
            if question.text in truth and not question.aspect:
                assert truth[question.text] is answer, f"{question} with {given_}:\n{text}"
