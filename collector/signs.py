"""The words and the build of pages that stand in place of the page: errors, log-ins, challenges, maintenance.

Words count only where they are the page's own voice: short pieces of text outside links, on a page without a list. A
list may well hold a notice about maintenance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from collector.look import Look

Sign = Literal["error", "log-in", "challenge", "maintenance", "own side"]

_LONGEST_VOICE = 80
"""Characters of a piece of text that may be a page's own announcement."""
_FEW_LETTERS = 1500
FEW_LINKS = 15
"""Links below which a page may be nothing but an announcement."""

_WORDS: tuple[tuple[Sign, re.Pattern[str]], ...] = (
    (
        "challenge",
        re.compile(
            r"(?i)安全(检测|验证|检查)中|正在进行安全|请?完成(安全)?验证|人机(身份)?验证|滑动验证|拖动.{0,6}滑块|访问验证"
            r"|当前环境异常|checking your browser|just a moment|verify you are (a )?human|captcha"
            r"|(访问|请求)(被|已被|遭到)?(拦截|阻断|拒绝)|(疑似|可能).{0,10}攻击|防火墙|创宇盾|安全狗|云盾|\bWAF\b"
            r"|access denied|request blocked|not acceptable|访问(过于|太)频繁|操作频繁|too many requests"
        ),
    ),
    (
        "own side",
        re.compile(r"(?i)上网行为管理|内网安全准入|本单位.{0,8}禁止访问|web filter|blocked by (your )?administrator"),
    ),
    (
        "maintenance",
        re.compile(
            r"(?i)(系统|网站|页面|服务)(正在)?(维护|升级|建设|改版|调整|关停)(中|期间|升级)|正在(维护|建设|升级|改版)|暂停(访问|服务)"
            r"|服务(器)?(繁忙|忙)|系统繁忙|稍后(再试|重试|访问)|(under|scheduled) maintenance|under construction"
            r"|temporarily unavailable|网站(已|暂时)?关闭|site closed"
        ),
    ),
    (
        "error",
        re.compile(
            r"(?i)(页面|网页|文件|地址|资源|内容|信息).{0,8}(不存在|未找到|找不到|没有找到|已删除|被删除|无法(显示|访问|找到))"
            r"|(您|你).{0,6}访问的.{0,12}(不存在|未找到|找不到|删除|出错|有误)|(服务器|系统|程序|数据库).{0,4}(内部)?(错误|异常|出错)"
            r"|^\s*(error\s*)?(40[0-9]|50[0-9])\s*(error)?\s*$|\b(404|403|500|502|503|504)\b.{0,6}(not found|forbidden|error|bad|unavailable|timeout|错误)"
            r"|not found|internal server error|bad gateway|gateway time-?out|service unavailable|runtime error|stack trace"
            r"|default web site page|it works!|welcome to nginx|无权(限)?访问|域名.{0,6}(未备案|出售|过期)|index of /"
        ),
    ),
)
_LOGIN = re.compile(r"(?i)登\s*录|登\s*陆|密码|log ?in|sign ?in|password")


def signs(seen: Look) -> dict[Sign, str]:
    """Return the signs that the page stands in for another one, each with the words it was known by."""
    found: dict[Sign, str] = {}
    if seen.rows >= 3:
        return found
    slight = _letters(seen.plain) < _FEW_LETTERS and seen.links < FEW_LINKS
    for sign, words in _WORDS:
        for text in _voices(seen, slight):
            if match := words.search(text):
                found.setdefault(sign, match[0].strip())
    if seen.password and slight and _LOGIN.search(seen.text):
        found["log-in"] = "只有密码框，别无内容"
    return found


def keeps_out(text: str) -> bool:
    """Tell whether the text of an error page is a guard's or our own side's, and not the word of the page that was asked for.

    >>> keeps_out("<h1>404</h1><p>您的访问请求被拦截</p>"), keeps_out("<h1>404 Not Found</h1>")
    (True, False)
    """
    return any(words.search(text) for sign, words in _WORDS if sign in ("challenge", "own side"))


