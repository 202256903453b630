"""A desk with one user of each role, and a browser that goes about in it as people do."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import argon2
import pyotp
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from evidence.desk import app as desk_app
from evidence.desk.desk import Desk, folder
from evidence.desk.passwords import Passwords
from evidence.desk.roles import ROLES, Role
from evidence.desk_settings import DeskSettings
from evidence.files import write_whole
from evidence.house import House, Locker, Papers
from evidence.office import Office

HOST = "127.0.0.1:8765"
PASSWORD = "chang-mi-3-ge-zi"
NAMES: dict[Role, str] = {
    "inspector": "检查甲", "reviewer": "复核乙", "leader": "负责丙", "auditor": "审计丁", "admin": "管理戊",
}  # fmt: skip
LOCKER = Locker(
    lock=lambda data: bytes(255 - one for one in data), unlock=lambda data: bytes(255 - one for one in data)
)
"""Shows that what lies on the disk is not what was given."""


_MADE: dict[datetime, bytes] = {}


class Clock:
    """A time that stands until it is told to move."""

    def __init__(self) -> None:
        self.at = datetime(2021, 6, 29, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


def cheap() -> Passwords:
    return Passwords(argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def house(root: Path, **more: Any) -> House:
    settings = DeskSettings(**{"second_factor": (), **more.pop("settings", {})})
    files = (root / "targets.yaml",)
    return House(
        **{
            "store": root / "store",
            "papers": Papers(root=root, files=files),
            "office": Office(name="示范市政务公开办公室"),
            "locker": LOCKER,
            "desk": settings,
            **more,
        }
    )


def add_users(desk: Desk) -> None:
    """Add a user of each role, who has changed the first password already; made once, for it takes many writes."""
    path = folder(desk.house) / "users.json"
    if kept := _MADE.get(desk.now()):
        write_whole(path, kept, mode=0o600, lasting=False)
        return
    for role in ROLES:
        desk.users.add(NAMES[role], role, "lin-shi-mi-ma-1", desk.now() - timedelta(days=1))
        desk.users.set_password(NAMES[role], PASSWORD, desk.now() - timedelta(days=1), own=True)
    _MADE[desk.now()] = path.read_bytes()


class Browser:
    """Keeps cookies, follows nothing by itself, and posts what a form of ours would."""

    def __init__(self, app: FastAPI, client: TestClient) -> None:
        self.desk: Desk = app.state.desk
        self.client = client

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, follow_redirects=False, **more)

    def post(self, path: str, fields: dict[str, str] | None = None, **headers: str | None) -> Any:
        """Post as a form of the page that is open: with its token and the headers of a browser."""
        sent = {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        chosen = {name: value for name, value in (sent | given).items() if value is not None}
        body = {"form_token": self.token(), **(fields or {})}
        return self.client.post(path, data=body, headers=chosen, follow_redirects=False)

    def token(self) -> str:
        cookie = self.client.cookies.get("quzheng") or ""
        return self.desk.sessions.form_token(cookie)

    def log_in(self, role: Role, password: str = PASSWORD) -> Any:
        self.get("/login")
        return self.post("/login", {"name": NAMES[role], "password": password})

    def enrol(self) -> str:
        """Set up a second factor and return its secret."""
        page = self.get("/account/second-factor").text
        found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
        secret = found[1].replace(" ", "") if found else ""
        done = self.post("/account/second-factor", {"password": PASSWORD, "code": self.code(secret)})
        if done.status_code != 303:
            raise AssertionError(done.text)
        return secret

    def code(self, secret: str) -> str:
        return pyotp.TOTP(secret).at(self.desk.now())


@contextmanager
def opened(
    root: Path, clock: Callable[[], datetime], *, users: bool = True, tenant: House | None = None, **settings: Any
) -> Iterator[Callable[[], Browser]]:
    """Give what opens one more browser at a desk in `root`, which is started and stopped around it."""
    home = tenant or house(root)
    home = replace(home, desk=replace(home.desk, **settings))
    app = desk_app.create(home, clock, cheap())
    if users:
        add_users(app.state.desk)
    with TestClient(app, base_url=f"http://{HOST}") as first:
        yield lambda: Browser(app, _another(app, first))


def _another(app: FastAPI, first: TestClient) -> TestClient:
    """Return one more client of a started application, with cookies of its own."""
    client = TestClient(app, base_url=f"http://{HOST}")
    client.portal = first.portal
    return client


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an application on a free port of this machine, and give its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, proxy_headers=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
