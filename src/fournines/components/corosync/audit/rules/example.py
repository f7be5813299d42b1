"""Short corosync.confs for the examples of the rules."""

from __future__ import annotations

from textwrap import indent

TWO = "two_node: 1"


def node(number: int, extra: str = "", *, links: int = 2, nodeid: bool = True) -> str:
    """One node of the list: 10.0.0.1N, and 10.0.1.1N on its second link."""
    lines = [f"name: node{number}"]
    lines += [f"nodeid: {number}"] if nodeid else []
    lines += [f"ring{link}_addr: 10.0.{link}.1{number}" for link in range(links)]
    lines += [extra] if extra else []
    return "node {\n" + indent("\n".join(lines), "    ") + "\n}"


def corosync(
    quorum: str = "",
    *,
    nodes: int = 3,
    links: int = 2,
    totem: str = "",
    transport: str = "knet",
    name: str = "control",
    crypto: str = "crypto_cipher: aes256\ncrypto_hash: sha256",
    tail: str = "",
    nodelist: str | None = None,
    provider: str = "provider: corosync_votequorum",
) -> str:
    """A complete file for so many nodes; ``quorum`` and ``totem`` go into those sections."""
    head = [f"cluster_name: {name}", f"transport: {transport}" if transport else "", crypto, totem]
    listed = "\n".join(node(n, links=links) for n in range(1, nodes + 1)) if nodelist is None else nodelist
    parts = [_section("totem", "version: 2", *head), _section("nodelist", listed) if listed else ""]
    parts += [_section("quorum", provider, quorum) if provider or quorum else "", tail]
    return "\n".join(part for part in parts if part) + "\n"


def _section(name: str, *lines: str) -> str:
    return f"{name} {{\n" + indent("\n".join(line for line in lines if line), "    ") + "\n}"
