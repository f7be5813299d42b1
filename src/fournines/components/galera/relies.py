"""What is taken for granted of MariaDB's and Galera's packages."""

from __future__ import annotations

from fournines.kit.common.mariadb import NEWEST, OLDEST, server
from fournines.kit.relies import Relied, has, has_account, prints

RELIES = (
    server(
        has("/usr/bin/mariadb-install-db"),
        prints(
            ("/usr/sbin/mariadbd", "--no-defaults", "--wsrep-recover", "--version"),
            r"Ver [\d.]+-MariaDB",
            what="understands --wsrep-recover",
        ),
        prints(
            ("/usr/sbin/mariadbd", "--no-defaults", "--wsrep-new-cluster", "--version"),
            r"Ver [\d.]+-MariaDB",
            what="understands --wsrep-new-cluster",
        ),
    ),
    Relied("mariadb-backup", OLDEST, NEWEST, (has("/usr/bin/mariadb-backup"),)),
    Relied("galera-4", "26.4.23", "26.4.23", (has("/usr/lib/galera/libgalera_smm.so"),)),
    Relied(
        "galera-arbitrator-4",
        "26.4.23",
        "26.4.23",
        (has("/usr/bin/garbd"), has_account("_galera")),
    ),
)
