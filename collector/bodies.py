"""Takes the bodies of answers that are paused at the response stage, exactly as sent, and never more than can be held.

An answer whose length is known beforehand is taken whole. One that may grow without end (no length, or compressed) is
taken whole too, while the browser's memory is watched: a megabyte of gzip may hold a gigabyte. Where it grows too far
or does not end, its request is ended; asked for again, it is read in pieces up to the limit, and what came is handed on
to the page. Only that second way is not sure of the end: of a transfer that breaks off the browser does not tell there.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from collector.exchange import Exchange

UNBOUNDED_TYPES = ("text/event-stream", "multipart/x-mixed-replace")
"""Answers that have no end by design."""
HELD_LIMITS = 4
"""All bodies of one page together may be so many times as large as one."""
DEFLATED_MOST = 1040
"""Bytes that one byte of gzip or deflate can hold at most (RFC 1951: 258 bytes in 2 bits), with its header's share."""
SWOLLEN_BYTES = 256 * 1024 * 1024
"""Growth of the browser's own process, beyond twice the limit, at which an answer without a known length is ended;
pictures of high pages take half of it in passing."""
LOOK_SECONDS = 0.05
_PIECE = 1 << 20
_FRAMING = ("content-encoding", "content-length", "transfer-encoding")
"""Fields of an answer that are no longer true of its decoded bytes."""

Event = dict[str, Any]
Verdict = tuple[str, Event]
"""The command that lets a paused answer go, and its parameters."""

LET_THROUGH: Verdict = ("Fetch.continueRequest", {})
END: Verdict = ("Fetch.failRequest", {"errorReason": "TimedOut"})


class Swollen(Exception):
    """The browser has grown too far while it read an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much of one answer is kept, and how long it may take."""

    bytes: int
    seconds: float


class Bodies:
    """The bodies of one page's answers."""

    def __init__(self, session: CDPSession, bounds: Bounds, resident: Callable[[], Awaitable[int | None]]) -> None:
        self._session = session
        self._bounds = bounds
        self._resident = resident
        """Tells how many bytes the browser's own process holds; None where that cannot be seen."""
        self._held = 0
        self.unending: set[str] = set()
        """Addresses whose bodies did not end, or had no bounds; asked for again, they are read in pieces."""

    def restart(self) -> None:
        """Forget the bodies of the page before."""
        self._held = 0

    async def take(self, paused: Event, exchange: Exchange) -> Verdict:
        """Put the body of a paused answer into its exchange; return how the answer is to be let go."""
        size = _size(exchange)
        endless = exchange.media_type.lower().startswith(UNBOUNDED_TYPES)
        if endless or (size is not None and size > self._bounds.bytes and not _is_packed(exchange)):
            exchange.body_state = "too_large"
            return LET_THROUGH
        try:
            if exchange.url in self.unending:
                return await self._in_pieces(paused, exchange)
            async with asyncio.timeout(self._bounds.seconds):
                self._keep(exchange, await self._whole(paused["requestId"], size))
        except PlaywrightError as error:
            exchange.body_state, exchange.error = "lost", exchange.error or _first_line(error)
        except TimeoutError:
            return self._end(exchange, f"did not end within {self._bounds.seconds:g} s")
        except Swollen:
            return self._end(exchange, "grew beyond what the browser may hold")
        return LET_THROUGH

    def _end(self, exchange: Exchange, why: str) -> Verdict:
        """A body that is being read can no longer be let through: its request is ended."""
        self.unending.add(exchange.url)
        exchange.body_state, exchange.error = "too_large", why
        return END

    def _keep(self, exchange: Exchange, data: bytes) -> None:
        if len(data) > self._bounds.bytes or self._held + len(data) > HELD_LIMITS * self._bounds.bytes:
            exchange.body_state = "too_large"
        elif data:
            self._held += len(data)
            exchange.body, exchange.body_state = data, "kept"

    async def _whole(self, paused: str, size: int | None) -> bytes:
        """Read a body to its end; raises Swollen where the browser grows too far meanwhile."""
        reading = asyncio.ensure_future(self._session.send("Fetch.getResponseBody", {"requestId": paused}))
        try:
            if size is None or size > self._bounds.bytes:
                await self._watch(reading)
            return _decoded(await reading)
        finally:
            reading.cancel()

    async def _watch(self, reading: asyncio.Future[Event]) -> None:
        """Return when the body has been read; raises Swollen."""
        before: int | None = None
        while not (await asyncio.wait((reading,), timeout=LOOK_SECONDS))[0]:
            held = await self._resident()
            before = held if before is None else before
            if held is not None and before is not None and held - before > SWOLLEN_BYTES + 2 * self._bounds.bytes:
                raise Swollen

    async def _in_pieces(self, paused: Event, exchange: Exchange) -> Verdict:
        """Read a body piece by piece, as far as it goes within the bounds, and hand on to the page what came."""
        exchange.pieced = True
        told = await self._session.send("Fetch.takeResponseBodyAsStream", {"requestId": paused["requestId"]})
        data, ended = bytearray(), False
        try:
            async with asyncio.timeout(self._bounds.seconds):
                while not ended and len(data) <= self._bounds.bytes:
                    piece = await self._session.send("IO.read", {"handle": told["stream"], "size": _PIECE})
                    data += _decoded({"body": piece["data"], **piece})
                    ended = piece["eof"]
        except TimeoutError:
            ended = False
        if ended:
            self._keep(exchange, bytes(data))
        else:
            exchange.body_state = "too_large"
        return "Fetch.fulfillRequest", _answer(paused, bytes(data[: self._bounds.bytes]))


def _size(exchange: Exchange) -> int | None:
    """Return how many bytes an answer's body can have at most, decoded; None where nobody knows."""
    length = exchange.header("content-length") or ""
    if not length.isascii() or not length.isdigit() or len(length) > 15:
        return None
    packed = (exchange.header("content-encoding") or "identity").strip().lower()
    if packed == "identity":
        return int(length)
    return int(length) * DEFLATED_MOST if packed in ("gzip", "x-gzip", "deflate") else None


def _is_packed(exchange: Exchange) -> bool:
    return (exchange.header("content-encoding") or "identity").strip().lower() != "identity"


def _answer(paused: Event, body: bytes) -> Event:
    fields = [field for field in paused.get("responseHeaders", ()) if field["name"].lower() not in _FRAMING]
    return {
        "responseCode": paused["responseStatusCode"],
        "responseHeaders": fields,
        "body": base64.b64encode(body).decode("ascii"),
    }


def _decoded(told: Event) -> bytes:
    body: str = told["body"]
    return base64.b64decode(body) if told.get("base64Encoded") else body.encode()


def _first_line(error: PlaywrightError) -> str:
    return " ".join(error.message.splitlines()[0].split())[:200] if error.message else "unknown"
