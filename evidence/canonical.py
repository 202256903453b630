"""The only way a value becomes bytes, and bytes a value.

Evidence JSON has strings, integers, booleans, null, arrays and objects with ASCII keys, and no floats; so RFC 8785
(JCS) and `json.dumps(sort_keys=True, separators=(",", ":"), ensure_ascii=False)` give the same bytes (the tests ask the
`rfc8785` package), and anyone can rebuild them in any language.

>>> encode({"b": 1, "a": "栏目"}).decode()
'{"a":"栏目","b":1}'
>>> decode(b'{"a":1}')
{'a': 1}
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from evidence.errors import CanonicalError

MAX_DEPTH = 64
MAX_INTEGER = 2**53 - 1

Plain = None | bool | int | str | Sequence["Plain"] | Mapping[str, "Plain"]
"""What evidence JSON is made of."""


def encode(value: object) -> bytes:
    """Return the canonical bytes of a plain value.

    Raises CanonicalError for floats, keys that are not ASCII strings, integers from 2^53 up, lone surrogates and
    values nested deeper than MAX_DEPTH.
    """
    _check(value, 0)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise CanonicalError(f"text with a lone surrogate: {text[error.start :]!r:.60}") from error


def decode(data: bytes) -> Any:
    """Return the value whose canonical bytes are `data`; raises CanonicalError for any other bytes."""
    try:
        value = json.loads(data.decode("utf-8"), parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError) as error:
        raise CanonicalError(f"not evidence JSON: {error}") from error
    if encode(value) != data:
        raise CanonicalError("JSON is not in canonical form (key order, white space, duplicate keys or escapes)")
    return value


def _no_float(text: str) -> object:
    raise ValueError(f"numbers in evidence are integers, got {text}")


_PLAIN = frozenset({str, bool, type(None)})
"""Kinds that have nothing to check, told by their type before anything is called: most values are of these."""


def _check(value: object, depth: int) -> None:
    match value:
        case dict() | list() | tuple() if value and depth == MAX_DEPTH:
            raise CanonicalError(f"nested deeper than {MAX_DEPTH}")
        case dict():
            for key, inner in value.items():
                if not isinstance(key, str) or not key.isascii():
                    raise CanonicalError(f"keys are ASCII strings, got {key!r:.60}")
                if type(inner) not in _PLAIN:
                    _check(inner, depth + 1)
        case list() | tuple():
            for inner in value:
                if type(inner) not in _PLAIN:
                    _check(inner, depth + 1)
        case str() | None | bool():
            return
        case int():
            if abs(value) > MAX_INTEGER:
                raise CanonicalError(f"integer too large for every reader: {value}")
        case _:
            raise CanonicalError(f"no canonical form for {type(value).__name__}: {value!r:.60}")
