"""The users' file and the commands that keep it: nothing in clear, nothing lost, nobody left without an administrator."""

from __future__ import annotations

import builtins
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evidence.cli import cli
from evidence.desk import access_log, app, passwords
from evidence.desk.passwords import Passwords
from evidence.desk.users import UserFile
from evidence.errors import DeskError
from tests.evidence.desk.desks import LOCKER, Clock, cheap, house

GOOD = "lin-shi-mi-ma-1"
NOW = Clock()()


def users(folder: Path) -> UserFile:
    return UserFile(folder, LOCKER, cheap(), 12)


def test_the_file_is_its_owners_and_holds_no_password(tmp_path: Path) -> None:
    users(tmp_path).add("张三", "admin", GOOD, NOW)
    path = tmp_path / "users.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert GOOD not in path.read_text()
    assert json.loads(path.read_text())["users"][0]["password"].startswith("$argon2id$")


def test_the_hash_is_argon2id_with_memory_that_costs(tmp_path: Path) -> None:
    real = Passwords()
    hashed = real.hash(GOOD)
    memory = int(hashed.split("m=")[1].split(",")[0])
    assert hashed.startswith("$argon2id$")
    assert memory >= 19 * 1024
    assert real.fits(hashed, GOOD)
    assert not real.fits(hashed, GOOD + "x")
    assert not real.fits(None, GOOD)
    assert not real.fits("nonsense", GOOD)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("kurz", "12至200个字符，实有4个"),
        ("x" * 201, "实有201个"),
        ("Zhang-San-2026-x", "不能含有用户名"),
        ("aaaaaaaaaaaaaaaaa", "5种不同的字符"),
        ("", "实有0个"),
    ],
)
def test_a_password_that_may_not_be_is_refused_with_the_reason(password: str, why: str) -> None:
    with pytest.raises(DeskError, match=why):
        passwords.check(password, "zhang-san", 12)


def test_two_keyboards_write_one_password(tmp_path: Path) -> None:
    held = users(tmp_path)
    held.add("张三", "admin", "Ångström-2026-x", NOW)
    assert held.fits(held.find("张三"), "A\u030angstro\u0308m-2026-x")
    assert held.find("　张三 ") is not None


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "<b>", "a" * 41, "../x", "张三\u202e", "a\nb", "（未知用户名）", "-x"]
)
def test_a_name_that_could_mislead_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DeskError, match="用户名应为"):
        users(tmp_path).add(name, "admin", GOOD, NOW)


def test_nobody_twice_whatever_the_case(tmp_path: Path) -> None:
    held = users(tmp_path)
    held.add("Zhang", "admin", GOOD, NOW)
    with pytest.raises(DeskError, match="已经有了"):
        held.add("zhang", "leader", GOOD, NOW)


def test_an_unknown_role_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeskError, match="角色应为 inspector（检查员）"):
        users(tmp_path).add("张三", "root", GOOD, NOW)


def test_the_last_administrator_stays(tmp_path: Path) -> None:
    held = users(tmp_path)
    held.add("张三", "admin", GOOD, NOW)
    held.add("李四", "leader", GOOD, NOW)
    for change in (lambda: held.remove("张三"), lambda: held.set_role("张三", "leader", NOW)):
        with pytest.raises(DeskError, match="最后一个管理员"):
            change()
    held.set_role("李四", "admin", NOW)
    held.remove("张三")
    assert list(held.all()) == ["李四"]


