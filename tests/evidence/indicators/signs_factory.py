"""Golden scenes of the indicators that look for signs on pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from evidence.model import (
    Annex,
    BadLink,
    ColumnReading,
    DateReading,
    Element,
    HiddenLink,
    Item,
    Letter,
    Link,
    LinkDay,
    LinkFault,
    PagesDay,
    PageTwice,
    ProbeDay,
    Prose,
    Reading,
    Survey,
    Table,
    Wording,
)
from evidence.reading.prose import bare, samples
from evidence.ruleset import Bulletin
from tests.evidence.judging_factory import RULES, Scene, T, Visit, column, item, reading, subject, visit

HOUR = T - timedelta(hours=1)
COLUMNS = [column(label, "news", 1) for label in ("c0", "c1", "c2", "c3", "c4")]
BAD = BadLink(href="http://x.example.com/", text="百家乐开户", word="百家乐开户", why="指向外站", block=None)
HIDDEN = HiddenLink(href="http://y.example.com/", text="百家乐开户", why="display:none", word="百家乐开户")
LINK = Link(href="http://a.test/", text="首页", scope="internal", hidden="", box=None)
FOOT = {"site_code": "0000000001", "icp": "京ICP备12345678号", "organiser": "示范市人民政府办公室", "emblem": "//bszs.conac.cn/x",
        "police_filing": "京公网安备11010202000001号", "telephone": "010-12345678", "error_report": "https://zfwzgl.www.gov.cn/x"}  # fmt: skip
ELEMENTS = tuple(Element(name=name, text="有") for name in ("item_name", "agency", "phone", "time"))
LATE = Letter(number="20201201001", title="道路问题", unit="交通局", state="已办结", submitted=date(2020, 12, 1), accepted=date(2020, 12, 2),
              replied=date(2020, 12, 28))  # fmt: skip
UNANSWERED = replace(LATE, submitted=date(2020, 8, 3), accepted=None, replied=None, state="未回复")
QUIET_LETTERS = tuple(
    replace(LATE, number=str(n), submitted=day, accepted=day, replied=day)
    for n, day in enumerate((date(2020, 11, 3), date(2020, 10, 9)))
)
"""A list of letters whose newest is older than two months, newest first."""
MISPRINT = Wording(
    written="中华人名共和国", right="中华人民共和国", severity="严重", context="庆祝中华人名共和国成立", source="text"
)
RATES = Table(
    source="html",
    header=("地区", "检查数", "合格数", "合格率"),
    rows=(
        ("甲县", "134", "126", "94.3%"),
        ("乙县", "50", "45", "90.0%"),
        ("丙县", "40", "40", "100%"),
        ("丁县", "30", "27", "90%"),
    ),
    blank_columns=(),
)


def links(*texts: str, n: int = 1) -> tuple[Link, ...]:
    """Return links of these words, the first of them repeated until there are `n`."""
    every = (*texts, *[texts[0]] * (n - len(texts)))
    return tuple(
        Link(href=f"http://a.test/{k}/", text=text, scope="internal", hidden="", box=None)
        for k, text in enumerate(every)
    )


def front_page(*texts: str, n: int, **fields: Any) -> Reading:
    """Return the reading of a home page with so many links, none an entry."""
    return page(**{"page_kind": "home", "links": links("机构设置", *texts, n=n), **fields})


def page(**fields: Any) -> Reading:
    """Return the reading of a list page with what a test is about."""
    return reading(item(date(2021, 1, 3)), **{"links": (LINK,), "url": "http://a.test/c0/", **fields})


def scene(*reads: Reading, label: str = "c0", **fields: Any) -> Scene:
    """Return a site whose columns were read so on one visit."""
    labels = [label] if len(reads) == 1 else [f"c{n}" for n in range(len(reads))]
    visits = tuple(visit(name, HOUR, read, **fields) for name, read in zip(labels, reads, strict=True))
    return Scene(subject=subject(COLUMNS), visits=visits)


def article(**fields: Any) -> Reading:
    """Return the reading of an article that prints when it was made and when it was put up."""
    made = DateReading(kind="document", date=date(2020, 10, 9), text="2020年10月9日", certain=False)
    shown = DateReading(kind="displayed", date=date(2020, 12, 30), text="2020-12-30", certain=True)
    return page(
        **{
            "page_kind": "article",
            "items": (),
            "newest": None,
            "blank": False,
            "published": shown,
            "dates": (shown, made),
            **fields,
        }
    )


def backdated(day: date = date(2020, 12, 20), *, oldest: date = date(2020, 11, 1)) -> Scene:
    """Return a column in which an item of `day` came on the last night, although each night had looked."""
    old = [item(date(2020, 12, 10)), item(oldest)]
    nights: list[Visit] = [visit("c0", HOUR - timedelta(days=n), reading(*old), run=f"N{n}") for n in range(14, 0, -1)]
    last = visit("c0", HOUR, reading(item(day, "补发的信息"), *old), run="N0")
    return Scene(subject=subject(COLUMNS), visits=(*nights, last))


BULLETIN = Bulletin(day=date(2020, 12, 31), document="示范办通报〔2020〕4号")
QUIET = tuple(item(date(2020, 9, 20) - timedelta(days=12 * n)) for n in range(8))
"""What a column showed that had nothing new since September."""


def added(count: int = 12, day: date = date(2021, 1, 2), step: int = 0, **fields: Any) -> tuple[Item, ...]:
    """Return items that came lately, dated on a day or each `step` days before the other."""
    return tuple(item(day - timedelta(days=n * step), f"补发的信息{n}", **fields) for n in range(count))


def burst(
    *new: Item,
    old: Sequence[Item] = QUIET,
    shown: int = 1,
    nights: int = 20,
    bulletins: tuple[Bulletin, ...] = (BULLETIN,),
    **fields: Any,
) -> Scene:
    """Return a column that was looked at each night, and showed new items on the last `shown` of them; `fields` are of its reading."""
    looks = tuple(
        visit(
            "c0",
            HOUR - timedelta(days=n),
            reading(*((new or added()) if n < shown else ()), *old, **fields),
            run=f"N{n}",
        )
        for n in range(nights - 1, -1, -1)
    )
    return Scene(subject=subject(COLUMNS), visits=looks, rules=replace(RULES, bulletins=bulletins))


def tampered(*nights: int, of: int = 6, **fields: Any) -> Scene:
    """Return a home page that was looked at on the last `of` nights and showed a bad link on these, 0 the last of them."""
    looks = tuple(
        visit(
            "home",
            HOUR - timedelta(hours=26 * n),
            page(bad_links=(BAD,) if n in nights else ()),
            run=f"N{n}",
            **(fields if n else {}),
        )
        for n in range(of - 1, -1, -1)
    )
    return Scene(subject=subject(COLUMNS), visits=looks)


GOLDEN: dict[str, Scene] = {
    "foreign_links": scene(page(bad_links=(BAD,))),
    "tampering_unhandled": tampered(*range(6)),
    "forged_dates": backdated(),
    "burst_after_bulletin": burst(),
    "page_tags": scene(page(missing_tags=("ColumnName",))),
    "footer_marks": scene(page(identity={k: v for k, v in FOOT.items() if k != "organiser"}), label="home"),
    "error_report_entry": scene(page(identity={k: v for k, v in FOOT.items() if k != "error_report"}), label="home"),
    "guides_incomplete": scene(*(page(elements=ELEMENTS, url=f"http://a.test/g{n}") for n in range(5))),
    "letters_late": scene(page(letters=(LATE,))),
    "error_reports_late": scene(page(letters=(LATE,)), label="entries"),
    "disclosure_late": scene(article()),
    "annex_body_blank": scene(page(annexes=(Annex(label="附件2", title="名单", href=None, blank=True),))),
    "rates_unfounded": scene(page(tables=(RATES,))),
    "personal_numbers": scene(page(personal={"identity": 2})),
    "wording": scene(page(wording=(MISPRINT,))),
    "interaction_missing": scene(front_page(n=12), label="home"),
    "services_missing": scene(front_page(n=12), label="home"),
    "letters_unanswered": scene(page(letters=(UNANSWERED,))),
    "guides_few_incomplete": replace(
        scene(*(page(elements=ELEMENTS, url=f"http://a.test/g{n}") for n in range(4))), subject=subject(COLUMNS[:4])
    ),
    "guide_elements": scene(page(elements=ELEMENTS)),
    "letters_public": scene(page(page_kind="article", letters=(replace(LATE, unit=""),))),
    "letters_quiet": scene(page(items=(), letters=QUIET_LETTERS)),
}


def probe_day(n: int, *, failed: int = 0, visits: int = 25, **fields: Any) -> Visit:
    """Return a day's attempts, `n` days before T."""
    day = date(2021, 1, 4) - timedelta(days=n)
    sums = ProbeDay(
        **{
            "day": day, "visits": visits, "failed": failed, "shared": 0, "guarded": 0, "ours": 0, "least_minutes": 30,
            "controlled": True, "reasons": ("timeout",) if failed else (), "browser": (), **fields,
        }
    )  # fmt: skip
    return visit(
        "availability",
        T - timedelta(days=n),
        reading(page_kind="other", blank=None, probes=sums),
        run=f"PROBE-{day:%Y%m%d}",
    )


