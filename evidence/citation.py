"""What a sealed answer to an objection says in data/answer.json (answer/1), as far as a verifier asks: whom it cites, who ruled.

It names the bundle it answers by name and by the SHA-256 of that bundle's manifest.json, and holds the two events of the
casebook, objection and ruling, as the ledger has them. What was looked up (`sheet`) is what the ruling rests on, and so binds
the citation to the ledger; all else in it is derived and judged by no check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evidence import digest, plain
from evidence.case_event import Event
from evidence.errors import ShapeError

SCHEMA = "answer/1"
RULINGS = ("upheld", "changed", "overturned")
_NAME = re.compile(r"quzheng-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """The bundle that is answered."""

    bundle: str
    manifest: str
    """SHA-256 of its data/manifest.json."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The contents of data/answer.json."""

    number: str
    """Such as D-2021-017."""
    finding: str
    cites: Cited
    contested: Mapping[str, Any]
    """The event (case/1) of the objection."""
    ruling: Mapping[str, Any]
    """The event (case/1) of the ruling."""
    sheet: Mapping[str, Any]
    """What was looked up (sheet/1)."""

    def plain(self) -> dict[str, Any]:
        """Return the answer as plain JSON (schema answer/1)."""
        return {"schema": SCHEMA, **plain.dump(self)}

    @classmethod
    def load(cls, body: Mapping[str, Any]) -> Answer:
        """Return the answer whose plain JSON is `body`; raises ShapeError."""
        fields = dict(body)
        if (found := fields.pop("schema", None)) != SCHEMA:
            raise ShapeError(("schema",), SCHEMA, found)
        answer = plain.load(cls, fields)
        for name, event in (("contested", answer.contested), ("ruling", answer.ruling)):
            if Event.load(event).plain() != event:
                raise ShapeError((name,), "a case event in the one form", event)
        return answer

    def leaves(self) -> Iterator[tuple[str, str]]:
        """Yield the key and the digest by which the ledger has each of the two events."""
        for event in (self.contested, self.ruling):
            yield Event.load(event).key, digest.of_value(event)

    def faults(self, bundle: str, findings: frozenset[str]) -> Iterator[str]:
        """Yield what is wrong with the form of the answer in the bundle of a name, with findings of these ids."""
        if not _NAME.fullmatch(self.cites.bundle) or self.cites.bundle == bundle:
            yield "答复书未按规定写明所答复的证据包名称"
        if not digest.is_sha256(self.cites.manifest):
            yield "答复书未按规定写明所答复证据包的目录摘要"
        if findings != {self.finding}:
            yield "答复书所答复的问题不是本包的问题"
        contested, ruling = Event.load(self.contested), Event.load(self.ruling)
        if not contested.finding == ruling.finding == self.finding:
            yield "答复书所附的异议、裁定不是同一问题的"
        if contested.step != "contested" or ruling.step not in RULINGS:
            yield "答复书须附一次异议和一次裁定"
        elif ruling.previous != contested.id:
            yield "答复书所附的裁定不是对所附异议作出的"
        if digest.of_value(self.sheet) not in ruling.papers:
            yield "答复书所附的核对情况不是裁定所依据的"
        original = self.sheet.get("original")
        looked = (original.get("bundle"), original.get("manifest")) if isinstance(original, Mapping) else None
        if looked != (self.cites.bundle, self.cites.manifest):
            yield "答复书所答复的证据包不是裁定时核对的证据包"
