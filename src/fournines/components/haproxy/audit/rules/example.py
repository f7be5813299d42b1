"""Short haproxy.cfgs for the examples of the rules."""

from __future__ import annotations

from textwrap import dedent, indent

GLOBAL = "log /dev/log local0\nmaxconn 20480\n"
DEFAULTS = (
    "log global\nmode http\noption redispatch\nretries 3\nmaxconn 4096\n"
    "timeout connect 2s\ntimeout client 60s\ntimeout server 60s\n"
)
TWO = "server c1 10.0.0.11:5000 check inter 1s fall 2\nserver c2 10.0.0.12:5000 check inter 1s fall 2"


def haproxy(*sections: str, head: str = GLOBAL, defaults: str = DEFAULTS) -> str:
    """A complete file: global, defaults, and these sections."""
    parts = [
        _section("global", head),
        _section("defaults", defaults),
        *(dedent(text).strip("\n") for text in sections),
    ]
    return "\n".join(part for part in parts if part) + "\n"


def listen(body: str, *, name: str = "keystone", bind: str = "10.0.0.20:5000") -> str:
    """A ``listen`` section."""
    return _section(f"listen {name}", f"bind {bind}\n{dedent(body).strip()}")


def api(servers: str = TWO, *, extra: str = "", name: str = "keystone", bind: str = "10.0.0.20:5000") -> str:
    """A listener of an OpenStack API that is fine."""
    return listen(
        f"balance roundrobin\noption httpchk GET /healthcheck\n{extra}\n{servers}", name=name, bind=bind
    )


def galera(servers: str = "", *, extra: str = "", name: str = "galera") -> str:
    """A listener of a Galera cluster that is fine: one writer, asked over HTTP."""
    usual = "\n".join(
        f"server db{number} 10.0.0.1{number}:3306 check port 9200 inter 1s fall 2 "
        f"on-marked-down shutdown-sessions{'' if number == 1 else ' backup'}"
        for number in (1, 2, 3)
    )
    body = "mode tcp\noption httpchk GET /\ntimeout client 90m\ntimeout server 90m\n"
    return listen(f"{body}{extra}\n{servers or usual}", name=name, bind="10.0.0.20:3306")


def _section(head: str, body: str) -> str:
    lines = "\n".join(line for line in body.split("\n") if line.strip())
    return f"{head}\n{indent(lines, '    ')}" if lines else ""
