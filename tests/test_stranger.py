"""A web application that nobody here wrote, Django's admin, is logged in to by one short flow file, and captured."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from collector.clock import SystemClock
from collector.initialise import initialise
from collector.login.access import Access
from collector.run import RunReport, run
from collector.secrets import Secrets
from collector.workspace import Workspace
from evidence.holdings import Holdings

FLOW = '''"""Django 管理后台：登录后看首页和用户列表。"""

from collector.flow import Flow
from collector.login import Login

flow = Flow(
    __name__,
    labels=("home", "users"),
    authority="authorised",
    login=Login(
        url="/admin/login/",
        username="#id_username",
        password="#id_password",
        submit="input[type=submit]",
        marker="#logout-form",
        refused=".errornote",
        inside="/admin/",
    ),
)


@flow.visit
async def visit(visit):
    await visit.open(visit.target.url)
    await visit.capture("home")
    await visit.page.get_by_role("link", name="Users").first.click()
    await visit.capture("users")
'''
SETTINGS = """
from pathlib import Path
BASE = Path(__file__).parent
SECRET_KEY = "only-for-this-test"
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "shop_urls"
INSTALLED_APPS = ["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
                  "django.contrib.sessions", "django.contrib.messages", "django.contrib.staticfiles"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
              "django.contrib.auth.middleware.AuthenticationMiddleware",
              "django.contrib.messages.middleware.MessageMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
    "context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
                           "django.contrib.messages.context_processors.messages"]}}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE / "db.sqlite3"}}
STATIC_URL = "static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
"""
URLS = (
    "from django.contrib import admin\nfrom django.urls import path\nurlpatterns = [path('admin/', admin.site.urls)]\n"
)
NAME, PASSWORD = "inspector-7f3a", "CANARY-django-91c2"


@dataclass(frozen=True)
class Stranger:
    url: str
    log: Path

    def posts(self) -> int:
        return self.log.read_text().count('"POST /admin/login/')


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stranger]:
    pytest.importorskip("django")
    folder = tmp_path_factory.mktemp("django")
    (folder / "shop_settings.py").write_text(SETTINGS)
    (folder / "shop_urls.py").write_text(URLS)
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "shop_settings", "PYTHONPATH": str(folder)}
    environ |= {"DJANGO_SUPERUSER_USERNAME": NAME, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    django = [sys.executable, "-W", "ignore", "-m", "django"]
    for words in (["migrate", "-v", "0"], ["createsuperuser", "--noinput", "--email", "a@b.test", "-v", "0"]):
        subprocess.run([*django, *words], env=environ, cwd=folder, check=True, timeout=120)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    log = folder / "log"
    with log.open("wb") as out:
        served = subprocess.Popen(
            [*django, "runserver", "--noreload", place], env=environ, cwd=folder, stderr=out, stdout=out
        )
    try:
        _wait(f"http://{place}/admin/login/", served)
        yield Stranger(f"http://{place}/admin/", log)
    finally:
        served.kill()
        served.wait()


def _wait(url: str, served: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert served.poll() is None
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("Django did not come up")


def office(folder: Path, stranger: Stranger) -> Workspace:
    initialise(folder)
    (folder / "flows").mkdir(exist_ok=True)
    (folder / "flows" / "django_admin.py").write_text(FLOW)
    target = {"id": "shop", "name": "某系统", "url": stranger.url, "flow": "django_admin"}
    (folder / "targets.yaml").write_text(json.dumps([target]))
    return Workspace.open(folder)


def visited(workspace: Workspace, password: str = PASSWORD) -> RunReport:
    typed = {"QUZHENG_SECRET_SHOP_USERNAME": NAME, "QUZHENG_SECRET_SHOP_PASSWORD": password}
    access = Access.of(workspace, secrets=Secrets(variables=typed, folder=None))
    holdings = Holdings.open(workspace.store_path)
    return asyncio.run(run(workspace, holdings, clock=SystemClock(), access=access))


def test_the_flow_is_short() -> None:
    assert len(FLOW.splitlines()) < 40


def test_it_logs_in_captures_and_uses_the_session_again(tmp_path: Path, stranger: Stranger) -> None:
    workspace = office(tmp_path, stranger)
    before = stranger.posts()
    report = visited(workspace)
    assert [(r.capture.label, r.capture.outcome) for r in report.last] == [("home", "captured"), ("users", "captured")]
    holdings = Holdings.open(workspace.store_path)
    users = report.last[1].capture
    assert NAME in holdings.store.read(users.of_role("dom")[0].sha256).decode() or users.redactions
    assert stranger.posts() == before + 1
    again = visited(workspace)
    assert {r.capture.outcome for r in again.last} == {"captured"}
    assert stranger.posts() == before + 1
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(PASSWORD.encode() in data for data in kept)


def test_a_wrong_password_is_a_lost_log_in_and_tried_once(tmp_path: Path, stranger: Stranger) -> None:
    workspace = office(tmp_path, stranger)
    before = stranger.posts()
    report = visited(workspace, password="wrong-password-1")
    assert {(r.capture.outcome, r.capture.reason, r.capture.fault) for r in report.last} == {
        ("login_lost", "wrong_credentials", "ours")
    }
    assert stranger.posts() == before + 1
