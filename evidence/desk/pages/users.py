"""The users, kept by the administrator, who sees no case. What is done here stands in the access log, with whom it met."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from evidence.desk import gate
from evidence.desk.desk import Desk, Visitor
from evidence.desk.page import Page, TheDesk, TheVisitor, see_other
from evidence.desk.users import form
from evidence.errors import DeskError

page = Page(__name__, right="users", title="用户", menu=800)

Name = Annotated[str, Form(max_length=100)]
Password = Annotated[str, Form(max_length=300)]


@page.get("/users")
def users(desk: TheDesk, who: TheVisitor) -> Response:
    """List them."""
    return _list(desk, who, "")


@page.post("/users/add")
def add(desk: TheDesk, who: TheVisitor, name: Name, role: Name, password: Password) -> Response:
    """Add one, with a first password that must be changed."""
    try:
        desk.users.add(name, role, password, desk.now())
    except DeskError as error:
        return _list(desk, who, str(error))
    return _done(desk, who, f"新增用户 {form(name)}，角色 {role}")


@page.post("/users/role")
def role(desk: TheDesk, who: TheVisitor, name: Name, role: Name) -> Response:
    """Give one another role."""
    desk.users.set_role(name, role, desk.now())
    return _done(desk, who, f"用户 {form(name)} 的角色改为 {role}")


@page.post("/users/reset")
def reset(
    desk: TheDesk, who: TheVisitor, name: Name, password: Password, second: Annotated[str, Form(max_length=5)] = ""
) -> Response:
    """Set a password that must be changed at the next log-in; take the second factor away where that was asked."""
    desk.users.set_password(name, password, desk.now(), own=False)
    if second:
        desk.users.forget_second_factor(name, desk.now())
    return _done(desk, who, f"重置用户 {form(name)} 的密码{'和动态口令' if second else ''}")


@page.post("/users/unlock")
def unlock(desk: TheDesk, who: TheVisitor, name: Name) -> Response:
    """Lift the lock-out of one."""
    desk.users.unlock(name, desk.now())
    return _done(desk, who, f"解除用户 {form(name)} 的锁定")


@page.post("/users/remove")
def remove(desk: TheDesk, who: TheVisitor, name: Name, sure: Annotated[str, Form(pattern="^yes$")]) -> Response:
    """Remove one, where that is sure; what stands in the ledger under the name stays."""
    if form(name) == who.name:
        raise DeskError("不能删除自己")
    desk.users.remove(name)
    return _done(desk, who, f"删除用户 {form(name)}")


def _list(desk: Desk, who: Visitor, said: str) -> Response:
    every = [user for _, user in sorted(desk.users.all().items())]
    return page.show(
        desk,
        who,
        status=400 if said else 200,
        users=every,
        said=said,
        least=desk.house.desk.password_length,
        demanded=desk.house.desk.second_factor,
    )


def _done(desk: Desk, who: Visitor, said: str) -> Response:
    gate.note(desk, who, method="POST", path="/users", status=303, said=said)
    return see_other("/users")
