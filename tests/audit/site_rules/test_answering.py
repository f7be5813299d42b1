"""Health responders: which ones always answer 200, which ones do not, and which ones cannot be told."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit

OK, BAD = "HTTP/1.1 200 OK\\r\\n\\r\\n", "HTTP/1.1 503 Service Unavailable\\r\\n\\r\\n"
ASK = "#!/bin/bash\nif mysqladmin ping >/dev/null 2>&1; then\n"


def judged(text: str, name: str = "usr/local/bin/dbcheck") -> tuple[int, int]:
    """How often HA055 was found, and how often it was not known."""
    report = audit([File(f"n1/{name}", text)], strict=True)
    found = [finding.at.line for finding in report.findings if finding.rule == "HA055"]
    unknown = [one for one in report.unknown if "answer" in one.what]
    return len(found), len(unknown)


@pytest.mark.parametrize(
    "text",
    [
        f"{ASK}printf '{OK}up'\nelse\nprintf '{OK}down'\nexit 1\nfi\n",
        f'{ASK}echo -en "{OK}"\nexit 0\nfi\n/bin/echo -e "{OK}"\nexit 1\n',
        f'#!/bin/sh\nanswer() {{\n  echo "HTTP/1.0 $1"\n}}\n{ASK[12:]}answer 200\nelse\nanswer 200\nfi\n',
        f'{ASK}C=200\nelse\nC=204\nfi\nprintf "HTTP/1.1 %s OK\\r\\n" "$C"\n',
        f'{ASK}( echo "{OK}" )\nelse\necho down >&2\necho "{OK}"\nfi\n',
        f'#!/bin/bash\n[[ $1 == -h ]] && {{ echo usage; exit 1; }}\n{ASK[12:]}:\nfi\necho "{OK}"\nexit 0\n',
    ],
)
def test_nothing_but_200(text: str) -> None:
    assert judged(text) == (1, 0)


@pytest.mark.parametrize(
    "text",
    [
        f"{ASK}printf '{OK}up'\nelse\nprintf '{BAD}down'\nexit 1\nfi\n",
        f'{ASK}echo -en "{OK}"\nexit 0\nfi\nexit 1\n',  # no answer is no healthy server
        f'#!/bin/sh\nanswer() {{\n  echo "HTTP/1.0 $1"\n}}\n{ASK[12:]}answer 200\nelse\nanswer 503\nfi\n',
        f'{ASK}C="200 OK"\nelse\nC="503 Down"\nfi\nprintf "HTTP/1.1 %s\\r\\n" "$C"\n',
        f'{ASK}echo "{OK}" >/tmp/last\nelse\necho "{OK}" >>/tmp/last\nfi\n',
        f'#!/bin/sh\n[ -e /run/ready ] || exit 1\necho "{OK}"\n',
        f'#!/bin/bash\n[ $# -gt 3 ] && exit 1\nmysqladmin ping || exit 1\necho "{OK}"\n',
        "#!/bin/sh\ncurl -si http://127.0.0.1/ | grep -q 'HTTP/1.1 200' || exit 1\n",
        f"#!/bin/sh\nprintf '{OK}hello'\n",  # asks nothing, promises nothing
    ],
)
def test_other_answers(text: str) -> None:
    assert judged(text) == (0, 0)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"{ASK}printf '{OK}' | unix2dos\nelse\nprintf '{BAD}' | unix2dos\nfi\n", "usr/local/bin/dbcheck"),
        (
            f'{ASK}C=$(cat /run/ok)\nelse\nC=$(cat /run/bad)\nfi\necho "HTTP/1.1 $C"\n',
            "usr/local/bin/dbcheck",
        ),
        (
            f"{ASK}cat <<E\nHTTP/1.1 200 OK\nE\nelse\ncat <<E\nHTTP/1.1 200 OK\nE\nfi\n",
            "usr/local/bin/dbcheck",
        ),
        (
            "#!/usr/bin/python3\nimport os\nout = os.popen('a ping')\nprint('HTTP/1.1 ' + table[out])\n",
            "usr/local/bin/dbcheck.py",
        ),
        ('#!/usr/bin/python3\nprint("HTTP/1.1 200 OK"\n', "usr/local/bin/dbcheck.py"),
    ],
)
def test_what_cannot_be_followed_is_not_called_good(text: str, name: str) -> None:
    assert judged(text, name) == (0, 1)


HANDLER = """\
import pymysql
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

class Handler(BaseHTTPRequestHandler):
    def synced(self):
        try:
            pymysql.connect(host="127.0.0.1")
            return True
        except pymysql.Error:
            return False

    def do_GET(self):
        if self.synced():
            self.send_response(200)
        else:
            self.send_response({})
        self.end_headers()
        self.wfile.write(b"see the status")
"""
PRINTS = """\
#!/usr/bin/env python3
import subprocess, sys
if subprocess.run(["mysqladmin", "ping"]).returncode == 0:
    print("HTTP/1.1 200 OK\\r\\n\\r\\n")
    sys.exit(0)
sys.stdout.write("HTTP/1.1 {}\\r\\n\\r\\n")
sys.exit(1)
"""
VIEW = """\
import pymysql
from flask import Flask, jsonify
app = Flask(__name__)

@app.route("/health")
def health():
    try:
        pymysql.connect(host="127.0.0.1")
    except pymysql.Error as error:
        return jsonify(error=str(error)){}
    return "fine", 200
"""
CHOSEN = """\
import subprocess
from http.server import BaseHTTPRequestHandler
class Handler(BaseHTTPRequestHandler):
    def do_HEAD(self):
        code = 200 if subprocess.call(["mysqladmin", "ping"]) == 0 else {}
        self.send_response(code)
"""
PERL = """\
#!/usr/bin/perl
my $status = system("mysqladmin ping >/dev/null 2>&1");
if ($status == 0) {{
    print "HTTP/1.1 200 OK\\r\\n\\r\\n";
    exit 0;
}}
print STDOUT "HTTP/1.1 {}\\r\\n\\r\\n";
exit 1;
"""


@pytest.mark.parametrize(
    ("text", "well", "ill"),
    [
        (HANDLER, "204", "503"),
        (HANDLER, "HTTPStatus.OK", "HTTPStatus.SERVICE_UNAVAILABLE"),
        (PRINTS, "200 OK", "503 Down"),
        (VIEW, "", ", 503"),
        (VIEW, ", HTTPStatus.OK", ", HTTPStatus.BAD_GATEWAY"),
        (CHOSEN, "204", "500"),
        (PERL, "200 OK", "503 Down"),
    ],
)
def test_the_same_in_python_and_perl(text: str, well: str, ill: str) -> None:
    name = f"usr/local/bin/dbcheck.{'pl' if text is PERL else 'py'}"
    assert judged(text.format(well), name) == (1, 0)
    assert judged(text.format(ill), name) == (0, 0)


@pytest.mark.parametrize(
    "text",
    [
        HANDLER.replace("self.synced()", "self.path").format("200"),  # asks nobody
        HANDLER.replace("self.send_response({})", "return"),  # no answer is no healthy server
        PRINTS.replace("sys.stdout", "sys.stderr").format("200 OK"),
        VIEW.replace("return jsonify", "abort(503)\n        return jsonify").format(""),
    ],
)
def test_python_that_answers_otherwise(text: str) -> None:
    assert judged(text, "usr/local/bin/dbcheck.py") == (0, 0)
