"""A bundle opened for verifying: its members measured in one pass, its documents read one at a time.

Everything in it is hostile. Memory is bounded (members are streamed, documents have a limit each), nothing is written,
and what cannot be read is a FormError that says what and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, BinaryIO, Protocol, Self, TypeVar

from evidence import bag, canonical, zipform
from evidence.errors import EvidenceError, FormError
from evidence.manifest import MANIFEST, Manifest
from evidence.measuring import Measured, measure
from evidence.zipform import Survey

MAX_DOCUMENT = 16 << 20
"""Bytes of one JSON document, list or note; a longer one is refused unread."""

MAX_MANIFEST = 32 << 20
"""Bytes of the two lists that name every file."""


class Form(Protocol):
    """What is read from a document of a schema."""

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Self:
        """Return what has the plain JSON `body`; raises ShapeError."""
        ...

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        ...


F = TypeVar("F", bound=Form)


class Opened:
    """A bundle, read only; raises FormError where the file is no zip at all."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.survey: Survey = zipform.survey(stream)
        self.top = self.survey.members[0].name.partition("/")[0] if self.survey.members else ""
        """The one folder everything should lie in."""
        prefix = f"{self.top}/"
        self.members = {member.name.removeprefix(prefix): member for member in self.survey.members}
        """The members by their path below the top folder."""

    @property
    def order(self) -> tuple[str, ...]:
        """The full names of the members, in the order of the zip."""
        return tuple(member.name for member in self.survey.members)

    @cached_property
    def measured(self) -> Mapping[str, Measured]:
        """What every member's bytes are, by its path below the top folder; a member cut short is left out."""
        return measure(self._stream, self.members)

    def has(self, path: str) -> bool:
        """Tell whether there is a member at `path`."""
        return path in self.members

    def read(self, path: str, limit: int = MAX_DOCUMENT) -> bytes:
        """Return the bytes of a member; raises FormError where it is missing or longer than `limit`."""
        member = self.members.get(path)
        if member is None:
            raise FormError(f"缺少文件 {path}")
        if member.size > limit:
            raise FormError(f"{path} 有 {member.size} 字节，超过上限 {limit}")
        return b"".join(zipform.pieces(self._stream, member))

    def document(self, path: str, limit: int = MAX_DOCUMENT) -> dict[str, Any]:
        """Return the object in a canonical JSON member; raises FormError."""
        try:
            body = canonical.decode(self.read(path, limit))
        except EvidenceError as error:
            raise FormError(f"{path}：{error}") from error
        if not isinstance(body, dict):
            raise FormError(f"{path}：应为 JSON 对象")
        return body

    @cached_property
    def manifest(self) -> Manifest:
        """The bundle's own description; raises FormError where it cannot be read."""
        return in_form(Manifest, MANIFEST, self.document(MANIFEST, MAX_MANIFEST))

    @cached_property
    def listed(self) -> Mapping[str, str]:
        """The digests by path that manifest-sha256.txt gives; raises FormError where it cannot be read."""
        return bag.parse_listing(self.read(bag.MANIFEST, MAX_MANIFEST))


def in_form(form: type[F], path: str, body: Mapping[str, Any]) -> F:
    """Return what the document at `path` says; raises FormError where it is not written as we would write it.

    Otherwise one thing could be written in two ways (an instant in another zone, a default spelled out), and its digest
    would not say which.
    """
    try:
        found = form.load(body)
    except EvidenceError as error:
        raise FormError(f"{path}：{error}") from error
    if found.plain() != body:
        raise FormError(f"{path}：不是规定的写法")
    return found
