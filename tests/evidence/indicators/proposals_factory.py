"""What must not be proposed of interpretations, surveys and columns: each scene is one step away from a golden one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from evidence.model import Link
from tests.evidence.indicators.signs_factory import (
    COLUMNS,
    DOCUMENT_TEXT,
    ENDED,
    HOUR,
    INTERPRETATION,
    LISTED,
    MEETINGS,
    ORIGINAL,
    OWN_WORDS,
    SILENT,
    compared,
    page,
    surveyed,
    titled,
    written,
)
from tests.evidence.judging_factory import Scene, changed, column, item, subject, visit

NAMED = "《示范市窗口办理办法》解读"
HERE = "http://a.test/zcjd/1"


def told(text: str = DOCUMENT_TEXT[:900], title: str = NAMED, **fields: object) -> Scene:
    """Return the golden scene with another interpretation."""
    return compared(written(title, text, HERE, **fields))


def original(title: str = ORIGINAL.title, url: str = ORIGINAL.url, **fields: object) -> Scene:
    """Return the golden scene with another document."""
    return compared(document=written(title, DOCUMENT_TEXT, url, **fields))


COPIES: dict[str, Scene] = {
    "it asks and answers": told(questions=1),
    "it says a fifth in words of its own": told(DOCUMENT_TEXT[:800] + OWN_WORDS),
    "it says several sentences of its own above a very long copy": told(OWN_WORDS + DOCUMENT_TEXT),
    "it is short": told(DOCUMENT_TEXT[:400]),
    "it is nothing but quotations": told(length=0, own=()),
    "it shows a chart": told(shown=1),
    "its document's page carries it": original(interprets=True),
    "no document of that name was seen": told(title="《示范市养犬管理办法》解读"),
    "its title names nothing": told(title="政策解读"),
    "its title names what many are called": told(title="《办法》解读"),
    "the other article is an interpretation, too": original(title="图解：示范市窗口办理办法"),
    "the other article is itself under another label": original(url=HERE),
    "the document stands in a news column": compared(label="c0/article-1"),
    "the document was seen in part": replace(
        compared(), visits=(compared().visits[0], changed(compared().visits[1], complete=False))
    ),
    "the interpretation was seen in part": replace(
        compared(), visits=(changed(compared().visits[0], coverage="partial"), compared().visits[1])
    ),
    "the ledger's class is not what the column is called": compared().where("zcjd", name="通知公告"),
    "the class is unknown": compared().where("zcjd", class_=None),
    "its prose was never read": compared(replace(INTERPRETATION, prose=None)),
    "the document's was not": compared(document=replace(ORIGINAL, prose=None)),
}
SURVEYS: dict[str, Scene] = {
    "one entry alone": surveyed(SILENT),
    "they can be answered by mail": surveyed(*[replace(SILENT, ways=("mail",))] * 3),
    "by telephone": surveyed(*[replace(SILENT, ways=("telephone",))] * 3),
    "by post": surveyed(*[replace(SILENT, ways=("address", "picture"))] * 3),
    "by a form in a frame that nobody here saw": surveyed(*[replace(SILENT, ways=("frame",))] * 3),
    "by a code in a picture": surveyed(*[replace(SILENT, ways=("picture",))] * 3),
    "on the next page": surveyed(*[replace(SILENT, ways=("page",))] * 3),
    "by a form in a file": surveyed(*[replace(SILENT, ways=("file",))] * 3),
    "they say that they are over": surveyed(*[replace(SILENT, ended=True)] * 3),
    "they have ended": surveyed(*[replace(SILENT, until=date(2021, 1, 3))] * 3),
    "they speak of results": surveyed(*[replace(SILENT, results=True)] * 3),
    "they are old and name no end": surveyed(SILENT, SILENT, SILENT, on=date(2020, 11, 1)),
    "nothing says when they were put up": surveyed(SILENT, SILENT, on=None),
    "the entries ask nothing": surveyed(None, None, None),
    "the class is another": surveyed(SILENT, SILENT).where("dczj", class_="interaction"),
    "the name is another": surveyed(SILENT, SILENT).where("dczj", name="热点问答"),
    "seen in part": replace(
        surveyed(SILENT, SILENT), visits=tuple(changed(one, complete=False) for one in surveyed(SILENT, SILENT).visits)
    ),
}
RESULTS: dict[str, Scene] = {
    "two alone": surveyed(ENDED, ENDED),
    "one speaks of results": surveyed(ENDED, ENDED, replace(ENDED, results=True)),
    "one ended a month ago": surveyed(ENDED, ENDED, replace(ENDED, until=date(2020, 12, 1))),
    "one names no end": surveyed(ENDED, ENDED, replace(ENDED, until=None)),
    "one is said to be over but not since when": surveyed(ENDED, ENDED, replace(ENDED, until=None, ended=True)),
    "one has an annex": surveyed(ENDED, ENDED, replace(ENDED, ways=("file",))),
    "one has a picture": surveyed(ENDED, ENDED, replace(ENDED, ways=("mail", "picture"))),
    "the list has results": surveyed(
        ENDED, ENDED, ENDED, items=(item(date(2020, 7, 1), "关于征求第1号办法意见采纳情况的公告"),)
    ),
    "another column has results": surveyed(ENDED, ENDED, ENDED).with_(
        visit("c1", HOUR, page(items=(item(date(2020, 7, 1), "2020年第1号办法网上征集结果"),)))
    ),
    "the column has tabs": surveyed(ENDED, ENDED, ENDED, column=replace(LISTED, kind="tabbed", tabs=1)),
    "the column's own page was not seen whole": replace(
        surveyed(ENDED, ENDED, ENDED),
        visits=tuple(
            changed(one, complete=False) if one.row.label == "dczj" else one
            for one in surveyed(ENDED, ENDED, ENDED).visits
        ),
    ),
    "a second survey column was never seen": replace(
        surveyed(ENDED, ENDED, ENDED),
        subject=subject([column("dczj", "survey", 1), column("jgfk", "survey", 1), *COLUMNS]),
    ),
}
CONTENTS: dict[str, Scene] = {
    "few entries": titled("interpretation", MEETINGS[:9]),
    "two interpretations among them": titled("interpretation", (*MEETINGS, "《停车办法》解读", "一图读懂停车办法")),
    "interpretations told at meetings": titled("interpretation", [f"市局召开第{n}场政策解读会" for n in range(12)]),
    "press conferences": titled("interpretation", [f"市政府召开第{n}场新闻发布会" for n in range(12)]),
    "titles cut short": titled(
        "interpretation", items=tuple(item(date(2020, 12, n + 1), name, cut=True) for n, name in enumerate(MEETINGS))
    ),
    "titles all as long as the list allows": titled(
        "interpretation", [f"示范市人力资源和社会保障局召开第{n:02}次工作" for n in range(12)]
    ),
    "notices of meetings": titled("notice", [f"关于召开第{n}次业主会议的通知" for n in range(12)]),
    "meetings announced": titled("notice", [f"第{n}次听证会议公告" for n in range(12)]),
    "minutes in a policy column": titled("policy", [f"市政府第{n}次常务会议纪要" for n in range(12)]),
    "surveys about visits": titled("survey", [f"走访群众第{n}次意见征集" for n in range(12)]),
    "words of no list": titled("interpretation", [f"示范市第{n}号" for n in range(12)]),
    "a news column": titled("news"),
    "a topic column": titled("topic"),
    "a class that nobody gave": titled("interpretation").where("zl", class_=None),
    "a column named news by mistake of the ledger": titled("interpretation", name="政务动态"),
    "a page that calls itself news": titled("interpretation", column=replace(LISTED, class_="news")),
    "a parent of several lists": titled("interpretation", column=replace(LISTED, kind="parent")),
    "tabs that were not opened": titled("interpretation", column=replace(LISTED, kind="tabbed", tabs=2)),
    "a list in another authority's frame": titled("interpretation", column=replace(LISTED, kind="embedded")),
    "a page of no known kind": titled("interpretation", column=None),
    "seen in part": replace(
        titled("interpretation"), visits=(changed(titled("interpretation").visits[0], complete=False),)
    ),
    "an old look": replace(
        titled("interpretation"),
        visits=(
            changed(
                titled("interpretation").visits[0], started=HOUR - timedelta(days=3), ended=HOUR - timedelta(days=3)
            ),
        ),
    ),
}
LINKED = replace(
    INTERPRETATION,
    title="政策解读",
    links=(Link(href=f"{ORIGINAL.url}#t", text="政策原文", scope="internal", hidden="", box=None),),
)
CASES: dict[str, dict[str, Scene]] = {
    "interpretation_copied": COPIES,
    "survey_unanswerable": SURVEYS,
    "survey_results": RESULTS,
    "column_content_differs": CONTENTS,
}
