"""Builds what a judge is given, in memory: rows with their readings, and the subject they are of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from evidence import digest, plain, ruleset
from evidence.catalog import Row
from evidence.columns import Column, ColumnLedger, Subject
from evidence.indicator import discover
from evidence.judge import Judgement, judge
from evidence.model import BlankColumn, DateReading, Finding, Item, Reader, Reading, Table
from evidence.registers import rows
from evidence.registers.duplicates import Sibling
from evidence.registers.register import Register
from evidence.registers.standing import key_of, standings
from evidence.ruleset import RuleSet
from evidence.series import Series, series_of
from evidence.tries import Tried
from tests.evidence.sheets import ACCOUNTS, SITES, account, xlsx

T = datetime(2021, 1, 4, 4, 0, tzinfo=UTC)
"""2021-01-04T12:00:00+08:00, a Monday."""
TODAY = date(2021, 1, 4)
NATIONAL = ruleset.load()
RULES = replace(NATIONAL, rules={name: replace(rule, on=True) for name, rule in NATIONAL.rules.items()})
"""The national rules, with those switched on that only count points."""
INDICATORS = discover()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A row and what was read at it."""

    row: Row
    reading: Reading | None


def item(day: date | None, title: str | None = None, **fields: Any) -> Item:
    """Return a list item; one without a title is named by its day."""
    name = title or f"{day}的信息"
    return Item(**{"title": name, "href": f"http://a.test/{name}", "date": day, "pinned": False, "box": None, **fields})


def uncertain(day: date, title: str = "没有年份的信息") -> Item:
    """Return an item whose date could not be read for certain."""
    dated = DateReading(kind="displayed", date=day, text=f"{day:%m-%d}", certain=False)
    return item(day, title, dated=dated)


def reading(*items: Item, **fields: Any) -> Reading:
    """Return the reading of a list page."""
    days = [one.date for one in items if one.date]
    return Reading(
        **{
            "inputs": (),
            "reader": Reader(name="test", version="0", sha256=digest.EMPTY),
            "page_kind": "list",
            "title": "栏目",
            "items": items,
            "newest": max(days, default=None),
            "blank": not items,
            "published": None,
            "hidden_links": (),
            "images": (),
            "tables": (),
            "identity": {},
            "notes": (),
            **fields,
        }
    )


def visit(label: str, at: datetime = T - timedelta(hours=1), read: Reading | None = None, **fields: Any) -> Visit:
    """Return a whole visit of a label; `fields` change its row."""
    run = fields.pop("run", f"{at:%Y%m%d-%H%M%S}")
    target = fields.pop("target", "shifan")
    row = Row(
        **{
            "record": digest.of_value(plain.dump([target, label, at, run, read, fields])),
            "key": f"{run}/{target}/{label}/1",
            "target": target,
            "label": label,
            "started": at,
            "ended": at + timedelta(seconds=3),
            "outcome": "captured",
            "reason": None,
            "fault": "unknown",
            "coverage": "complete",
            "complete": True,
            "purpose": "scheduled",
            **fields,
        }
    )
    return Visit(row=row, reading=read)


def changed(one: Visit, **fields: Any) -> Visit:
    """Return the visit with some fields of its row changed."""
    return replace(one, row=replace(one.row, **fields))


def news(label: str, days_old: int = 30, at: datetime = T - timedelta(hours=1), **fields: Any) -> Visit:
    """Return a visit to a list whose newest item is so many days old at T."""
    newest = TODAY - timedelta(days=days_old)
    return visit(label, at, reading(item(newest), item(newest - timedelta(days=40))), **fields)


def column(label: str, class_: Any = "news", level: int | None = 1, duty: bool | None = True, **fields: Any) -> Column:
    """Return a column of the ledger."""
    return Column(
        **{
            "label": label,
            "name": f"栏目{label}",
            "url": f"http://a.test/{label}/",
            "class_": class_,
            "level": level,
            "duty": duty,
            **fields,
        }
    )


def subject(columns: Sequence[Column] = (), **fields: Any) -> Subject:
    """Return a site (or what `kind` says) with a column ledger."""
    return Subject(
        **{
            "id": "shifan",
            "name": "示范市人民政府",
            "kind": "site",
            "site_code": "0000000001",
            "unit": "示范市人民政府办公室",
            "url": "http://a.test/",
            "platform": None,
            "jurisdiction": None,
            "ledger": ColumnLedger(target="shifan", columns=tuple(columns)),
            **fields,
        }
    )


def series(visits: Iterable[Visit], at: datetime = T) -> dict[str, Series]:
    """Return the series of each label the visits are of."""
    by_label: dict[str, list[Visit]] = defaultdict(list)
    for one in visits:
        by_label[one.row.label].append(one)
    return {
        label: series_of(
            every[0].row.target,
            label,
            [one.row for one in every],
            at=at,
            reader=_reader(every),
        )
        for label, every in by_label.items()
    }


