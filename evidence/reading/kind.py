"""What kind of page this is: list, article, home, error, redirect or other.

A page that only says it is blocked, gone, under maintenance or wants a log-in is an error, and the note says which.
Words alone never make one: the page must also hold little else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from evidence.model import DateReading, PageKind
from evidence.reading.lists import Listing
from evidence.reading.matter import Matter
from evidence.reading.page import PageInput
from evidence.reading.regions import Regions
from evidence.reading.tree import Tree, fold

_SHORT = 700
"""Characters; an error page says no more than this."""
_ERRORS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("验证页（人机验证或防护质询）", re.compile(r"安全验证|人机验证|滑动验证|拖动滑块|请完成.{0,6}验证|验证码校验|正在检查您的浏览器|正在进行安全检测|Just a moment|Checking your browser|Attention Required|security check|verify you are (a )?human", re.I)),
    ("被拦截", re.compile(r"访问受限|访问被拒绝|拒绝访问|禁止访问|已被拦截|被拦截|访问过于频繁|请求过于频繁|异常访问|非法请求|Access Denied|Forbidden|Request blocked|\bWAF\b|云防护|防火墙", re.I)),
    ("页面不存在", re.compile(r"页面不存在|页面未找到|找不到(页面|该页|您|文件|对象)|您?(所)?(访问|查找|浏览|请求)的(页面|内容|文章|网页|资源|信息)(已)?(不存在|被删除|丢失|已删除|无法)|(内容|文章|信息|帖子)(已被|已经|已)(删除|下线|撤)|\b404\b|Not Found|该内容已被发布者删除|此内容因违规无法查看|用户不存在", re.I)),
    ("维护或关停", re.compile(r"(系统|网站|站点|平台|服务器?)(正在|升级|例行)?.{0,4}(维护|升级)(中|，|。|,|$)|维护公告|暂停(服务|访问)|暂时(无法|不能)(访问|提供)|网站(已)?(关闭|停用|下线)|under maintenance|temporarily unavailable", re.I)),
    ("服务器出错", re.compile(r"服务器(内部)?(错误|出错|异常|繁忙|忙)|系统(错误|出错|异常|繁忙)|程序(错误|异常)|数据库(连接)?(错误|失败)|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out|Server Error|\b50[0234]\b|Exception|出错了", re.I)),
    ("要求登录", re.compile(r"请(先|您先|重新)?登录|登录后(查看|访问|可见)|会话(已)?(超时|过期|失效)|(用户|账号|统一身份)(认证)?登录|please (log|sign) ?in|session (has )?expired", re.I)),
    ("要求脚本", re.compile(r"(启用|开启|打开|支持)\s*Java ?Script|enable JavaScript", re.I)),
)  # fmt: skip
_JUMP = re.compile(
    r"(?:location(?:\.href)?\s*=\s*[\"'`]|location\.(?:replace|assign)\s*\(\s*[\"'`]|window\.navigate\s*\()([^\"'`)]{1,300})"
)
_REFRESH = re.compile(r"^\s*(\d+(?:\.\d+)?)?\s*[;,]?\s*url\s*=\s*[\"']?([^\"']+)", re.I)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5")
_HOME_PATH = re.compile(r"^/?((index|default|main|home)\.\w+)?$", re.I)


def kind_of(
    page: PageInput,
    tree: Tree,
    regions: Regions,
    listings: Sequence[Listing],
    main: Listing | None,
    matter: Matter,
    dates: Sequence[DateReading],
) -> tuple[PageKind, tuple[str, ...]]:
    """Return the kind of a page and, for errors and redirects, notes that say what it is."""
    goal = redirect(tree)
    if goal is not None and len(tree.text(tree.root)) <= 120 and not matter.carries and main is None:
        return "redirect", (f"页面只作跳转：{goal}",)
    fault = _fault(page, tree, main, matter)
    if fault is not None:
        return "error", (fault,)
    if _is_named_article(tree, matter, dates):
        return "article", ()
    if _is_home(page, tree, regions, listings):
        return "home", ()
    if _is_article(tree, main, matter, dates):
        return "article", ()
    if main is not None:
        return "list", ()
    return "other", ()


def redirect(tree: Tree) -> str | None:
    """Return where a page sends its visitor by meta refresh or by script, if it does so at once."""
    for meta in tree.find(tree.root, "meta"):
        if meta.get("http-equiv").lower() == "refresh":
            match = _REFRESH.match(meta.get("content"))
            if match and float(match[1] or 0) <= 10:
                return match[2].strip()
    for script in tree.find(tree.root, "script"):
        source = "".join(child.value for child in script.children)
        match = _JUMP.search(source) if len(source) < 4000 else None
        if match:
            return match[1].strip()
    return None


def _fault(page: PageInput, tree: Tree, main: Listing | None, matter: Matter) -> str | None:
    text = tree.text(tree.root)
    title = _title(tree)
    if page.status is not None and page.status >= 400:
        return f"服务器答复状态 {page.status}" + _named(title + " " + text[:_SHORT])
    if main is not None and (main.dated >= 2 or sum(len(row.title) for row in main.rows) > 200):
        return None
    if not text and not title and not matter.carries:
        return (
            "页面没有任何内容"
            if page.status is None or page.status < 300
            else f"服务器答复状态 {page.status}，没有内容"
        )
    password = any(node.get("type").lower() == "password" and not node.hidden for node in tree.find(tree.root, "input"))
    if password and len(text) <= _SHORT:
        return "要求登录"
    for name, words in _ERRORS:
        if (words.search(title) and len(text) <= 4 * _SHORT and name != "要求脚本") or (
            words.search(text) and len(text) <= _limit(name, words, text)
        ):
            return name
    return None


def _limit(name: str, words: re.Pattern[str], text: str) -> int:
    """Return how long a page may be for its words to make it an error: a bare number or word needs a barer page."""
    match = words.search(text)
    said = match[0] if match else ""
    bare = said.isascii() and len(said) <= 9
    if name in ("要求登录", "要求脚本", "服务器出错", "维护或关停") or bare:
        return 200
    return _SHORT


def _named(text: str) -> str:
    name = next((name for name, words in _ERRORS if words.search(text)), None)
    return f"（{name}）" if name else ""


def _title(tree: Tree) -> str:
    title = tree.first("title")
    return fold("".join(child.value for child in title.children)) if title is not None else ""


def _is_home(page: PageInput, tree: Tree, regions: Regions, listings: Sequence[Listing]) -> bool:
    """Tell whether this is a home page: several lists of several columns and no breadcrumb, or so addressed."""
    if any(
        regions.part(node) == "crumb" and not node.hidden and tree.text(node)
        for node in tree.nodes
        if node.tag != "#text"
    ):
        return False
    lists = [one for one in listings if not one.is_aside and not one.is_menu and len(one.rows) >= 2]
    columns = {one.heading or str(one.node.order) for one in lists}
    rooted = page.url.startswith("http") and _HOME_PATH.match(urlsplit(page.url).path) is not None
    if rooted:
        return len(columns) >= 2
    folders = {row.link.get("href").rpartition("/")[0] for one in lists for row in one.rows if row.link is not None}
    return len(columns) >= 8 or (len(columns) >= 5 and len(folders) >= 4)


def _is_named_article(tree: Tree, matter: Matter, dates: Sequence[DateReading]) -> bool:
    """Tell whether the page's title is a heading on it that a date of publication and a long text follow."""
    name = re.sub(r"\s", "", _title(tree))
    headings = [node for node in tree.nodes if node.tag in _HEADINGS and not node.hidden]
    texts = (re.sub(r"\s", "", tree.text(node)) for node in headings)
    titled = any(len(text) >= 8 and name.startswith(text[:16]) for text in texts)
    return titled and matter.length >= 400 and any(one.certain and one.kind == "displayed" for one in dates)


def _is_article(tree: Tree, main: Listing | None, matter: Matter, dates: Sequence[DateReading]) -> bool:
    """Tell whether one text is what the page is for: it has a line that says when, or metadata that call it one."""
    titled = _metas(tree)
    listed = sum(len(row.title) for row in main.rows) if main is not None else 0
    dated = main.dated if main is not None else 0
    if "articletitle" in titled:
        return True
    signed = any(one.kind in ("displayed", "script", "relative") and one.certain for one in dates)
    if signed or "article" in titled:
        return matter.length >= listed * 0.5 or (dated < 2 and matter.length >= 60) or main is None
    return matter.length >= 200 and matter.length > 2 * listed * (2 if dated else 1)


def _metas(tree: Tree) -> set[str]:
    names = set()
    for meta in tree.find(tree.root, "meta"):
        name = (meta.get("name") or meta.get("property")).lower()
        if name == "articletitle" and meta.get("content").strip():
            names.add("articletitle")
        if name == "og:type" and "article" in meta.get("content").lower():
            names.add("article")
    return names
