"""Writes the commented skeleton of a new flow into an office's flows folder."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from collector.errors import FlowError
from collector.flow import BOX

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")

SKELETON = '''"""{name}：一句话写明看什么网站、怎么走。这段话就是本流程的说明，会列在 quzheng flows list 里。"""

from collector.flow import Flow

flow = Flow(
    __name__,
    # hosts=("www.example.gov.cn",),      # 只用于这些主机；不写就在 targets.yaml 里写 flow: {name}
    # platform="某CMS",                   # 或用于同一建站平台的所有网站
    # labels=("home", "notices"),         # 采哪些标签；不写就是首页和栏目台账里的各栏目
    # device="wechat",                    # 用什么看：desktop、mobile、wechat
    # coverage="partial", because="……",   # 来源看不全时写明原因：只能证明有更新
    # authority="own",                    # 本单位的（own）、经授权的（authorised）；公开网站不写。要登录就必须写
    # private=(),                         # 页面上有公民个人信息：证据包里只放遮盖副本；规则找不到的写选择器
)


@flow.visit
async def visit(visit):
    for label in visit.due:                       # 应采的标签，逐个打开、逐个采集
        await visit.open(visit.address(label))    # 打不开不会报错，随后的 capture 会把原因记入记录
        # 在这里写 Playwright 步骤，例如先点开一个标签页：
        # await visit.page.get_by_role("tab", name="通知公告").click()
        await visit.capture(label)                # 截图、DOM、网络原文；同一标签一次只能采一遍
'''


def path_for(folder: Path, name: str) -> Path:
    """Return where a new flow of that name goes.

    Raises FlowError where the name cannot be one, is taken in the folder or is that of a flow in the box.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise FlowError(f"流程名“{name:.60}”不行：只用小写字母、数字和下划线，以字母开头，例如 my_portal")
    path = folder / f"{name}.py"
    if path.exists():
        raise FlowError(f"{path} 已经存在，没有改动；请换个名字")
    if (BOX / f"{name}.py").exists() or (BOX / "demo" / f"{name}.py").exists():
        raise FlowError(
            f"“{name}”是自带流程的名字；自己的同名流程会取代它。确要取代，请把 {BOX / name}.py 复制过来再改"
        )
    return path


def write(folder: Path, name: str) -> Path:
    """Write a new flow and return its file; raises FlowError where that name cannot be given."""
    path = path_for(folder, name)
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(SKELETON.format(name=name))
    return path
