"""What changes on every visit and means nothing: clocks, counters, the weather, session ids. Data, each with its reason.

A mask is used on the copies that are compared, never on what was captured; every place it hid is reported.

>>> mask("今天是：2021年1月4日 星期一 欢迎您")[0]
'〔时钟〕 欢迎您'
>>> mask("2021-01-04 关于开展检查的通知")
('2021-01-04 关于开展检查的通知', ())
>>> bare_address("http://a.test/t1.html;jsessionid=0A1B2C3D4E5F?id=7&_t=1609732800")
('http://a.test/t1.html?id=7', ('会话标识', '时间戳参数'))
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from evidence.model import Box

_DAY = r"\d{4}\s*[年/.-]\s*\d{1,2}\s*[月/.-]\s*\d{1,2}\s*日?"
_WEEKDAY = r"(?:星期|周|礼拜)[一二三四五六日天]"
_TIME = r"\d{1,2}\s*[:：时]\s*\d{1,2}(?:\s*[:：分]\s*\d{1,2}\s*秒?|分)?"
_LUNAR = r"(?:农历|阴历)[^\s，,。]{0,20}"


@dataclass(frozen=True, slots=True)
class Mask:
    """A pattern of text that is noise, and why."""

    reason: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """What differs between two pages only where a mask hid it: a line of text, or an item's address."""

    reason: str
    earlier: str
    """Empty where a box beside the matter had one line less."""
    later: str
    boxes: tuple[Box, ...] = ()
    """Where the pieces of text stand that differ, on either page."""

    def plain(self) -> dict[str, str]:
        """Return it as plain JSON."""
        return {"reason": self.reason, "from": self.earlier, "to": self.later}


_DEALT = r"[0-9A-Za-z_.!~%+-]"
_MIXED = rf"(?={_DEALT}*\d)(?={_DEALT}*[A-Za-z]){_DEALT}{{16,256}}"
"""What a server deals out; a short value, or one of digits alone, may be the number of an article."""

PARAMETERS = (
    Mask("会话标识", re.compile(rf"(?i:jsessionid|phpsessid|aspsessionid[a-z]{{8}})={_DEALT}{{8,256}}")),
    Mask("会话标识", re.compile(rf"(?i:sid|sessionid|session_id)={_MIXED}")),
    Mask("时间戳参数", re.compile(r"(?i:_t|_|ts|timestamp)=1\d{9}(?:\d{3})?")),
)
"""What an address carries that tells visits apart and not pages: a name and its whole value."""

MASKS = (
    Mask(
        "时钟",
        re.compile(
            rf"(?:今天是?|今日|现在是?|当前时间|系统时间|北京时间)\s*[:：]?\s*{_DAY}"
            rf"(?:\s*{_WEEKDAY})?(?:\s*{_LUNAR})?(?:\s*{_TIME})?"
        ),
    ),
    Mask("时钟", re.compile(rf"{_DAY}\s*{_WEEKDAY}(?:\s*{_LUNAR})?(?:\s*{_TIME})?")),
    Mask("时钟", re.compile(r"^\s*(?:上午|下午|早上|晚上|AM|PM)?\s*\d{1,2}:\d{2}:\d{2}\s*(?:AM|PM)?\s*$")),
    Mask(
        "浏览次数",
        re.compile(
            r"(?:浏览|阅读|点击|访问|点赞|查看|下载)(?:次数|人数|总数|总量|数|量|率)?\s*[:：]?\s*[\[【(（]?\s*\d[\d,，]*\s*[\]】)）]?\s*(?:人次|次|人)?"
        ),
    ),
    Mask("浏览次数", re.compile(r"\d[\d,，]*\s*(?:人次|次)(?:浏览|阅读|点击|访问)")),
    Mask("访客计数", re.compile(r"第\s*\d[\d,，]*\s*(?:位|个)(?:访客|访问者|浏览者|网友|用户)")),
    Mask(
        "访客计数",
        re.compile(r"(?:今日|昨日|总|累计|历史|本月)(?:访问|浏览|点击)(?:次数|人数|总量|量|数)?\s*[:：]?\s*\d[\d,，]*"),
    ),
    Mask("在线人数", re.compile(r"在线(?:人数|用户)?\s*[:：]?\s*\d[\d,，]*\s*人?")),
    Mask("天气", re.compile(r"-?\d{1,2}\s*℃?\s*[~～至/-]\s*-?\d{1,2}\s*℃")),
    Mask(
        "页面耗时",
        re.compile(r"(?:页面)?(?:执行|加载|生成|耗时)(?:时间)?\s*[:：]?\s*\d+(?:\.\d+)?\s*(?:毫秒|秒|ms|s)\b"),
    ),
    *(Mask(each.reason, re.compile(rf"(?<=[?&;]){each.pattern.pattern}(?!{_DEALT})")) for each in PARAMETERS),
)


def mask(line: str) -> tuple[str, tuple[str, ...]]:
    """Return a line with its noise replaced by the reason, and the reasons."""
    reasons = []
    for each in MASKS:
        line, times = each.pattern.subn(f"〔{each.reason}〕", line)
        reasons += [each.reason] * times
    return line, tuple(reasons)


def bare_address(address: str) -> tuple[str, tuple[str, ...]]:
    """Return an address without what tells visits apart, and the reasons for what was left out.

    What stands behind `#` stays as it is: it may be all that tells two pages apart.
    """
    whole, mark, place = address.partition("#")
    path, _, query = whole.partition("?")
    steps: list[str] = []
    kept: list[str] = []
    reasons: list[str] = []
    for parts, own in ((path.split(";"), steps), (query.split("&"), kept)):
        for part in parts:
            if (reason := _reason(part)) is not None:
                reasons.append(reason)
            else:
                own.append(part)
    if not reasons:
        return address, ()
    asked = "&".join(kept)
    return ";".join(steps) + (f"?{asked}" if asked else "") + mark + place, tuple(reasons)


def _reason(parameter: str) -> str | None:
    return next((each.reason for each in PARAMETERS if each.pattern.fullmatch(parameter)), None)
