"""Tries: what a person tried on an account with a telephone, and what came of it, in a form short enough for a command line.

A try is stated with a human exhibit that shows it; nothing of it was seen by the program. It is written
WHAT[:NAME]=CAME[@DAY], in our words or in Chinese ones.

>>> parse("menu:办事大厅=dead")
Try(what='menu', came='dead', name='办事大厅', since=None)
>>> parse("私信=未回应@2021-06-24")
Try(what='message', came='unanswered', name=None, since=datetime.date(2021, 6, 24))
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from evidence.errors import AdmitError
from evidence.quoting import plainly
from evidence.span import local_day

What = Literal["menu", "message", "comment", "hotline", "download", "use"]
Came = Literal["works", "dead", "absent", "unanswered"]

WHATS: Mapping[What, str] = {
    "menu": "菜单",
    "message": "私信",
    "comment": "评论",
    "hotline": "12345",
    "download": "下载",
    "use": "使用",
}
"""An entry of the account's own menu, a private message, a comment below a post, a link to the 12345 hotline; for a mobile
client (APP) fetching it from a store, and opening and using it."""
CAMES: Mapping[Came, str] = {"works": "有效", "dead": "无效", "absent": "没有", "unanswered": "未回应"}
"""It did what it is for; it is there and leads nowhere or fails; it is not there or is switched off; a message was sent and
nobody had answered when the person looked again."""
CAN_COME: Mapping[What, tuple[Came, ...]] = {
    "menu": ("works", "dead", "absent"),
    "message": ("works", "dead", "absent", "unanswered"),
    "comment": ("works", "dead", "absent"),
    "hotline": ("works", "dead", "absent"),
    "download": ("works", "dead", "absent"),
    "use": ("works", "dead"),
}
LONGEST = 60
"""Characters of a name."""
_FORM = re.compile(r"(?P<what>[^:：=＝@]+)(?:[:：](?P<name>[^=＝]*))?[=＝](?P<came>[^=＝@]+)(?:@(?P<since>[^=＝@]*))?")


@dataclass(frozen=True, slots=True)
class Try:
    """One thing that was tried."""

    what: What
    came: Came
    name: str | None = None
    """Which menu entry, or which store; a menu that is dead without a name is one whose every entry was tried."""
    since: date | None = None
    """The day a message was sent, where nobody has answered it."""

    @property
    def said(self) -> str:
        """Return the try as people read it."""
        named = f"“{plainly(self.name, LONGEST)}”" if self.name else "（全部）" if self._is_every_menu else ""
        return f"{WHATS[self.what]}{named}{CAMES[self.came]}" + (f"（{self.since}发出）" if self.since else "")

    @property
    def _is_every_menu(self) -> bool:
        return (self.what, self.came, self.name) == ("menu", "dead", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The tries that one human exhibit states, and what is needed to weigh them."""

    record: str
    received: datetime
    """When it was handed in."""
    by: str = ""
    second: str | None = None
    device: str | None = None
    app: str | None = None
    begun: datetime | None = None
    ended: datetime | None = None
    tries: tuple[Try, ...] = ()
    fault: str = ""
    """Why it cannot be opened; what it states is then unknown."""

    @property
    def when(self) -> datetime:
        """The moment it speaks of: the stated end, else when it was handed in."""
        return self.ended or self.received


def parse(written: str) -> Try:
    """Return the try that is written so; raises AdmitError, in Chinese, with what would be right."""
    found = _FORM.fullmatch(written.strip())
    if found is None:
        raise AdmitError(f"“{plainly(written, LONGEST)}”写法不对，应如 menu:办事大厅=dead、comment=absent、私信=有效")
    what, came = _what(found["what"]), _came(found["came"])
    said, tells = WHATS[what], "、".join(f"{one}（{CAMES[one]}）" for one in CAN_COME[what])
    if came not in CAN_COME[what]:
        raise AdmitError(f"{said}的结果不能是“{CAMES[came]}”，应为{tells}之一")
    name = _name(found["name"], what, came)
    since = _since(found["since"], came)
    return Try(what, came, name, since)


def check(tries: Sequence[Try], *, ended: datetime | None, now: datetime) -> None:
    """Raise AdmitError, in Chinese, for tries that contradict each other or their times."""
    came: dict[tuple[str, str | None], str] = {}
    for one in tries:
        if came.setdefault((one.what, one.name), one.came) != one.came:
            raise AdmitError(f"{one.said}：同一份材料对它写了两种结果，应分两次提取，各写起止时间")
    if came.get(("menu", None)) and any(one.what == "menu" and one.came == "works" for one in tries):
        raise AdmitError("既写了有的菜单有效，又写了没有菜单或全部无效，请核对")
    if ended is not None and ended > now:
        raise AdmitError("录制结束时间（--to）在此刻之后，请核对；当天的请写到几点几分")
    if late := next((one for one in tries if one.since and one.since > local_day(ended or now)), None):
        raise AdmitError(f"{late.said}：发出日期在录制结束之后，请核对")


def _what(written: str) -> What:
    said = written.strip()
    for what, name in WHATS.items():
        if said.lower() == what or said == name:
            return what
    known = "、".join(f"{what}（{name}）" for what, name in WHATS.items())
    raise AdmitError(f"所试的“{plainly(said, LONGEST)}”不认识，应为{known}之一")


def _came(written: str) -> Came:
    said = written.strip()
    for came, name in CAMES.items():
        if said.lower() == came or said == name:
            return came
    known = "、".join(f"{came}（{name}）" for came, name in CAMES.items())
    raise AdmitError(f"结果“{plainly(said, LONGEST)}”不认识，应为{known}之一")


def _name(written: str | None, what: What, came: Came) -> str | None:
    name = " ".join((written or "").split())
    if len(name) > LONGEST or not name.isprintable():
        raise AdmitError(f"{WHATS[what]}的名称“{plainly(name, LONGEST)}”太长或含不可见字符，至多{LONGEST}字")
    if what == "menu" and came == "works" and not name:
        raise AdmitError("须写明是哪一个菜单有效，如 menu:办事大厅=works")
    if what == "download" and not name:
        raise AdmitError("须写明从哪里下载，如 download:华为应用市场=absent")
    if name and (what not in ("menu", "download") or (what, came) == ("menu", "absent")):
        raise AdmitError(f"{WHATS[what]}{CAMES[came]}不带名称，如 {what}={came}")
    return name or None


def _since(written: str | None, came: Came) -> date | None:
    if (written is not None) != (came == "unanswered"):
        raise AdmitError("“未回应”须写明私信何日发出，如 message=unanswered@2021-06-24；其他结果不写日期")
    if written is None:
        return None
    try:
        return date.fromisoformat(written.strip())
    except ValueError as error:
        raise AdmitError(f"“{plainly(written, LONGEST)}”不是日期，应如 2021-06-24") from error
