"""新浪微博：账号主页。未登录会漏掉部分微博，只能证明有更新。

已知（均为公开资料，平台随时会改）：
- 主页网址 https://weibo.com/u/数字编号；每条微博的时间是一个链接，写“10分钟前”“昨天 10:22”“5-3 10:22”“23-12-28 09:00”。
- 未登录时部分微博不显示、条数有限；有的账号只在登录后、只在 weibo.com 或只在手机版可见。
- 2025年起对没有登录的请求常回 432，有程序把它报成“用户不存在”。平台的出错文字从不作为账号的事实：
  432 记为我方被拦，“用户不存在”的页面记为出错页，都不说明账号注销或停更。
- 置顶微博不按时间排列，最新日期取全部微博中最晚的一条。

单位须做：targets.yaml 写 kind: account、platform: weibo，url 用数字编号的主页网址（昵称会改）；
认定“不更新”须由人登录查看或由单位提供后台截图。
"""

from __future__ import annotations

from datetime import date

from collector.flow import Flow
from collector.visit import Visit

flow = Flow(
    __name__,
    platform="weibo",
    coverage="partial",
    because="未登录只显示部分微博",
    since=date(2025, 1, 1),
    labels=("posts",),
)


@flow.visit
async def visit(visit: Visit) -> None:
    """Open the account's page and capture what a stranger is shown."""
    await visit.open(visit.target.url)
    await visit.capture("posts")
