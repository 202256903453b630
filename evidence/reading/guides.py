"""The ten elements of a service guide (办事指南), wherever a page keeps them: tables, headings, tabs and folds not opened.

WV-6.2 counts guides that lack four or more of these. An element that this reader does not find is not shown to be
missing: it may stand in a picture, an attachment, or on the platform the guide leads to.
"""

from __future__ import annotations

import re

from evidence.model import Element
from evidence.reading.labelled import values
from evidence.reading.regions import Regions
from evidence.reading.tree import Tree

ELEMENTS: dict[str, tuple[str, ...]] = {
    "item_name": ("事项名称", "服务名称", "办理项名称", "业务办理项名称", "实施事项名称"),
    "basis": ("设定依据", "办理依据", "法律依据", "实施依据", "政策依据", "法定依据"),
    "conditions": ("申请条件", "受理条件", "办理条件", "申办条件", "准予批准的条件"),
    "materials": ("办理材料", "申请材料", "申报材料", "所需材料", "提交材料", "材料清单", "申请材料目录"),
    "place": ("办理地点", "受理地点", "办公地址", "办理地址", "办理窗口", "窗口地址", "受理地址"),
    "agency": ("办理机构", "实施主体", "办理单位", "受理机构", "实施机构", "承办单位", "实施部门", "办理部门"),
    "fee": ("收费标准", "收费情况", "是否收费", "收费依据", "收费标准及依据", "收费信息", "收费"),
    "time": ("办理时间", "办理时限", "承诺时限", "承诺办结时限", "法定时限", "法定办结时限", "办公时间", "受理时间"),
    "phone": ("联系电话", "咨询电话", "咨询方式", "联系方式", "咨询途径", "办公电话"),
    "process": ("办理流程", "办事流程", "办理程序", "受理流程", "流程图", "办理流程图", "审批流程"),
}
"""Identifiers with the words they go by."""
_LEAST = 4
"""Elements from which a page is taken for a guide; an article may name a place and a telephone."""
_LABELS = {words: name for name, every in ELEMENTS.items() for words in every}
_NOTHING = re.compile(r"^(暂无|待补充|待完善|[—\-/]+)[。.]?$")


def read(tree: Tree, regions: Regions) -> tuple[Element, ...]:
    """Return the elements a guide gives, in their order; none for a page that is no guide."""
    content = [text for text in tree.texts(tree.root, hidden=True) if regions.part(text) is None]
    found = values(content, _LABELS)
    given = (Element(name=n, text=found[n]) for n in ELEMENTS if n in found and not _NOTHING.match(found[n]))
    elements = tuple(given)
    return elements if len(elements) >= _LEAST else ()
