"""What clients of an HAProxy meet: n1 balances, n2 and n3 serve."""

from __future__ import annotations

from tests.proofs.proof import Case, Hosts, Look, Proof
from tests.proofs.wire import Host, until

_DEFAULTS = """\
global
    log stdout format raw local0
{globals}defaults
    log global
    mode http
    retries 1
    timeout connect 2s
    timeout client {idle}
    timeout server {idle}
"""
_WEB = """\
listen web
    bind 10.0.0.11:80
    balance roundrobin
    option httpchk GET /
"""
_BACK = """\
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend web
    bind :80
    http-request return status 200 content-type text/plain string {name}
"""
_CFG = "/etc/haproxy/haproxy.cfg"


def _site(front: str, *, idle: str = "30s", more: str = "") -> dict[str, str]:
    head = _DEFAULTS.format(globals=more, idle=idle)
    back = {f"{name}{_CFG}": _BACK.format(name=name) for name in ("n2", "n3")}
    return {f"n1{_CFG}": head + front, **back}


def _balanced(hosts: Hosts) -> None:
    for name in ("n2", "n3"):
        hosts[name].start("haproxy", "-db", "-f", _CFG)
        _listening(hosts[name], 80)
    hosts["n1"].start("haproxy", "-db", "-f", _CFG)
    until(lambda: _answer(hosts["n1"]) in {"n2", "n3"}, "the balancer answers")


def _answer(balancer: Host) -> str:
    """Who answers a client that asks the balancer once."""
    return balancer.ask("curl", "-s", "-m", "5", "http://10.0.0.11/").stdout


def returns(hosts: Hosts) -> Look:
    """The server dies, the client goes to the backup, the server comes back and is found well."""
    _balanced(hosts)
    front = hosts["n1"]
    until(lambda: _answer(front) == "n2", "the client is at the server")
    hosts["n2"].kill("haproxy")
    until(lambda: _answer(front) == "n3", "the client is at the backup")
    hosts["n2"].start("haproxy", "-db", "-f", _CFG)
    until(lambda: "Server web/n2 is UP" in front.log("haproxy"), "the balancer finds the server well")
    return lambda: f"{_answer(front)} answers the client"


def asks(hosts: Hosts) -> Look:
    """One client asks six times."""
    _balanced(hosts)
    return lambda: (
        f"{len({_answer(hosts['n1']) for _ in range(6)})} server(s) answer six requests of a client"
    )


def reloaded(hosts: Hosts) -> Look:
    """A session is open, HAProxy is reloaded, then the server of the session fails its check."""
    front, back = hosts["n1"], hosts["n2"]
    back.start("haproxy", "-db", "-f", _CFG)
    _listening(back, 80)  # else a slow start is a server that is down from the beginning
    _echoing(back, 3306)
    front.start("haproxy", "-W", "-db", "-p", "/run/haproxy.pid", "-f", _CFG)
    _connected(front, 3306)
    front.must("sh", "-c", "kill -USR2 $(cat /run/haproxy.pid)")
    until(lambda: front.log("haproxy").count("Loading success") >= 2, "HAProxy is reloaded")
    back.kill("haproxy")
    until(lambda: "Server db/n2 is DOWN" in front.log("haproxy"), "the new worker finds the server down")
    return lambda: f"the session to the server that is down is {_session(front)}"


def silent(hosts: Hosts) -> Look:
    """A client connects and says nothing."""
    front, back = hosts["n1"], hosts["n2"]
    _echoing(back, 993)
    front.start("haproxy", "-db", "-f", _CFG)
    _connected(front, 993)
    return lambda: f"the silent client's connection is {_session(front)}"


def starts(hosts: Hosts) -> Look:
    """HAProxy is started."""
    for name in ("n2", "n3"):
        hosts[name].start("haproxy", "-db", "-f", _CFG)
    process = hosts["n1"].start("haproxy", "-db", "-f", _CFG)

    def look() -> str:
        if process.poll() is None:
            return "it runs and answers" if _answer(hosts["n1"]) else "it runs"
        why = "unknown keyword" if "unknown keyword 'sever'" in hosts["n1"].log("haproxy") else "?"
        return f"it ended with {process.returncode}: {why}"

    return look


