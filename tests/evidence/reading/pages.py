"""Pages in the manner of government sites, for the tests of reading."""

from __future__ import annotations

from collections.abc import Sequence

from evidence.reading import FrameDom, PageInput

URL = "http://www.example.gov.cn/zwgk/tzgg/index.html"

NAV = """<div class="w1"><ul><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li>
<li><a href="/hdjl/">互动交流</a></li><li><a href="/zwfw/">政务服务</a></li></ul></div>"""
CRUMB = '<div class="x1">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; <a href="./">通知公告</a></div>'
FOOT = """<div class="z9"><p>主办单位：示例县人民政府办公室　承办单位：示例县大数据中心</p>
<p>网站标识码：1234567890　京ICP备12345678号-1　京公网安备11010202000001号</p></div>"""
TITLES = (
    "示例县人民政府关于印发2021年度重点工作任务分工的通知",
    "示例县第三季度政府网站检查情况的通报",
    "关于2021年6月1日停水检修的公告",
    "示例县公开招聘事业单位工作人员面试公告",
)


def page(html: str, *, url: str = URL, status: int | None = 200) -> PageInput:
    return PageInput(
        url=url, status=status, headers={}, frames=(FrameDom(n=0, url=url, html=html),), layout=None, inputs=("0" * 64,)
    )


def site(content: str, *, title: str = "通知公告-示例县人民政府", crumb: str = CRUMB, head: str = "") -> PageInput:
    return page(
        f"<html><head><title>{title}</title>{head}</head><body><div>今天是：2021年12月31日 星期五</div>"
        f"{NAV}{crumb}<div class='m'>{content}</div>{FOOT}</body></html>"
    )


def listed(rows: Sequence[str], *, around: str = "<ul>{}</ul>") -> PageInput:
    return site("<h2>通知公告</h2>" + around.format("".join(rows)))
