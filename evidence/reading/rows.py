"""One row of a list: its title link, and the date that stands in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from evidence.reading import dates
from evidence.reading.dates import Found
from evidence.reading.regions import PAGES
from evidence.reading.tree import Node, Tree, fold, join, same_block

_LABEL = re.compile(r"(发布|成文|印发|签发|发文|发稿|更新|公布|公示|创建|录入|上传|添加|信息)?\s*(时间|日期)\s*[:：]?")
_META = re.compile(
    r"(来源|信息来源|作者|责任编辑|编辑|发布机构|发布单位|发布者|发文机关|索引号|文号)\s*[:：]\s*[^\s\d]{0,24}"
    r"|(浏览|点击|阅读|访问|人气)(次数|量|数)?\s*[:：]?\s*\d*\s*次?|字号\s*[:：]?|\d+\s*次"
)
_OTHER_DAY = re.compile(
    r"(截止|截至|有效|到期|开始|结束|实施|施行|生效|失效|报名|举行|召开|活动|会议|考试|答复|办结|受理|成文)[^发布]{0,6}$"
)
WRITTEN = re.compile(r"(成文|成稿|签发|印发|制发)\s*(时间|日期)?\s*[:：]?\s*$")
_ISSUED = re.compile(r"(发文|制定)\s*(时间|日期)\s*$")
"""As the heading of a table column: may be when a document was signed, so it never makes a column old."""
_HEADLINE = 8
"""Characters from which what a picture is called may be the title of an article."""
Headed = Callable[[Node], str]
_SHORT_LABEL = 8
"""Characters; a longer text before a date is no label of it."""
_BARE = re.compile(r"[\s\[\]()（）【】〔〕［］<>《》|｜/\-—:：,，.。·•、丨星期周一二三四五六日天NEWnew]+")
_CUT = re.compile(r"(\.{2,}|…+|⋯+)\s*$")
_YEAR = re.compile(r"^(?P<y>(?:19|20)\d{2})\s*年?$")
_YEAR_MONTH = re.compile(r"^(?P<y>(?:19|20)\d{2})\s*[-/.年]\s*(?P<m>\d{1,2})\s*月?$")
_MONTH = re.compile(r"^(?P<m>\d{1,2})\s*月$")
_MONTH_ALONE = re.compile(
    r"^(?:0?[1-9]|1[0-2])\s*月?$|^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?$", re.I
)
_DAY = re.compile(r"^(?P<d>\d{1,2})\s*日?$")
_SHORT_MONTH_DAY = re.compile(r"^[\[(【（]?\s*(?P<m>\d{1,2})\s*[-/.]\s*(?P<d>\d{1,2})\s*[\])】）]?$")
PINNED = re.compile(r"^[\[【(（]?\s*(置顶|顶|TOP|Top|top|固顶)\s*[\]】)）]?$|^[\[【](置顶|顶)[\]】]")
_PINNED_NAMES = re.compile(r"(^|[\s_-])(istop|is-top|zhiding|zd|sticky|pinned|totop|settop)([\s_-]|$)")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """One row, before missing years are resolved."""

    node: Node
    link: Node | None
    title: str
    found: Found | None
    """The date that stands in the row, as far as it is written."""
    dated: Node | None
    """The text node the date was read from."""
    pinned: bool
    written: bool = False
    """The date is labelled 成文日期: when a document was signed, not when it was put up."""
    year: int | None = None
    """The year of the heading the row stands under (2021年), where rows are set by year."""
    cut: bool = False
    """Only the beginning of the title is known."""


def is_title(link: Node, tree: Tree) -> bool:
    """Tell whether an anchor may be the title of a row: it leads somewhere and its text is no pager's."""
    if link.hidden:
        return False
    text = tree.text(link) or fold(link.get("title")) or pictured(link, tree)
    address = link.get("href").strip()
    if len(text) < 2 or PAGES.match(text):
        return False
    scripted = any(
        name in link.attributes
        for name in ("onclick", "ng-click", "@click", "ui-sref", "data-href", "data-url", "data-id")
    )
    return (
        scripted
        or (address not in ("", "#") and not address.lower().startswith(("mailto:", "tel:")))
        or "href" not in link.attributes
    )


def title(link: Node, tree: Tree) -> str:
    """Return what a link is called: its heading or first line, or its title attribute where the text is cut short."""
    shown = _shown_title(link, tree)
    full = fold(link.get("title")) or ("" if shown else pictured(link, tree))
    if not full:
        return _CUT.sub("", shown) if _CUT.search(shown) else shown
    bare = _CUT.sub("", shown)
    if not shown or (len(full) > len(bare) and re.sub(r"\s", "", full).startswith(re.sub(r"\s", "", bare)[:18])):
        return re.split(
            r"\s+(?:发布时间|发布日期|日期|时间|点击)\s*[:：]", re.sub(r"^(文章)?标题\s*[:：]\s*", "", full)
        )[0].strip()
    return shown


def is_cut(link: Node, tree: Tree) -> bool:
    """Tell whether a link shows only the beginning of its title and has the rest nowhere."""
    shown = _shown_title(link, tree)
    return _CUT.search(shown) is not None and title(link, tree) in (shown, _CUT.sub("", shown))


def pictured(link: Node, tree: Tree) -> str:
    """Return what a link that is nothing but a picture says by it: a headline, not the name of a button or a banner."""
    said = [fold(node.get("alt") or node.get("title")) for node in tree.find(link, "img") if not node.hidden]
    return next((text for text in said if len(text) >= _HEADLINE), "")


