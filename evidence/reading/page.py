"""What a reader is given: the primary artifacts of one page, in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag

from evidence import digest
from evidence.errors import ReadingError
from evidence.model import Artifact, Box, Record
from evidence.store import Store

LINKS = "links:"
"""Address of the log that holds a day's checks of a home page's links."""
PAGES6 = "pages6:"
"""Address of the log that holds a day's round over pages, asked over IPv4 and IPv6."""
ATTEMPTS = "probes:"
"""What stands for the address of a log of attempts to open a home page."""
CANVAS = "canvas:"
"""What stands for the address of a region that shows a canvas of the page."""
_PDF = "application/pdf"
LONGEST_SCRIPT = 512 << 10
"""Bytes; a longer script is a library, and not what fills one list of one site."""


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
class Drawn:
    """What a canvas of the page showed."""

    box: Box
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
    files: tuple[Body, ...] = ()
    """What was downloaded from the page: its annexes."""
    drawn: tuple[Drawn, ...] = ()
    inputs: tuple[str, ...] = ()
    """SHA-256 of the artifacts above, for the reading to cite."""


def from_record(record: Record, store: Store) -> PageInput:
    """Return the page of a record from the store's primary artifacts.

    Raises StoreError where an artifact is missing or damaged, ReadingError where one is not what its role says.
    """
    capture = record.capture
    used = artifacts_of(record)
    layouts = capture.of_role("layout")
    status, headers = _answer(capture.exchanges, capture.final_url or capture.requested_url, store)
    return PageInput(
        url=capture.final_url or capture.requested_url,
        status=status,
        headers=headers,
        frames=tuple(_frame(artifact, store) for artifact in used if artifact.role == "dom"),
        layout=_json(store.read(layouts[0].sha256), "layout snapshot") if layouts else None,
        bodies=tuple(_body(artifact, store) for artifact in used if artifact.role == "body" and not _is_file(artifact)),
        files=tuple({one.sha256: _body(one, store) for one in used if _is_file(one)}.values()),
        drawn=tuple(
            Drawn(box=artifact.box, sha256=artifact.sha256, data=store.read(artifact.sha256))
            for artifact in used
            if artifact.role == "region" and artifact.box is not None
        ),
        inputs=tuple(dict.fromkeys((*(artifact.sha256 for artifact in used), capture.exchanges))),
    )


def artifacts_of(record: Record) -> tuple[Artifact, ...]:
    """Return the artifacts of a record that a reading looks at: DOM, layout, downloads, pictures, canvases, short scripts."""
    return tuple(
        artifact
        for artifact in record.capture.artifacts
        if artifact.role in ("dom", "layout", "download")
        or (artifact.role == "body" and _is_looked_at(artifact))
        or (artifact.role == "region" and artifact.url == CANVAS)
        or (artifact.role == "log" and artifact.url in (ATTEMPTS, LINKS, PAGES6))
    )


def _is_file(artifact: Artifact) -> bool:
    """Tell whether an artifact is a file of the page: downloaded, or a PDF that stands in it."""
    return artifact.role == "download" or (artifact.role == "body" and artifact.media_type == _PDF)


def _is_looked_at(body: Artifact) -> bool:
    if body.media_type == _PDF:
        return True
    return body.media_type.startswith("image/") or ("javascript" in body.media_type and body.size <= LONGEST_SCRIPT)


def _frame(artifact: Artifact, store: Store) -> FrameDom:
    html = store.read(artifact.sha256).decode("utf-8", errors="replace")
    return FrameDom(n=artifact.frame, url=artifact.url or "", html=html)


def _body(artifact: Artifact, store: Store) -> Body:
    return Body(
        url=artifact.url or "",
        media_type=artifact.media_type,
        sha256=artifact.sha256,
        data=store.read(artifact.sha256),
    )


def _answer(exchanges: str, url: str, store: Store) -> tuple[int | None, Mapping[str, str]]:
    """Return status and headers of the main document from the exchange list (exchanges/1); None where it has none."""
    if exchanges == digest.EMPTY or not store.has(exchanges):
        return None, {}
    listed = _json(store.read(exchanges), "exchange list")["exchanges"]
    documents = [one for one in listed if one["resource_type"] == "Document" and one["status"] is not None]
    chosen = next((one for one in reversed(documents) if _same(one["url"], url)), None)
    if chosen is None:
        return None, {}
    return chosen["status"], {name.lower(): value for name, value in chosen["response_headers"]}


def _same(one: str, other: str) -> bool:
    return urldefrag(one)[0] == urldefrag(other)[0]


def _json(data: bytes, what: str) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise ReadingError(f"the {what} is not JSON: {error}; capture again") from error
