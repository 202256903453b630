"""What a registry says of the state of a site or account (运行状态): running, or on its way in or out.

An application under way is a state with a date, never a fault: who has filed for closing is not blamed for silence.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from evidence.spreadsheet import folded

State = Literal[
    "running", "filing", "changing", "migrating", "merging", "frozen", "offline", "closing", "closed", "unknown"
]

NAMES: dict[State, str] = {
    "running": "正常运行",
    "filing": "备案中",
    "changing": "变更中",
    "migrating": "迁移中",
    "merging": "合并中",
    "frozen": "冻结",
    "offline": "临时下线",
    "closing": "注销中",
    "closed": "已关停",
    "unknown": "状态不明",
}

_RULES: tuple[tuple[State, re.Pattern[str]], ...] = (
    ("unknown", re.compile(r"未|不正常|异常|不合格|退回|驳回|不通过|停止")),
    ("merging", re.compile(r"合并|整合|归并")),
    ("migrating", re.compile(r"迁移")),
    ("frozen", re.compile(r"冻结|封禁|封号")),
    ("offline", re.compile(r"临时(下线|关闭|关停)|暂(停|时)|维护")),
    (
        "closing",
        re.compile(r"(注销|关停|关闭|停用|下线)(中|审核|审批|待|申请)|(申请|拟|待|正在)(注销|关停|关闭|停用|下线)"),
    ),
    ("closed", re.compile(r"注销|关停|关闭|停用|下线|删除|作废")),
    ("changing", re.compile(r"变更|更名|修改")),
    ("running", re.compile(r"已(备案|登记|审核|开通|认证|上线|发布)|(备案|登记|审核|开通)(成功|完成|通过)")),
    ("filing", re.compile(r"备案|登记|审核|审批|申请|开办|待|拟|筹建|测试")),
    ("running", re.compile(r"正常|运行|运营|在用|使用中|启用|有效|开通|上线")),
)
_DAY = re.compile(r"(20\d\d)\s*[-年/.]\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})")
_SERIAL_DAY = re.compile(r"20\d{6}")


def state(said: str) -> State:
    """Return the state a registry's words mean; what is empty or not understood is unknown, which accuses nobody.

    >>> state("正常运行"), state("注销审核中（2021-06-20）"), state("已注销"), state("备案中"), state("")
    ('running', 'closing', 'closed', 'filing', 'unknown')
    """
    plain = folded(said).replace(" ", "")
    return next((found for found, words in _RULES if words.search(plain)), "unknown")


def day(said: str) -> date | None:
    """Return the first day written in some text; None where there is none that exists.

    >>> day("注销中（2021年6月20日）"), day("20210620"), day("2021-02-30")
    (datetime.date(2021, 6, 20), datetime.date(2021, 6, 20), None)
    """
    plain = folded(said)
    if found := _DAY.search(plain):
        parts = tuple(map(int, found.groups()))
    elif serial := _SERIAL_DAY.fullmatch(plain):
        parts = int(serial[0][:4]), int(serial[0][4:6]), int(serial[0][6:])
    else:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None
