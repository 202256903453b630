"""任意门户网站：首页和栏目台账所列的各栏目，逐个打开、逐个采集，连同附件；政策列表、无日期列表、标签页、查询再往里打开。"""

from __future__ import annotations

from collector.flow import Flow
from collector.visit import Visit
from evidence.columns import HOME
from flows import annexes, beside

flow = Flow(__name__, scripted=False)


@flow.visit
async def visit(visit: Visit) -> None:
    """Open and capture every label that is due, and what its page leaves open."""
    for label in visit.due:
        opened = await visit.open(visit.address(label))
        if opened.trouble is None and label != HOME:
            await annexes.fetch_named(visit)
        taken = await visit.capture(label)
        if taken.trouble is None:
            await beside.look(visit, label)