def probed(*days: Visit) -> Scene:
    """Return a site with these days of attempts, and the others of the week without a failure."""
    known = {one.row.started for one in days}
    rest = [one for n in range(1, 8) if (one := probe_day(n)).row.started not in known]
    return Scene(subject=subject(COLUMNS), visits=(*days, *rest))


GOLDEN["site_unreachable"] = probed(probe_day(1, failed=5), probe_day(3, failed=4))
GOLDEN["ipv6_unsupported"] = probed(*(probe_day(n, aaaa=False) for n in range(1, 8)))
PROBED = frozenset({"site_unreachable", "ipv6_unsupported", "dead_links", "ipv6_pages", "ipv6_differs"})
"""Those that rest on light requests and not on looks at pages."""


def fault(n: int, *reasons: str) -> LinkFault:
    """Return a link of the home page behind which nothing was found."""
    return LinkFault(url=f"http://a.test/{n}", text=f"链接{n}", reasons=reasons or ("http_404",))


def link_day(n: int, *dead: LinkFault, unsure: tuple[LinkFault, ...] = (), **fields: Any) -> Visit:
    """Return a day's checks of links, `n` days before T's own."""
    at = T - timedelta(days=n, hours=2)
    day = LinkDay(
        **{"day": at.date(), "home": "ab" * 32, "asked": 20, "left": 0, "dead": dead, "unsure": unsure, **fields}
    )
    return visit("links", at, reading(page_kind="other", blank=None, checked=day), run=f"LINKS-{at:%Y%m%d}")


