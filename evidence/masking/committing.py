"""Binds the office to what a masked reading hides, field by field, so that one field can be disclosed later and no other.

Numbers of citizens and telephones are few enough to try them all, so each field has a salt of its own. It comes from a key of
the office's by what it is for and by the value itself: the same bundle again has the same bytes, and a salt that was given out
tells nothing of another value that once stood at the same place.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from evidence import canonical
from evidence.model import Commitment

HIDDEN = "■■■"
"""What stands for a masked word."""
LEFT_OUT = ("tables", "file_pages")
"""Fields of a reading of which a part, or all, may be left out."""
SALT = 32
"""Bytes of a salt."""
Salts = Callable[[bytes], bytes]
"""Gives the salt for a field by its canonical description: always the same, and nobody without the key can tell it."""
Salting = Callable[[], Salts | None]
"""Gives the salts when something is masked; None: the office has no key for them, and nothing is committed to."""
_HEX = re.compile(rf"[0-9a-f]{{{2 * SALT}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field that is not shown, and its value."""

    path: str
    """JSON Pointer into the reading as it is shown."""
    value: Any


def unsalted() -> None:
    """Give no salts."""


def salts_of(key: bytes) -> Salts:
    """Return the salts that come from a secret key."""
    return lambda what: hmac.digest(key, what, "sha256")


def salt_of(record: str, field: Field, salts: Salts) -> bytes:
    """Return the salt of a field of a record's reading."""
    what = {"for": "quzheng reading field", "path": field.path, "record": record, "value": field.value}
    return salts(canonical.encode(what))


def commit(record: str, field: Field, salts: Salts) -> Commitment:
    """Return the commitment to a field of a record's reading."""
    return Commitment(path=field.path, commitment=commitment(salt_of(record, field, salts), field.value))


def commitment(salt: bytes, value: Any) -> str:
    """Return SHA-256 over salt and canonical value; raises CanonicalError for a value that has no canonical form."""
    return sha256(salt + canonical.encode(value)).hexdigest()


def is_salt(text: str) -> bool:
    """Tell whether a text writes a salt."""
    return _HEX.fullmatch(text) is not None


def changed(before: Any, after: Any, path: str = "") -> Iterator[Field]:
    """Yield the texts of plain JSON that are others in its masked copy, which has the same shape.

    >>> list(changed({"a": ["李雷", "无"]}, {"a": ["■■■", "无"]}))
    [Field(path='/a/0', value='李雷')]
    """
    if isinstance(before, dict):
        for name, value in before.items():
            yield from changed(value, after[name], f"{path}/{_escaped(name)}")
    elif isinstance(before, list):
        for n, value in enumerate(before):
            yield from changed(value, after[n], f"{path}/{n}")
    elif before != after:
        yield Field(path=path, value=before)


def stands_for(shown: Any, path: str, value: Any) -> bool:
    """Tell whether a value may be what is hidden at a path of a masked reading's plain JSON.

    A text must be the one that is shown with something in place of each mask; what is left out as a whole is a list.

    >>> stands_for({"title": "■■■的来信"}, "/title", "李雷的来信"), stands_for({"title": "■■■的来信"}, "/title", "李雷")
    (True, False)
    """
    if path.removeprefix("/") in LEFT_OUT:
        return isinstance(value, list)
    text = _at(shown, path)
    return isinstance(text, str) and HIDDEN in text and isinstance(value, str) and _fits(text.split(HIDDEN), value)


def _fits(parts: list[str], value: str) -> bool:
    """Tell whether a text has these parts in order, the first at its beginning and the last at its end."""
    first, *between, last = parts
    if len(value) < len(first) + len(last) or not (value.startswith(first) and value.endswith(last)):
        return False
    place, end = len(first), len(value) - len(last)
    for part in between:
        place = value.find(part, place, end)
        if place < 0:
            return False
        place += len(part)
    return True


def _at(value: Any, path: str) -> Any:
    """Return what stands at a JSON Pointer; None where nothing does."""
    for step in path.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and name.isascii() and len(name) < 10:
            value = value[int(name)] if int(name) < len(value) else None
        else:
            return None
    return value


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
