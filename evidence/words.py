"""The Chinese words for what the model says in identifiers, and our way of writing days and moments for people.

>>> limit("14d"), limit("6m"), limit(None)
('14天', '6个月', '—')
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
"""Asia/Shanghai as a fixed offset: no summer time since 1991, and no zone database needed to read a report."""

STATES = {"hit": "发现问题", "clear": "未见问题", "undecided": "未能判定"}
PROPOSED = "提请核对"
"""What a hit of a rule is called that only asks a person to look."""


def conclusion(state: str, effect: str) -> str:
    """Return the conclusion of a finding in Chinese; a proposal is never called a problem that was found.

    >>> conclusion("hit", "veto"), conclusion("hit", "proposal"), conclusion("clear", "proposal")
    ('发现问题', '提请核对', '未见问题')
    """
    return PROPOSED if state == "hit" and effect == "proposal" else STATES.get(state, state)


CLAUSES = {
    "WV-2": "单项否决“站点无法访问”",
    "WV-3": "单项否决“首页不更新”",
    "WV-4.1": "单项否决“栏目不更新”",
    "WV-4.2": "单项否决“栏目不更新”",
    "WV-4.3": "单项否决“栏目不更新”（空白栏目）",
    "NV-2.1": "单项否决“内容不更新”",
    "NV-2.2": "单项否决“移动客户端不可用”（提示）",
    "NV-3.1": "单项否决“互动回应差（无互动功能）”（提示）",
    "漏报": "账号未登记（提示）",
    "WV-1.3": "单项否决“反动暴力色情”（暗链、不良外链，提示）",
    "WV-1.4": "单项否决“安全攻击处置不力”（多日未处置的篡改迹象，提示）",
    "WV-1.5": "单项否决“弄虚作假”（日期，提示）",
    "突击更新": "通报后突击更新（提示）",
    "WV-6.2": "单项否决“服务不实用”（办事指南要素，提示）",
    "WD-3.4": "扣分项“办理答复”",
    "WV-1.1": "单项否决“严重表述错误”",
    "WV-5.1": "单项否决“互动回应差（无咨询渠道）”",
    "WV-5.2": "单项否决“互动回应差（留言超过3个月未答复）”",
    "WV-6.1": "单项否决“服务不实用（未提供服务）”",
    "WV-6.3": "单项否决“服务不实用（事项少且要素缺失）”",
    "WD-1.4": "扣分项“动态要闻”",
    "WD-1.5": "扣分项“政策文件”",
    "WD-1.6": "扣分项“政策解读”",
    "WD-1.9": "扣分项“其他栏目”",
    "WD-2.4": "扣分项“办事指南”",
    "WD-3.3": "扣分项“留言公开”",
    "WD-4.4b": "扣分项“找错答复”",
    "WD-4.2": "扣分项“网站标识”",
    "WD-4.3": "扣分项“链接可用性”",
    "WD-4.4a": "扣分项“找错入口”",
    "WD-4.7": "扣分项“页面标签”",
    "WD-4.9": "扣分项“IPv6支持”",
    "IPv6二三级页面": "二、三级页面IPv6支持率（提示）",
    "IPv4与IPv6内容不一致": "IPv4与IPv6内容不一致（提示）",
}
"""Names of the clauses we have indicators for; their numbers are the rule set's."""

OUTCOMES = {
    "captured": "已取得画面",
    "unreachable": "无法访问",
    "http_error": "服务器返回错误",
    "challenge": "遇到验证页",
    "blocked": "访问被拦截",
    "login_lost": "登录失效",
    "interstitial": "遇到中间提示页",
    "timeout": "超时",
    "crashed": "浏览器崩溃",
    "tls_unsupported_here": "加密方式本机不支持",
    "flow_failed": "取证步骤未完成",
    "skipped": "未执行",
}

REASONS = {
    "dns": "域名解析失败",
    "refused": "连接被拒绝",
    "reset": "连接被重置",
    "timeout": "超时",
    "tls": "加密连接失败",
    "client_certificate": "服务器要求客户端证书",
    "closed": "连接被关闭",
    "attended": "须有人在场，未点名执行",
    "no_tab": "页面没有该标签页",
    "challenge": "没有自行放行",
    "own_side": "我方出口拦截",
}

FAULTS = {"theirs": "对方", "ours": "我方", "unknown": "未查明"}

COVERAGES = {"complete": "完整来源", "partial": "部分来源（只可用于排除，不可用于认定）"}

