"""Entries of a home page (入口): whether anything on it, shown or folded, speaks of consultation or of services.

Menus are made of links, of boxes with scripts, and of pictures with a word beside them; so all words of the page are asked,
and its addresses. That nothing is found is only a hint, and pictures may hold what no word says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from evidence.reading.tree import Tree

WORDS: Mapping[str, re.Pattern[str]] = {
    "interaction": re.compile(
        r"咨询|互动|留言|信箱|问政|问答|交流|12345|热线|领导之窗|民声|民意|网友|诉求|答复|回复|意见建议|建言"
    ),
    "service": re.compile(r"办事|服务|办理|查询|下载|申报|申请|预约|缴费|审批|许可|便民|一网通办"),
}
"""What an entry is called, by the class of column it belongs to."""
ADDRESSES: Mapping[str, re.Pattern[str]] = {
    "interaction": re.compile(r"hudong|jlhd|zmhd|gzcy|zxzx|liuyan|xinxiang|mail|consult|interact|12345", re.I),
    "service": re.compile(r"zwfw|bsfw|wsbs|fuwu|service|bmfw|xzzx|banshi|bszn", re.I),
}
"""How the addresses of such entries are often spelt (pinyin initials of 互动交流, 政务服务, 网上办事 …)."""
_SAID = ("alt", "title", "value", "placeholder")


def find(tree: Tree) -> tuple[str, ...]:
    """Return the kinds of entry of which a page has a word or an address, in order."""
    told = [tree.text(tree.root, hidden=True)]
    told += [node.get(name) for node in tree.nodes for name in _SAID if node.attributes.get(name)]
    text = " ".join(told)
    hrefs = " ".join(link.get("href") for link in tree.links(tree.root))
    return tuple(kind for kind in WORDS if WORDS[kind].search(text) or ADDRESSES[kind].search(hrefs))
