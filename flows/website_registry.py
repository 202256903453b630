"""全国政府网站信息报送系统：本单位权限内的网站清单，逐页采集，导出的表格作为附件保存。须登录、须有人在场，平时不运行。

已知：系统限实名用户使用，登录常要验证码、短信或证书，由持账号的人完成；清单常有：网站标识码、网站名称、首页网址、主管单位、主办单位、状态（正常、临时下线、关停中）。
首选办法不是本流程，而是由人导出表格，用 quzheng targets import 读入：谁、何时、从哪里导出，一并记为证据。

单位须做：每月一次，由持账号的人在场运行：quzheng run --only 对象编号。不点名时本流程跳过，并留下跳过的记录。
选择器凭一般后台的样子写成，须按实际页面修改并用 quzheng flows verify 登记。
"""

from __future__ import annotations

from collector.flow import Flow
from collector.login import Login
from collector.visit import Visit
from flows import paging

PAGES = 50
EXPORT = "#export"

flow = Flow(
    __name__,
    platform="website_registry",
    authority="authorised",
    attended="报送系统须由持账号的人登录，每月一次",
    coverage="complete",
    labels=("sites",),
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
    """Keep the export, and go through the list."""
    opened = await visit.open(visit.target.url)
    if opened.trouble is None:
        await visit.download(EXPORT)
    await paging.through(visit, "sites", PAGES)
