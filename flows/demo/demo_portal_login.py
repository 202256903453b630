"""演示：登录后才能看的内部门户（表单登录，一次会话内看完首页和各栏目）。"""

from __future__ import annotations

from collector.flow import Flow
from collector.login import Login
from collector.visit import Visit

LOGIN = Login(
    url="/inner/login",
    username="#username",
    password="#password",  # noqa: S106 - a selector
    submit="#submit",
    marker="#signed-in",
    refused="#wrong",
)
flow = Flow(__name__, login=LOGIN, authority="own")


@flow.visit
async def visit(visit: Visit) -> None:
    """Open and capture every label that is due; the visit has logged in by then."""
    for label in visit.due:
        await visit.open(visit.address(label))
        await visit.capture(label)
