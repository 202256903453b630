"""The commands round log-ins: `login` with a person, `vault` for the secrets. None of them prints a secret."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path

import click

from collector import secrets as sources
from collector.clock import SystemClock
from collector.errors import VaultError
from collector.login import kinds
from collector.sealing import SM2_PASSPHRASE
from collector.sessions import Sessions
from collector.vault import Vault, make_key
from collector.workspace import Workspace
from evidence import plain
from evidence.command import HERE, json_option, say, workspace_option

NAMES = (*kinds.secret_names(), SM2_PASSPHRASE[1])


@click.command()
@workspace_option
@click.option("--list", "listing", is_flag=True, help="List the kept sessions and when they end.")
@json_option
@click.argument("target", required=False)
def login(workspace: Path, listing: bool, as_json: bool, target: str | None) -> None:
    """Log in to TARGET with a person at the terminal, and keep the session."""
    from collector.login import person
    from collector.login.access import Access
    from collector.signing_in import sign_in, told

    opened = Workspace.open(workspace)
    if listing:
        _list_sessions(opened, as_json)
        return
    if target is None:
        raise click.UsageError("name a target, or say --list")
    _ensure_key(opened)
    clock = SystemClock()
    kept = asyncio.run(sign_in(opened, target, Access.of(opened, person=person.of_process()), clock))
    if as_json:
        ends = plain.instant(kept.ends) if kept and kept.ends else None
        say({"target": target, "kept": kept is not None, "ends": ends})
    else:
        click.echo(told(kept, clock.now()))


def _list_sessions(opened: Workspace, as_json: bool) -> None:
    from collector.signing_in import until

    now = SystemClock().now()
    for kept in Sessions(Vault(path=opened.sessions_path, place=opened.key_place)).listed():
        if as_json:
            ends = plain.instant(kept.ends) if kept.ends else None
            say({"target": kept.target, "kept": plain.instant(kept.kept), "ends": ends, "soon": kept.soon(now)})
        else:
            click.echo(f"{kept.target}  {kept.kept.astimezone(HERE):%Y-%m-%d %H:%M} 登录  {until(kept, now)}")


@click.group()
def vault() -> None:
    """Keep log-in secrets, encrypted."""


@vault.command("set")
@workspace_option
@click.argument("target")
@click.argument("name", type=click.Choice(NAMES))
def vault_set(workspace: Path, target: str, name: str) -> None:
    """Put a secret in: asked for on the terminal, or read from a pipe."""
    opened = Workspace.open(workspace)
    _ensure_key(opened)
    value = _asked(target, name) if sys.stdin.isatty() else sources.as_text(sys.stdin.buffer.read())
    if not value:
        raise VaultError(f"没有读到 {target} 的 {name}，保险箱没有改动")
    _vault(opened).set(target, name, value, SystemClock().now())
    known = {known.id for known in opened.targets()} | {SM2_PASSPHRASE[0]}
    click.echo(f"已存入 {target} 的 {name}" + ("" if target in known else f"（targets.yaml 里还没有 {target}）"))


def _asked(target: str, name: str) -> str:
    return str(click.prompt(f"{target} 的 {name}", hide_input=True, confirmation_prompt="再输入一次", err=True))


@vault.command("list")
@workspace_option
@json_option
def vault_list(workspace: Path, as_json: bool) -> None:
    """List what is in it: names and days, never a value."""
    for target, name, known in _vault(Workspace.open(workspace)).listed():
        if as_json:
            say({"target": target, "name": name, "set": known["set"]})
        else:
            click.echo(f"{target}  {name}  {datetime.fromisoformat(known['set']).astimezone(HERE):%Y-%m-%d}")


@vault.command("remove")
@workspace_option
@click.argument("target")
@click.argument("name", type=click.Choice(NAMES))
@click.pass_context
def vault_remove(ctx: click.Context, workspace: Path, target: str, name: str) -> None:
    """Take a secret out; exits 1 where there is none."""
    if not _vault(Workspace.open(workspace)).remove(target, name):
        click.echo(f"保险箱里没有 {target} 的 {name}", err=True)
        ctx.exit(1)
    click.echo(f"已删除 {target} 的 {name}")


def _vault(opened: Workspace) -> Vault:
    return Vault(path=opened.vault_path, place=opened.key_place)


def _ensure_key(opened: Workspace) -> None:
    """Make a key where none is named, and nothing was encrypted to another one yet."""
    place = opened.key_place
    if place.missing and not opened.vault_path.exists() and not opened.sessions_path.exists():
        make_key(place.file)
        click.echo(f"新建了保险箱密钥 {place.file}：请移到别的磁盘或挂载为机密，备份一份；丢失后保险箱打不开", err=True)
