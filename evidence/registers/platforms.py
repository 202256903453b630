"""New-media platforms by the names registries give them, and the address of an account where its id alone gives one."""

from __future__ import annotations

import re

from evidence.registers.headings import plainly

NAMES = {
    "wechat": "微信公众号",
    "weibo": "微博",
    "toutiao": "今日头条号",
    "douyin": "抖音号",
    "kuaishou": "快手号",
    "wechat_channels": "微信视频号",
    "wechat_miniprogram": "微信小程序",
    "app": "移动客户端",
    "baijiahao": "百家号",
    "qiehao": "企鹅号",
    "dayuhao": "大鱼号",
    "renminhao": "人民号",
    "tieba": "百度贴吧",
    "bilibili": "哔哩哔哩",
    "xiaohongshu": "小红书",
}

_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("wechat_channels", re.compile(r"视频号")),
    ("wechat_miniprogram", re.compile(r"小程序")),
    ("weibo", re.compile(r"微博|weibo")),
    ("wechat", re.compile(r"微信|公众号|订阅号|服务号|wechat")),
    ("toutiao", re.compile(r"头条|toutiao")),
    ("douyin", re.compile(r"抖音|douyin")),
    ("kuaishou", re.compile(r"快手")),
    ("app", re.compile(r"客户端|app")),
    ("baijiahao", re.compile(r"百家")),
    ("qiehao", re.compile(r"企鹅")),
    ("dayuhao", re.compile(r"大鱼")),
    ("renminhao", re.compile(r"人民号")),
    ("tieba", re.compile(r"贴吧")),
    ("bilibili", re.compile(r"哔哩|b站|bilibili")),
    ("xiaohongshu", re.compile(r"小红书")),
)
_WEIBO = re.compile(r"\d{6,12}")


def platform(said: str) -> str:
    """Return the identifier of a platform; one we have no identifier for keeps its own name.

    >>> platform("微信公众号（订阅号）"), platform("新浪微博"), platform("学习强国号")
    ('wechat', 'weibo', '学习强国号')
    """
    plain = plainly(said)
    return next((name for name, words in _WORDS if words.search(plain)), plain)


def name(platform: str | None) -> str:
    """Return the Chinese name of a platform."""
    return "—" if platform is None else NAMES.get(platform, platform)


def address(platform: str, id: str) -> str | None:
    """Return the public address of an account where the platform makes it of the id; None for all others."""
    return f"https://weibo.com/u/{id}" if platform == "weibo" and _WEIBO.fullmatch(id) else None
