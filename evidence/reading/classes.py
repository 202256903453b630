"""The class of a column (栏目类别) by what it is called: news, notice, policy, interpretation, disclosure, service …"""

from __future__ import annotations

import re

from evidence.columns import ColumnClass

_CLASSES: tuple[tuple[ColumnClass, re.Pattern[str]], ...] = (
    ("interpretation", re.compile(r"解读|回应关切|一图读懂")),
    ("survey", re.compile(r"征集|调查|民意|意见征求|征求意见")),
    ("interaction", re.compile(r"信箱|互动|留言|咨询|投诉|举报|建言|访谈|热线|问答|12345|依申请公开")),
    ("notice", re.compile(r"通知|公告|公示|通告")),
    ("policy", re.compile(r"政策|法规|文件|规章|规范性|条例|法律")),
    ("news", re.compile(r"动态|要闻|新闻|快讯|资讯|时政|领导活动|工作信息|图片新闻|信息速递")),
    ("topic", re.compile(r"专题|专栏")),
    ("service", re.compile(r"办事|服务|指南|下载|审批|权力清单|责任清单")),
    (
        "disclosure",
        re.compile(
            r"公开|规划|计划|统计|数据|财政|预算|决算|人事|招考|招聘|考试|任免|采购|招标|应急|监管|执法|公共资源|扶贫|公务员"
        ),
    ),
)


def class_of(path: tuple[str, ...]) -> ColumnClass:
    """Return the class that a column's name suggests; where its own name says nothing, that of the one above.

    >>> class_of(("首页", "政务公开", "政策解读")), class_of(("首页", "部门动态", "县城"))
    ('interpretation', 'news')
    """
    for name in reversed(path):
        for class_, words in _CLASSES:
            if words.search(name):
                return class_
    return "other"
