"""What is personal by rule: numbers that tell a person apart, and what stands under or behind words such as 来信人.

Personal data as 个人信息保护法 4 and GB/T 35273 name it, as far as letter-boxes show it. Rather too much is masked than
too little: a masked copy proves nothing by itself, the record keeps the digest of the original.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evidence.reading.letters import WORDS

HEADINGS = (
    "来信人", "写信人", "发信人", "留言人", "投诉人", "举报人", "反映人", "咨询人", "申请人", "提交人", "联系人", "当事人",
    "姓名", "真实姓名", "网民姓名", "昵称", "用户名", "网名", "网民", "网友",
    "电话", "联系电话", "电话号码", "联系方式", "手机", "手机号", "手机号码", "移动电话",
    "身份证", "身份证号", "身份证号码", "证件号", "证件号码", "地址", "住址", "家庭住址", "联系地址", "通讯地址", "详细地址",
    "邮箱", "电子邮箱", "电子邮件", "邮箱地址", "微信号", "QQ", "QQ号", "银行卡号", "车牌号", "IP", "IP地址",
)  # fmt: skip
"""Headings of columns, and labels, whose values are a citizen's. Officials answer under others (答复单位, 经办人)."""
NOBODY = frozenset({"匿名", "保密", "不公开", "网友", "网民", "市民", "群众", "无", "未填", "未填写", "先生", "女士"})
"""Values that name nobody."""
_NUMBERS = re.compile(
    r"(?<![0-9A-Za-z])1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9A-Za-z])"  # mobile telephones
    r"|(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{9}[0-9Xx](?![0-9A-Za-z])"  # citizens' identity numbers
    r"|(?<![0-9A-Za-z])62[0-9]{14,17}(?![0-9A-Za-z])"  # bank cards
    r"|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
)
_OTHER = frozenset(words for every in WORDS.values() for words in every) | {
    "序号",
    "内容",
    "信件内容",
    "答复内容",
    "操作",
}
_LEAST = 2
_LEAST_DIGITS = 5
"""Digits alone that are looked for elsewhere on the page; shorter ones stand in every date and size."""


def numbers(text: str) -> Iterator[str]:
    """Yield what is personal wherever it stands.

    >>> list(numbers("请致电 138 0000 0000 或 a.b@example.com，编号 20240501"))
    ['138 0000 0000', 'a.b@example.com']
    """
    return (found.group() for found in _NUMBERS.finditer(text))


def is_heading(text: str) -> bool:
    """Tell whether a column under these words, or what stands behind them, is personal.

    >>> is_heading("来信人："), is_heading("答复单位"), is_heading("*联系电话")
    (True, False, True)
    """
    return "".join(text.split()).strip("：:*") in HEADINGS


def is_label(text: str) -> bool:
    """Tell whether words are those of a heading or label, personal or not: then they are nobody's.

    >>> is_label("答复单位："), is_label("张三")
    (True, False)
    """
    return is_heading(text) or "".join(text.split()).strip("：:*") in _OTHER


def names_somebody(value: str) -> bool:
    """Tell whether a value is one to mask: not empty, not masked already by the page, not a word for nobody."""
    value = value.strip()
    masked_already = "*" in value or "＊" in value
    return bool(value.strip("-—/×xX ")) and value not in NOBODY and not masked_already and not is_label(value)


def tells(value: str) -> bool:
    """Tell whether a value may be looked for elsewhere: long enough not to stand there by chance.

    >>> tells("张三"), tells("王"), tells("2024"), tells("13800000000")
    (True, False, False, True)
    """
    return len(value) >= (_LEAST_DIGITS if value.isdigit() else _LEAST)