def _echoing(host: Host, port: int) -> None:
    host.start("socat", f"TCP-LISTEN:{port},fork,reuseaddr", "EXEC:cat")
    _listening(host, port)


def _listening(host: Host, port: int) -> None:
    until(lambda: f":{port} " in host.must("ss", "-ltn"), f"{host.name} listens on {port}")


def _connected(front: Host, port: int) -> None:
    """A client of the balancer that keeps its connection, whose answer came from the server."""
    _listening(front, port)
    front.start(
        "sh", "-c", f"(echo hello; exec sleep 600) | exec socat -t 1 - TCP:10.0.0.11:{port}", name="client"
    )
    until(lambda: "hello" in front.log("client"), "the client has been answered")


def _session(front: Host) -> str:
    return "open" if front.ask("pidof", "socat").returncode == 0 else "cut"


_SPARE = """\
    stick-table type ip size 1k expire 10m
    stick on src
    server n2 10.0.0.12:80 check inter 500ms fall 2 rise 2
    server n3 10.0.0.13:80 check inter 500ms fall 2 rise 2 backup"""
_TWO = """\
    server n2 10.0.0.12:80 check inter 500ms fall 2 rise 2
    server n3 10.0.0.13:80 check inter 500ms fall 2 rise 2
"""
_DATABASE = """\
listen db
    bind 10.0.0.11:3306
    mode tcp
    option httpchk GET /
    timeout client 8h
    timeout server 8h
    server n2 10.0.0.12:3306 check port 80 inter 500ms fall 2 on-marked-down shutdown-sessions
    server n3 10.0.0.13:3306 check port 80 inter 500ms fall 2 on-marked-down shutdown-sessions backup
"""
_MAIL = """\
listen imaps
    bind 10.0.0.11:993
    mode tcp
{more}    server n2 10.0.0.12:993 check
"""
_STORED = _WEB + "    stick-table type ip size 1k expire 10m\n"

PROOFS = (
    Proof(
        rule="HA041",
        fault="the server dies and comes back",
        story=returns,
        flagged=Case(_site(_WEB + _SPARE + "\n"), "n3 answers the client"),
        mended=Case(_site(_WEB + _SPARE + " non-stick\n"), "n2 answers the client"),
    ),
    Proof(
        rule="HA042",
        fault="none: one client asks six times",
        story=asks,
        flagged=Case(
            _site(_STORED + "    stick store-request src\n" + _TWO),
            "2 server(s) answer six requests of a client",
        ),
        mended=Case(
            _site(_STORED + "    stick on src\n" + _TWO), "1 server(s) answer six requests of a client"
        ),
    ),
    Proof(
        rule="HA043",
        fault="HAProxy is reloaded under an open session, then the session's server fails its check",
        story=reloaded,
        flagged=Case(_site(_DATABASE), "the session to the server that is down is open"),
        mended=Case(
            _site(_DATABASE, more="    hard-stop-after 3s\n"), "the session to the server that is down is cut"
        ),
    ),
    Proof(
        rule="HA044",
        fault="none: a client is silent for longer than the timeout",
        story=silent,
        flagged=Case(_site(_MAIL.format(more=""), idle="2s"), "the silent client's connection is cut"),
        mended=Case(
            _site(_MAIL.format(more="    timeout client 31m\n    timeout server 31m\n"), idle="2s"),
            "the silent client's connection is open",
        ),
    ),
    Proof(
        rule="HA045",
        fault="none: HAProxy is started",
        story=starts,
        flagged=Case(_site(_WEB + _TWO.replace("server n2", "sever n2")), "it ended with 1: unknown keyword"),
        mended=Case(_site(_WEB + _TWO), "it runs and answers"),
    ),
)
