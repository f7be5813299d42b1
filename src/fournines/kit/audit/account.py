"""Accounts that commands make, whatever they are made in: Keystone, a database, a broker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fournines.kit.audit.source import Place


@dataclass(frozen=True)
class Account:
    """A user and the password it is given; ``realm`` is ``keystone``, ``sql`` or ``amqp``."""

    at: Place
    realm: str
    user: str
    password: str = field(repr=False)