def _shown_title(link: Node, tree: Tree) -> str:
    heading = next((node for node in tree.find(link, "h1", "h2", "h3", "h4", "h5", "h6") if tree.text(node)), None)
    if heading is not None:
        return tree.text(heading)
    pieces = [piece for piece in runs(tree.texts(link)) if whole(join(piece)) is None]
    texts = [
        text
        for text in map(join, pieces)
        if not _DAY.match(text) and not _YEAR_MONTH.match(text) and not PINNED.match(text)
    ]
    return next((text for text in texts if len(text) >= 4), texts[0] if texts else tree.text(link))


def runs(texts: Sequence[Node]) -> list[list[Node]]:
    """Return text nodes in runs that stand in one line."""
    found: list[list[Node]] = []
    for text in texts:
        if found and same_block(found[-1][-1], text):
            found[-1].append(text)
        else:
            found.append([text])
    return found


def whole(text: str) -> Found | None:
    """Return the date a piece of text consists of, apart from its label, brackets, time and such.

    >>> whole("发布时间：[2021-06-29 10:22]").day, whole("2021年6月29日新闻发布会"), whole("6-29").month_day
    (datetime.date(2021, 6, 29), None, (6, 29))
    """
    if len(text) > 120:
        return None
    short = _SHORT_MONTH_DAY.match(text.strip())
    if short:
        text = f"{int(short['m']):02}-{int(short['d']):02}"
    found = dates.find(text)
    for one in found:
        rest = _META.sub("", _LABEL.sub("", text[: one.start] + " " + text[one.end :]))
        if len(_BARE.sub("", rest)) <= 1:
            return one
    return None


def date_in(texts: Sequence[Node], headed: Headed | None = None) -> tuple[Found, Node, bool] | None:
    """Return the date among the text nodes of a row, the node it stands in, and whether it is a 成文日期.

    Where several stand there, one labelled as publication wins, else the latest: an older one never makes a row old.
    `headed` gives the heading of the table column that a text stands in.
    """
    choices = _choices([[text] for text in texts], headed) or _choices(runs(texts), headed)
    return max(choices, key=_rank, default=None)


def _choices(pieces: Sequence[Sequence[Node]], headed: Headed | None) -> list[tuple[Found, Node, bool]]:
    words = [join(piece) for piece in pieces]
    choices: list[tuple[Found, Node, bool]] = []
    for n, text in enumerate(words):
        found = split(words, n) or whole(text) or dates.month(text)
        if found is None:
            continue
        before = text[: found.start] or (words[n - 1] if n and len(words[n - 1]) <= _SHORT_LABEL else "")
        heading = headed(pieces[n][0]) if headed else ""
        if WRITTEN.search(before) or WRITTEN.search(heading) or _ISSUED.search(heading):
            choices.append((found, pieces[n][0], True))
        elif not any(_OTHER_DAY.search(words.rstrip(" :：[（(【")) for words in (before, heading)):
            choices.append((found, pieces[n][0], False))
    return choices


def _rank(choice: tuple[Found, Node, bool]) -> tuple[bool, bool, int, tuple[int, int]]:
    found, _, written = choice
    return (not written, found.form == "full", found.day.toordinal() if found.day else 0, found.month_day or (0, 0))


def split(words: Sequence[str], n: int) -> Found | None:
    """Read a date whose parts stand in separate elements: 29 | 2021-06, 06-29 | 2021, 2021 | 06-29, 29 | 6月, 29 | Jun | 2021."""
    here, there = words[n], words[n + 1] if n + 1 < len(words) else ""
    if (whole_date := _three(words[n : n + 3])) is not None:
        return whole_date
    for first, second in ((here, there), (there, here)):
        day, month = _DAY.match(first), _YEAR_MONTH.match(second)
        if day and month:
            return _joined(f"{here} {there}", f"{month['y']}-{int(month['m']):02}-{int(day['d']):02}")
        year, rest = _YEAR.match(first), whole(second) if second else None
        if year and rest is not None and rest.form == "month_day" and rest.month_day:
            return _joined(f"{here} {there}", "{}-{:02}-{:02}".format(year["y"], *rest.month_day))
        day, only = _DAY.match(first), _MONTH.match(second)
        if day and only:
            found = dates.find(f"{int(only['m']):02}-{int(day['d']):02}")
            return replace(found[0], text=f"{here} {there}") if found else None
    return None


def _three(words: Sequence[str]) -> Found | None:
    """Read day, month and year, or year, month and day, in three elements; the month's name or number in the middle."""
    if len(words) < 3:
        return None
    for day, month, year in (words, tuple(reversed(words))):
        said = _DAY.match(day), _MONTH_ALONE.match(month), _YEAR.match(year)
        if all(said):
            named = dates.find(f"{day.rstrip('日')} {month} {year.rstrip('年')}") if month[:1].isalpha() else ()
            if named:
                return replace(named[0], text=" ".join(words), start=0, end=len(" ".join(words)))
            number = re.sub(r"\D", "", month)
            iso = f"{year[:4]}-{int(number):02}-{int(re.sub(r'[^0-9]', '', day)):02}" if number else ""
            return _joined(" ".join(words), iso)
    return None


def _joined(text: str, iso: str) -> Found | None:
    found = dates.find(iso)
    return replace(found[0], text=text, start=0, end=len(text)) if found else None


def is_pinned(row: Node, tree: Tree) -> bool:
    """Tell whether a row is marked as pinned (置顶), in words, by a class, or by a picture's name."""
    if any(PINNED.match(fold(text.value)) for text in tree.texts(row)):
        return True
    return any(
        _PINNED_NAMES.search(node.names) or "置顶" in node.get("alt") for node in tree.inside(row) if node.attributes
    )
