"""Where a page stands in its site and where it leads: the trail (当前位置), and links that may be columns (栏目).

A link to a column has a short name and an address of a folder or list; a link to an article has a headline and a number
or a date in its address. What is told here is a proposal: the unit confirms its column ledger (栏目台账).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit

from evidence.columns import Column
from evidence.model import ColumnKind
from evidence.reading import addresses
from evidence.reading.classes import class_of
from evidence.reading.page import PageInput
from evidence.reading.regions import PAGES, Regions
from evidence.reading.trail import HOME_NAME, LONGEST_NAME, trail
from evidence.reading.tree import Node, Tree, fold, grow

__all__ = [
    "HOME_NAME",
    "Link",
    "Navigation",
    "class_of",
    "exemption_of",
    "is_furniture",
    "label_of",
    "leads_to_map",
    "navigation",
    "proposal",
    "same_page",
]


_INDEX = re.compile(r"(?<=/)(?:index|default|home)(?:_0)?\.(?:s?html?|jspx?|aspx?|php)$", re.I)
_ARTICLE = re.compile(
    r"/t?20\d{6}_\d+|/(?:art|content|c|info|detail|article|news_?\d*)/[^?]*\d{4,}|[/_](?:content|detail|article|post|info)s?[/_-]?\d{2,}"
    r"|/\d{4}[-/]?\d{2}(?:[-/]?\d{2})?/[^/]+$|/\d{5,}\.s?html?|[?&](?:id|aid|articleid|infoid|newsid)=\w{4,}|/[0-9a-f]{16,}",
    re.I,
)
_DOCUMENT = re.compile(r"\.(?!s?html?$|jspx?$|aspx?$|php$|do$|action$|gov$|cn$)[a-z0-9]{2,5}$", re.I)
_FURNITURE = re.compile(
    r"^(?:网站)?首页$|设为首页|加入收藏|收藏本站|登录|注册|退出|无障碍|适老|长者|关怀版|老年|网站地图|站点地图|RSS|订阅|手机版|电脑版|移动版|English|繁体|简体"
    r"|网站声明|免责声明|版权|隐私|使用帮助|帮助|返回|搜索|检索|微信|微博|客户端|APP|二维码|打印|关闭|分享|更多|more|关于我们|联系我们|网站纠错|我要纠错|ICP|公网安备",
    re.I,
)
_SITE_MAP = re.compile(r"网站地图|站点地图|网站导航|sitemap", re.I)

_STATIC = re.compile(
    r"概况|简介|介绍|职能|职责|机构设置|内设机构|领导信息|领导之窗|领导分工|领导简介|联系方式|公开指南|公开制度|地图|交通|依申请公开"
)
_YEARLY = re.compile(r"年报|年度报告|预算|决算|年度计划|工作要点")
_ENDED = re.compile(r"往期|历史|归档|旧版")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that may lead to a column."""

    name: str
    """Empty where it only says 更多."""
    url: str
    in_menu: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigation:
    """What a page says of its place."""

    trail: tuple[str, ...]
    """From 首页 down; empty where the page prints none."""
    links: tuple[Link, ...]


def navigation(page: PageInput, rows: frozenset[str] = frozenset()) -> Navigation:
    """Return the trail of a page and its links that may be columns; `rows` are addresses known to be of articles."""
    tree = grow(page)
    regions = Regions(tree)
    return Navigation(trail=trail(tree, regions), links=tuple(_links(page.url, tree, regions, rows)))


def same_page(url: str) -> str:
    """Return an address by which one page is known: without scheme, fragment and the name of an index file.

    >>> same_page("https://a.gov.cn/zwgk/index.html#top") == same_page("http://a.gov.cn/zwgk/")
    True
    """
    parts = urlsplit(urldefrag(url)[0])
    path = _INDEX.sub("", parts.path) or "/"
    return f"{parts.netloc.lower()}{path}" + (f"?{parts.query}" if parts.query else "")


def is_furniture(name: str) -> bool:
    """Tell whether a name is that of the site's tools and not of a column.

    >>> is_furniture("设为首页"), is_furniture("政务公开")
    (True, False)
    """
    return _FURNITURE.search(name) is not None


def leads_to_map(name: str) -> bool:
    """Tell whether a link leads to the site's map, which lists the columns."""
    return _SITE_MAP.search(name) is not None


def exemption_of(name: str) -> str | None:
    """Return why a column by its name may have no duty to be kept up to date; a proposal, which the unit must confirm.

    >>> exemption_of("机构职能"), exemption_of("年度报告"), exemption_of("部门动态")
    ('静态栏目', '年度栏目', None)
    """
    for words, said in ((_STATIC, "静态栏目"), (_YEARLY, "年度栏目"), (_ENDED, "已结束专题")):
        if words.search(name):
            return said
    return None


def label_of(url: str, taken: frozenset[str] = frozenset()) -> str:
    """Return a label for a column by the path of its address, one that is not taken yet.

    >>> label_of("http://a.gov.cn/zwgk/tzgg/index.html"), label_of("http://a.gov.cn/list.jsp?c=7")
    ('zwgk/tzgg', 'list.jsp-c-7')
    """
    parts = urlsplit(url)
    said = _INDEX.sub("", parts.path) + (f"-{parts.query}" if parts.query else "")
    slug = re.sub(r"[^\w.\-/]+|\.\.+|/{2,}", "-", said, flags=re.ASCII).strip("/-._")[-60:].strip("/-._") or "column"
    n, label = 1, slug
    while label in taken:
        n += 1
        label = f"{slug}-{n}"
    return label


def proposal(url: str, path: tuple[str, ...], kind: ColumnKind, label: str, cycle: str | None) -> Column:
    """Return the column that a page proposes: everything but its duty, which only the unit can confirm."""
    name = path[-1]
    return Column(
        label=label,
        name=name,
        url=url,
        class_=class_of(path),
        level=len(path) - 1,
        cycle=cycle,
        exemption="静态栏目" if kind == "static" else exemption_of(name),
        path=" > ".join(path),
        kind=kind,
    )


def _links(base: str, tree: Tree, regions: Regions, rows: frozenset[str]) -> Iterator[Link]:
    for node in tree.links(tree.root):
        url = addresses.absolute(base, node.get("href"))
        if url is None or not url.startswith(("http://", "https://")) or url in rows or not _is_column(url):
            continue
        name = _name(node, tree)
        if name is not None:
            yield Link(name=name, url=urldefrag(url)[0], in_menu=regions.part(node) in ("nav", "head"))


def _is_column(url: str) -> bool:
    path = urlsplit(url).path
    return not _ARTICLE.search(url) and not _DOCUMENT.search(path.rpartition("/")[2])


def _name(node: Node, tree: Tree) -> str | None:
    """Return the name of a link: its text, title or picture's text; empty for 更多, None for what is no column's name."""
    pictured = next((inner.get("alt") for inner in tree.find(node, "img")), "")
    said = tree.text(node, hidden=True) or fold(node.get("title")) or fold(pictured)
    plain = re.sub(r"^[\s·•>＞»›+\-—\[【]+|[\s>＞»›+\]】]+$", "", said)
    if re.fullmatch(r"(查看)?更多.{0,3}|more.{0,3}|>+|\++", said.strip(), re.I):
        return ""
    if not 2 <= len(plain) <= LONGEST_NAME or PAGES.match(plain) or re.search(r"\d{4}[-年/.]\d", plain):
        return None
    return plain
