"""Pages below the home page (二、三级页面) asked over IPv4 and over IPv6 in one round: what opened, and whether both show the same.

A page fails over IPv6 only where it opened over IPv4 a moment before and a control answered over IPv6 in the same minute.
What two answers have not in common is told by `evidence.comparing.both_ways`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from evidence import pageless, plain
from evidence.errors import ReadingError, ShapeError
from evidence.model import PagesDay, PageTwice, Reading, Record
from evidence.reading.page import PAGES6
from evidence.series import Series
from evidence.span import Span, local_day, local_text
from evidence.store import Store

LABEL = "pages6"
"""The label of a target's records of such rounds."""
PREFIX = "PAGES6-"
"""How the keys of these records begin: an office may have a column of the label."""
MEDIA_TYPE = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One light request for a page over one family of addresses."""

    at: datetime
    outcome: Literal["open", "guarded", "failed"]
    """Opened, a redirect included; answered by a guard; neither."""
    reason: str | None = None
    status: int | None = None
    address: str | None = None

    @property
    def came(self) -> bool:
        """Whether it opened."""
        return self.outcome == "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What the matter of one page over IPv4 and over IPv6 has not in common."""

    per_mille: int
    """Lines that only one has, of the lines of both."""
    only4: tuple[str, ...]
    only6: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPage:
    """One page with what it answered both ways."""

    url: str
    level: int
    v4: Way
    v6: Way
    control: bool | None = None
    """Whether the control answered over IPv6 beside a failure; None where there is none, or none was needed."""
    difference: Difference | None = None
    """None where the two could not be compared."""

    @property
    def told(self) -> PageTwice:
        """What the page comes to."""
        found = self.difference
        return PageTwice(
            url=self.url,
            level=self.level,
            state=self._state,
            reason=self.v6.reason,
            differs=found.per_mille if found else None,
            only4=found.only4 if found else (),
            only6=found.only6 if found else (),
        )

    @property
    def _state(self) -> Literal["open", "failed", "unsure"]:
        if self.v6.came:
            return "open"
        return "failed" if self.v6.outcome == "failed" and self.v4.came and self.control is True else "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChecks:
    """What is kept of one day's round at one target."""

    home: str
    """The record of the home page that names the pages."""
    aaaa: bool | None
    before: Way | None
    after: Way | None
    """The home page over IPv6 before and after the round; None where IPv6 was not asked."""
    left: int
    pages: tuple[AskedPage, ...]

    def encoded(self) -> bytes:
        """Return the round as JSON."""
        return json.dumps({"schema": "pages6/1", **plain.dump(self)}, ensure_ascii=False, indent=1).encode()


def decoded(data: bytes) -> PageChecks:
    """Return the round whose JSON is `data`; raises ReadingError where it is none."""
    try:
        body = json.loads(data)
        if not isinstance(body, dict) or body.pop("schema", None) != "pages6/1":
            raise ReadingError("expected a round over pages (pages6/1)")
        return plain.load(PageChecks, body)
    except (ValueError, ShapeError) as error:
        raise ReadingError(f"the round over pages cannot be read: {error}") from error


def day_of(checks: PageChecks, day: date) -> PagesDay:
    """Return what the round of a day comes to."""
    return PagesDay(
        day=day,
        home=checks.home,
        aaaa=checks.aaaa,
        held=all(way is not None and way.came for way in (checks.before, checks.after)),
        left=checks.left,
        pages=tuple(one.told for one in checks.pages),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The last days in a row on which a site's pages were asked, as a judge of T may use them."""

    days: tuple[PagesDay, ...]
    records: tuple[str, ...]
    """Of the days, and of the home pages that name the pages."""
    as_of: datetime | None
    missing: str | None
    """Why they say nothing of T; None where they do."""

    @property
    def pages(self) -> dict[str, tuple[PageTwice, ...]]:
        """Return what each page came to on these days, by its address."""
        every = sorted({page.url for day in self.days for page in day.pages})
        return {url: tuple(page for day in self.days for page in day.pages if page.url == url) for url in every}

    @property
    def left(self) -> int:
        """How many pages were not asked on the last day."""
        return self.days[-1].left if self.days else 0


def held(series: Series | None, length: int, age: Span) -> Held | None:
    """Return the last `length` days in a row; None where nobody ever asked a site's pages so."""
    if series is None or not any(row.key.startswith(PREFIX) for row in series.rows):
        return None
    rows = [row for row in series.rows if row.key.startswith(PREFIX) and row.complete is True]
    looks = [look for look in series.looks(rows) if look.whole]
    days = {look.row: look.reading.twice for look in looks if look.reading and look.reading.twice}
    if not days:
        return Held(days=(), records=(), as_of=None, missing="时点前没有可用的二、三级页面访问记录")
    latest = max(one.day for one in days.values())
    wanted = {latest - timedelta(days=n) for n in range(length)}
    used = {one.day: (row, one) for row, one in days.items() if one.day in wanted}
    every, asked = tuple(one for _, one in used.values()), max(row.started for row in days)
    return Held(
        days=every,
        records=tuple(dict.fromkeys((*(row.record for row, _ in used.values()), *(one.home for one in every)))),
        as_of=asked,
        missing=f"末次访问二、三级页面为{local_text(asked)}，距时点超过{age.chinese}"
        if series.at - asked > age.length
        else _unfit(every, length),
    )


def _unfit(days: Sequence[PagesDay], length: int) -> str | None:
    """Return why days say nothing of what fails over IPv6; None where they do."""
    if len(days) < length:
        return f"须连续{length}天都有二、三级页面的访问记录，现有{len(days)}天"
    if any(one.aaaa is None for one in days):
        return "没有可信的AAAA查询结果（域名服务未能答复，或对照网址的AAAA记录也查不到）"
    if any(one.aaaa is False for one in days):
        return "域名没有AAAA记录，是否支持IPv6由“IPv6支持”一项判定"
    if not all(one.held for one in days):
        return "访问前后首页以IPv6未都打开：可能是本方没有IPv6、被防护拦下，或全站不支持IPv6"
    return None


def reading(record: Record, store: Store) -> Reading:
    """Return the reading of a day's round; raises ReadingError, StoreError."""
    (log,) = [one for one in record.capture.artifacts if one.role == "log" and one.url == PAGES6]
    checks = decoded(store.read(log.sha256))
    return pageless.reading(log.sha256, twice=day_of(checks, local_day(record.capture.started)))


def is_of(record: Record) -> bool:
    """Tell whether a record holds a day's round over pages and no page."""
    return any(one.role == "log" and one.url == PAGES6 for one in record.capture.artifacts)
