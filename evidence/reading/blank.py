"""Whether a column is blank: true only for a page that is plainly a list and plainly holds nothing.

The gravest mistake of this package would be to call blank what is not. So pictures, frames, players, files and any
text speak against it, and a list that a script would fill is undecided.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evidence.model import PageKind
from evidence.reading.lists import Listing, paged
from evidence.reading.matter import Matter
from evidence.reading.page import PageInput
from evidence.reading.regions import Regions
from evidence.reading.tree import Node, Tree, fold

PLACEHOLDER = re.compile(
    r"^[\s（(【\[。.!！…]*(对不起|抱歉|很抱歉)?[，,！!]?\s*(本|该|此|当前)?(栏目|目录|频道|分类|类别|页面|列表)?(下)?[，,]?\s*"
    r"(暂时?|目前|尚|还)?(没有|未|无|尚无|并无|暂无|查无)?(任何|相关|更多|符合条件的?|您要找的)?(的)?"
    r"(数据|资料|内容|信息|记录|文章|公告|结果|文件)?(正在)?(更新中|建设中|整理中|完善中|录入中|为空|发布|添加|可显示|可展示)?([，,。！!]?\s*敬请(期待|关注|留意|谅解))?[\s）)】\]。.!！…]*$"
)
_NOTHING = re.compile(
    r"暂无|暂时没有|尚无|没有(任何|相关|找到|更多)?|未找到|未查到|查无|无(相关)?(数据|记录|内容|信息)|(更新|建设|整理|完善|录入)中|为空|敬请期待"
)
_ZERO = re.compile(
    r"^[\s（(]*(共|总共|合计|总计)\s*(有|计)?\s*0\s*(条|篇|项|个)(记录|数据|信息|文章|结果)?.{0,24}$|^[\s\d/第共页条前后上下首末尾到转GO，,]*$"
)
_NONE = re.compile(r"^[\s（(]*(共|总共|合计|总计)\s*(有|计)?\s*0\s*(条|篇|项|个|记录|数据|信息)")
"""How a pager says that the list it turns has no rows."""
_FILLERS = re.compile(
    r"\$\.(ajax|get|post|getJSON)|fetch\s*\(|XMLHttpRequest|axios|new\s+Vue|createApp|ng-app|\.load\(\s*[\"']|layui\.(use|table)|jsonp|datagrid|\.DataTable",
    re.I,
)
_BINDINGS = (
    "ng-repeat",
    "v-for",
    ":data",
    "data-bind",
    "data-url",
    "data-src",
    "data-queryjson",
    "querydata",
    "datatype",
    "loaddata",
)
_HARMLESS = re.compile(
    r"jquery|superslide|swiper|bootstrap|layer|cnzz|51\.la|hm\.baidu|tongji|count|conac|jiathis|bshare|share|slide|createpage|[_-]ta[_-]|weather|wza|html5|respond|modernizr|print|pinyin|foot|head|top|nav|menu|style|public|common|gotop|webtrends|gwds|dcs\.|pucha|zwdt|flash|video|player|polyfill|scroll",
    re.I,
)
_CLOCK = re.compile(r"今天是|今日是|星期[一二三四五六日天]|农历|欢迎(您|访问|光临)")
_NOWHERE = ("", "#", "javascript:;", "javascript:void(0)", "javascript:void(0);")
"""Where the links of a template's empty row lead."""
_EMPTY_TAGS = ("ul", "ol", "dl", "table", "tbody")
_LIST_NAMES = re.compile(r"list|liebiao|news|xxgk|zfxxgk|lanmu|column|con(tent)?[_-]?(box|list|right|r)|more|\blb\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Blankness:
    """The answer, with the place it rests on and why."""

    blank: bool | None
    node: Node | None
    because: str


def judge(
    page: PageInput, tree: Tree, regions: Regions, kind: PageKind, main: Listing | None, matter: Matter
) -> Blankness:
    """Return whether the column on this page is blank; see the module's law."""
    if kind == "error":
        return Blankness(blank=None, node=None, because="不是栏目内容页，无法判断是否空白")
    if kind in ("redirect", "article", "home"):
        return Blankness(blank=False, node=None, because="")
    if main is not None:
        return Blankness(blank=False, node=main.node, because="")
    if matter.carries:
        return Blankness(blank=False, node=None, because="内容在图片、附件或内嵌页面中")
    said = _placeholders(matter, tree)
    start = _after_crumb(tree, regions)
    speech = [text for text in matter.texts if text.order >= start and text not in said and not _is_label(text, tree)]
    length = sum(len(re.sub(r"\s", "", text.value)) for text in speech)
    if length >= 60:
        return Blankness(blank=False, node=matter.container, because="")
    return _empty(page, tree, regions, said, length)


def _empty(page: PageInput, tree: Tree, regions: Regions, said: list[Node], length: int) -> Blankness:
    """Decide on a page without list, text or picture: only an empty list in its place, or words saying so, are proof."""
    holders = list(_empty_lists(tree, regions))
    placed = [node for node in said if _NOTHING.search(node.value) or _ZERO.match(node.value)]
    placed += [
        text for text in tree.texts(tree.root) if regions.part(text) == "pages" and _NONE.match(fold(text.value))
    ]
    if not holders and not placed:
        return Blankness(blank=None, node=None, because="未见列表区域，无法判断是否空白")
    node = placed[0] if placed else holders[0]
    if length > 12:
        return Blankness(blank=None, node=node, because="列表区域为空，但旁边还有文字，无法判断是否空白")
    if asked := _waits(tree, regions, holders):
        return Blankness(blank=None, node=node, because=asked)
    if not _is_column(tree, regions, node):
        return Blankness(blank=None, node=node, because="页面不像栏目列表页，无法判断是否空白")
    filled = _filled_by_script(page, tree, holders)
    if filled and (not placed or page.status is None):
        return Blankness(blank=None, node=node, because=f"列表由脚本填充（{filled}），无法判断是否空白")
    words = fold(placed[0].value)[:40] if placed else ""
    return Blankness(blank=True, node=node, because=f"页面写明：{words}" if words else "列表区域没有任何条目")


def _after_crumb(tree: Tree, regions: Regions) -> int:
    """Return where the matter of a page begins: behind its breadcrumb, before which stands only the head."""
    crumbs = [text.order for text in tree.texts(tree.root) if regions.part(text) == "crumb"]
    return crumbs[-1] + 1 if crumbs else 0


def _placeholders(matter: Matter, tree: Tree) -> list[Node]:
    return [text for text in matter.texts if _says_nothing(fold(text.value))]


def _says_nothing(words: str) -> bool:
    return len(words) <= 40 and (
        _ZERO.match(words) is not None or (_NOTHING.search(words) is not None and PLACEHOLDER.match(words) is not None)
    )


def _is_label(text: Node, tree: Tree) -> bool:
    """Tell whether a text is the column's own name: short, and alone in a heading or at the head of its block."""
    words = fold(text.value)
    if any(
        outer.tag in ("h1", "h2", "h3", "h4", "h5", "dt", "th", "label", "button", "legend")
        for outer in text.ancestors()
    ):
        return len(words) <= 24
    return len(words) <= 12 and not re.search(r"[。；！？]", words)


def _empty_lists(tree: Tree, regions: Regions) -> Iterator[Node]:
    """Yield empty list elements in the content, shown or not: a list without rows has no height."""
    for node in tree.nodes:
        if regions.part(node) is not None or (node.parent is not None and node.parent.hidden):
            continue
        named = node.tag == "div" and _LIST_NAMES.search(node.names) is not None
        if (node.tag in _EMPTY_TAGS or named) and _is_bare(node, tree):
            yield node


def _waits(tree: Tree, regions: Regions, holders: list[Node]) -> str:
    """Say why an empty list may not be all there is: it waits for a query, or only leads to columns of its own."""
    content = [node for node in tree.nodes[_after_crumb(tree, regions) :] if regions.part(node) is None]
    fields = [node for node in content if _is_field(node)]
    if any(not node.hidden for node in fields):
        return "页面要先查询才显示内容，无法判断是否空白"
    headings = (node for node in content if node.tag in ("h1", "h2", "h3", "h4", "h5", "dt"))
    columns = sum(1 for node in headings if any(link.get("href").strip() not in _NOWHERE for link in tree.links(node)))
    return "页面只列出下级栏目，无法判断是否空白" if columns >= 2 and len(holders) >= 2 else ""


def _is_field(node: Node) -> bool:
    if node.tag == "input":
        return node.get("type").lower() in ("", "text", "search", "date")
    return node.tag == "select" and not node.get("onchange").startswith("window.open")


def _is_bare(node: Node, tree: Tree) -> bool:
    if tree.texts(node, hidden=True) or any(link.get("href").strip() not in _NOWHERE for link in tree.links(node)):
        return False
    return not any(
        inner.tag in ("img", "iframe", "script", "canvas", "video", "embed", "object", "input")
        for inner in tree.inside(node)
    )


def _is_column(tree: Tree, regions: Regions, node: Node) -> bool:
    """Tell whether the page shows it is a column: a breadcrumb, or a heading and a pager round the empty list."""
    crumb = any(regions.part(text) == "crumb" for text in tree.texts(tree.root))
    columned = any(meta.get("name").lower() == "columnname" for meta in tree.find(tree.root, "meta"))
    return crumb or columned or paged(node, tree)


def _filled_by_script(page: PageInput, tree: Tree, holders: list[Node]) -> str:
    """Say what script may fill the list, if any may: one that names it, data calls, bindings, an id a lost one could use."""
    for holder in holders:
        for node in (holder, *holder.ancestors()):
            bound = next((name for name in _BINDINGS if name in node.attributes), None)
            if bound:
                return bound
    sources = ["".join(child.value for child in script.children) for script in tree.find(tree.root, "script")]
    loaded = [body.data.decode("utf-8", "replace") for body in page.bodies if "javascript" in body.media_type]
    called = _called(holders)
    for source in (*sources, *loaded):
        if match := called.search(source):
            return match[0].strip(" \"'`.#(")[-40:]
    for source in sources:
        call = _FILLERS.search(source)
        if call and not _harmless(source):
            return fold(call[0])
    named = any(holder.get("id") for holder in holders)
    lost = [script.get("src") for script in tree.find(tree.root, "script") if script.get("src")]
    strange = [source for source in lost if not _HARMLESS.search(source)]
    return strange[0][-60:] if named and strange else ""


def _called(holders: list[Node]) -> re.Pattern[str]:
    """Return how a script would name one of the empty lists: by its id or its parent's, or by its class."""
    near = [node for holder in holders for node in (holder, holder.parent) if node is not None]
    ids = {node.get("id") for node in near} - {""}
    classes = {name for holder in holders for name in holder.get("class").split()}
    forms = [rf"[\"'`#]{re.escape(name)}[\"'`\s>]" for name in sorted(ids)]
    forms += [rf"[\"'`][^\"'`\n]{{0,60}}\.{re.escape(name)}[\"'`\s>:]" for name in sorted(classes)]
    forms += [rf"ClassName\(\s*[\"'`]{re.escape(name)}[\"'`]" for name in sorted(classes)]
    return re.compile("|".join(forms) or r"(?!)")


def _harmless(source: str) -> bool:
    """Tell whether a script's data calls are for counters, search or log-in marks and not for a list."""
    return (
        len(source) < 1500
        and re.search(r"count|hits|click|tongji|visit|search|weather|点击|浏览", source, re.I) is not None
        and "append" not in source
    )
