"""Logging in and out, and the one-time code that may be asked for between."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from evidence.desk import catalogue, gate, lockout
from evidence.desk.desk import Desk, Visitor
from evidence.desk.page import Page, TheDesk, TheVisitor, see_other
from evidence.desk.users import User

page = Page(__name__, right=None, title="登录")

WRONG = "用户名或密码不正确。"
WRONG_CODE = "动态口令不对或已经用过：请等下一个口令。"
_LONGEST = 300


@page.get("/login")
def login(desk: TheDesk, who: TheVisitor, next: str = "") -> Response:
    """Show the form."""
    if desk.stage(who) != "out":
        return see_other(_home(who.user))
    return gate.keep(desk, page.show(desk, who, said="", name="", next=next), who.token)


@page.post("/login")
def enter(
    desk: TheDesk,
    who: TheVisitor,
    name: Annotated[str, Form(max_length=_LONGEST)],
    password: Annotated[str, Form(max_length=_LONGEST)],
    next: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Check name and password, and begin a session under a new token."""
    user = desk.users.find(name)
    keys = _keys(user.name if user else name, who)
    _wait(desk, who, user, keys)
    if not desk.users.fits(user, password) or user is None:
        _note(desk, who, "登录失败", user, 401)
        return page.show(desk, who, status=401, said=WRONG, name=name, next=next)
    if user.secret is None:
        desk.lockout.passed(*keys)
    else:
        desk.lockout.undo(*keys)  # the code is still to come, and must not be free to guess
    _note(desk, who, "密码正确" if user.secret else "登录", user, 303)
    return _begun(desk, who, user, proved=False, next=next)


@page.post("/logout", right="account", stages=("open", "code", "password", "enrol"))
def leave(desk: TheDesk, who: TheVisitor) -> Response:
    """End the session."""
    desk.sessions.end(who.token)
    return see_other("/login")


@page.get("/second-factor", right="account", stages=("code",))
def code(desk: TheDesk, who: TheVisitor, next: str = "") -> Response:
    """Ask for the one-time code."""
    return page.show(desk, who, template="second_factor.html.j2", title="动态口令", said="", next=next)


@page.post("/second-factor", right="account", stages=("code",))
def show_code(
    desk: TheDesk,
    who: TheVisitor,
    code: Annotated[str, Form(max_length=20)],
    next: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Check the code, which is good once, and go on under a new token."""
    user = who.user
    keys = _keys(who.name, who)
    _wait(desk, who, user, keys)
    if user is None or not desk.users.use_code(user.name, code, desk.now()):
        _note(desk, who, "动态口令不对", user, 401)
        return page.show(
            desk, who, status=401, template="second_factor.html.j2", title="动态口令", said=WRONG_CODE, next=next
        )
    desk.lockout.passed(*keys)
    return _begun(desk, who, user, proved=True, next=next)


def _begun(desk: Desk, who: Visitor, user: User, *, proved: bool, next: str) -> Response:
    desk.sessions.end(who.token)
    token = desk.sessions.begin(user.name, desk.now(), proved=proved)
    wanted = _inside(next)
    if user.secret is not None and not proved:
        return gate.keep(desk, see_other("/second-factor" + (f"?next={wanted}" if wanted else "")), token)
    return gate.keep(desk, see_other(wanted or _home(user)), token)


def _keys(name: str, who: Visitor) -> tuple[str, str]:
    return lockout.of_name(name), lockout.of_address(who.address)


def _wait(desk: Desk, who: Visitor, user: User | None, keys: tuple[str, str]) -> None:
    """Count a try; raises Refused for one that comes too early, whether or not there is such a user."""
    wait = desk.lockout.enter(desk.now(), *keys, since=user.unlocked if user else None)
    if wait.total_seconds() > 0:
        raise gate.Refused(
            429, f"尝试次数过多：请{int(wait.total_seconds() // 60) + 1}分钟后再试，或请管理员解除锁定。"
        )


def _note(desk: Desk, who: Visitor, said: str, user: User | None, status: int) -> None:
    """Log a try of who is not logged in yet; a name that nobody has is not written down: people type passwords there."""
    if who.user is None:
        gate.note(
            desk,
            who,
            method="POST",
            path="/login",
            status=status,
            said=said,
            user=user.name if user else "（未知用户名）",
        )


def _home(user: User | None) -> str:
    return catalogue.home(user.role) if user else "/login"


def _inside(path: str) -> str:
    """Return a path of the desk, as it was asked for before the log-in; empty for anything that could lead elsewhere.

    >>> _inside("/targets/shifan"), _inside("//evil.test"), _inside("/\\\\evil.test"), _inside("https://evil.test")
    ('/targets/shifan', '', '', '')
    """
    plain = path.isascii() and path.isprintable() and not set(path) & set("\\ ?#&")
    return path if plain and path.startswith("/") and not path.startswith("//") else ""
