"""One's own account: password and second factor. Whoever sits at another's open session cannot take it over."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from markupsafe import Markup
from starlette.responses import Response

from evidence.desk import gate, lockout, second_factor
from evidence.desk.desk import Desk, Visitor
from evidence.desk.page import Page, TheDesk, TheVisitor, see_other
from evidence.desk.users import User
from evidence.errors import DeskError

page = Page(__name__, right="account", title="我的账户", menu=900)

Password = Annotated[str, Form(max_length=300)]


@page.get("/account")
def account(desk: TheDesk, who: TheVisitor) -> Response:
    """Show what one may change."""
    return page.show(desk, who)


@page.get("/account/password", stages=("open", "password"))
def password(desk: TheDesk, who: TheVisitor) -> Response:
    """Show the form."""
    return _password(desk, who, "")


@page.post("/account/password", stages=("open", "password"))
def change_password(desk: TheDesk, who: TheVisitor, old: Password, new: Password, again: Password) -> Response:
    """Change the password, which ends all other sessions."""
    user = _user(who)
    if not _proves(desk, who, old):
        return _password(desk, who, "现在的密码不对。")
    if new != again:
        return _password(desk, who, "两次输入的新密码不一样。")
    if new == old:
        return _password(desk, who, "新密码与现在的一样。")
    try:
        desk.users.set_password(user.name, new, desk.now(), own=True)
    except DeskError as error:
        return _password(desk, who, str(error))
    return _anew(desk, who, user, proved=bool(who.session and who.session.proved))


@page.get("/account/second-factor", stages=("open", "enrol"))
def enrol(desk: TheDesk, who: TheVisitor) -> Response:
    """Show a new secret to take over; it is the user's only when a code of it was shown."""
    return _enrol(desk, who, "")


@page.post("/account/second-factor", stages=("open", "enrol"))
def take(
    desk: TheDesk,
    who: TheVisitor,
    password: Password,
    code: Annotated[str, Form(max_length=20)],
    present: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Take the second factor over; one that is there must be shown for the last time."""
    user, session = _user(who), who.session
    if session is None or not session.offered:
        return see_other("/account/second-factor")
    if not _proves(desk, who, password):
        return _enrol(desk, who, "密码不对。")
    if user.secret is not None and not desk.users.use_code(user.name, present, desk.now()):
        return _enrol(desk, who, "现在的动态口令不对或已经用过。")
    try:
        desk.users.take_second_factor(user.name, session.offered, code, desk.now())
    except DeskError as error:
        return _enrol(desk, who, str(error))
    return _anew(desk, who, user, proved=True)


def _password(desk: Desk, who: Visitor, said: str) -> Response:
    return page.show(
        desk,
        who,
        template="password.html.j2",
        title="修改密码",
        status=400 if said else 200,
        said=said,
        least=desk.house.desk.password_length,
    )


def _enrol(desk: Desk, who: Visitor, said: str) -> Response:
    if not desk.users.can_lock:
        raise DeskError(
            "没有保险箱密钥，不能启用动态口令：其密钥不得以明文存盘。请管理员配置保险箱密钥"
            "（QUZHENG_VAULT_KEY 或 vault_key），或在 quzheng.yaml 的 desk.second_factor 里去掉这个角色"
        )
    secret = (who.session.offered if who.session else "") or second_factor.secret()
    desk.sessions.offer(who.token, secret)
    picture = Markup(second_factor.picture(secret, who.name))  # noqa: S704  our own drawing
    return page.show(
        desk,
        who,
        template="enrol.html.j2",
        title="设置动态口令",
        status=400 if said else 200,
        said=said,
        picture=picture,
        secret=" ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
    )


def _proves(desk: Desk, who: Visitor, password: str) -> bool:
    """Tell whether it is the user who sits there; guessing here counts as guessing at the log-in."""
    user = _user(who)
    keys = lockout.of_name(user.name), lockout.of_address(who.address)
    if desk.lockout.enter(desk.now(), *keys, since=user.unlocked).total_seconds() > 0:
        raise gate.Refused(429)
    if not desk.users.fits(user, password):
        return False
    desk.lockout.undo(*keys)
    return True


def _anew(desk: Desk, who: Visitor, user: User, *, proved: bool) -> Response:
    """Go on under a new token: what was known before is worth nothing any more."""
    desk.sessions.end(who.token)
    return gate.keep(desk, see_other("/account"), desk.sessions.begin(user.name, desk.now(), proved=proved))


def _user(who: Visitor) -> User:
    if who.user is None:
        raise gate.Refused(403)
    return who.user
