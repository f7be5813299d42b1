"""What is taken for granted of the packages that fournines itself works with on a host."""

from __future__ import annotations

from fournines.kit.relies import Relied, prints

RELIES = (
    Relied(
        "python3",
        "3.13.5",
        "3.13.5",
        (
            prints(
                ("/usr/bin/python3", "-I", "-c", "import sys; print(sys.version_info >= (3, 10))"),
                "^True$",
                what="is 3.10 or newer",
            ),
        ),
    ),
)
