"""Frozen dataclasses to plain JSON values and back, strictly.

Instants are written as ISO 8601 with offset and milliseconds, days as ISO days, tuples as arrays. Reading back checks
every type and refuses unknown and missing keys, so that a document that loads has the shape its class promises.
A field whose name is a Python keyword carries an underscore (`class_`) that the JSON key does not have.

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class Place:
...     name: str
...     box: tuple[int, ...] = ()
>>> dump(Place("栏目", (1, 2)))
{'name': '栏目', 'box': [1, 2]}
>>> load(Place, {"name": "栏目"})
Place(name='栏目', box=())
>>> load(Place, {"name": 3})
Traceback (most recent call last):
    ...
evidence.errors.ShapeError: name: expected text, got 3
"""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from evidence.errors import ShapeError

T = TypeVar("T")
Path = tuple[str | int, ...]

_NAMES = {str: "text", int: "a whole number", bool: "true or false", type(None): "null"}


def instant(moment: datetime) -> str:
    """Return an aware moment as ISO 8601 in UTC with milliseconds.

    >>> instant(datetime(2021, 1, 4, 4, 0, tzinfo=UTC))
    '2021-01-04T04:00:00.000+00:00'
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


ADDED = "added"
"""Metadata of a field that was added to a form later: it is left out while it has its default, so that what was written
before keeps its bytes, and with them its digest."""


def dump(value: Any) -> Any:
    """Return `value` (dataclasses, tuples, mappings, instants, days, atoms) as plain JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = ((field, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {
            _key(field.name): dump(held)
            for field, held in fields
            if not (ADDED in field.metadata and held == _default(field))
        }
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: dump(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [dump(inner) for inner in value]
    return value


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def load(cls: type[T], value: Any, path: Path = ()) -> T:
    """Return `value`, as read from JSON or YAML, as an instance of the dataclass `cls`; raises ShapeError."""
    if not isinstance(value, Mapping):
        raise ShapeError(path, "a mapping", value)
    hints = _hints(cls)  # type: ignore[arg-type]
    for key in value:
        if key not in hints:
            raise ShapeError((*path, str(key)), "one of the keys " + ", ".join(hints), key)
    arguments = {}
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        key = _key(field.name)
        if key in value:
            arguments[field.name] = _read(hints[key], value[key], (*path, key))
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ShapeError((*path, key), "a value", None)
    return cls(**arguments)


def _key(name: str) -> str:
    return name.removesuffix("_")


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {_key(field.name): hints[field.name] for field in dataclasses.fields(cls)}


def _read(kind: Any, value: Any, path: Path) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _read_union(kind, value, path)
    if origin is Literal:
        if value not in get_args(kind) or isinstance(value, bool) != any(isinstance(c, bool) for c in get_args(kind)):
            raise ShapeError(path, "one of " + ", ".join(map(str, get_args(kind))), value)
        return value
    if origin is tuple:
        return _read_tuple(get_args(kind), value, path)
    if origin is not None and issubclass(origin, Mapping):
        return _read_mapping(get_args(kind), value, path)
    if kind is Any or kind is object:
        return value
    if dataclasses.is_dataclass(kind):
        return load(kind, value, path)  # type: ignore[arg-type]
    if kind in (datetime, date):
        return _read_moment(kind, value, path)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ShapeError(path, _NAMES.get(kind, kind.__name__), value)
    return value


def _read_union(kind: Any, value: Any, path: Path) -> Any:
    options = get_args(kind)
    if value is None and type(None) in options:
        return None
    faults = []
    for option in options:
        if option is type(None):
            continue
        try:
            return _read(option, value, path)
        except ShapeError as fault:
            faults.append(fault)
    raise max(faults, key=lambda fault: len(fault.path))


def _read_tuple(kinds: tuple[Any, ...], value: Any, path: Path) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise ShapeError(path, "a list", value)
    if len(kinds) == 2 and kinds[1] is ...:
        return tuple(_read(kinds[0], inner, (*path, n)) for n, inner in enumerate(value))
    if len(kinds) != len(value):
        raise ShapeError(path, f"a list of {len(kinds)}", value)
    return tuple(_read(kind, inner, (*path, n)) for n, (kind, inner) in enumerate(zip(kinds, value, strict=True)))


def _read_mapping(kinds: tuple[Any, ...], value: Any, path: Path) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ShapeError(path, "a mapping", value)
    return {str(key): _read(kinds[1], inner, (*path, str(key))) for key, inner in value.items()}


def _read_moment(kind: Any, value: Any, path: Path) -> Any:
    if kind is date and isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        moment = kind.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ShapeError(path, "an ISO day" if kind is date else "an ISO instant", value) from error
    if kind is datetime and moment.tzinfo is None:
        raise ShapeError(path, "an ISO instant with an offset", value)
    return moment
