"""微信公众号：合集（或页面模板）的两端和其中最新一篇文章。只见收入合集的文章，只能证明有更新。

已知（均为公开资料，微信随时会改）：
- 合集网址 https://mp.weixin.qq.com/mp/appmsgalbum?action=getalbum&__biz=…&album_id=…，不登录可看；加 f=json 给出 JSON；
  默认由旧到新，is_reverse=1 由新到旧，所以两端都看。页面模板网址 /mp/homepage?__biz=…&hid=…，条目不带日期。
- 文章页脚本里的 var ct 是发表时间（Unix 秒）。
- 2023年9月“群发”与“发布”合并为“发表”以前，未群发的“发布”不进历史列表；图片、文字、语音、视频消息和视频号不在合集里。
- 过快会出现“当前环境异常，完成验证后即可继续访问”，记作我方被拦，不作为账号的事实。实测间隔 2 秒不够、5 秒可行：
  请在 quzheng.yaml 写 limits: {per_host_seconds: 6}。

单位须做：targets.yaml 写 kind: account、platform: wechat，url 写合集网址；还有别的合集，逐个写进 columns。
认定“不更新”须另有完整来源：账号自己的接口、后台，或两人在手机上录屏。
"""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from collector.flow import Flow
from collector.visit import Visit
from evidence.model import Item

flow = Flow(
    __name__,
    platform="wechat",
    device="wechat",
    coverage="partial",
    because="合集和页面模板只含放进去的文章，看不到图片消息、视频号和未收入的文章",
    since=date(2023, 9, 1),
)


@flow.visit
async def visit(visit: Visit) -> None:
    """Look at both ends of every album, and open the newest article they show; where we are held up, ask for no more."""
    for label in visit.due:
        address = visit.address(label)
        seen = await _items(visit, label, asked(address, is_reverse="1"))
        if seen is not None and "appmsgalbum" in address:
            other = asked(address, is_reverse="0", f="json", count="20")
            seen += await _items(visit, f"{label}/other-end", other) or ()
        newest = max(seen or (), key=_day, default=None)
        if newest is not None and newest.href:
            await visit.open(newest.href)
            await visit.capture(f"{label}/newest")


async def _items(visit: Visit, label: str, address: str) -> tuple[Item, ...] | None:
    """Capture a list and return its items; None where there is no such page for us."""
    opened = await visit.open(address)
    items = (await visit.read()).items if opened.trouble is None else ()
    taken = await visit.capture(label)
    return items if taken.trouble is None else None


def _day(item: Item) -> date:
    return item.date or date.min


def asked(address: str, **more: str) -> str:
    """Return an address with parameters set.

    >>> asked("https://a.test/mp/appmsgalbum?album_id=1&is_reverse=0#x", is_reverse="1")
    'https://a.test/mp/appmsgalbum?album_id=1&is_reverse=1'
    """
    parts = urlsplit(address)
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **more}
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))
