"""任意门户网站：首页和栏目台账所列的各栏目，逐个打开、逐个采集。"""

from __future__ import annotations

from collector.flow import Flow
from collector.visit import Visit

flow = Flow(__name__, scripted=False)


@flow.visit
async def visit(visit: Visit) -> None:
    """Open and capture every label that is due."""
    for label in visit.due:
        await visit.open(visit.address(label))
        await visit.capture(label)
