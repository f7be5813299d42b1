"""Which kind a file is: names as patterns say, and what stands in it."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.audit import registry
from fournines.audit.gather.recognise import _DEEPEST_NAME, _end, _ends, _near, _shortened, recognise
from fournines.kit.audit.source import Kind


@given(
    st.lists(st.text("aB.*/", min_size=1, max_size=8) | st.just("b/[0-9][0-9]"), max_size=3),
    st.text("AB.b1/", min_size=1, max_size=12),
)
def test_a_name_fits_as_the_shell_would_have_it(names: list[str], path: str) -> None:
    (_, near), *_ = _near((tuple(names),), *_end(path))
    fits = [name for name in near if _ends(path, name)]
    parts = path.lower().split("/")
    for name in names:
        wanted = name.lower().split("/")
        last = parts[-len(wanted) :]
        expected = len(last) == len(wanted) and all(map(fnmatchcase, last, wanted))
        assert (name in fits) == expected


@pytest.mark.parametrize("kind", registry.kinds(), ids=lambda kind: kind.name)
def test_names_are_no_deeper_than_what_is_looked_at(kind: Kind) -> None:
    for name in kind.names:
        assert name.count("/") < _DEEPEST_NAME


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("n1/etc/keepalived/KEEPALIVED.CONF", "vrrp_instance V {\n}\n", "keepalived.conf"),
        ("etc/chrony/conf.d/a.conf", "pool a iburst\ndriftfile /x\n", "chrony.conf"),
        ("a/b/notes.txt", "global\n daemon\ndefaults\n mode tcp\nlisten a\n bind :1\n", "haproxy.cfg"),
        ("a/b/notes.txt", "Dear all,\nlisten to this.\n", None),
        (
            "keepalived.conf",
            "global\n daemon\ndefaults\n mode tcp\nlisten a\n bind :1\n server c 10.0.0.1:80 check\n",
            "haproxy.cfg",
        ),
        (
            "first-cfg.sh",
            "sudo cat <<EOF >/etc/keepalived/keepalived.conf\nvrrp_instance V {\n}\nEOF\n",
            "script",
        ),
        (
            "cfg.sh",
            "# the proxy\ntee /etc/haproxy/haproxy.cfg <<'E'\nglobal\nlisten a\n bind :1\nE\n",
            "script",
        ),
        (
            "12_corosync.sh",
            "sudo bash -c 'cat << E > /etc/c.conf\ntotem {\n version: 2\n}\nquorum {\n provider: x\n}\nE'\n",
            "script",
        ),
    ],
)
def test_a_file_is_what_its_name_and_its_text_say(path: str, text: str, kind: str | None) -> None:
    found = recognise(path, text, registry.kinds())
    assert (found.name if found else None) == kind


@given(st.text(alphabet=" \t\r\f\v\x1c\x1f\x85\xa0\u2003ab\n", max_size=12))
def test_a_text_is_shortened_the_same_whatever_its_blanks(text: str) -> None:
    """Texts of single spaces alone are not put together anew; the outcome is that of doing it."""
    spaced = re.sub(r"[^\S\n]+", " ", text)
    assert _shortened(text) == "\n".join(line for line in spaced.split("\n") if line.strip())
