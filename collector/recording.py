"""Turns what `playwright codegen --target python-async` recorded into a flow, and starts such a recording.

Of the recorded program only the steps on the page stay; browser and context are the visit's own. Passwords that were
typed are not written down: a log-in is declared, and its secrets come from the vault or the environment.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from collector.errors import FlowError

HEADED = ("google-chrome-stable", "google-chrome", "chromium", "chromium-browser")
"""Browsers that can show a window, in order."""
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
"""Recordings may hold what was typed; they lie in memory where there is such a place, and are removed."""
_SECRET = re.compile(r"(?i)密码|口令|验证码|动态码|校验码|pass|pwd|secret|token|captcha|otp|code")
_TYPES = ("fill", "type", "press_sequentially")
_OURS = ("new_page", "new_context", "launch", "close", "storage_state", "route_from_har")
_DECLARE = "# 这一步填了口令或验证码，没有写进来：请在 Flow(...) 里声明 login，见 flows/README.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A flow made of a recording."""

    source: str
    notes: tuple[str, ...]
    """What its author should look at; never a word that was typed."""


def flow_of(recorded: str, name: str) -> Recorded:
    """Return the flow that does what was recorded; raises FlowError for what is no recording of that kind."""
    try:
        tree = ast.parse(recorded)
    except SyntaxError as error:
        raise FlowError(f"第{error.lineno}行不是 Python；请用 playwright codegen --target python-async 录制") from error
    run = next((node for node in tree.body if isinstance(node, ast.AsyncFunctionDef) and node.name == "run"), None)
    if run is None:
        raise FlowError("没有 async def run(playwright)；请用 playwright codegen --target python-async 录制")
    steps = _Steps(recorded.splitlines())
    for statement in run.body:
        steps.take(statement)
    return Recorded(source=_file(name, steps), notes=tuple(steps.notes))


@dataclass(slots=True)
class _Steps:
    """The steps taken over so far."""

    recorded: Sequence[str]
    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    typed: list[int] = field(default_factory=list)
    """Places in `lines` of steps that type something."""

    def take(self, statement: ast.stmt) -> None:
        """Take over one statement of the recorded function."""
        call = _call(statement)
        if (
            call is not None
            and call.attr in _OURS
            and _root(call.value) in ("playwright", "browser", "context", "page")
        ):
            return
        if _types_secret(statement):
            self.lines.append(_DECLARE)
            self.notes.append("有一步填的是口令或验证码，已略去；请声明 login")
        elif (address := _goes_to(statement)) is not None:
            self.lines += [f"await visit.open({address})", f"{_root(call.value) if call else 'page'} = visit.page"]
        elif (clicked := _downloads(statement)) is not None:
            self.lines.append(f"await visit.download({clicked})")
        elif not _is_download(statement):
            self._keep(statement)

    def _keep(self, statement: ast.stmt) -> None:
        if any(isinstance(node, ast.Attribute) and node.attr in _TYPES for node in ast.walk(statement)):
            self.typed.append(len(self.lines))
        text = self.recorded[statement.lineno - 1 : statement.end_lineno]
        indent = len(text[0]) - len(text[0].lstrip())
        self.lines += [line[indent:] for line in text]
        if popup := _popup(statement):
            self.lines += [f"await visit.open({popup}.url)", f"{popup} = visit.page"]
            self.notes.append("有一步打开了新窗口：已改为在同一窗口打开它的网址，请核对")


def _file(name: str, steps: _Steps) -> str:
    body = steps.lines or ["await visit.open(visit.target.url)"]
    if not body[0].startswith("await visit.open("):
        body = ["await visit.open(visit.target.url)", "page = visit.page", *body]
    text = "\n".join(body)
    imports = ["import re"] * bool(re.search(r"\bre\.", text))
    imports += [""] * bool(imports)
    if re.search(r"\bexpect\(", text):
        imports += ["from playwright.async_api import expect", ""]
    steps.notes += [f"第 {n} 步填了文字，请看其中有没有不该写在这里的内容" for n in _numbers(steps)]
    return "\n".join(
        (
            f'"""{name}：由录制的步骤写成，请补上说明。"""',
            "",
            *imports,
            "from collector.flow import Flow",
            "",
            'flow = Flow(__name__, labels=("home",))',
            "",
            "",
            "@flow.visit",
            "async def visit(visit):",
            *(f"    {line}" if line else "" for line in body),
            '    await visit.capture("home")',
            "",
        )
    )


def _numbers(steps: _Steps) -> Iterator[int]:
    return (n + 1 for n in steps.typed)


