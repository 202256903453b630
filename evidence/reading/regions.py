"""Which parts of a page are its furniture: navigation, breadcrumb, head, foot, side boxes.

Told by HTML and ARIA roles, by what Chinese government sites write there (主办单位, 当前位置, 友情链接 …), by the
shape of the links, and only then by the words authors use for ids and classes; never by one site's names.
"""

from __future__ import annotations

import re
from typing import Literal

from evidence.reading.tree import Node, Tree, fold

Part = Literal["nav", "crumb", "head", "foot", "side", "pages"]

_TAGS: dict[str, Part] = {"nav": "nav", "footer": "foot", "aside": "side"}
_ROLES: dict[str, Part] = {"navigation": "nav", "contentinfo": "foot", "complementary": "side", "banner": "head"}
_NAMES: tuple[tuple[Part, re.Pattern[str]], ...] = (
    ("crumb", re.compile(r"crumb|dqwz|weizhi|position\b|location\b|curr?ent-?(pos|loc)|\bpath\b")),
    ("foot", re.compile(r"(^|[\s_-])(foot|footer|copyright|bottom|dibu|yejiao)")),
    ("pages", re.compile(r"(^|[\s_-])(page|pages|pager|paging|pagination|fenye|fanye|pagebar|laypage)([\s_-]|$)|createpage")),
    ("nav", re.compile(r"(^|[\s_-])(nav|navbar|menu|submenu|topmenu|mainnav|daohang|left_?nav|side_?nav|topnav)([\s_\d-]|$)|[a-z]nav(bar)?([\s_-]|$)")),
    ("head", re.compile(r"(^|[\s_-])(header|top|topbar|banner|logo|toptool|head)([\s_-]|$)")),
    ("side", re.compile(r"side-?bar|aside|(^|[\s_-])(side|hot|rank|ranking|recommend|related|tuijian|xgxw|xgwz|friend-?links?|yqlj)([\s_-]|$)")),
)  # fmt: skip
CRUMB = re.compile(
    r"^(您|你)?(现在|当前|目前)?(所在|的)?(的?位置|当前栏目)\s*(是)?\s*[:：]|^(您|你)?(当前|现在|所在)(所在)?(的)?(位置|栏目)|^首页\s*[>＞»›/]"
)
_FOOT = re.compile(
    r"版权所有|主办单位|主办[:：]|承办单位|网站标识码|公网安备|ICP备|[Cc]opyright|技术支持[:：]|建议使用.{0,12}分辨率|网站地图"
)
SIDE_HEADING = re.compile(
    r"^(热点|热门|最热|点击排行|阅读排行|排行榜?|相关|推荐|友情链接|猜你|延伸阅读|快速通道|常用|网站导航|图片新闻|最新(推荐|发布|信息|更新|公开|文章|资讯)|上一篇|下一篇)"
)
PAGES = re.compile(
    r"^(首\s*页|上一?页|下一?页|末\s*页|尾\s*页|前一页|后一页|第一页|最后一?页|更多.{0,3}|more.{0,3}|>+|<+|»|«|›|‹|\.\.\.|…|\d{1,4}|GO|go|跳转|转到|确定|\+)$",
    re.I,
)


_PAGED = re.compile(r"^[\s\d/第共页条篇项记录每当前到转跳首末尾上下一后个数总计至GOgo:：,，、|\[\]()（）<>«»‹›…·-]+$")
"""What else a pager says: 共 7 页 120 条, 第 1/7 页, 转到第 … 页."""


class Regions:
    """The furniture of one page; ask which part a node stands in."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._parts: list[Part | None] = [None] * len(tree.nodes)
        total = max(1, tree.length(tree.root))
        foot = _foot(tree, total)
        for node in tree.nodes:
            inherited = self._parts[node.parent.order] if node.parent is not None else None
            own = None if node.tag.startswith("#") or node.tag in ("html", "body") else _part(node, tree, total)
            if foot is not None and foot.holds(node):
                own = "foot"
            self._parts[node.order] = inherited if inherited in ("foot", "nav", "crumb", "pages") else own or inherited

    def part(self, node: Node) -> Part | None:
        """Return the part of furniture `node` stands in; None: it may be content."""
        return self._parts[node.order]

    def content(self, nodes: list[Node]) -> list[Node]:
        """Return those nodes that stand in no furniture."""
        return [node for node in nodes if self._parts[node.order] is None]


def _part(node: Node, tree: Tree, total: int) -> Part | None:
    known = _TAGS.get(node.tag) or _ROLES.get(node.get("role").lower())
    if known is not None:
        return known
    if not (node.get("class") or node.get("id")):
        return "crumb" if _is_crumb(node, tree) else None
    names = node.names
    for part, pattern in _NAMES:
        if pattern.search(names) and _fits(part, node, tree, total):
            return part
    return "crumb" if _is_crumb(node, tree) else None


def _fits(part: Part, node: Node, tree: Tree, total: int) -> bool:
    """Tell whether a part named by its author looks like one: furniture does not hold most of a page's text."""
    length = tree.length(node)
    if part == "crumb":
        return length <= 160
    if part == "pages":
        return length <= 160 and _is_pager(node, tree)
    if part in ("head", "foot", "side"):
        return length <= max(400, total // 2) and length < total * 0.7
    return _links_only(node, tree, length)


def _is_pager(node: Node, tree: Tree) -> bool:
    """Tell whether a block turns pages: nothing but page numbers and such words; `page` is often a mere wrapper."""
    texts = [fold(text.value) for text in tree.texts(node, hidden=True)]
    if not texts:
        return not any(inner.tag in ("ul", "ol", "dl", "table") for inner in tree.inside(node))
    return all(PAGES.match(text) or _PAGED.match(text) for text in texts if text)


def _links_only(node: Node, tree: Tree, length: int) -> bool:
    """Tell whether most of the text stands in short links, as in a menu."""
    links = [tree.text(link, hidden=True) for link in tree.links(node)]
    linked = sum(map(len, links))
    whole = len(tree.text(node, hidden=True))
    return bool(links) and linked >= 0.6 * whole and linked / len(links) <= 14 and length <= 4000


def _is_crumb(node: Node, tree: Tree) -> bool:
    if (
        node.tag not in ("div", "p", "ul", "ol", "span", "td", "h1", "h2", "h3", "h4", "dl", "section")
        or node.end - node.order > 60
    ):
        return False
    text = tree.text(node)
    return len(text) <= 120 and CRUMB.match(text) is not None


def _foot(tree: Tree, total: int) -> Node | None:
    """Return the largest block at the page's end that says who runs the site and little else."""
    marks = [text for text in tree.texts(tree.root) if _FOOT.search(text.value) and text.frame == 0]
    if not marks:
        return None
    best: Node | None = None
    last = marks[-1]
    for outer in last.ancestors():
        if outer.tag in ("body", "html", "#document", "a") or tree.length(outer) > max(300, total // 4):
            if outer.tag != "a":
                break
            continue
        best = outer
    return best if best is not None and best.order > len(tree.nodes) // 3 else None
