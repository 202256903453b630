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
from collections.abc import Callable, Mapping
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
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind is tuple or kind is list:
        return [dump(inner) for inner in value]
    if (fields := _written(kind)) is not None:  # type: ignore[arg-type]
        held = ((key, getattr(value, name), default) for name, key, default in fields)
        return {key: dump(inner) for key, inner, default in held if default is _ALWAYS or inner != default}
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: dump(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [dump(inner) for inner in value]
    return value


_ATOMS = frozenset({str, int, bool, type(None)})
_ALWAYS = object()


@functools.cache
def _written(cls: type) -> tuple[tuple[str, str, Any], ...] | None:
    """Return, of each field of a dataclass, name, key, and the value at which it is left out (_ALWAYS: never); else None."""
    if not dataclasses.is_dataclass(cls):
        return None
    return tuple(
        (field.name, _key(field.name), _default(field) if ADDED in field.metadata else _ALWAYS)
        for field in dataclasses.fields(cls)
    )


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def load(cls: type[T], value: Any, path: Path = ()) -> T:
    """Return `value`, as read from JSON or YAML, as an instance of the dataclass `cls`; raises ShapeError."""
    loaded: T = _of_class(cls)(value, path)  # type: ignore[arg-type]
    return loaded


def _key(name: str) -> str:
    return name.removesuffix("_")


Read = Callable[[Any, Path], Any]
"""Reads one kind of value: made once for each kind, because documents hold very many values of few kinds."""


@functools.cache
def _of_class(cls: type) -> Read:
    hints = get_type_hints(cls)
    fields = dataclasses.fields(cls)
    names = {_key(field.name): field.name for field in fields}
    needed = [
        _key(field.name)
        for field in fields
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    readers: dict[str, Read] = {}

    def read(value: Any, path: Path) -> Any:
        if not isinstance(value, Mapping):
            raise ShapeError(path, "a mapping", value)
        if not readers:  # only now: a class may hold others of its own kind
            readers.update({key: _reader(hints[name]) for key, name in names.items()})
        for key in value:
            if key not in readers:
                raise ShapeError((*path, str(key)), "one of the keys " + ", ".join(names), key)
        arguments = {names[key]: readers[key](value[key], (*path, key)) for key in names if key in value}
        for key in needed:
            if names[key] not in arguments:
                raise ShapeError((*path, key), "a value", None)
        return cls(**arguments)

    return read


def _reader(kind: Any) -> Read:
    """Return what reads values of a kind."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _of_union(get_args(kind))
    if origin is Literal:
        return _of_literal(get_args(kind))
    if origin is tuple:
        return _of_tuple(get_args(kind))
    if origin is not None and issubclass(origin, Mapping):
        return _of_mapping(_reader(get_args(kind)[1]))
    if kind is Any or kind is object:
        return lambda value, _: value
    if dataclasses.is_dataclass(kind):
        return _of_class(kind)  # type: ignore[arg-type]
    if kind in (datetime, date):
        return functools.partial(_read_moment, kind)
    return functools.partial(_read_atom, kind)


def _read_atom(kind: type, value: Any, path: Path) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ShapeError(path, _NAMES.get(kind, kind.__name__), value)
    return value


def _of_literal(choices: tuple[Any, ...]) -> Read:
    truths = any(isinstance(choice, bool) for choice in choices)

    def read(value: Any, path: Path) -> Any:
        if value not in choices or isinstance(value, bool) != truths:
            raise ShapeError(path, "one of " + ", ".join(map(str, choices)), value)
        return value

    return read


def _of_union(options: tuple[Any, ...]) -> Read:
    nothing = type(None) in options
    readers = [_reader(option) for option in options if option is not type(None)]

    def read(value: Any, path: Path) -> Any:
        if value is None and nothing:
            return None
        faults = []
        for reader in readers:
            try:
                return reader(value, path)
            except ShapeError as fault:
                faults.append(fault)
        raise max(faults, key=lambda fault: len(fault.path))

    return read


def _of_tuple(kinds: tuple[Any, ...]) -> Read:
    every = _reader(kinds[0]) if len(kinds) == 2 and kinds[1] is ... else None
    readers = [] if every else [_reader(kind) for kind in kinds]

    def read(value: Any, path: Path) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise ShapeError(path, "a list", value)
        if every is not None:
            return tuple([every(inner, (*path, n)) for n, inner in enumerate(value)])
        if len(readers) != len(value):
            raise ShapeError(path, f"a list of {len(readers)}", value)
        return tuple([reader(inner, (*path, n)) for n, (reader, inner) in enumerate(zip(readers, value, strict=True))])

    return read


def _of_mapping(reader: Read) -> Read:
    def read(value: Any, path: Path) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            raise ShapeError(path, "a mapping", value)
        return {str(key): reader(inner, (*path, str(key))) for key, inner in value.items()}

    return read


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
