"""`quzheng login`: one log-in with a person at the terminal, whose session is kept for the nights to come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from collector import browser as browsers
from collector import opening
from collector import persona as personas
from collector.clock import Clock
from collector.errors import FlowError, LoginError, TargetsError
from collector.flow import Flow, discover
from collector.login import kinds
from collector.login.access import Access
from collector.login.entrance import Entrance
from collector.opening import Opening
from collector.redactor import Redactor
from collector.sessions import Kept
from collector.targets import Target
from collector.window import Window
from collector.workspace import Limits, Workspace

REASONS = {
    "attempts_used_up": "今天失败次数已达上限",
    "bad_marker": "流程声明的登录标志不可用",
    "certificate": "客户端证书未被接受",
    "form": "页面上没有声明的登录表单",
    "locked": "账号已被锁定",
    "marker": "提交后既没有登录成功的标志，也没有出错提示",
    "needs_person": "需要有人在场",
    "no_answer": "没有得到回答",
    "not_scanned": "二维码没有扫描",
    "otp_seed": "动态口令种子不能用",
    "wrong_code": "验证码错误",
    "wrong_credentials": "用户名或密码错误",
    "wrong_host": "登录信息要发往未声明的主机，已拦下",
}


@dataclass(slots=True)
class _Doorway:
    """A window that only goes in."""

    window: Window
    seconds: int

    async def open(self, url: str) -> Opening:
        """Open an address."""
        return await opening.go(self.window, url, self.seconds)


async def sign_in(workspace: Workspace, wanted: str, access: Access, clock: Clock) -> Kept | None:
    """Log in to a target and keep the session; return what may be told of it, None where that kind of log-in has none.

    Raises TargetsError, FlowError, LoginError, SecretMissing, VaultError, BrowserError; no message holds a secret.
    """
    target, flow = _chosen(workspace, wanted)
    limits, redactor = workspace.settings.limits, Redactor()
    if flow.login is None:
        raise FlowError(f"target {target.id}: flow {flow.name} declares no log-in")
    entrance = Entrance(flow.login, target, access, redactor, clock, limits, own=flow.authority == "own")
    async with browsers.start(browsers.find(workspace.settings.browser)) as browser:
        window = await Window.open(
            browser,
            persona=await personas.of(browser),
            clock=clock,
            limits=limits,
            redactor=redactor,
            passport=entrance.passport(),
        )
        try:
            await _enter(entrance, window, limits)
        finally:
            await window.close()
    if access.sessions is None or not kinds.of(flow.login).keeps:
        return None
    return next((kept for kept in access.sessions.listed() if kept.target == target.id), None)


async def _enter(entrance: Entrance, window: Window, limits: Limits) -> None:
    try:
        await entrance.enter(_Doorway(window, limits.navigation_seconds))
    except LoginError as error:
        raise LoginError(
            f"{REASONS.get(error.reason, '没有登录')}（{error.reason}）{error.said and '：' + error.said}"
        ) from None
    await entrance.keep(window)


def _chosen(workspace: Workspace, wanted: str) -> tuple[Target, Flow]:
    for target in workspace.targets():
        if target.id == wanted:
            return target, discover(workspace.flows_dir).choose(target)
    raise TargetsError(f"没有编号为 {wanted} 的对象")


def told(kept: Kept | None, now: datetime) -> str:
    """Return what came of it in a sentence."""
    if kept is None:
        return "登录成功；这种登录没有可保存的会话，每次访问都会重新登录"
    return f"登录成功，会话已保存；{until(kept, now)}"


def warnings(workspace: Workspace, now: datetime) -> Iterator[str]:
    """Yield a sentence for every kept session that is known to end before the next night; none where there is no vault."""
    sessions = Access.of(workspace).sessions
    for kept in sessions.ending(now) if sessions else ():
        yield f"{kept.target} 的会话{until(kept, now)}：须有人在场的登录请先 quzheng login {kept.target}"


def until(kept: Kept, now: datetime) -> str:
    """Return how long a session is good, in words."""
    from evidence.command import HERE

    if kept.ends is None:
        return "何时失效无法预知"
    soon = "（即将失效，请先重新登录）" if kept.soon(now) else ""
    return f"有效至 {kept.ends.astimezone(HERE):%Y-%m-%d %H:%M}（北京时间）{soon}"
