"""The judgements that are easy to get wrong: what must be seen, and what must not."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.keepalived.audit.rules.example import CHECK, TRACKED, keepalived, script
from fournines.kit.audit.rule import Finding


def findings(rule: str, *texts: str, **files: str) -> list[Finding]:
    """What one rule says about a site: one keepalived.conf a host, and files beside them."""
    given = [File(f"node{number}/keepalived.conf", text) for number, text in enumerate(texts, start=1)]
    given += [File(path.replace("__", "/"), text) for path, text in files.items()]
    return [finding for finding in audit(given, strict=True).findings if finding.rule == rule]


def weighted(priorities: tuple[int, ...], weight: int, tracked: str = TRACKED) -> list[str]:
    return [keepalived(check=script(weight=weight), priority=p, tracked=tracked) for p in priorities]


@pytest.mark.parametrize(
    ("priorities", "weight", "stuck"),
    [
        ((150, 100), -10, ["node1"]),
        ((150, 100), -50, ["node1"]),  # a tie
        ((150, 100), -51, []),
        ((101, 100), -2, []),
        ((150, 100), 2, ["node1"]),
        ((150, 100), 50, ["node1"]),  # a tie: 150 against 100 + 50
        ((150, 100), 51, []),
        ((150, 100, 90), -60, []),
        ((150, 100, 90), -10, ["node1", "node2"]),
        ((150, 140, 90), -11, ["node2"]),
        ((254, 253), -254, []),
        ((3, 2), -10, []),  # an effective priority is never below 1
        ((2, 1), -10, ["node1"]),
        ((100, 100), -10, []),  # KA019 has it
    ],
)
def test_the_arithmetic_of_weights(priorities: tuple[int, ...], weight: int, stuck: list[str]) -> None:
    assert [f.at.host for f in findings("KA005", *weighted(priorities, weight))] == stuck


def test_the_weight_said_where_it_is_tracked_counts() -> None:
    tracked = "track_script {\n    check_haproxy weight -60\n}"
    assert findings("KA005", *weighted((150, 100), -10, tracked)) == []


def test_a_watched_interface_has_a_weight_too() -> None:
    tracked = TRACKED + "\ntrack_interface {\n    eth1 weight -5\n}"
    pair = [keepalived(tracked=tracked, priority=p) for p in (150, 100)]
    assert [f.seen for f in findings("KA005", *pair)] == ["eth1 weight -5"]


def test_a_weight_without_the_other_host_is_unknown() -> None:
    report = audit([File("keepalived.conf", weighted((150,), -10)[0])], strict=True)
    assert [f for f in report.findings if f.rule == "KA005"] == []
    assert any("no other host" in item.what for item in report.unknown)


def test_nopreempt_under_master_is_ka007_alone() -> None:
    text = keepalived("nopreempt", state="MASTER", check=script(weight=-20))
    assert findings("KA007", text)
    assert findings("KA006", text) == []


def test_preempt_delay_zero_is_nothing() -> None:
    assert findings("KA007", keepalived("preempt_delay 0", state="MASTER")) == []
    assert findings("KA007", keepalived("preempt_delay 30", state="MASTER"))


def test_a_sync_group_tracks_for_its_members() -> None:
    head = f"{CHECK}\nvrrp_sync_group G {{\n    group {{\n        VI_1\n    }}\n    {TRACKED}\n}}"
    text = keepalived(check="", tracked="", head=head)
    for rule in ("KA001", "KA003", "KA004"):
        assert findings(rule, text) == []


def test_what_an_included_file_may_define_is_unknown() -> None:
    text = keepalived(check="include /etc/keepalived/checks.conf")
    report = audit([File("keepalived.conf", text)], strict=True)
    assert "KA001" not in [f.rule for f in report.findings]
    assert any("included file" in item.what for item in report.unknown)


def test_two_files_of_one_host_define_for_each_other() -> None:
    files = [
        File("n1/etc/keepalived/keepalived.conf", keepalived(check="")),
        File("n1/etc/keepalived/conf.d/keepalived-checks.conf", CHECK),
    ]
    rules = [f.rule for f in audit(files, strict=True).findings]
    assert "KA001" not in rules
    assert "KA003" not in rules


def test_equal_priorities_are_meant_where_nobody_preempts() -> None:
    assert findings("KA019", keepalived("nopreempt"), keepalived("nopreempt")) == []
    assert findings("KA019", keepalived(), keepalived())


def test_a_host_that_serves_two_vips_crosswise_has_two_groups() -> None:
    def both(first: int, second: int) -> str:
        one = keepalived(priority=first)
        return one + keepalived(priority=second, vrid=52, vip="10.0.0.21/24", check="").replace(
            "VI_1", "VI_2"
        )

    sites = both(150, 100), both(100, 150)
    for rule in ("KA009", "KA010", "KA012", "KA018", "KA019"):
        assert findings(rule, *sites) == []


def test_one_router_id_on_two_interfaces_is_fine() -> None:
    two = keepalived() + keepalived(vip="192.168.1.20/24", interface="eth1", check="").replace("VI_1", "VI_2")
    assert findings("KA010", two) == []


def test_placeholders_tell_no_two_groups_apart() -> None:
    pair = [keepalived(vip="<VIRTUAL_IP>/24", priority=priority) for priority in (150, 100)]
    assert findings("KA010", *pair) == []


def test_a_lone_host_with_another_address_is_a_wrong_address() -> None:
    assert findings("KA010", keepalived(), keepalived(vip="10.0.0.200/24")) == []
    assert [f.at.host for f in findings("KA012", keepalived(), keepalived(vip="10.0.0.200/24"))] == ["node2"]


def test_authentication_means_nothing_in_version_3() -> None:
    head = "global_defs {\n    vrrp_version 3\n}"
    auth = "authentication {{\n    auth_type PASS\n    auth_pass {}\n}}"
    pair = [keepalived(auth.format(word), head=head) for word in ("one", "two")]
    assert findings("KA011", *pair) == []
    assert len(findings("KA040", *pair)) == 2


def test_only_eight_characters_of_a_password_count() -> None:
    auth = "authentication {{\n    auth_type PASS\n    auth_pass {}\n}}"
    pair = [keepalived(auth.format(word)) for word in ("12345678-a", "12345678-b")]
    assert findings("KA011", *pair) == []


@pytest.mark.parametrize(
    ("command", "shell"),
    [
        ('"pidof haproxy"', False),
        ("\"/bin/sh -c 'pidof haproxy && true'\"", False),
        ('"killall -0 haproxy || exit 1"', True),
        ('"</dev/tcp/127.0.0.1/80"', False),  # keepalived's own samples write it so
        ('"curl http://127.0.0.1/?a=1"', False),
        ("\"pgrep -f 'a|b'\"", False),
        ('"test -f /x > /dev/null"', True),
    ],
)
def test_what_needs_a_shell(command: str, *, shell: bool) -> None:
    assert bool(findings("KA024", keepalived(check=script(script=command)))) is shell


def test_conditions_and_variables_of_keepalived() -> None:
    text = keepalived().replace("priority 101", "@node1 priority 150\n    @node2 priority 100")
    head = "$WEIGHT=-60\n"
    pair = [head + text.replace("rise 2", "rise 2\n    weight $WEIGHT")] * 2
    assert findings("KA005", *pair) == []
    assert findings("KA019", *pair) == []
    assert findings("KA033", *pair) == []


@pytest.mark.parametrize(
    ("body", "stops"),
    [
        ("pidof haproxy || systemctl stop keepalived", True),
        ("pidof haproxy || /etc/init.d/keepalived stop", True),
        ("pidof haproxy || sudo service keepalived stop", True),
        ("pidof haproxy || pkill keepalived", True),
        ("pidof haproxy || killall -0 keepalived", False),
        ("pidof haproxy || systemctl restart haproxy", False),
        ("systemctl status keepalived", False),
    ],
)
def test_ways_to_stop_keepalived(body: str, *, stops: bool) -> None:
    text = keepalived(check=script(script='"/etc/keepalived/chk.sh"'))
    assert bool(findings("KA021", text, **{"chk.sh": f"#!/bin/bash\n{body}\n"})) is stops


def test_a_placeholder_is_one_finding_a_block() -> None:
    text = keepalived(state="%STATE%", vip="%VIP%")
    assert len(findings("KA034", text)) == 1


def test_templates_are_no_unknown_keywords() -> None:
    text = keepalived("{% for a in b %}\n{{ a }}\n{% endfor %}")
    assert [f.what for f in findings("KA033", text) if "keyword" in f.what] == []


def test_a_copy_of_the_file_is_no_other_host() -> None:
    text = keepalived(state="MASTER")
    files = [File("node1/keepalived.conf", text), File("node1/old/keepalived.conf", text)]
    files.append(File("node2/keepalived.conf", keepalived(priority=100)))
    rules = {f.rule for f in audit(files, strict=True).findings}
    assert not rules & {"KA018", "KA019"}


@pytest.mark.parametrize(
    ("command", "release", "severity"),
    [
        ("/bin/ping -c1 10.0.0.1", "2.3.3", "ERROR"),
        ("/bin/bash -c true", "2.4.0", "ERROR"),
        ("/sbin/pidof haproxy", "", "INFO"),
        ("/bin/ping -c1 10.0.0.1", "2.2.7", None),
        ("/usr/bin/ping -c1 10.0.0.1", "2.3.3", None),
        ("/binaries/check", "2.3.3", None),
    ],
)
def test_a_check_below_a_linked_folder_is_dropped(command: str, release: str, severity: str | None) -> None:
    packages = f"ii  keepalived  1:{release}-1  amd64  Failover\n" if release else ""
    files = {"node1__packages.txt": packages} if packages else {}
    found = findings("KA052", keepalived(check=script(script=f'"{command}"')), **files)
    assert [finding.severity.name for finding in found] == ([severity] if severity else [])


def test_a_brace_on_a_line_of_its_own_opens_the_block_before_it() -> None:
    """What stands in the block is seen, and what is wrong in it."""
    apart = keepalived().replace(" {", "\n# the block\n{")
    for rule in ("KA001", "KA003", "KA004", "KA033"):
        assert findings(rule, apart) == []
    wrong = keepalived(check=script(fall="", fail=2)).replace(" {", "\n{")
    assert [f.seen for f in findings("KA033", wrong)] == ["fail 2"]
    (stray,) = findings("KA033", keepalived() + "\n{\n    priority 100\n}\n")
    assert "a block without a name" in stray.what


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("curl -s http://127.0.0.1/", True),
        ("/usr/bin/curl -sS -o /dev/null -m 2 http://127.0.0.1/", True),
        ("timeout 2 curl -so /dev/null http://127.0.0.1/", True),
        ("curl -s -H Host:a $URL", True),
        ("curl -fs http://127.0.0.1/", False),
        ("curl -sSf http://127.0.0.1/", False),
        ("curl -s --fail http://127.0.0.1/", False),
        ("curl -s --fail-with-body http://127.0.0.1/", False),
        ("curl -s --fail-early http://127.0.0.1/", True),
        ("curl -s $CURL_OPTS http://127.0.0.1/", False),
        ("curl -s telnet://127.0.0.1:25", False),
        ("curl -s -K /etc/check.curl", False),
    ],
)
def test_a_curl_that_takes_any_answer(command: str, found: bool) -> None:  # noqa: FBT001 - a table's column
    assert bool(findings("KA059", keepalived(check=script(script=f'"{command}"')))) is found
    text = keepalived(check=script(script='"/etc/keepalived/check_it.sh"'))
    for body in (f"{command}\n", f"if {command} >/dev/null 2>&1; then exit 0; fi\nexit 1\n"):
        files = {"node1/check_it.sh": f"#!/bin/sh\n{body}"}
        assert bool(findings("KA059", text, **files)) is found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("sys.exit(subprocess.call(['curl', '-s', 'http://127.0.0.1/']))", True),
        ("subprocess.check_call('curl -s http://127.0.0.1/', shell=True)", True),
        ("sys.exit(subprocess.call(['curl', '-fs', 'http://127.0.0.1/']))", False),
        ("if 'ok' not in subprocess.getoutput('curl -s http://127.0.0.1/'): sys.exit(1)", False),
        (
            "out = subprocess.check_output(['curl', '-s', 'http://a/'])\nif b'ok' not in out: sys.exit(1)",
            False,
        ),
    ],
)
def test_a_curl_in_python(body: str, found: bool) -> None:  # noqa: FBT001 - a table's column
    text = keepalived(check=script(script='"/etc/keepalived/check_it.py"'))
    files = {"node1/check_it.py": f"#!/usr/bin/python3\nimport subprocess, sys\n{body}\n"}
    assert bool(findings("KA059", text, **files)) is found


@pytest.mark.parametrize(
    "body",
    [
        "curl -s http://127.0.0.1/ | grep -q ok",
        "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/ | grep -q 200",
        '[ "$(curl -s -o /dev/null -w %{http_code} http://127.0.0.1/)" = 200 ]',
        'R=$(curl -s http://127.0.0.1/) || exit 1\n[ "$R" = ok ]',
        "curl -s http://127.0.0.1/ > /run/answer || exit 1\ngrep -q ok /run/answer",
        "curl -s http://127.0.0.1/\npidof haproxy",
    ],
)
def test_a_curl_whose_answer_is_looked_at_may_do_without_fail(body: str) -> None:
    text = keepalived(check=script(script='"/etc/keepalived/check_it.sh"'))
    assert findings("KA059", text, **{"node1/check_it.sh": f"#!/bin/sh\n{body}\n"}) == []


@pytest.mark.parametrize(
    ("notify", "body", "found"),
    [
        ("notify {}", 'case "$1" in\nMASTER) x ;;\nesac', True),
        ("notify {}", 'case "$2" in\nMASTER) x ;;\nesac', True),
        ("notify {}", 'S=${1}\nif [ "$S" = BACKUP ]; then x; fi', True),
        ("notify {}", "[[ $1 == FAULT ]] && x", True),
        ('notify "{} web"', 'case "$3" in\nMASTER) x ;;\nesac', True),
        ('notify "{} web"', 'case "$4" in\nMASTER) x ;;\nesac', False),
        ('notify "{} web"', 'case "$1" in\nMASTER) x ;;\nesac', False),  # its own argument
        ("notify {}", 'case "$3" in\nMASTER) x ;;\nesac', False),
        ("notify {}", 'T=$1\nS=${3}\ncase "$S" in\nMASTER) x ;;\nesac', False),
        ("notify {}", 'f() {\ncase "$1" in\nMASTER) x ;;\nesac\n}\nf "$(cat /run/state)"', False),
        ("notify {}", 'shift 2\ncase "$1" in\nMASTER) x ;;\nesac', False),
        ("notify {}", 'case "$1" in\nINSTANCE) x ;;\nesac', False),
        ("notify {}", "logger $1", False),
        ('notify_master "{} MASTER"', 'case "$1" in\nMASTER) x ;;\nesac', False),
        ('notify {0}\nnotify_master "{0} MASTER"', 'case "$1" in\nMASTER) x ;;\nesac', False),
    ],
)
def test_the_argument_that_is_the_state(notify: str, body: str, found: bool) -> None:  # noqa: FBT001 - a table's column
    text = keepalived(notify.format("/etc/keepalived/tell.sh"))
    assert bool(findings("KA060", text, **{"node1/tell.sh": f"#!/bin/bash\n{body}\n"})) is found
