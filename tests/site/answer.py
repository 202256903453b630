"""What the test server answers: status, fields, body."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """One answer: status, fields, body."""

    body: bytes | str = b""
    status: int = 200
    type: str | None = "text/html; charset=utf-8"
    fields: tuple[tuple[str, str], ...] = ()
    length: int | None = None