def _call(statement: ast.stmt) -> ast.Attribute | None:
    """Return what a statement calls: the method of `await page.goto(…)` or `page = await context.new_page()`."""
    value = statement.value if isinstance(statement, ast.Expr | ast.Assign) else None
    if isinstance(value, ast.Await):
        value = value.value
    return value.func if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) else None


def _root(node: ast.expr) -> str:
    """Return the name that a chain of calls and attributes begins with."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else ""


def _goes_to(statement: ast.stmt) -> str | None:
    call = _call(statement)
    value = statement.value if isinstance(statement, ast.Expr) else None
    if call is None or call.attr != "goto" or not isinstance(value, ast.Await) or not isinstance(value.value, ast.Call):
        return None
    return ast.unparse(value.value.args[0]) if value.value.args else None


def _types_secret(statement: ast.stmt) -> bool:
    """Tell whether a step types into something that is called a password or a code."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _TYPES:
            words = (n.value for n in ast.walk(node.func.value) if isinstance(n, ast.Constant))
            if any(isinstance(word, str) and _SECRET.search(word) for word in words):
                return True
    return False


def _downloads(statement: ast.stmt) -> str | None:
    """Return the element whose click brings a file, where a step waits for one."""
    if not isinstance(statement, ast.AsyncWith) or len(statement.body) != 1:
        return None
    awaited = statement.items[0].context_expr
    waits = isinstance(awaited, ast.Call) and isinstance(awaited.func, ast.Attribute)
    if not waits or awaited.func.attr != "expect_download":  # type: ignore[attr-defined]
        return None
    clicked = _call(statement.body[0])
    return ast.unparse(clicked.value) if clicked is not None and clicked.attr == "click" else None


def _is_download(statement: ast.stmt) -> bool:
    return re.match(r"download\w* = await download\w*_info\.value$", ast.unparse(statement)) is not None


def _popup(statement: ast.stmt) -> str | None:
    found = re.match(r"(page\d+) = await page\d+_info\.value$", ast.unparse(statement))
    return found[1] if found else None


def name_for(url: str) -> str:
    """Return the name of a flow for an address.

    >>> name_for("https://www.shi-fan.gov.cn:8080/x"), name_for("127.0.0.1")
    ('shi_fan_gov_cn', 'site_127_0_0_1')
    """
    host = (urlsplit(url).hostname or urlsplit(f"//{url}").hostname or "site").removeprefix("www.")
    name = re.sub(r"[^a-z0-9]+", "_", host.lower()).strip("_")[:50] or "site"
    return name if name[0].isalpha() else f"site_{name}"


def record(url: str, environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """Let a person record steps in a browser window, and return the recorded program.

    Raises FlowError where no window can be shown, or the recording ended without one.
    """
    browser = window_browser(environ, platform)
    with tempfile.TemporaryDirectory(prefix="quzheng-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        out = Path(folder) / "recorded.py"
        command, settings = codegen(url, out, browser)
        ended = subprocess.run(command, env={**environ, **settings}, check=False)
        if not out.exists():
            raise FlowError(f"录制没有结果（playwright codegen 以 {ended.returncode} 结束）；请看上面的提示")
        return out.read_text("utf-8")


def codegen(url: str, out: Path, browser: str) -> tuple[list[str], dict[str, str]]:
    """Return the command that records into `out`, and the variables it needs to start that browser."""
    command = [sys.executable, "-m", "playwright", "codegen", "--target", "python-async", "--lang", "zh-CN"]
    command += ["--timezone", "Asia/Shanghai", "-o", str(out), url]
    # the only way in which codegen lets itself be told which program to start
    return command, {"PWTEST_CLI_EXECUTABLE_PATH": browser}


def window_browser(environ: Mapping[str, str], platform: str) -> str:
    """Return the browser that can show a window here; raises FlowError with what to do where none can."""
    if platform.startswith("linux") and not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        raise FlowError(
            "这台机器没有图形界面，不能录制。请在自己的电脑上装好 Python 后运行：\n"
            "  pip install playwright && playwright install chromium\n"
            "  playwright codegen --target python-async -o recorded.py 网址\n"
            "再把文件拿到这里：quzheng flows record 网址 --from recorded.py"
        )
    named = (environ.get("QUZHENG_BROWSER", ""), *HEADED)
    found = (shutil.which(name, path=environ.get("PATH")) for name in named if name and "headless" not in name)
    if browser := next((path for path in found if path), None):
        return browser
    raise FlowError("没有能显示窗口的浏览器；请安装 Chrome 或 Chromium（Debian：apt-get install chromium）")
