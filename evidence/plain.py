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
import itertools
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
    if kind is datetime:
        return instant(value)
    if (fields := _written(kind)) is not None:  # type: ignore[arg-type]
        return {
            key: inner if type(inner) in _ATOMS else dump(inner)
            for name, key, default in fields
            if (inner := getattr(value, name)) != default
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


_ATOMS = frozenset({str, int, bool, type(None)})
_ALWAYS = object()
"""Equal to nothing."""


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
    try:
        loaded: T = _of_class(cls)(value)  # type: ignore[arg-type]
    except ShapeError as fault:
        raise fault.below(*path) from None
    return loaded


def _key(name: str) -> str:
    return name.removesuffix("_")


Read = Callable[[Any], Any]
"""Reads one kind of value: made once for each kind, because documents hold very many values of few kinds.

A fault says where below the value it lies; only whoever passes it on knows what is above.
"""


@functools.cache
def _of_class(cls: type) -> Read:
    hints = get_type_hints(cls)
    fields = dataclasses.fields(cls)
    names = {_key(field.name): field.name for field in fields}
    needed = {
        field.name
        for field in fields
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    readers: list[tuple[str, str, Read]] = []

    def read(value: Any) -> Any:
        if not _is_mapping(value):
            raise ShapeError((), "a mapping", value)
        if not readers:  # only now: a class may hold others of its own kind
            readers[:] = [(key, name, _reader(hints[name])) for key, name in names.items()]
        if not value.keys() <= names.keys():
            unknown = next(key for key in value if key not in names)
            raise ShapeError((str(unknown),), "one of the keys " + ", ".join(names), unknown)
        arguments = {}
        for key, name, reader in readers:
            if key in value:
                try:
                    arguments[name] = reader(value[key])
                except ShapeError as fault:
                    raise fault.below(key) from None
        if not needed <= arguments.keys():
            missing = next(key for key, name in names.items() if name in needed and name not in arguments)
            raise ShapeError((missing,), "a value", None)
        return cls(**arguments)

    return read


def _is_mapping(value: Any) -> bool:
    return type(value) is dict or isinstance(value, Mapping)


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
        return lambda value: value
    if dataclasses.is_dataclass(kind):
        return _of_class(kind)  # type: ignore[arg-type]
    if kind in (datetime, date):
        return functools.partial(_read_moment, kind)
    return _of_atom(kind)


def _of_atom(kind: type) -> Read:
    def read(value: Any) -> Any:
        if type(value) is not kind and (not isinstance(value, kind) or isinstance(value, bool)):
            raise ShapeError((), _NAMES.get(kind, kind.__name__), value)
        return value

    return read


def _of_literal(choices: tuple[Any, ...]) -> Read:
    truths = any(isinstance(choice, bool) for choice in choices)

    def read(value: Any) -> Any:
        if value not in choices or isinstance(value, bool) != truths:
            raise ShapeError((), "one of " + ", ".join(map(str, choices)), value)
        return value

    return read


def _of_union(options: tuple[Any, ...]) -> Read:
    nothing = type(None) in options
    readers = [_reader(option) for option in options if option is not type(None)]

    def read(value: Any) -> Any:
        if value is None and nothing:
            return None
        faults = []
        for reader in readers:
            try:
                return reader(value)
            except ShapeError as fault:
                faults.append(fault)
        raise max(faults, key=lambda fault: len(fault.path))

    return read


def _of_tuple(kinds: tuple[Any, ...]) -> Read:
    every = _reader(kinds[0]) if len(kinds) == 2 and kinds[1] is ... else None
    readers = [] if every else [_reader(kind) for kind in kinds]

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise ShapeError((), "a list", value)
        if every is None and len(readers) != len(value):
            raise ShapeError((), f"a list of {len(readers)}", value)
        found: list[Any] = []
        try:
            for reader, inner in zip(readers if every is None else itertools.repeat(every), value, strict=False):
                found.append(reader(inner))  # noqa: PERF401  (a fault says how many went well)
        except ShapeError as fault:
            raise fault.below(len(found)) from None
        return tuple(found)

    return read


def _of_mapping(reader: Read) -> Read:
    def read(value: Any) -> Mapping[str, Any]:
        if not _is_mapping(value):
            raise ShapeError((), "a mapping", value)
        found = {}
        for key, inner in value.items():
            try:
                found[str(key)] = reader(inner)
            except ShapeError as fault:
                raise fault.below(str(key)) from None
        return found

    return read


def _read_moment(kind: Any, value: Any) -> Any:
    if kind is date and isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        moment = kind.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ShapeError((), "an ISO day" if kind is date else "an ISO instant", value) from error
    if kind is datetime and moment.tzinfo is None:
        raise ShapeError((), "an ISO instant with an offset", value)
    return moment
