"""What the holdings say of whether each target could be reached lately, for comparing with what registers say."""

from __future__ import annotations

from collections.abc import Iterable

from evidence.catalog import Row
from evidence.columns import HOME, Subject
from evidence.holdings import Holdings
from evidence.registers.reconcile import Seen
from evidence.span import local_day

_NOT_REACHED = ("unreachable", "timeout", "http_error")


def sightings(holdings: Holdings, subjects: Iterable[Subject]) -> dict[str, Seen]:
    """Return what was seen of each target that was looked at; by target id."""
    rows = {subject.id: _of_interest(holdings, subject) for subject in subjects}
    return {id: _seen(own) for id, own in rows.items() if own}


def _of_interest(holdings: Holdings, subject: Subject) -> tuple[Row, ...]:
    """Return the rows that tell: of a site those of its home page, of an account all."""
    rows = holdings.rows(subject.id, None if subject.is_account else HOME)
    return tuple(row for row in rows if row.purpose != "human")


def _seen(rows: tuple[Row, ...]) -> Seen:
    opened = next((row for row in reversed(rows) if row.outcome == "captured"), None)
    since = [row for row in rows if opened is None or row.started > opened.started]
    failed = [row for row in since if row.outcome in _NOT_REACHED and row.fault != "ours"]
    return Seen(
        opened=opened.started if opened else None,
        failed=tuple(dict.fromkeys(local_day(row.started) for row in failed)),
        records=tuple(row.record for row in failed[-5:]) or ((opened.record,) if opened else ()),
    )
