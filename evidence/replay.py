"""The noun replay (replay/1): how faithfully a record's page comes again from the store alone, with the network off.

It is derived, kept apart from the record it is about, and measured with a browser, which this package does not have: the
composition root lends a `house.Replayer`. A record without a replay is "not measured", and everything else goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evidence import plain, words
from evidence.answers import Miss
from evidence.errors import ShapeError
from evidence.model import Reader, Record

SCHEMA = "replay/1"
NOT_MEASURED = "重放相似度：未测量"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """One record's page, shown once more from what the store has of it; shares are per mille, rounded down."""

    record: str
    replayer: Reader
    browser: str
    """Version of the browser it was shown in."""
    picture: int | None = None
    """Cells of 16 × 16 pixels that are equal, of those outside what the record says moved."""
    tiles: tuple[int | None, ...] = ()
    """The same of each tile, from the top; None where all of it moved."""
    text: int | None = None
    """Characters in lines that both pages show, in the same order."""
    got: int = 0
    """Recorded requests that the page asked for again and got."""
    of: int = 0
    """Recorded requests that were answered then."""
    misses: tuple[Miss, ...] = ()
    reason: str | None = None
    """Why there is no score; None where there is one."""

    @property
    def resources(self) -> int | None:
        """Requests asked for again and got, of those that were answered then; None where none was."""
        return self.got * 1000 // self.of if self.of else None

    def plain(self) -> dict[str, Any]:
        """Return the replay as plain JSON (schema replay/1)."""
        return {"schema": SCHEMA, **plain.dump(self)}

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Replay:
        """Return the replay whose plain JSON is `body`; raises ShapeError."""
        fields = dict(body)
        if (schema := fields.pop("schema", None)) != SCHEMA:
            raise ShapeError(("schema",), SCHEMA, schema)
        return plain.load(cls, fields)

    def sentence(self) -> str:
        """Return the scores and what is missing in one Chinese sentence."""
        if self.reason is not None:
            return f"未能重放：{words.word(self.reason, words.REPLAY_REASONS)}"
        shares = (("画面", self.picture), ("文字", self.text), ("资源", self.resources))
        said = "，".join(f"{name} {words.per_mille(share)}" for name, share in shares if share is not None)
        lacking = "、".join(f"{words.word(miss.cause, words.MISSES)} {miss.count} 项" for miss in self.misses)
        return f"重放相似度：{said}" + (f"；未能重放：{lacking}" if lacking else "")


def can_be(record: Record) -> bool:
    """Tell whether a record has a page to replay: failures have none, and what a person handed in was no page of ours."""
    capture = record.capture
    return capture.outcome == "captured" and capture.purpose != "human" and bool(capture.of_role("tile"))
