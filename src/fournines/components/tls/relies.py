"""What is taken for granted of the packages that hold and test certificates."""

from __future__ import annotations

from fournines.components.tls.model import HOOKS, STORE
from fournines.kit.relies import Relied, has, reads

RELIES = (
    Relied(
        "ca-certificates",
        "20250419",
        "20250419",
        (
            reads("/usr/sbin/update-ca-certificates", "LOCALCERTSDIR=/usr/local/share/ca-certificates"),
            reads("/usr/sbin/update-ca-certificates", f"HOOKSDIR={HOOKS}"),
            has(STORE),
            has(HOOKS),
        ),
    ),
)
