"""`quzheng desk`: the web desk, its users and the check of its access log."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.command import json_option, open_house, say, workspace_option
from evidence.errors import DeskError
from evidence.house import House

if TYPE_CHECKING:
    from evidence.desk.users import UserFile

stdin_option = click.option("--stdin", "from_stdin", is_flag=True, help="Read the password from standard input.")
name_argument = click.argument("name")


@click.group(invoke_without_command=True)
@workspace_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; others want desk.tls.")
@click.option("--port", type=click.IntRange(1, 65535), default=8765, show_default=True, help="Port to listen on.")
@click.pass_context
def desk(ctx: click.Context, workspace: Path, host: str, port: int) -> None:
    """Serve the desk (检查工作台) to browsers until it is stopped; needs quzheng[desk]."""
    if ctx.invoked_subcommand is not None:
        return
    _check_extra()
    from evidence.desk import app

    house = open_house(ctx, workspace)
    if not _users(house).all():
        raise DeskError("还没有用户：先 quzheng desk user add 姓名 --role admin")
    click.echo("正在打开台账、判定与案卷；记录很多时需要十几秒，其间浏览器连不上", err=True)
    click.echo(f"http://{host}:{port}/（按 Ctrl-C 停止）", err=True)
    app.serve(house, _now, host=host, port=port)


@desk.group()
def user() -> None:
    """Keep those who may log in."""


@user.command("add")
@workspace_option
@click.option("--role", required=True, help="inspector, reviewer, leader, auditor or admin.")
@stdin_option
@name_argument
@click.pass_context
def user_add(ctx: click.Context, workspace: Path, role: str, from_stdin: bool, name: str) -> None:
    """Add a user, whose first password must be changed at the first log-in."""
    house, users = _opened(ctx, workspace)
    made = users.add(name, role, _password(from_stdin), _now())
    _tell(house, f"新增用户 {made.name}，角色 {made.role}")


@user.command("list")
@workspace_option
@json_option
@click.pass_context
def user_list(ctx: click.Context, workspace: Path, as_json: bool) -> None:
    """List the users, their roles and whether they have a second factor."""
    _, users = _opened(ctx, workspace)
    from evidence.desk.roles import NAMES

    for name, one in sorted(users.all().items()):
        second = one.secret is not None
        if as_json:
            say({"name": name, "role": one.role, "second_factor": second, "must_change": one.must_change})
        else:
            click.echo(f"{name}  {NAMES[one.role]}  动态口令{'已启用' if second else '未启用'}")


@user.command("role")
@workspace_option
@name_argument
@click.argument("role")
@click.pass_context
def user_role(ctx: click.Context, workspace: Path, name: str, role: str) -> None:
    """Give a user another role."""
    house, users = _opened(ctx, workspace)
    done = users.set_role(name, role, _now())
    _tell(house, f"用户 {done.name} 的角色改为 {done.role}")


@user.command("reset")
@workspace_option
@click.option("--second-factor", is_flag=True, help="Take the second factor away too: a lost telephone.")
@stdin_option
@name_argument
@click.pass_context
def user_reset(ctx: click.Context, workspace: Path, second_factor: bool, from_stdin: bool, name: str) -> None:
    """Set a password that must be changed at the next log-in."""
    house, users = _opened(ctx, workspace)
    done = users.set_password(name, _password(from_stdin), _now(), own=False)
    if second_factor:
        users.forget_second_factor(name, _now())
    _tell(house, f"重置用户 {done.name} 的密码{'和动态口令' if second_factor else ''}")


@user.command("remove")
@workspace_option
@name_argument
@click.pass_context
def user_remove(ctx: click.Context, workspace: Path, name: str) -> None:
    """Remove a user; what stands in the ledger under the name stays."""
    house, users = _opened(ctx, workspace)
    users.remove(name)
    _tell(house, f"删除用户 {name}")


@user.command("unlock")
@workspace_option
@name_argument
@click.pass_context
def user_unlock(ctx: click.Context, workspace: Path, name: str) -> None:
    """Lift the lock-out of a user."""
    house, users = _opened(ctx, workspace)
    done = users.unlock(name, _now())
    _tell(house, f"解除用户 {done.name} 的锁定")


@desk.command("check-log")
@workspace_option
@json_option
@click.pass_context
def check_log(ctx: click.Context, workspace: Path, as_json: bool) -> None:
    """Hold the whole access log against the ledger; exits 3 where it was changed."""
    house, _ = _opened(ctx, workspace)
    from evidence.desk.access_log import days_of, faults
    from evidence.desk.desk import folder as folder_of

    folder = folder_of(house)
    found = list(faults(folder, house.holdings().ledger.leaves()))
    if as_json:
        say({"days": days_of(folder), "faults": found})
    else:
        click.echo("\n".join(found) if found else f"{len(days_of(folder))} 天的访问日志逐行相接，与台账相符")
    if found:
        ctx.exit(3)


def _opened(ctx: click.Context, workspace: Path) -> tuple[House, UserFile]:
    _check_extra()
    house = open_house(ctx, workspace)
    return house, _users(house)


def _users(house: House) -> UserFile:
    from evidence.desk.desk import user_file

    return user_file(house)


def _check_extra() -> None:
    """Raise DeskError where what the desk is made of is not installed."""
    try:
        import argon2  # noqa: F401
        import fastapi  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise DeskError(f"缺少 {error.name}：工作台需要另外安装\ntry: pip install 'quzheng[desk]'") from error


def _password(from_stdin: bool) -> str:
    """Return a password from where nobody sees it: never from the command line, which others can read."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    found: str = click.prompt("密码", hide_input=True, confirmation_prompt="再输入一次", err=True)
    return found


def _tell(house: House, said: str) -> None:
    """Say what was done, here and in the access log."""
    from evidence.desk.access_log import Entry
    from evidence.desk.desk import access_log
    from evidence.desk.shelf import Shelf

    access_log(house, Shelf(house)).write(
        Entry(
            at=_now(),
            user=getpass.getuser(),
            role="",
            address="",
            method="",
            path="quzheng desk user",
            status=0,
            said=said,
        )
    )
    click.echo(said)


def _now() -> datetime:
    return datetime.now(UTC)
