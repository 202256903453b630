"""今日头条号：主页的“文章”“视频”“微头条”三个标签页，逐个点开、逐个采集。未登录只见部分内容，只能证明有更新。

已知（均为公开资料，平台随时会改）：
- 主页网址 https://www.toutiao.com/c/user/token/…/，标签页由脚本切换，各是一份列表；只看“文章”会漏掉只发微头条的账号。
- 文章和视频卡片的时间在 .feed-card-footer-time-cmp，微头条在 .time，常写“3小时前”“2天前”“5月3日”；
  按采集时刻推算，推不出的不作最新日期。
- 没有视频的账号可能不显示“视频”标签页：那一页记为未能采集，不作账号没有视频的根据。

单位须做：targets.yaml 写 kind: account、platform: toutiao，url 写主页网址；先对本单位的账号试跑，核对标签页名称和时间写法。
"""

from __future__ import annotations

import re
from datetime import date

from playwright.async_api import Error as PlaywrightError

from collector.flow import Flow
from collector.visit import Visit

TABS = {"articles": "文章", "videos": "视频", "weitoutiao": "微头条"}
PATIENCE = 8_000
"""Milliseconds for a tab to appear."""

flow = Flow(
    __name__,
    platform="toutiao",
    coverage="partial",
    because="未登录的主页只给出部分内容，标签页下拉才续载",
    since=date(2021, 1, 1),
    labels=tuple(TABS),
)


@flow.visit
async def visit(visit: Visit) -> None:
    """Open the page anew for each tab, so that one which is not there takes no other with it."""
    for label, name in TABS.items():
        if label not in visit.due:
            continue
        opened = await visit.open(visit.target.url)
        if opened.trouble is None and not await _turned(visit, name):
            await visit.miss(label, "no_tab", f"没有“{name}”标签页")
        else:
            await visit.capture(label)


async def _turned(visit: Visit, name: str) -> bool:
    """Click a tab; tell whether it was there. A page that stands in for the account's has none, and is captured as it is."""
    async with visit.step(f"标签页“{name}”"):
        tabs = visit.page.locator("[role=tab], .tabs li, .tab-item, [class*=tabs] a")
        try:
            await tabs.first.wait_for(timeout=PATIENCE)
        except PlaywrightError:
            return True
        tab = tabs.filter(has_text=re.compile(rf"^\s*{name}\s*$"))
        if await tab.count() == 0:
            return False
        await tab.first.click()
        return True
