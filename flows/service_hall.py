"""政务服务网办事指南：事项清单和每个事项的指南，折叠内容和各标签页都打开。公开内容，不登录。

已知：各地政务服务网多为统一平台，指南分“基本信息”“申请材料”“办理流程”等标签页或折叠区，也有整页列出的；
十项要素（事项名称、设定依据、申请条件、办理材料、办理地点、办理机构、收费标准、办理时间、联系电话、办理流程）各地用词不同，
读取时按同义词对应；要素只在图片、附件或跳转的平台里时读不出，不等于没有。

单位须做：url 写本部门的事项清单网址；要看哪些事项，逐个写进 columns（label 自定，url 写指南网址）。
不写 columns 时，取清单上的前 5 个事项，标签为 item-1 … item-5。
"""

from __future__ import annotations

from collector.flow import Flow
from collector.visit import Visit
from evidence.columns import HOME

SAMPLE = 5
TABS = 8
"""Tabs of one guide that are looked at."""
_UNFOLD = """() => {
    for (const fold of document.querySelectorAll("details:not([open])")) fold.open = true;
    for (const fold of document.querySelectorAll("[aria-expanded=false]:not(a[href])")) fold.click();
}"""

flow = Flow(__name__, platform="service_hall")


@flow.visit
async def visit(visit: Visit) -> None:
    """Capture the list of items, then every guide with its folds and tabs open."""
    guides = {label: visit.address(label) for label in visit.due if label != HOME}
    if HOME in visit.due:
        opened = await visit.open(visit.target.url)
        listed = (await visit.read()).items if opened.trouble is None and not guides else ()
        await visit.capture(HOME)
        addresses = [item.href for item in listed if item.href][:SAMPLE]
        guides |= {f"item-{n}": address for n, address in enumerate(addresses, 1)}
    for label, address in guides.items():
        await _guide(visit, label, address)


async def _guide(visit: Visit, label: str, address: str) -> None:
    opened = await visit.open(address)
    if opened.trouble is not None:
        await visit.capture(label)
        return
    await visit.page.evaluate(_UNFOLD)
    await visit.capture(label)
    tabs = visit.page.locator("[role=tab]:visible")
    for n in range(1, min(TABS, await tabs.count())):
        async with visit.step(f"第{n + 1}个标签页"):
            await tabs.nth(n).click()
            await visit.page.evaluate(_UNFOLD)
        await visit.capture(f"{label}/tab-{n + 1}")