def front(*shown: int, **fields: Any) -> Visit:
    """Return a home page with links of these numbers; `fields` change its reading."""
    links = tuple(
        Link(href=f"http://a.test/{n}", text=f"链接{n}", scope="internal", hidden="", box=None) for n in shown
    )
    read = page(**{"page_kind": "home", "links": links, "url": "http://a.test/", **fields})
    return visit("home", HOUR, read)


def linking(*visits: Visit) -> Scene:
    """Return a site whose home page and checks of links were so."""
    return Scene(subject=subject(COLUMNS), visits=visits)


GOLDEN["dead_links"] = linking(front(1, 2), link_day(0, fault(1)), link_day(1, fault(1)))


def twice(n: int, state: Any = "open", *, differs: int | None = 0) -> PageTwice:
    """Return what a page below the home page came to, asked over IPv4 and IPv6."""
    failed = state != "open"
    return PageTwice(
        url=f"http://a.test/in/{n}",
        level=2 + n % 2,
        state=state,
        reason="http_404" if failed else None,
        differs=None if failed else differs,
        only4=("只在四代的话",) if differs else (),
        only6=("只在六代的话",) if differs else (),
    )


def pages_day(n: int, pages: Sequence[PageTwice], **fields: Any) -> Visit:
    """Return a day's round over pages below the home page, `n` days before T's own."""
    at = T - timedelta(days=n, hours=2)
    day = PagesDay(
        **{
            "day": at.date(), "home": "ab" * 32, "aaaa": True, "held": True, "left": 0, "pages": tuple(pages), **fields,
        }
    )  # fmt: skip
    return visit("pages6", at, reading(page_kind="other", blank=None, twice=day), run=f"PAGES6-{at:%Y%m%d}")


def asked_twice(*visits: Visit) -> Scene:
    """Return a site whose pages were asked so on these days."""
    return Scene(subject=subject(COLUMNS), visits=visits)


_FAIL = [twice(n, "failed" if n < 4 else "open") for n in range(30)]
_DIFFER = [twice(n, differs=900 if n < 3 else 0) for n in range(30)]
GOLDEN["ipv6_pages"] = asked_twice(pages_day(0, _FAIL), pages_day(1, _FAIL))
GOLDEN["ipv6_differs"] = asked_twice(pages_day(0, _DIFFER), pages_day(1, _DIFFER))

