"""“我为政府网站找错”办理后台：网民提交的找错留言逐页，导出的清单作为附件保存。须登录。

已知：留言由省级平台转办到承办单位，3 个工作日内核实答复；列表常有：编号、网站、问题类型、提交时间、转办时间、答复时间、状态。
时限自转办起按工作日计；没有显示答复时间，不等于没有答复。留言人的联系方式在原件里，读取结果不含。

单位须做：url 写留言列表的网址，把选择器改成实际的；登录方式按系统实际声明（此处为口令加动态口令，种子 otp_seed 放进保密存储；系统不用动态口令的删去 codes 一行）。
"""

from __future__ import annotations

from collector.flow import Flow
from collector.login import Login
from collector.login.codes import OneTimeCode
from collector.visit import Visit
from flows import paging

PAGES = 20
EXPORT = "#export"

flow = Flow(
    __name__,
    platform="error_report",
    authority="authorised",
    coverage="complete",
    labels=("entries",),
    private=(),
    login=Login(
        url="/login",
        username="#username",
        password="#password",  # noqa: S106 - a selector
        submit="#submit",
        marker="#signed-in",
        refused="#wrong",
        codes=(OneTimeCode(field="#code"),),
    ),
)


@flow.visit
async def visit(visit: Visit) -> None:
    """Keep the export, and go through the entries."""
    opened = await visit.open(visit.target.url)
    if opened.trouble is None and await visit.page.locator(EXPORT).count():
        await visit.download(EXPORT)
    await paging.through(visit, "entries", PAGES)
