"""One request and its answer, and the two lists a capture keeps of them.

What repeats from visit to visit (`exchanges/1`) is kept apart from what does not (`times/1`), so that an unchanged page
gives the same list byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from collector.certificate import Secured
from collector.redactor import Seam
from evidence import canonical, plain
from evidence.model import Blob

BodyState = Literal["kept", "none", "too_large", "withheld", "lost"]

VOLATILE = (
    "date",
    "age",
    "expires",
    "set-cookie",
    "server-timing",
    "via",
    "nel",
    "report-to",
    "cf-ray",
    "eagleid",
    "content-security-policy",
)
"""Header fields that differ from answer to answer; they stand in `times`."""
_VOLATILE_PARTS = ("request-id", "requestid", "trace", "x-cache", "x-runtime", "timestamp", "uuid", "x-ser", "hits")


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request and what came of it; `hop` counts the redirects before it."""

    url: str
    method: str
    resource_type: str
    frame_id: str
    loader_id: str
    started: datetime
    hop: int
    request_headers: tuple[tuple[str, str], ...] = ()
    response_headers: tuple[tuple[str, str], ...] = ()
    status: int | None = None
    status_text: str = ""
    remote_address: str | None = None
    body: bytes | None = field(default=None, repr=False)
    body_state: BodyState = "none"
    error: str | None = None
    ended: datetime | None = None
    secured: Secured | None = None
    """How its connection was secured; None without TLS."""
    pieced: bool = False
    """Its body was read in pieces: whether the transfer came to its end, or broke off, is not known."""
    withheld: bool = False
    """It belongs to a log-in: its body is never stored."""

    @property
    def media_type(self) -> str:
        """The Content-Type the server sent, or application/octet-stream."""
        sent = "".join(c for c in self.header("content-type") or "" if " " <= c <= "~").strip()
        return sent[:200] or "application/octet-stream"

    def header(self, name: str) -> str | None:
        """Return the value of a response header field, or None."""
        return next((value for key, value in self.response_headers if key.lower() == name), None)

    @property
    def failed(self) -> bool:
        """Whether no whole, good answer came."""
        return self.error is not None or self.status is None or self.status >= 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The lists as stored, and the bodies with their addresses."""

    exchanges: Blob
    times: Blob
    bodies: tuple[tuple[str, Blob], ...]


def keep(
    exchanges: Sequence[Exchange],
    frames: Sequence[str],
    seam: Seam,
    *,
    tls: Sequence[dict[str, Any]] = (),
    names: Sequence[dict[str, Any]] = (),
) -> Kept:
    """Store bodies and lists of `exchanges` through the seam; `frames` gives the browser's frame ids in our numbering.

    `tls` (how each host's connection was secured) goes with the exchanges, `names` (the name service's answers) with
    the times; where there is nothing to say, the lists say nothing.
    """
    number = {frame: n for n, frame in enumerate(frames)}
    lines = []
    bodies: dict[tuple[str, str], Blob] = {}
    for exchange in exchanges:
        url = seam.url(exchange.url, "exchanges url")
        blob = _keep_body(exchange, seam, url)
        if blob is not None:
            bodies.setdefault((url, blob.sha256), blob)
        lines.append(_line(exchange, url, blob, number.get(exchange.frame_id, 0), seam))
    lines.sort(key=lambda line: (line[0]["frame"], line[0]["resource_type"] != "Document", canonical.encode(line[0])))
    listed = [{"n": n, **line} for n, (line, _) in enumerate(lines)]
    times = [{"n": n, **time} for n, (_, time) in enumerate(lines)]
    return Kept(
        exchanges=_put(seam, {"schema": "exchanges/1", "exchanges": listed, **({"tls": list(tls)} if tls else {})}),
        times=_put(seam, {"schema": "times/1", "times": times, **({"names": list(names)} if names else {})}),
        bodies=tuple((url, blob) for (url, _), blob in sorted(bodies.items(), key=lambda pair: pair[0])),
    )


def _put(seam: Seam, value: object) -> Blob:
    return seam.put_clean(canonical.encode(value), "application/json")


def _keep_body(exchange: Exchange, seam: Seam, url: str) -> Blob | None:
    if exchange.withheld and exchange.body_state != "none":
        exchange.body, exchange.body_state = None, "withheld"
    if exchange.body is None:
        return None
    return seam.put_body(exchange.body, exchange.media_type, f"body of {url}")


def _line(
    exchange: Exchange, url: str, blob: Blob | None, frame: int, seam: Seam
) -> tuple[dict[str, Any], dict[str, Any]]:
    response = [(name, value) for name, value in exchange.response_headers if not _is_volatile(name)]
    volatile = [(name, value) for name, value in exchange.response_headers if _is_volatile(name)]
    line = {
        "method": seam.text(exchange.method, "method"),
        "url": url,
        "status": exchange.status,
        "status_text": seam.text(exchange.status_text, "status text"),
        "resource_type": exchange.resource_type,
        "frame": frame,
        "from_cache": False,
        "request_headers": seam.headers(exchange.request_headers, f"request of {url}:"),
        "response_headers": seam.headers(response, f"response of {url}:"),
        "body": blob.sha256 if blob else None,
        "body_state": exchange.body_state,
        "size": blob.size if blob else 0,
        "error": seam.text(exchange.error, "error") if exchange.error else None,
        "remote_address": exchange.remote_address,
        **({"pieced": True} if exchange.pieced else {}),
    }
    time = {
        "started": plain.instant(exchange.started),
        "ended": plain.instant(exchange.ended) if exchange.ended else None,
        "date": seam.text(date, "date") if (date := exchange.header("date")) else None,
        "headers": seam.headers(volatile, f"response of {url}:"),
    }
    return line, time


def _is_volatile(name: str) -> bool:
    lowered = name.lower()
    return lowered in VOLATILE or any(part in lowered for part in _VOLATILE_PARTS)