OWN_WORDS = (
    "起草这份办法之前我们走访了三十多家企业和两百多位居民大家反映最多的是跑腿次数多排队时间长材料反复提交"
    "为此本次改革把原来分散在各部门的环节合并到一处办理今后一般事项当天就能拿到结果复杂事项也不会拖过一周"
    "对老年人残疾人另设绿色通道并提供上门帮办代办不会使用手机的群众仍然可以到现场按原来的方式取号等候"
    "需要提醒的是旧版表格还可以使用到年底明年起统一换成新版有不明白的地方欢迎随时到大厅一楼咨询台了解"
)
"""What an interpretation says in its own words: some 190 characters."""
PROVISION = "第{n}条申请人应当在{n}个工作日内向示范市第{n}窗口提交第{n}号材料并对其真实性负责逾期视为放弃"
DOCUMENT_TEXT = "".join(PROVISION.format(n=n) for n in range(1, 61))


def prose_of(text: str, **fields: Any) -> Prose:
    """Return the prose of an article of one piece of text."""
    found = samples([bare(text)])
    return Prose(**{"length": len(bare(text)), "own": found, "whole": found, "questions": 0, "shown": 0,
                    "interprets": False, **fields})  # fmt: skip


def written(title: str, text: str, url: str, **fields: Any) -> Reading:
    """Return the reading of an article of this text; `fields` change its prose."""
    return article(title=title, url=url, prose=prose_of(text, **fields), dates=())


INTERPRETATION = written("《示范市窗口办理办法》解读", DOCUMENT_TEXT[:900], "http://a.test/zcjd/1")
ORIGINAL = written("示范市窗口办理办法", DOCUMENT_TEXT, "http://a.test/zcwj/1")


def interpreted(*visits: Visit, columns: Sequence[Any] = ()) -> Scene:
    """Return a site with a column of policy and one of interpretations."""
    listed = columns or (column("zcwj", "policy", 1), column("zcjd", "interpretation", 1))
    return Scene(subject=subject([*listed, *COLUMNS]), visits=visits)


def compared(
    interpretation: Reading = INTERPRETATION, document: Reading = ORIGINAL, label: str = "zcwj/article-2"
) -> Scene:
    """Return a site on which one interpretation was opened, and one document."""
    return interpreted(visit("zcjd/article-1", HOUR, interpretation), visit(label, HOUR, document))


SILENT = Survey(ways=(), until=None, ended=False, results=False)
ENDED = replace(SILENT, ways=("mail",), until=date(2020, 6, 1))


def surveyed(*surveys: Survey | None, on: date | None = date(2020, 12, 30), **fields: Any) -> Scene:
    """Return a site with a survey column whose entries were opened, put up on a day (None: it is not printed)."""
    shown = DateReading(kind="displayed", date=on, text=str(on), certain=True) if on else None
    visits = [
        visit(
            f"dczj/article-{n}",
            HOUR,
            article(
                title=f"关于征求第{n}号办法意见的公告",
                url=f"http://a.test/dczj/{n}",
                survey=one,
                published=shown,
                dates=(),
            ),
        )
        for n, one in enumerate(surveys, 1)
    ]
    listing = page(**{"items": tuple(item(on, f"关于征求第{n}号办法意见的公告") for n in range(1, len(surveys) + 1)),
                      "url": "http://a.test/dczj/", **fields})  # fmt: skip
    return Scene(
        subject=subject([column("dczj", "survey", 1), *COLUMNS]), visits=(visit("dczj", HOUR, listing), *visits)
    )


MEETINGS = tuple(f"市局召开第{n}次工作推进会" for n in range(1, 13))
LISTED = ColumnReading(kind="list", because="", name="", class_="other", trail=(), level=1)


def titled(class_: str, titles: Sequence[str] = MEETINGS, name: str = "栏目zl", **fields: Any) -> Scene:
    """Return a site with a column of a class whose list shows these titles."""
    days = [date(2020, 12, 30) - timedelta(days=n) for n in range(len(titles))]
    read = page(**{"items": tuple(map(item, days, titles)), "column": LISTED, "url": "http://a.test/zl/", **fields})
    return Scene(subject=subject([column("zl", class_, 1, name=name), *COLUMNS]), visits=(visit("zl", HOUR, read),))


GOLDEN["interpretation_copied"] = compared()
GOLDEN["survey_unanswerable"] = surveyed(SILENT, SILENT)
GOLDEN["survey_results"] = surveyed(ENDED, ENDED, ENDED)
GOLDEN["column_content_differs"] = titled("interpretation")