CHECKS = {
    "status": "应答状态",
    "document whole": "文档收全",
    "host": "主机相符",
    "no error page": "不是错误页",
    "no log-in page": "不是登录页",
    "no challenge page": "不是验证页",
    "challenge passed": "验证页已放行",
    "no maintenance page": "不是维护页",
    "no block page of our own side": "不是我方拦截页",
    "nothing covers the list": "列表未被遮挡",
    "same for every agent": "对不同访问者所示一致",
    "fresh answers": "应答未经缓存，不是旧应答",
    "charset": "文字编码",
    "attempts kept": "访问记录已留存",
    "links kept": "链接核对记录已留存",
    "pages kept": "二、三级页面核对记录已留存",
    "not empty": "文档不空",
    "not one colour": "画面不是单一颜色",
    "parsed": "页面能解析",
    "list data answered": "列表数据已应答",
    "main stands still": "主要区域稳定",
    "load event": "装载完毕",
    "network quiet": "网络静止",
    "pictures decoded": "图片已显示",
    "whole height": "整页成像",
    "nothing moves": "没有活动内容",
    "all content shown": "框内滚动内容成像",
    "all layers painted": "图层绘制完整",
    "other requests": "其他请求",
    "certificate": "网站证书",
    "certified host": "证书属于本站",
    "path clean": "我方网络路径",
}
"""The completeness guard's questions; one it does not have here is shown by its own name."""

CLEANLINESS = {
    "hosts file": "本机主机表未改写公共域名",
    "proxies": "代理设置与申报一致",
    "egress": "出口为直连",
    "resolvers": "解析服务器",
    "fresh profile": "浏览器环境为新建",
    "no policies": "浏览器未受策略管控（扩展、代理、证书）",
    "authorities": "浏览器根证书未添加",
    "room on disk": "磁盘空间",
    "connected": "本机地址",
    "path": "网络路径未见异常",
    "in one go": "本轮采集未曾中断",
    "clock": "本机时钟与各服务器一致",
    "time source": "本机时钟与时间源一致",
    "unchanged": "采集期间设置未变",
}
"""The questions of the cleanliness record (清洁性检查)."""

SCOPES = {"document": "文档", "main": "主要区域", "page": "页面其余部分"}

PURPOSES = {
    "scheduled": "例行检查",
    "second_look": "复看",
    "recheck": "复核",
    "manual": "人工发起",
    "human": "人工提取",
    "demonstration": "演示",
}

HUMAN_KINDS = {
    "phone-video": "手机录屏",
    "photo": "照片或截图",
    "letter": "来函",
    "objection": "异议书及所附材料",
    "export": "导出文件",
    "register": "登记表",
}
"""Kinds of what people hand in."""

PAGE_KINDS = {
    "list": "列表页",
    "article": "文章页",
    "home": "首页",
    "error": "错误、登录或拦截页",
    "redirect": "跳转页",
    "other": "其他页面",
}

CLASSES = {
    "news": "动态要闻",
    "notice": "通知公告",
    "policy": "政策文件",
    "interpretation": "政策解读",
    "disclosure": "信息公开",
    "service": "办事服务",
    "interaction": "互动交流",
    "survey": "征集调查",
    "topic": "专题专栏",
    "other": "其他",
}

PROBES = {
    "open": "能打开",
    "guarded": "防护系统应答",
    "failed": "打不开",
    "ours": "本方网络原因",
    "shared": "平台事件",
    "both": "IPv4也打不开",
}
"""Outcomes of light requests."""

LINK_REASONS = {
    "challenge": "验证页或拦截页",
    "private": "解析到内部地址，未访问",
    "address": "网址不合规，未访问",
    "scheme": "转向非网页地址，未访问",
    "port": "端口不是网页服务，未访问",
    "redirects": "反复跳转",
    "unreachable": "网络不通",
}
"""Why a link was found dead or left open, beside the reasons of captures."""

COLUMN_KINDS = {
    "list": "列表",
    "parent": "父栏目",
    "tabbed": "标签页",
    "search": "检索",
    "embedded": "嵌入",
    "jump": "跳转",
    "static": "静态",
    "attachment": "附件",
    "media": "音视频",
}

DATE_KINDS = {
    "displayed": "页面显示",
    "document": "成文日期",
    "url": "网址",
    "meta": "页面元数据",
    "last_modified": "服务器修改时间",
    "script": "脚本写出",
    "relative": "相对时间",
    "first_seen": "首次见到",
    "future": "未来日期",
}

SECOND_LOOKS = {
    "agrees": "已复看，结果一致",
    "disagrees": "已复看，结果不一致",
    "missing": "尚未复看（确认和公布之前必须复看）",
    "not needed": "不需要",
}

CLOCKS = {"system": "系统时钟", "simulated": "模拟时钟"}

EGRESSES = {
    "direct": "直连（未经代理）",
    "proxy": "经代理",
    "inspecting": "经内容检查的出口",
    "split-dns": "内外网分开解析的网络",
    "by hand": "由人交来，未经本程序访问网络",
}

