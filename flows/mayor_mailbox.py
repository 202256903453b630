"""市长信箱（网民留言）后台：信件逐页、统计页，导出的清单作为附件保存。须登录，后台可见全部信件。

已知：信箱多为各地自建，公开页只列“选登”的信件；公开页上看不到答复，不等于没有答复（不公开、电话答复、无效、重复、转办、延期），
所以及时性须以后台或单位的导出为准，自受理或转办起按工作日计。列表常有：信件编号、标题、来信时间、受理时间、答复单位、答复时间、状态。

个人信息：来信人姓名、电话、身份证号在原件里，原件只留在本单位的存储中；读取结果不含来信人和正文；证据包里只有遮盖副本（private=() 表示按规则查找，
页面另有不在规则之内的，把选择器写进括号，如 private=(".letter-writer",)）。

单位须做：url 写信件列表的网址，把下面的选择器和网址改成本地系统的；口令放进保密存储。登录方式（验证码、短信）按系统实际声明。
"""

from __future__ import annotations

from collector.flow import Flow
from collector.login import Login
from collector.visit import Visit
from flows import paging

PAGES = 20
EXPORT = "#export"
STATISTICS = "#statistics"

flow = Flow(
    __name__,
    platform="mayor_mailbox",
    authority="own",
    coverage="complete",
    labels=("letters", "statistics"),
    private=(),
    login=Login(
        url="/login",
        username="#username",
        password="#password",  # noqa: S106 - a selector
        submit="#submit",
        marker="#signed-in",
        refused="#wrong",
    ),
)


@flow.visit
async def visit(visit: Visit) -> None:
    """Go through the letters, keep their export, then look at the statistics."""
    opened = await visit.open(visit.target.url)
    if opened.trouble is None and await visit.page.locator(EXPORT).count():
        await visit.download(EXPORT)
    await paging.through(visit, "letters", PAGES)
    async with visit.step("统计"):
        await visit.page.click(STATISTICS)
    await visit.capture("statistics")
