"""演示：检查通报，从列表点进最新一期，附件只是一张表格图片。"""

from __future__ import annotations

from collector.flow import Flow
from collector.visit import Visit

flow = Flow(__name__, labels=("home", "annex"))


@flow.visit
async def visit(visit: Visit) -> None:
    """Capture the list of bulletins, then the newest one with its annex."""
    opened = await visit.open(visit.target.url)
    await visit.capture("home")
    if opened.trouble is None:
        async with visit.step("最新一期通报"):
            newest = await visit.page.locator("main ul.list a").first.evaluate("link => link.href")
            await visit.open(str(newest))
    await visit.capture("annex")