TABLE_SOURCES = {
    "html": "网页表格",
    "picture": "图片中的表格",
    "csv": "CSV 附件",
    "xlsx": "XLSX 附件",
    "xls": "XLS 附件",
    "docx": "DOCX 附件",
    "pdf": "PDF 附件",
}

ANSWERS = {True: "通过", False: "未通过", None: "无法检查"}

NUMBERS = {
    "count": "计入个数",
    "open": "不能确定个数",
    "with_duty": "其中有更新责任",
    "limit": "标准",
    "count_by_days": "按每月30天计算的个数",
    "visits": "窗口内访问次数",
    "newest": "最新一条",
    "clock": "时钟",
    "asked": "判读的页面或链接数",
    "left": "未核对的页面或链接数",
    "seen": "见到的办事指南数",
    "letters": "见到的留言数",
    "replied": "其中显示答复的",
    "replied_per_mille": "显示答复的比例",
    "working_days": "期限（工作日）",
    "calendar": "工作日历版本",
    "tenths": "扣分",
    "blank": "其中空白",
    "system": "账号所属",
    "of": "访问总数",
    "least": "每日最少访问次数",
    "failed": "打不开次数",
    "shared": "平台事件中的次数",
    "guarded": "被防护拦下次数",
    "ours": "我方网络故障次数",
    "controlled": "每次失败都有对照",
    "without_aaaa": "没有AAAA记录的天数",
    "visits6": "IPv6访问次数",
    "failed6": "IPv6打不开次数",
    "reached_per_mille": "IPv6打得开的比例",
    "least_per_mille": "不一致达到多少即计入",
    "since": "自何日起",
    "days": "天数",
    "incident_targets": "同一事件涉及的网站数",
    "posts": "窗口内见到的条数",
    "compared": "已与原文比对的解读数",
    "characters": "参与比对的最少字数",
    "entries": "参与判断的最少条数",
    "share_per_mille": "比例标准",
}
"""Names of the numbers findings rest on; what is a list has a table or sentences of its own."""

COMPARATORS = {">=": "超过（含）", ">": "超过"}


def word(value: object, words: Mapping[str, str]) -> str:
    """Return the Chinese word for an identifier, or the identifier itself where there is none; — for None."""
    return "—" if value is None else words.get(str(value), str(value))


MISSES = {
    "withheld": "登录往来，正文未保存",
    "too_large": "正文过大，未保存",
    "lost": "正文未收到",
    "post": "提交类请求，无法对应",
    "other_query": "参数与采集时不同",
    "not_recorded": "采集时没有的请求",
    "blocked": "浏览器拦下",
    "not_asked": "重放时没有再请求",
}
"""Why a request could not be answered when a page was shown again from the store."""

REPLAY_REASONS = {
    "no_document": "页面正文未保存",
    "hangs": "重放时页面无响应",
    "crashed": "重放时页面崩溃",
    "browser": "重放时浏览器退出",
    "damaged": "存储的内容无法读取",
}


def limit(value: str | None) -> str:
    """Return a limit such as 14d or 6m in words."""
    if value is None:
        return "—"
    found = re.fullmatch(r"(\d+)([dmy])", value)
    return found[1] + {"d": "天", "m": "个月", "y": "年"}[found[2]] if found else value


def moment(value: datetime | None) -> str:
    """Return an instant in Beijing time to the second."""
    return "—" if value is None else value.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def level(number: int | None) -> str:
    """Return the level of a column or page in Chinese, empty where it is not known.

    >>> level(1), level(2), level(12), level(None)
    ('一级', '二级', '12级', '')
    """
    if number is None:
        return ""
    return f"{'一二三四五六七八九'[number - 1]}级" if 1 <= number <= 9 else f"{number}级"


def per_mille(value: int) -> str:
    """Return a share in per mille as per cent.

    >>> per_mille(931)
    '93.1%'
    """
    return f"{value // 10}.{value % 10}%"


def reason(outcome: str, why: str | None) -> str:
    """Return an outcome with its reason.

    >>> reason("unreachable", "dns"), reason("http_error", "http_500")
    ('无法访问（域名解析失败）', '服务器返回错误（HTTP 500）')
    """
    said = word(outcome, OUTCOMES)
    if why is None:
        return said
    found = re.fullmatch(r"http_(\d{3})", why)
    return f"{said}（{'HTTP ' + found[1] if found else REASONS.get(why, why)}）"


def link_reason(why: str) -> str:
    """Return why a link was found dead or left open.

    >>> link_reason("http_404"), link_reason("dns"), link_reason("private")
    ('HTTP 404', '域名解析失败', '解析到内部地址，未访问')
    """
    found = re.fullmatch(r"http_(\d{3})", why)
    return f"HTTP {found[1]}" if found else (REASONS | LINK_REASONS).get(why, why)