def test_changes_at_once_from_many_lose_none(tmp_path: Path) -> None:
    threads = [
        threading.Thread(target=lambda n=n: users(tmp_path).add(f"u{n}", "admin", GOOD, NOW))  # type: ignore[misc]
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(users(tmp_path).all()) == [f"u{n}" for n in range(8)]


@pytest.mark.parametrize(
    "damage", ["{", "[]", '{"schema": "other/1", "users": []}', '{"schema": "desk-users/1", "users": [{}]}']
)
def test_a_damaged_file_lets_nobody_in_and_is_not_written_over(tmp_path: Path, damage: str) -> None:
    (tmp_path / "users.json").write_text(damage)
    for use in (lambda: users(tmp_path).find("张三"), lambda: users(tmp_path).add("张三", "admin", GOOD, NOW)):
        with pytest.raises(DeskError, match="不能读取"):
            use()
    assert (tmp_path / "users.json").read_text() == damage


def said(folder: Path, *words: str, given: str = "") -> Result:
    place = 4 if words[1] == "user" else 3
    return CliRunner().invoke(
        cli, ["desk", *words[1 : place - 1], "-w", str(folder), *words[place - 1 :]], input=given, obj=None
    )


def test_the_commands_keep_the_users_and_say_so_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = cheap()._hasher
    monkeypatch.setattr(passwords.argon2, "PasswordHasher", lambda: hasher)
    added = said(tmp_path, "desk", "user", "add", "张三", "--role", "admin", "--stdin", given=f"{GOOD}\n")
    assert added.exit_code == 0, added.output
    asked = said(tmp_path, "desk", "user", "add", "李四", "--role", "leader", given=f"{GOOD}\n{GOOD}\n")
    assert asked.exit_code == 0, asked.output
    assert GOOD not in asked.output
    for words in (("role", "李四", "reviewer"), ("unlock", "李四")):
        assert said(tmp_path, "desk", "user", *words).exit_code == 0
    reset = said(tmp_path, "desk", "user", "reset", "李四", "--stdin", "--second-factor", given="lin-shi-mi-ma-2\n")
    assert reset.exit_code == 0
    listed = said(tmp_path, "desk", "user", "list", "--json").output.splitlines()
    assert [(one["name"], one["role"], one["must_change"]) for one in map(json.loads, listed)] == [
        ("张三", "admin", True), ("李四", "reviewer", True),
    ]  # fmt: skip
    assert said(tmp_path, "desk", "user", "remove", "李四").exit_code == 0
    refused = said(tmp_path, "desk", "user", "remove", "张三")
    assert (refused.exit_code, "最后一个管理员" in refused.output) == (2, True)
    day = access_log.days_of(tmp_path / "desk")[0]
    told = [one.said for one in access_log.of_day(tmp_path / "desk", day)]
    assert told == [
        "新增用户 张三，角色 admin", "新增用户 李四，角色 leader", "用户 李四 的角色改为 reviewer",
        "解除用户 李四 的锁定", "重置用户 李四 的密码和动态口令", "删除用户 李四",
    ]  # fmt: skip
    checked = said(tmp_path, "desk", "check-log")
    assert (checked.exit_code, "逐行相接" in checked.output) == (0, True)
    path = tmp_path / "desk" / f"access-{day}.jsonl"
    path.write_bytes(path.read_bytes().replace("李四".encode(), "王五".encode(), 1))
    assert said(tmp_path, "desk", "check-log", "--json").exit_code == 3


def test_no_password_is_taken_from_the_command_line(tmp_path: Path) -> None:
    done = said(tmp_path, "desk", "user", "add", "张三", GOOD, "--role", "admin")
    assert done.exit_code == 2
    assert not (tmp_path / "desk").exists()


def test_without_the_extra_it_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *given: Any, **named: Any) -> Any:
        if name.split(".")[0] == "fastapi":
            raise ImportError("No module named 'fastapi'", name="fastapi")
        return real(name, *given, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    done = said(tmp_path, "desk", "user", "list")
    assert done.exit_code == 2
    assert "缺少 fastapi" in done.output
    assert "quzheng[desk]" in done.output


def test_a_desk_without_users_does_not_start(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["desk", "-w", str(tmp_path)], obj=None)
    assert done.exit_code == 2
    assert "还没有用户" in done.output


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "qz.office.lan"])
def test_it_listens_to_others_only_behind_tls(tmp_path: Path, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[dict[str, Any]] = []
    monkeypatch.setattr(app.uvicorn, "run", lambda _, **named: started.append(named))
    with pytest.raises(DeskError, match="密码会在网络上明文传送"):
        app.serve(house(tmp_path), Clock(), host=host, port=1)
    assert started == []
    secure = house(tmp_path, settings={"tls": True, "hosts": ("qz.office.lan",)})
    app.serve(secure, Clock(), host=host, port=1)
    app.serve(house(tmp_path), Clock(), host="127.0.0.1", port=1)
    assert [one["host"] for one in started] == [host, "127.0.0.1"]
    assert not any(one["proxy_headers"] for one in started)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"second_factor": ("chief",)}, "没有角色 chief"),
        ({"idle_minutes": 0}, "idle_minutes 至少为 1"),
        ({"failures": 0}, "failures 至少为 1"),
        ({"password_length": 4}, "password_length 至少为 8"),
    ],
)
def test_settings_that_cannot_be_are_refused_at_once(tmp_path: Path, settings: dict[str, Any], why: str) -> None:
    home = house(tmp_path)
    with pytest.raises(DeskError, match=why):
        app.create(replace(home, desk=replace(home.desk, **settings)), Clock(), cheap())
