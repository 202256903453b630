"""How fresh the answers are that feed the list: a cache on the way may have shown what the site had shown hours ago.

Practice: a stale node of a content network makes a column look older than it is. So ages and caches are told with each
capture, and a second look goes past them, by a query that no cache can know (the browser asks with no-cache anyhow).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit, urlunsplit

from collector.exchange import Exchange

CHECK = "fresh answers"
"""Name of the check; where it is not true, a second look goes past the caches."""
OLD_SECONDS = 3600
"""Age from which an answer may be another one than the site gives now."""
_CACHES = (
    "x-cache",
    "x-cache-lookup",
    "x-cache-status",
    "cf-cache-status",
    "x-proxy-cache",
    "x-swift-cachetime",
    "via",
)
_MISSED = re.compile(r"(?i)\b(miss|bypass|dynamic|expired|none)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cached:
    """What one answer tells of the caches it came through."""

    url: str
    seconds: int | None
    """How old it is, by its Age or its Date; None where it does not say."""
    named: tuple[str, ...]
    """Fields that name a cache which may have given it."""

    @property
    def said(self) -> str:
        """What it tells, in Chinese."""
        age = f"已有 {self.seconds} 秒" if self.seconds is not None and self.seconds >= OLD_SECONDS else ""
        parts = urlsplit(self.url)
        return f"{parts.netloc}{parts.path}"[:120] + "：" + "，".join(part for part in (age, *self.named) if part)


def told(answers: Iterable[Exchange]) -> tuple[bool | None, str]:
    """Return whether the answers are fresh, and what they tell: False where one is old, None where a cache may have given one."""
    found = [cached(answer) for answer in answers if answer.status is not None]
    old = [one for one in found if one.seconds is not None and one.seconds >= OLD_SECONDS]
    named = [one for one in found if one.named]
    detail = "；".join(one.said for one in (old or named)[:4])
    return (False if old else None if named else True), detail or "应答未经缓存"


def cached(answer: Exchange) -> Cached:
    """Return what an answer tells of its age and of caches."""
    return Cached(url=answer.url, seconds=_seconds(answer), named=tuple(_named(answer)))


def _seconds(answer: Exchange) -> int | None:
    age = (answer.header("age") or "").strip()
    aged = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else None
    dated = _since(answer)
    known = [seconds for seconds in (aged, dated) if seconds is not None]
    return max(known) if known else None


def _since(answer: Exchange) -> int | None:
    """Return the seconds from an answer's Date to its arrival; a clock that is merely wrong looks the same."""
    said = answer.header("date")
    if said is None or answer.ended is None:
        return None
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    return max(0, round((answer.ended - (moment if moment.tzinfo else moment.replace(tzinfo=UTC))).total_seconds()))


def _named(answer: Exchange) -> Iterator[str]:
    for name in _CACHES:
        value = answer.header(name)
        if value and not _MISSED.search(value):
            yield f"{name}: {value}"[:80]


def past_caches(url: str, moment: datetime) -> str:
    """Return an address that no cache can have kept: with one more parameter, which says when it was asked.

    >>> past_caches("http://a.test/list?page=1#top", datetime(2021, 6, 29, tzinfo=UTC))
    'http://a.test/list?page=1&_=1624924800000#top'
    """
    parts = urlsplit(url)
    fresh = f"_={round(moment.timestamp() * 1000)}"
    return urlunsplit(parts._replace(query=f"{parts.query}&{fresh}" if parts.query else fresh))
