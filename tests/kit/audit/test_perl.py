"""What a check in Perl needs for success, and whether it can fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.kit.audit.status.perl import steps_of
from fournines.kit.audit.status.perl_text import statements
from fournines.kit.audit.status.walk import outcome


def needs(text: str) -> tuple[set[str], bool]:
    """What is asked and answered yes on every way to success, and whether it may fail."""
    steps = steps_of(f"#!/usr/bin/perl\nuse strict;\n{text}\n")
    assert steps is not None
    found = outcome(steps)
    yes = {f"{question.text} {question.aspect}".strip() for question, answer in found.success or () if answer}
    return yes, found.failure is not None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ('exit 1 if system("pidof nginx") != 0;', "pidof nginx"),
        ('exit 1 unless system("pidof nginx") == 0;\nexit 0;', "pidof nginx"),
        ('my $rc = system("pidof", "nginx");\nif ($rc) { exit(2) }', "pidof nginx"),
        ('system("pidof nginx") == 0 or die "down";', "pidof nginx"),
        (
            'if (system("pidof nginx") == 0 && system("pidof haproxy") == 0) { exit 0; }\nexit 1;',
            "pidof haproxy",
        ),
        ('system("ip a | grep -q 10.0.0.9");\nexit($? >> 8);', "ip a | grep -q 10.0.0.9"),
        ("my $o = `ip a`;\nexit 1 if $o !~ /10\\.0\\.0\\.9/;", "ip a = *10.0.0.9*"),
        ("my $o = qx{ip a};\nunless ($o =~ m{10.0.0.9}) { exit 1 }", "ip a = *10.0.0.9*"),
        ('my $v = "10.0.0.9";\nexit 1 if system("curl -f http://$v/");', "curl -f http://10.0.0.9/"),
        ('sub down { exit 2; }\ndown() if system("pidof nginx") != 0;', "pidof nginx"),
        ("foreach my $s (1, 2) { print $s; }\nexit 3 if system('pidof nginx');", "pidof nginx"),
    ],
)
def test_what_success_rests_on(text: str, asked: str) -> None:
    yes, fails = needs(text)
    assert asked in yes
    assert fails


@pytest.mark.parametrize(
    "text",
    [
        'my $r = system("pidof nginx");\nif ($r != 0) { print "down"; }\nexit 0;',
        'system("pidof nginx") == 0 or warn "down";',
        'sub check { return system("pidof nginx"); }\ncheck();\nexit 0;',
        "# exit 1;\n=pod\n\nexit 1;\n\n=cut\nexit 0;\n__END__\nexit 1;",
        'print "exit 1;";\nmy %h = (a => { b => 1 });\nexit 0;',
    ],
)
def test_what_can_never_fail(text: str) -> None:
    assert needs(text) == (needs(text)[0], False)


@pytest.mark.parametrize(
    "text",
    [
        "my $r = LWP::UserAgent->new->get('http://127.0.0.1/');\nexit($r->is_success ? 0 : 1);",
        "my $dbh = DBI->connect('dbi:mysql:', 'a', 'b') or exit 1;",
        "exit check();",
    ],
)
def test_of_what_is_not_understood_nothing_is_claimed(text: str) -> None:
    yes, fails = needs(text)
    assert fails
    assert not {one for one in yes if "curl" in one or "pidof" in one}


def test_lines_are_those_of_the_script() -> None:
    text = "#!/usr/bin/perl\n\n# a comment\nmy $a = 1;\n\nif ($a) {\n  exit 1;\n}\n"
    found = statements(text)
    assert found is not None
    assert [(one.text, one.line) for one in found] == [("my $a = 1", 4), ("if ($a)", 6)]
    assert found[1].body is not None
    assert [(one.text, one.line) for one in found[1].body] == [("exit 1", 7)]


@given(st.text(alphabet="{}();\"'`/$=~# \nqmxexit01if", max_size=300))
def test_any_text_is_read_to_its_end(text: str) -> None:
    steps = steps_of(text)
    assert steps is None or outcome(steps) is not None
