"""When an article was published, by the best of what the page shows and carries.

Displayed beats script beats meta beats document beats address. What differs is said, never averaged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice

from evidence.model import DateKind, DateReading
from evidence.reading import dates, rows, years
from evidence.reading.matter import Matter
from evidence.reading.regions import Regions
from evidence.reading.tree import Node, Tree, fold, join

_PUBLISHED = re.compile(
    r"(发布|发文|发稿|发表|刊登|公布|更新|提交|添加|录入|上传)\s*(时间|日期|于)?\s*[:：]?\s*$|[Pp]ub(lish)?(ed)?\s*(on|[Dd]ate|[Tt]ime)?\s*[:：]?\s*$"
    r"|(?:[Pp]osted|[Uu]pdated|[Mm]odified)\s*(?:on)?\s*[:：]?\s*$"
)
_UPDATED = re.compile(r"(?:更新\s*(?:时间|日期|于)?|(?:[Uu]pdated|[Mm]odified)\s*(?:on)?)\s*[:：]?\s*$")
_TIMED = re.compile(r"(时间|日期)\s*[:：]\s*$")
_SOURCED = re.compile(r"来源|作者|编辑|浏览|点击|阅读|字号|字体|分享|信息提供")
_WRITTEN = re.compile(r"(成文|签发|印发|制发|成稿)\s*(时间|日期)?\s*[:：]?\s*$")
_CLOCK = re.compile(
    r"今天|今日|现在|当前|北京时间|欢迎|农历|星期|版权|[Cc]opyright|©|生成|有效|截止|截至|实施|施行|生效|失效|废止|开始|结束|到期|举办|开幕|活动时间|会议时间|开庭|报名"
)
_SENTENCE = re.compile(r"[。；！？，]")
_META = re.compile(
    r"^(pubdate|publishdate|publish_?time|publication_?date|article:published_time|og:published_time|og:release_date|date|dc\.date(\.issued)?|dcterms\.(created|issued|date)|weibo:\s*article:create_at|datepublished|createdate|apub:time|_pubtime|firstpublishedtime)$"
)
_STANDARD = re.compile(r"^(pubdate|publishdate|article:published_time|weibo:\s*article:create_at)$")
_SCRIPT = re.compile(
    r"""\b(?:var|let|const|,|\{|\s|\.)\s*(?P<key>["']?)(?P<name>pub_?dat[ae]|pub_?time|publish_?(?:date|time)|oriCreateTime|create_?time|ct|fbsj|docreltime)["']?\s*[=:]\s*["']?(?P<value>[^"';,\n]{4,40})""",
    re.I,
)
_LINKED = re.compile(r"""["']datePublished["']\s*:\s*["']([^"']{8,40})["']""")
_CAMBRIAN = re.compile(r"""cambrian\.jsonld.*?["']pubDate["']\s*:\s*["']([^"']{8,40})["']""", re.DOTALL)
"""What Baidu asks sites to say of a page of theirs."""


_BY, _PART = 40, 8
"""Nodes behind the heading, and characters, within which a piece of text is part of the date by it."""
_UNSURE = 2
"""A shown date of no more worth than this is not certainly the date of publication; none behind the text is."""


def published(
    tree: Tree,
    regions: Regions,
    matter: Matter,
    address: str,
    *,
    at: datetime | None,
    headers: Mapping[str, str] | None = None,
) -> tuple[DateReading, ...]:
    """Return the dates an article may have been published on, the best first; `headers` are the page's own answer's."""
    found = [
        *_displayed(tree, regions, matter, at),
        *_scripts(tree),
        *_metas(tree),
        *_closing(matter),
        *_address(address),
        *_modified(headers or {}),
    ]
    today = dates.on(at) if at is not None else None
    return tuple(
        replace(one, kind="future", certain=False) if today is not None and one.date > today else one for one in found
    )


def disagreement(found: Sequence[DateReading]) -> str | None:
    """Say that the date in the page's metadata is not the displayed one, where both are there and differ."""
    shown = next((one for one in found if one.kind == "displayed"), None)
    meta = next((one for one in found if one.kind == "meta"), None)
    if shown is None or meta is None or shown.date == meta.date:
        return None
    return f"页面显示的日期 {shown.date} 与元数据 PubDate {meta.date} 不一致，以显示的为准"


def _displayed(tree: Tree, regions: Regions, matter: Matter, at: datetime | None) -> list[DateReading]:
    """Return the dates shown near the title, the one most surely labelled first."""
    heading = _heading(tree, regions)
    choices: list[tuple[int, int, DateReading]] = []
    runs = rows.runs(matter.texts)
    passed, length = 0, matter.length
    for n, run in enumerate(runs):
        text = join(run)
        late, passed = length > 300 and passed > 0.6 * length, passed + len(text)
        for found in dates.find(text) if len(text) <= 400 else ():
            before = text[: found.start] or (_label(runs[n - 1], heading) if n else "")
            worth = _worth(text, before, found, run[0], heading)
            worth = min(worth, _UNSURE) if late else worth
            day = found.day if found.day is not None else years.relative(found, at)
            if worth > 0 and day is not None:
                kind: DateKind = (
                    "document" if _WRITTEN.search(before) else "relative" if found.form == "relative" else "displayed"
                )
                reading = DateReading(
                    kind=kind,
                    date=day,
                    text=found.text,
                    certain=worth > _UNSURE and kind != "document" and found.form != "short_year",
                    box=run[0].box,
                )
                choices.append((-worth, n, reading))
    choices += _in_parts(tree, regions, heading)
    return [reading for _, _, reading in sorted(choices, key=lambda choice: choice[:2])]


def _in_parts(tree: Tree, regions: Regions, heading: Node | None) -> Iterator[tuple[int, int, DateReading]]:
    """Yield the dates whose parts stand in separate elements by the heading: 06-29 over 2021, 29 over 2021-06."""
    near = tree.between(heading.end, heading.end + _BY, most=_BY) if heading is not None else []
    texts = [text for text in near if regions.part(text) is None]
    words = [fold(text.value) for text in texts]
    for n, text in enumerate(texts):
        if len(words[n]) > _PART or (found := rows.split(words, n)) is None or found.day is None:
            continue
        yield -3, n, DateReading(kind="displayed", date=found.day, text=found.text, certain=True, box=text.box)


def _label(run: Sequence[Node], heading: Node | None) -> str:
    """Return the end of the text before a date, which may be its label; a heading is none, whatever it speaks of."""
    return "" if heading is not None and heading.holds(run[0]) else join(run)[-14:]


def _worth(text: str, before: str, found: dates.Found, node: Node, heading: Node | None) -> int:
    """Return how surely a shown date is the date of publication: from 3 up it is certain, 0 it is none."""
    if _CLOCK.search(before[-12:]) or (found.form == "relative" and rows.whole(text) is None):
        return 0
    if _WRITTEN.search(before):
        return 1
    near = heading is not None and 0 < node.order - heading.order < 120
    if _PUBLISHED.search(before):
        return 5 if _UPDATED.search(before) else 6
    if _TIMED.search(before):
        return 4
    if len(text) <= 120 and _SOURCED.search(text):
        return 4 if near or rows.whole(text) is not None else 2
    if rows.whole(text) is not None:
        return 3 if near and len(text) <= 60 else 1
    return 3 if near and ":" in found.text and len(text) <= 60 and not _SENTENCE.search(text) else 0


def _heading(tree: Tree, regions: Regions) -> Node | None:
    """Return the article's heading: the first main heading in the content, else the text the page's title begins with."""
    name = fold(tree.text(title, hidden=True)) if (title := tree.first("title")) is not None else ""
    name = name or _title_text(tree)
    for node in tree.nodes:
        if (
            node.tag in ("h1", "h2", "h3")
            and not node.hidden
            and regions.part(node) is None
            and len(tree.text(node)) >= 5
        ):
            return node
    for text in tree.texts(tree.root):
        words = fold(text.value)
        if len(words) >= 6 and regions.part(text) is None and name.startswith(words[:20]):
            return text
    return None


def _title_text(tree: Tree) -> str:
    title = tree.first("title")
    return fold("".join(child.value for child in title.children)) if title is not None else ""


def _scripts(tree: Tree) -> Iterator[DateReading]:
    """Yield dates that inline scripts carry: TRS pubdata, WeChat ct and createTime, JSON-LD datePublished."""
    for script in tree.find(tree.root, "script"):
        source = "".join(child.value for child in script.children)[:400_000]
        for match in (*_LINKED.finditer(source), *islice(_CAMBRIAN.finditer(source), 1)):
            yield from _read("script", match[1], match[1], certain=True)
        for match in _SCRIPT.finditer(source):
            # a key of JSON may be that of a video or a related article; a variable is the page's own
            own = not match["key"]
            yield from _read("script", match["value"], fold(match[0]), certain=own)


def _metas(tree: Tree) -> Iterator[DateReading]:
    """Yield dates that the page's metadata carry; PubDate is the name the government's page standard gives it."""
    for meta in tree.find(tree.root, "meta"):
        name = (meta.get("name") or meta.get("property") or meta.get("itemprop")).strip().lower()
        if _META.match(name):
            yield from _read(
                "meta", meta.get("content"), f"{name}={meta.get('content')}", certain=bool(_STANDARD.match(name))
            )


def _read(kind: DateKind, value: str, text: str, *, certain: bool) -> Iterator[DateReading]:
    value = value.strip()
    day: date | None = None
    if re.fullmatch(r"1[0-9]{9}([0-9]{3})?", value):
        day = dates.on(datetime.fromtimestamp(int(value[:10]), UTC))
    elif found := dates.find(value):
        day = found[0].day
    elif re.match(r"(19|20)\d{6}", value):
        day = dates.in_address(value[:8])
    if day is not None:
        yield DateReading(kind=kind, date=day, text=text[:120], certain=certain)


def _closing(matter: Matter) -> Iterator[DateReading]:
    """Yield the date that stands alone at the end of a document (落款): when it was signed."""
    for text in reversed(matter.texts[-12:]):
        found = rows.whole(fold(text.value))
        if found is not None and found.day is not None:
            yield DateReading(
                kind="document", date=found.day, text=found.text, certain=False, how="文末落款日期", box=text.box
            )
            return


def _modified(headers: Mapping[str, str]) -> Iterator[DateReading]:
    """Yield when the server says the page was last changed; a page made for each visitor was changed when it was asked for."""
    said, now = headers.get("last-modified", ""), headers.get("date", "")
    try:
        changed = parsedate_to_datetime(said)
        fresh = bool(now) and parsedate_to_datetime(now) - changed < timedelta(minutes=5)
    except (TypeError, ValueError):
        return
    if changed.tzinfo is not None and not fresh:
        day = dates.on(changed)
        yield DateReading(
            kind="last_modified", date=day, text=said[:120], certain=False, how="服务器所报的最后修改时间"
        )


def _address(address: str) -> Iterator[DateReading]:
    day = dates.in_address(address)
    if day is not None:
        yield DateReading(kind="url", date=day, text=address[-120:], certain=False, how="地址中的日期可能是迁移日期")
