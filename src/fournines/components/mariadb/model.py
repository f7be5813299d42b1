"""The options and names of a MariaDB on a volume."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from fournines.kit.where import on
from fournines.spec.model import Role, Strict
from fournines.spec.shapes import Measure
from fournines.spec.types import Whole, WholeSeconds

PORT: Final = 3306
HOSTS: Final = on(Role.CONTROLLER)
"""Where it can run: those with a copy of its data."""
UNIT: Final = "mariadb.service"
VOLUME: Final = "mysql"
"""The volume's name in the site file, and in the guide."""
DATADIR: Final = "/var/lib/mysql"
SOCKET: Final = "/run/mysqld/mysqld.sock"
WORKS: Final = f"mariadb --no-defaults --skip-ssl --socket={SOCKET} -e 'DO 0'"
"""What is asked of it while it runs: a program that hangs accepts connections and answers nothing.
Without TLS, which clients ask for since 11.4 though the server is at the other end of a socket."""

RESERVED: Final = 20
"""Connections that are no service's: the question above, probes, people."""
SERVER_MB: Final = 130
"""What mariadbd holds with an empty buffer pool, in MiB."""

_SIZE = Measure({"M": 2**20, "G": 2**30}, lowest="8M", highest="4096G")
Size = Annotated[str, _SIZE]
"""Mebibytes or gibibytes as MariaDB writes them: 512M, 2G."""


class Options(Strict):
    """What a site may override."""

    buffer_pool: Size = "256M"
    """InnoDB's cache (innodb_buffer_pool_size)."""
    max_connections: Whole = Field(default=1000, ge=50, le=20000)
    """How many clients at once; each API worker keeps a pool."""
    start_timeout: WholeSeconds = Field(default=300, ge=60, le=86400)
    """Seconds a start may take, recovery after a power loss included, until the cluster calls it failed."""
    stop_timeout: WholeSeconds = Field(default=60, ge=10, le=3600)
    """Seconds a stop may take until the process is killed: InnoDB recovers from that at its next start."""

    @property
    def buffer_pool_mb(self) -> int:
        """InnoDB's cache in MiB."""
        return _SIZE.in_bytes(self.buffer_pool) >> 20
