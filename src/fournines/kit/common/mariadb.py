"""What is taken for granted of MariaDB's server, whichever component runs it. The units are our own."""

from __future__ import annotations

from fournines.kit.relies import Relied, Truth, has, has_account

OLDEST, NEWEST = "11.8.6", "11.8.9"
"""Proved with a cluster of three, and with one server whose data moves."""


def server(*more: Truth) -> Relied:
    """The server's package, with what a component relies on beyond that it can run."""
    runs = (has("/usr/sbin/mariadbd"), has("/usr/bin/mariadb"), has_account("mysql"))
    return Relied("mariadb-server", OLDEST, NEWEST, (*runs, *more))
