"""演示：政务新媒体账号的公开页（未登录只见部分文章，只能证明有更新，不能证明没有更新）。"""

from __future__ import annotations

from collector.flow import Flow
from collector.visit import Visit

flow = Flow(__name__, coverage="partial", because="平台只向未登录者显示部分文章", labels=("posts",))


@flow.visit
async def visit(visit: Visit) -> None:
    """Open the public page and capture what a stranger is shown."""
    await visit.open(visit.target.url)
    await visit.capture("posts")
