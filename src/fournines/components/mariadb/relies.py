"""What is taken for granted of MariaDB's package. The unit is our own."""

from __future__ import annotations

from fournines.kit.relies import Relied, has, has_account, prints

RELIES = (
    Relied(
        "mariadb-server",
        "11.8.6",
        "11.8.9",
        (
            has("/usr/sbin/mariadbd"),
            has("/usr/bin/mariadb"),
            has_account("mysql"),
            prints(
                ("/usr/bin/mariadb-install-db", "--help"),
                r"--auth-root-socket-user",
                what="has a mariadb-install-db that understands --auth-root-socket-user",
            ),
        ),
    ),
)