def _reader(visits: Sequence[Visit]) -> Any:
    known: Mapping[str, Reading | None] = {one.row.record: one.reading for one in visits}
    return lambda row: known[row.record]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A subject and everything that was seen of it."""

    subject: Subject
    visits: tuple[Visit, ...] = ()
    at: datetime = T
    rules: RuleSet = field(default=RULES)
    registers: tuple[Register, ...] = ()
    tried: tuple[Tried, ...] = ()
    siblings: tuple[Sibling, ...] = ()

    def judged(self) -> Judgement:
        """Return facts and findings."""
        return judge(
            self.subject,
            series(self.visits, self.at),
            at=self.at,
            rules=self.rules,
            indicators=INDICATORS,
            registers=standings(self.subject, self.registers, frozenset(filter(None, [key_of(self.subject)]))),
            tried=self.tried,
            siblings=self.siblings,
        )

    def finding(self, indicator: str) -> Finding:
        """Return the one finding of an indicator."""
        (found,) = [finding for finding in self.judged().findings if finding.indicator == indicator]
        return found

    def state(self, indicator: str) -> str:
        """Return the state of the one finding of an indicator."""
        return self.finding(indicator).state

    def with_(self, *visits: Visit) -> Scene:
        """Return the scene with more visits."""
        return replace(self, visits=(*self.visits, *visits))

    def where(self, label: str, **fields: Any) -> Scene:
        """Return the scene with the ledger's entry of one label changed."""
        columns = tuple(replace(one, **fields) if one.label == label else one for one in self.subject.ledger.columns)
        ledger = replace(self.subject.ledger, columns=columns)
        return replace(self, subject=replace(self.subject, ledger=ledger))

    def seeing(self, label: str, *visits: Visit) -> Scene:
        """Return the scene in which one label was seen as in `visits` only."""
        others = tuple(one for one in self.visits if one.row.label != label)
        return replace(self, visits=(*others, *visits))


def stale_site(count: int = 5, **ledger: Any) -> Scene:
    """Return a site with so many news columns, all stale by a month and looked at once."""
    labels = [f"c{n}" for n in range(count)]
    return Scene(
        subject=subject([column(label, **ledger) for label in labels]), visits=tuple(news(label) for label in labels)
    )


def blank_site(count: int = 5, **ledger: Any) -> Scene:
    """Return a site with so many blank columns, looked at once."""
    labels = [f"c{n}" for n in range(count)]
    visits = tuple(visit(label, read=reading()) for label in labels)
    return Scene(subject=subject([column(label, **ledger) for label in labels]), visits=visits)


def stale_account(**fields: Any) -> Scene:
    """Return an account whose back office and public page both show nothing for a month."""
    posts = column("posts", None, None)
    who = subject([posts], kind="account", platform="wechat", **fields)
    return Scene(subject=who, visits=(news("posts"), news("public", coverage="partial")))


def register(*table: Sequence[str], name: str = "国家", **fields: Any) -> Register:
    """Return a whole, fresh register of accounts."""
    found = rows.read(xlsx(ACCOUNTS, *table), f"{name}.xlsx", name=name)
    stated: dict[str, Any] = {"whole": True, "fetched": T - timedelta(days=3), "record": "ab" * 32, **fields}
    return replace(found, **stated)


def unregistered_account() -> Scene:
    """Return a lively account of a government unit that stands in no register."""
    who = subject(
        kind="account",
        name="示范教育",
        unit="示范市教育局",
        certified_as="示范市教育局",
        platform="weibo",
        platform_id="1000000001",
        site_code=None,
    )
    other = account("别的账号", id="2000000002", unit="示范市公安局")
    return Scene(subject=who, visits=(news("home", 1, coverage="partial"),), registers=(register(other),))


def sites(name: str = "国家", *, state: str = "正常运行", **entry: Any) -> Register:
    """Return a whole, fresh register of sites with one row, that of the subject; `entry` changes cells of it."""
    cells = {
        "name": "示范县人民政府网",
        "code": "1234567890",
        "url": "http://www.shifan.gov.cn/",
        "unit": "示范县政府办",
    }
    row = (*(cells | entry).values(), state)
    found = rows.read(xlsx(SITES, row), f"{name}.xlsx", name=name)
    return replace(found, whole=True, fetched=T - timedelta(days=3), record="ab" * 32)


def registered_site(*registers: Register) -> Scene:
    """Return a lively site as registers have it, or otherwise."""
    who = subject(name="示范县人民政府网", url="http://www.shifan.gov.cn/", unit="示范县政府办", site_code="1234567890")
    return Scene(subject=who, visits=(news("home", 1),), registers=registers or (sites(name="国家"),))


def gone_site(days: int = 3, **fields: Any) -> Scene:
    """Return a site that a register has as running and that did not open on so many days, by its own fault."""
    failed = {"outcome": "unreachable", "reason": "dns", "fault": "theirs", "complete": False, **fields}
    visits = tuple(visit("home", T - timedelta(days=n, hours=1), **failed) for n in range(days - 1, -1, -1))
    return replace(registered_site(), visits=visits)


def home_days(count: int = 16, *items: Item, hour: int = 3) -> tuple[Visit, ...]:
    """Return daily visits of a home page that always shows the same items; the last is at T minus an hour."""
    shown = reading(*(items or (item(date(2020, 11, 1)), item(None, "领导信箱"))), page_kind="home")
    return tuple(visit("home", T - timedelta(days=n, hours=1), shown) for n in range(count - 1, -1, -1))


def annex(
    blank: Sequence[str] = ("责任单位",), header: Sequence[str] = ("序号", "名称", "责任单位"), **fields: Any
) -> Visit:
    """Return a visit to an article whose annex table has blank columns under some headings."""
    rows = tuple(tuple("" if heading in blank else f"{heading}{n}" for heading in header) for n in range(1, 4))
    empty = tuple(BlankColumn(index=header.index(heading), heading=heading) for heading in blank)
    table = Table(source="picture", header=tuple(header), rows=rows, blank_columns=empty, picture="ab" * 32)
    return visit("bulletin", **{"read": reading(page_kind="article", blank=False, tables=(table,)), **fields})
