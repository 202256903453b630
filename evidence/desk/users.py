"""The users of the desk: one file that only its owner reads, with hashes of passwords and locked secrets, written whole.

desk/users.json     {"schema": "desk-users/1", "users": [USER…]}
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from evidence import plain
from evidence.desk import passwords, second_factor
from evidence.desk.passwords import Passwords
from evidence.desk.roles import NAMES, ROLES, Role
from evidence.errors import DeskError, ShapeError
from evidence.files import Exclusive, write_whole
from evidence.house import Locker

SCHEMA = "desk-users/1"
_NAME = re.compile(r"[\w][\w.·@-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One person who may log in."""

    name: str
    """The name that stands in the case's events."""
    role: Role
    password: str
    """Its argon2id hash."""
    changed: datetime
    """When password, role or second factor were last set; sessions begun before are over."""
    must_change: bool = True
    """Whether somebody else set the password, so that it must be changed first."""
    secret: str | None = None
    """The second factor's secret, locked, in base 64."""
    step: int = 0
    """The time step of the last code that was used; none is taken twice."""
    unlocked: datetime | None = None
    """When somebody last lifted a lock-out."""


Users = dict[str, User]


class UserFile:
    """Reads and changes the file; each change is checked against what others did meanwhile."""

    def __init__(self, folder: Path, locker: Locker | None, hashes: Passwords, least: int) -> None:
        self._path = folder / "users.json"
        self._lock = Exclusive(folder / "users.lock")
        self._locker, self._hashes, self._least = locker, hashes, least
        self._read: tuple[tuple[int, int], Users] | None = None

    @property
    def can_lock(self) -> bool:
        """Whether a second factor can be set up: its secret never lies open on the disk."""
        return self._locker is not None

    def all(self) -> Users:
        """Return the users by name; raises DeskError for a file that cannot be read."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return {}
        stamp = (status.st_mtime_ns, status.st_ino)
        kept = self._read
        if kept is None or kept[0] != stamp:
            kept = self._read = (stamp, _load(self._path))
        return dict(kept[1])

    def find(self, name: str) -> User | None:
        """Return the user of a name as typed; None where there is none."""
        return self.all().get(form(name))

    def fits(self, user: User | None, password: str) -> bool:
        """Tell whether a password is the user's; of nobody it is not, after the same work."""
        return self._hashes.fits(user.password if user else None, password)

    def add(self, name: str, role: str, password: str, now: datetime) -> User:
        """Add a user, who must change the password at the first log-in; raises DeskError."""
        name = form(name)
        if not _NAME.fullmatch(name):
            raise DeskError("用户名应为1至40个字：汉字、字母、数字，以及其后的 . · @ -")
        made = User(name=name, role=checked_role(role), password=self._hash(name, password), changed=now)

        def put(users: Users) -> None:
            if any(one.casefold() == name.casefold() for one in users):
                raise DeskError(f"用户“{name}”已经有了：没有改动")
            users[name] = made

        self._change(put)
        return made

    def set_role(self, name: str, role: str, now: datetime) -> User:
        """Give a user another role, which ends his sessions; raises DeskError."""
        wanted = checked_role(role)
        return self._set(name, lambda user: replace(user, role=wanted, changed=now), keeps_admin=wanted == "admin")

    def set_password(self, name: str, password: str, now: datetime, *, own: bool) -> User:
        """Set a password, by its user or, to be changed at the next log-in, by another; raises DeskError."""
        hashed = self._hash(form(name), password)
        return self._set(name, lambda user: replace(user, password=hashed, changed=now, must_change=not own))

    def forget_second_factor(self, name: str, now: datetime) -> User:
        """Take a user's second factor away, so that he sets up a new one; raises DeskError."""
        return self._set(name, lambda user: replace(user, secret=None, changed=now))

    def unlock(self, name: str, now: datetime) -> User:
        """Lift the lock-out of a user; raises DeskError."""
        return self._set(name, lambda user: replace(user, unlocked=now))

    def remove(self, name: str) -> None:
        """Remove a user; raises DeskError. What stands in the ledger under the name stays."""

        def take(users: Users) -> None:
            if users.pop(form(name), None) is None:
                raise _nobody(name)
            _check_admins(users)

        self._change(take)

    def take_second_factor(self, name: str, secret: str, code: str, now: datetime) -> User:
        """Set up a second factor whose code was shown; raises DeskError where the code is not of it, or nothing can lock it."""
        if self._locker is None:
            raise DeskError("没有保险箱密钥，不能启用动态口令：其密钥不得以明文存盘")
        locked = base64.b64encode(self._locker.lock(secret.encode())).decode()

        def taken(user: User) -> User:
            step = second_factor.used_step(secret, code, now, 0)
            if step is None:
                raise DeskError("动态口令不对：请核对手机时间，等下一个口令再试")
            return replace(user, secret=locked, step=step, changed=now)

        return self._set(name, taken)

    def use_code(self, name: str, code: str, now: datetime) -> bool:
        """Tell whether a code is the user's now, and use it up; raises DeskError where the secret cannot be unlocked."""
        user = self.find(name)
        if user is None or user.secret is None:
            return False
        if self._locker is None:
            raise DeskError("没有保险箱密钥，动态口令无法核对：请联系管理员")
        secret = self._locker.unlock(base64.b64decode(user.secret)).decode()
        used: list[int] = []

        def use(now_user: User) -> User:
            step = second_factor.used_step(secret, code, now, now_user.step) if now_user.secret == user.secret else None
            if step is None:
                return now_user
            used.append(step)
            return replace(now_user, step=step)

        self._set(name, use)
        return bool(used)

    def _hash(self, name: str, password: str) -> str:
        passwords.check(password, name, self._least)
        return self._hashes.hash(password)

    def _set(self, name: str, change: Callable[[User], User], *, keeps_admin: bool = True) -> User:
        changed: list[User] = []

        def put(users: Users) -> None:
            known = form(name)
            if known not in users:
                raise _nobody(name)
            users[known] = change(users[known])
            changed.append(users[known])
            if not keeps_admin:
                _check_admins(users)

        self._change(put)
        return changed[0]

    def _change(self, change: Callable[[Users], None]) -> None:
        with self._lock.held():
            before = self.all()
            users = dict(before)
            change(users)
            if users == before:
                return
            body = {"schema": SCHEMA, "users": [plain.dump(users[name]) for name in sorted(users)]}
            write_whole(self._path, json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n", mode=0o600)


def form(name: str) -> str:
    """Return one form of a name, however it was typed."""
    return unicodedata.normalize("NFKC", name).strip()


def checked_role(role: str) -> Role:
    """Return a role; raises DeskError for what is none."""
    found = next((one for one in ROLES if role == one), None)
    if found is None:
        raise DeskError(f"角色应为 {'、'.join(f'{one}（{NAMES[one]}）' for one in ROLES)}，实为“{role:.40}”")
    return found


def _check_admins(users: Users) -> None:
    if not any(user.role == "admin" for user in users.values()):
        raise DeskError("这是最后一个管理员：没有改动。请先另设一个管理员")


def _nobody(name: str) -> DeskError:
    return DeskError(f"没有用户“{form(name):.40}”")


def _load(path: Path) -> Users:
    try:
        body = json.loads(path.read_bytes())
        if not isinstance(body, dict) or body.get("schema") != SCHEMA or not isinstance(body.get("users"), list):
            raise ShapeError(("schema",), SCHEMA, body)
        users = [plain.load(User, one) for one in body["users"]]
    except (OSError, ValueError, ShapeError) as error:
        raise DeskError(f"{path} 不能读取（{type(error).__name__}）：无人能登录，文件没有改动；请从备份恢复") from error
    return {user.name: user for user in users}
