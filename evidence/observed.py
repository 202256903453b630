"""What was observed of one label at T: its fact, and the answers it was made from."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.model import Fact
from evidence.showing import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The fact of one label, and how it came to be known."""

    fact: Fact
    stale: Shown
    blank: Shown
    once_filled: str | None
    """For a blank column: when content was seen in it before, which makes it no blank column by the clause."""
    gaps: int
    """Visits that gave no complete capture for reasons that are not theirs."""

    @property
    def records(self) -> tuple[str, ...]:
        """Every record the fact rests on, the latest first."""
        latest = (self.fact.record,) if self.fact.record else ()
        return tuple(dict.fromkeys((*latest, *self.stale.records, *self.blank.records)))
