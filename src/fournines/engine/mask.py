"""Hiding secrets in whatever is about to be shown or logged."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from fournines.errors import HostError, NinesError

HIDDEN = "********"
_SHORTEST = 6
"""Shorter texts than this would hide ordinary words; no generated secret is shorter."""


class Masker:
    """Replaces every secret value, and the forms it commonly takes, by stars.

    Forms: URL-encoded, base64 (alone, so also in a basic-authentication pair only by accident), JSON
    escaped, and each line of a value of several lines (PEM blocks, key repositories).
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for form in _forms(secret) if len(form) >= _SHORTEST}
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def mask(self, text: str) -> str:
        """The text with every secret in it replaced."""
        return self._pattern.sub(HIDDEN, text) if self._pattern else text


def _forms(secret: str) -> Iterator[str]:
    for text in (secret, *_parts(secret)):
        yield text
        yield quote(text, safe="")
        yield quote_plus(text)
        yield json.dumps(text)[1:-1]
        yield base64.b64encode(text.encode()).decode()
        yield base64.b64encode(text.encode() + b"\n").decode()
        yield base64.urlsafe_b64encode(text.encode()).decode()


def _parts(secret: str) -> Iterator[str]:
    """The lines of a text; the values of a JSON object (a key repository)."""
    for line in secret.splitlines():
        stripped = line.strip()
        if not stripped.startswith("-----"):  # a PEM frame is no secret, and hides nothing when masked
            yield stripped
    if secret.startswith("{"):
        try:
            found = json.loads(secret)
        except ValueError:
            return
        if isinstance(found, dict):
            yield from (value for value in found.values() if isinstance(value, str))


class masked:  # noqa: N801 - reads as a with-statement's verb
    """Errors that leave this block have every secret in them hidden."""

    def __init__(self, masker: Masker) -> None:
        self._mask = masker.mask

    def __enter__(self) -> None:
        return

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if not isinstance(error, NinesError):
            return
        hidden = (self._mask(error.what), error.where, error.try_this and self._mask(error.try_this))
        what, where, try_this = hidden
        if isinstance(error, HostError):
            output = self._mask(error.output)
            raise type(error)(what, where=where, try_this=try_this, output=output) from None
        raise type(error)(what, where=where, try_this=try_this) from None