def _voices(seen: Look, slight: bool) -> Iterable[str]:
    """Yield what the page says itself: all short pieces of a slight page; of a full one only whole announcements."""
    if slight:
        yield seen.title
    for text in seen.plain:
        if len(text) <= _LONGEST_VOICE and (slight or _announces(text)):
            yield text


def _announces(text: str) -> bool:
    """Tell whether a piece of text on a full page addresses the visitor about this very page."""
    return bool(
        re.search(r"(?i)(您|你|抱歉|对不起|很遗憾|sorry).{0,30}(访问|页面|网页|请求|page)|^\W*(404|500)\W", text)
    )


def _letters(pieces: Iterable[str]) -> int:
    return sum(len(piece) for piece in pieces)


def mojibake(text: str) -> str | None:
    """Return what shows that a text was read in the wrong charset; None where nothing does.

    >>> mojibake("关于开展专项行动的通知") is None
    True
    >>> mojibake("关于开展专项行动的通知".encode().decode("gb18030", "replace"))
    'UTF-8 文字被当作 GBK'
    >>> mojibake(("关于开展专项检查的通知 2021-01-05\\n" * 5).encode("gb18030").decode("big5hkscs", "replace"))
    'GBK 文字被当作 Big5'
    """
    letters = len(re.sub(r"\s", "", text))
    broken = text.count("\ufffd")
    if "锟斤拷" in text or (broken >= 3 and broken * 200 > letters):
        return f"{letters} 个字中有 {broken} 个乱码替换符"
    if _reads_as_utf8(re.findall(r"[\u2e80-\u9fff\ue000-\uf8ff\u00b7€]{4,}", text), "gb18030"):
        return "UTF-8 文字被当作 GBK"
    if _reads_as_utf8(re.findall(r"[\u0080-\u00ff\u0152-\u02dc\u2013-\u203a\u20ac\u2122]{6,}", text), "cp1252"):
        return "UTF-8 文字被当作 Latin-1"
    for wrong, right, said in _TWINS:
        if _reads_better(text, wrong, right):
            return said
    if len(re.findall(r"[\u00a1-\u00ff]{4,}", text)) >= 5 and not re.search(r"[\u4e00-\u9fff]", text):
        return "其他编码的文字被当作 Latin-1"
    return None


_TWINS = (("big5hkscs", "gb18030", "GBK 文字被当作 Big5"), ("gb18030", "big5hkscs", "Big5 文字被当作 GBK"))
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年同工也能下过子说产种面而方后多定行学法所民得"
    "经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社"
    "关通知公告报道文件规划办理服务信息动态要闻领导活动县市区乡镇街党委局厅院省府网站首页更多发布公开单位专项检查督会议工作情"
    "這個們來時為國會對發經動過後說進現實體製機點從業應開關於報導辦務資訊態領縣區鄉鎮黨廳網頁佈單專項檢查督議請詳見條"
)
"""Characters that make up a good part of any official text; what was read in the wrong charset has hardly one."""
_ENOUGH = 24
"""Chinese characters from which shares mean something."""


def _reads_better(text: str, wrong: str, right: str) -> bool:
    """Tell whether a text has hardly a common character as it is, and many once its bytes are read in the other charset."""
    chinese = "".join(re.findall(r"[\u3400-\u9fff]{2,}", text))[:4000]
    if len(chinese) < _ENOUGH or _share(chinese) > 60:
        return False
    other = re.findall(r"[\u3400-\u9fff]", chinese.encode(wrong, "ignore").decode(right, "ignore"))
    return len(other) * 2 > len(chinese) and _share("".join(other)) > 200


def _share(chinese: str) -> int:
    """Return how many of the characters are common ones, per mille."""
    return sum(c in _COMMON for c in chinese) * 1000 // max(1, len(chinese))


def _reads_as_utf8(runs: list[str], encoding: str) -> bool:
    """Tell whether most of the runs, put back into bytes, are UTF-8 text: no chance gives that."""
    checked = [run.encode(encoding, "ignore") for run in runs[:300]]
    good = sum(1 for data in checked if len(data) >= 6 and _nearly_utf8(data))
    return good >= 1 and good * 2 >= len(checked)


def _nearly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    chinese = sum("\u3000" <= c <= "\u9fff" for c in text)
    return chinese >= 2 and text.count("\ufffd") * 5 <= len(text)
