"""What a reader is given: the primary artifacts of one page, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameDom:
    """The rendered DOM of one frame, shadow roots as declarative templates."""

    n: int
    """0 is the page itself."""
    url: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The bytes of one response."""

    url: str
    media_type: str
    sha256: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageInput:
    """One page as captured. `read()` looks at nothing else, so a reading can be repeated from the store."""

    url: str
    """The final address."""
    status: int | None
    headers: Mapping[str, str]
    """Of the main document, names in lower case."""
    frames: tuple[FrameDom, ...]
    layout: Mapping[str, Any] | None
    """The layout snapshot as `collector.layout` wrote it."""
    bodies: tuple[Body, ...] = ()
    """Pictures and data the page was made of."""
    inputs: tuple[str, ...] = ()
    """SHA-256 of the artifacts above, for the reading to cite."""
