"""Pages that ask the public (征集、调查、征求意见): by what means one can answer, when it ended, and what is said of results.

Only pages whose title asks are read so. Whatever may be a means counts as one, wherever it stands outside the furniture
of the site and whether or not it is shown just now; what a frame, a picture, a file or the next page holds nobody here has seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from evidence.model import Survey, Way
from evidence.reading import dates, prose
from evidence.reading.matter import FILE, Matter
from evidence.reading.regions import Regions
from evidence.reading.rows import runs
from evidence.reading.tree import Node, Tree, fold, join

RESULT = re.compile(
    r"结果|采纳|答复|回复|(征集|调查|反馈|意见|建议).{0,6}(情况|汇总|公示|公布)|(收到|收集到?|征集到).{0,12}(意见|建议|反馈|条|份)"
)
"""Words that speak of what came of a survey."""
_ASKS = re.compile(r"征求.{0,40}意见|征集|问卷|(网上|在线|民意|满意度|公众).{0,4}调查|意见征询|建言献策")
_NOTICE = re.compile(r"关于|公告|启事|通告|通知|邀请|您|你")
_REPORT = re.compile(r"召开|举行|举办|开展|启动|完成|圆满|顺利|座谈")
"""Words of news that a survey took place; a notice of one may have them, too."""
_TOLD = re.compile(r"结果|采纳|情况|反馈|公告栏")
_SPLIT = re.compile(r"\s*[-_|–—]+\s*")
_NAMED = 10
"""Characters from which a part of a page's title may be an entry's; a column is called by fewer (网上调查)."""
_FURNITURE = ("head", "nav", "foot", "crumb", "pages")
_WORDS: tuple[tuple[Way, re.Pattern[str]], ...] = (
    ("mail", re.compile(r"@|邮箱|邮件|e-?mail", re.I)),
    ("telephone", re.compile(r"电话|传真|手机|热线|短信|致电|拨打|\d{3,4}\s*[-—－]\s*\d{7,8}|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)12345(?!\d)")),
    ("address", re.compile(r"地址|邮编|邮政编码|信函|来信|来函|寄(至|到|往|送)|邮寄|书面|当面|现场|口头|联系人|联系方式|意见箱|报送|报名")),
    ("app", re.compile(r"二维码|扫码|扫描|小程序|公众号|客户端|APP|登录|留言|评论|跟帖", re.I)),
    ("link", re.compile(r"https?://|www\.|网址|链接|点击|网站.{0,20}(提|发表|反馈|填|参与|栏目)|(下方|以下|下列|页面).{0,8}(填写|提交|表单|问卷)")),
)  # fmt: skip
_LEADS = re.compile(
    r"参与|参加|填写|填报|提交|问卷|投票|我要|点击|进入|在线|网上|意见|建议|调查|征集|建言|反馈|此处|这里|表单|登录|详情"
)
_HOSTS = re.compile(r"wjx\.|wenjuan|survey|forms?\.|jinshuju|mikecrm|jiandaoyun|^mailto:|^tel:|^javascript:", re.I)
_TOOLS = re.compile(
    r"^[\[【(（]?\s*(今天是|扫一扫|分享|打印|字体|字号|大|中|小|关闭|收藏|返回|上一篇|下一篇|手机(版|打开|阅读)|用手机|来源|点击(数|量|率)|浏览)"
)
"""What pages put around every article, be it in words like those by which one answers."""
_SHORT = 20
"""Characters of a link that names an action; a longer one is the title of another page."""
_FIELDS = ("input", "textarea", "select", "button", "form")
_FRAMES = ("iframe", "frame", "object", "embed", "canvas", "video", "audio")
_END = re.compile(r"截止|截至|结束|为期|日前|之前|日止|止[。，）)]|有效期|期限|(征集|调查|起止|活动|公示|征求意见)时间")
_OVER = re.compile(r"已(经)?(结束|截止|关闭|完成|过期)|结束了|不再受理|停止(征集|受理)")
_LEAST = 40
"""Pixels from which a picture may be a code to scan."""


def read(tree: Tree, regions: Regions, matter: Matter) -> Survey | None:
    """Return what a page that asks the public shows; None for a page whose title asks nothing, or tells of results."""
    name = _name(tree)
    if not name or _TOLD.search(name) or (_REPORT.search(name) and not _NOTICE.search(name)):
        return None
    content = [
        node for node in tree.texts(tree.root, hidden=True) if regions.part(node) not in _FURNITURE or node.frame
    ]
    lines = [line for run in runs(content) if not _is_tool(line := fold(join(run)))]
    said = " ".join(lines)
    return Survey(
        ways=tuple(dict.fromkeys(_ways(tree, regions, matter, said))),
        until=_until(said),
        ended=_OVER.search(said) is not None,
        results=RESULT.search(_without(said, name)) is not None,
    )


def _name(tree: Tree) -> str:
    """Return the part of the page's title, or the heading, by which an entry asks; empty where none does."""
    node = tree.first("title")
    title = fold("".join(child.value for child in node.children)) if node is not None else ""
    headings = (tree.text(one) for one in tree.find(tree.root, "h1", "h2"))
    return next((said for said in (*_SPLIT.split(title), *headings) if len(said) >= _NAMED and _ASKS.search(said)), "")


def _ways(tree: Tree, regions: Regions, matter: Matter, said: str) -> Iterator[Way]:
    content = [node for node in tree.nodes if regions.part(node) not in _FURNITURE or node.frame]
    if any(node.tag in _FIELDS and node.get("type").lower() != "hidden" for node in content):
        yield "form"
    if any(node.tag == "a" and _leads(node, tree) for node in content):
        yield "link"
    yield from (way for way, words in _WORDS if words.search(said))
    if any(node.tag in _FRAMES and not node.hidden for node in content):
        yield "frame"
    if matter.pictures or any(node.tag in ("img", "svg") and _may_show(node) for node in content):
        yield "picture"
    if matter.files or any(node.tag == "a" and FILE.search(node.get("href")) for node in content):
        yield "file"
    if prose.goes_on(tree):
        yield "page"


def _leads(link: Node, tree: Tree) -> bool:
    """Tell whether a link may lead to where one answers."""
    said = tree.text(link, hidden=True) or fold(link.get("title"))
    if _is_tool(said):
        return False
    scripted = any(name in link.attributes for name in ("onclick", "ng-click", "@click", "data-url"))
    named = len(said) <= _SHORT and _LEADS.search(said) is not None
    return scripted or named or _HOSTS.search(link.get("href")) is not None


def _is_tool(line: str) -> bool:
    return len(line) <= 2 * _SHORT and _TOOLS.match(line) is not None


def _may_show(picture: Node) -> bool:
    return picture.box is None or (picture.box[2] >= _LEAST and picture.box[3] >= _LEAST)


def _until(said: str) -> date | None:
    if not _END.search(said):
        return None
    return max((found.day for found in dates.find(said) if found.day is not None), default=None)


def _without(said: str, name: str) -> str:
    """Return what is said apart from the title, which may name anything (征求《情况通报办法》意见)."""
    return said.replace(name, " ")
