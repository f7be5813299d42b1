"""What a Python script's exit status depends on."""

from __future__ import annotations

from textwrap import dedent

import pytest

from fournines.kit.audit.status.pool import Outcome
from fournines.kit.audit.status.python import steps_of
from fournines.kit.audit.status.walk import outcome


def ends(text: str) -> Outcome:
    steps = steps_of(dedent(text))
    assert steps is not None
    return outcome(steps)


@pytest.mark.parametrize(
    "text",
    [
        "print(1)",
        "print 1",
        "import os\nos.system('pidof haproxy')",
        "import subprocess\nsubprocess.call(['pidof', 'haproxy'])",
        """
        import urllib.request
        try:
            urllib.request.urlopen("http://127.0.0.1/", timeout=1)
            print(0)
        except OSError:
            print(1)
        """,
        """
        import urllib2
        def main():
            try:
                urllib2.urlopen("http://127.0.0.1/")
                return 0
            except Exception, e:
                return 1
        if __name__ == "__main__":
            main()
        """,
        """
        import requests
        try:
            ok = requests.get("http://127.0.0.1/").status_code == 200
        except requests.exceptions.RequestException:
            ok = False
        print("OK" if ok else "DOWN")
        """,
    ],
)
def test_scripts_that_never_fail(text: str) -> None:
    assert ends(text).failure is None


@pytest.mark.parametrize(
    "text",
    [
        "import sys\nsys.exit(1)",
        "import subprocess\nsubprocess.check_call(['pidof', 'haproxy'])",
        "import subprocess\nsubprocess.run(['pidof', 'haproxy'], check=True)",
        "import urllib.request\nurllib.request.urlopen('http://127.0.0.1/')",
        "import socket\ns = socket.socket()\ns.connect(('127.0.0.1', 80))",
        "import os, sys\nif os.system('pidof haproxy') != 0:\n    sys.exit(1)",
        "import subprocess, sys\nsys.exit(subprocess.call(['pidof', 'haproxy']))",
        "import sys\ntry:\n    go()\nexcept Exception:\n    sys.exit('dead')",
        "try:\n    open_it()\nexcept KeyError:\n    pass",
        "def main():\n    return ask()\nraise SystemExit(main())",
        "assert ask()",
        "import os\nos._exit(3)",
    ],
)
def test_scripts_that_may(text: str) -> None:
    assert ends(text).failure is not None


@pytest.mark.parametrize(
    "text",
    [
        "import subprocess, sys\nsys.exit(subprocess.call('ip addr | grep 10.0.0.20', shell=True))",
        """
        import subprocess, sys
        VIP = "10.0.0.20"
        out = subprocess.check_output(["ip", "addr"]).decode()
        if VIP not in out:
            sys.exit(1)
        """,
        """
        import subprocess, sys
        def held(address):
            shown = subprocess.check_output(["ip", "addr", "show"], text=True)
            return address in shown
        def main():
            if held("10.0.0.20"):
                return 0
            return 1
        if __name__ == "__main__":
            sys.exit(main())
        """,
    ],
)
def test_what_success_needs(text: str) -> None:
    found = ends(text).success
    assert found is not None
    assert any("10.0.0.20" in q.text + q.aspect and "ip addr" in q.text and answer for q, answer in found)


def test_what_is_no_python_is_not_judged() -> None:
    assert steps_of("use strict;\nmy $x = 1;") is None
    assert steps_of("(" * 5000) is None
    assert steps_of("print(1)\n" * 20_000) is None
    assert steps_of("\n" * 60_000) is not None


def test_what_a_function_raises_in_a_condition_ends_the_program() -> None:
    text = """
        import sys, pymysql
        def well():
            pymysql.connect(host="127.0.0.1")
            return True
        if {}:
            sys.exit(0)
    """
    for condition in ("well()", "well() is True", "not (well() and 1) or True"):
        assert ends(text.format(condition)).failure is not None
    assert (
        ends(text.replace('pymysql.connect(host="127.0.0.1")', "print(1)").format("well()")).failure is None
    )
