"""演示：政务新媒体账号后台的发表记录（登录后可见全部，是完整来源）。"""

from __future__ import annotations

from collector.flow import Flow
from collector.login import Login
from collector.visit import Visit

LOGIN = Login(
    url="/backoffice/login",
    username="#username",
    password="#password",  # noqa: S106 - a selector
    submit="#submit",
    marker="#signed-in",
    refused="#wrong",
)
flow = Flow(__name__, login=LOGIN, coverage="complete", authority="own", labels=("posts",))


@flow.visit
async def visit(visit: Visit) -> None:
    """Capture the list of all that was published; the visit has logged in by then."""
    await visit.open(visit.target.url)
    await visit.capture("posts")
