"""What is taken for granted of MariaDB's package."""

from __future__ import annotations

from fournines.kit.common.mariadb import server
from fournines.kit.relies import prints

RELIES = (
    server(
        prints(
            ("/usr/bin/mariadb-install-db", "--help"),
            r"--auth-root-socket-user",
            what="has a mariadb-install-db that understands --auth-root-socket-user",
        ),
    ),
)
