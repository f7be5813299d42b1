"""Talking to QEMU and to what runs in it: JSON, a line each, over Unix sockets beside the host's disk."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fournines.errors import LabError


class Line:
    """A connection on which both sides say one JSON object a line."""

    def __init__(self, connection: socket.socket, where: Path) -> None:
        self._connection = connection
        self._where = where
        self._read = b""

    def say(self, what: Mapping[str, Any], *, before: bytes = b"") -> None:
        """Send it.

        Raises:
            LabError: the other side is gone.
        """
        try:
            self._connection.sendall(before + json.dumps(what).encode() + b"\n")
        except OSError as error:
            raise LabError(f"not heard: {error}", where=str(self._where)) from error

    def hear(self) -> Mapping[str, Any]:
        """The next object; what is none (the remains of an earlier answer) is passed over.

        Raises:
            LabError: nothing came in time, or the other side is gone.
        """
        while True:
            while b"\n" not in self._read:
                try:
                    more = self._connection.recv(1 << 16)
                except OSError as error:
                    raise LabError(f"no answer: {error}", where=str(self._where)) from error
                if not more:
                    raise LabError("no answer: the connection was closed", where=str(self._where))
                self._read += more
            line, _, self._read = self._read.partition(b"\n")
            try:
                heard = json.loads(line[line.rfind(b"\xff") + 1 :])
            except ValueError:
                continue
            if isinstance(heard, dict):
                return heard


@contextmanager
def connected(path: Path, timeout: float) -> Iterator[Line]:
    """A connection to a socket, each answer of which may take ``timeout`` seconds.

    A socket's path may be 107 bytes long, and a lab's is longer: it is reached by its folder's descriptor.

    Raises:
        LabError: nobody listens there.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout)
        try:
            folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                connection.connect(f"/proc/self/fd/{folder}/{path.name}")
            finally:
                os.close(folder)
        except OSError as error:
            raise LabError(f"nobody listens: {error.strerror}", where=str(path)) from error
        yield Line(connection, path)
