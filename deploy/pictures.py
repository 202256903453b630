"""Makes the pictures that the READMEs show, from the demonstration city: report, terminal, and pages of the desk.

    python deploy/pictures.py [FOLDER]      (make pictures; without FOLDER: deploy/pictures)

A workspace is made in a temporary folder and a real night is done in it; what is pictured is what the commands wrote and printed,
and what the desk answers to a user who logged in. Nothing is drawn by hand. Pages that the desk has not are left out. Each
picture has a palette and is at most `LARGEST` bytes; ends with 1 and the reason where something does not hold.
"""

from __future__ import annotations

import html
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from collector import browser as browsers
from flows.demo.city import City, secrets, targets

LARGEST = 150_000
"""Bytes of a picture."""
COLOURS = 64
HEAD = 15
"""Lines of a finding that the terminal shows; the rest names its records."""
WIDTH, HEIGHT = 1280, 900
"""CSS pixels of a pictured window; of the report and the desk."""
MARGIN = 24
"""Below the part that a picture goes down to."""
OFFICE = "示范市政务公开办公室（演示）"
USER, FIRST, SECOND = "演示检查员", "lin-shi-mi-ma-1", "yan-shi-mi-ma-2"
"""Of a desk that lives as long as its picture is taken."""
TARGET, INDICATOR = "sf-portal", "columns_not_updated"
TERMINAL = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #1c2128; width: max-content }}
pre {{ margin: 0; padding: 20px 24px; color: #d5dbe3; font: 15px/1.55 "Noto Sans Mono CJK SC", monospace;
       white-space: pre-wrap; overflow-wrap: anywhere; width: 1120px }}
b {{ color: #7ee2a8; font-weight: normal }}
</style><pre>{text}</pre>"""


def main() -> None:
    """Make them all and say where they are."""
    out = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "pictures").resolve()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, _browser() as browser:
        here = Path(folder)
        for name, png in _pictures(here, browser):
            data = _reduced(png)
            if len(data) > LARGEST:
                sys.exit(f"{name}.png has {len(data)} bytes, at most {LARGEST} are allowed")
            (out / f"{name}.png").write_bytes(data)
            print(f"{out / name}.png {len(data)} bytes", flush=True)


def _pictures(here: Path, browser: Browser) -> Iterator[tuple[str, bytes]]:
    """Yield name and picture."""
    finding = _played(here)
    bundle = here / "evidence.zip"
    sealed = _said(here, "bundle", "-w", "demo", finding[:12], "-o", bundle.name)
    shown = _said(here, "findings", "show", "-w", "demo", finding[:12]).splitlines()[:HEAD]
    verdict = _said(here, "verify", bundle.name, "--trust", "demo/seal/office.pem")
    yield (
        "terminal",
        _terminal(
            browser,
            [
                (f"quzheng findings show -w demo {finding[:12]} | head -n {HEAD}", "\n".join(shown)),
                (f"quzheng bundle -w demo {finding[:12]} -o {bundle.name}", sealed),
                (f"quzheng verify {bundle.name} --trust demo/seal/office.pem", verdict),
            ],
        ),
    )
    with zipfile.ZipFile(bundle) as archive:  # our own, verified by the last of these commands
        archive.extractall(here / "opened")
    (report,) = (here / "opened").glob("*/data/report/index.html")
    yield "report", _window(browser, report.as_uri())
    with _desk(here) as url:
        page = _logged_in(browser, url)
        yield "desk", page.screenshot()
        if (answer := page.goto(f"{url}/findings/{finding}")) is not None and answer.status == 200:
            yield "desk-finding", _down_to(page, "section.decide")


def _played(here: Path) -> str:
    """Do a night over the city in a new workspace; return the finding that is pictured."""
    _said(here, "init", "demo", "--office", OFFICE)
    os.environ.update(secrets())
    with City() as city:
        (here / "demo" / "targets.yaml").write_text(json.dumps(targets(city), ensure_ascii=False, indent=1), "utf-8")
        _said(here, "nightly", "-w", "demo", "--once", "--all")
    found = json.loads(_said(here, "findings", "list", "-w", "demo", "--state", "hit", "--json"))["findings"]
    return next(str(one["id"]) for one in found if (one["target"], one["indicator"]) == (TARGET, INDICATOR))


def _said(here: Path, *words: str, typed: str = "") -> str:
    """Return what a command prints; one that fails ends all."""
    done = subprocess.run(
        [sys.executable, "-c", "from collector.cli import main; main()", *words],
        cwd=here, input=typed, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"quzheng {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _terminal(browser: Browser, calls: list[tuple[str, str]]) -> bytes:
    """Return a picture of commands with all that they printed."""
    text = "\n\n".join(f"<b>$ {html.escape(line)}</b>\n{html.escape(said.rstrip())}" for line, said in calls)
    page = browser.new_page(viewport={"width": 1168, "height": 200})
    page.set_content(TERMINAL.format(text=text))
    return page.screenshot(full_page=True)


def _window(browser: Browser, address: str) -> bytes:
    """Return what a window shows of a page at first."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(address)
    return page.screenshot()


def _down_to(page: Page, selector: str) -> bytes:
    """Return a page's picture from its top to the end of a part."""
    box = page.locator(selector).bounding_box()
    if box is None:
        sys.exit(f"{page.url} shows no {selector}")
    height = box["y"] + box["height"] + MARGIN
    return page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": height})


@contextmanager
def _desk(here: Path) -> Iterator[str]:
    """Serve the desk of the workspace, with one user, for the length of the block."""
    _said(here, "desk", "user", "add", USER, "--role", "inspector", "--stdin", "-w", "demo", typed=f"{FIRST}\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-c",
        "from collector.cli import main; main()",
        "desk",
        "-w",
        "demo",
        "--port",
        str(port),
    ]
    process = subprocess.Popen(command, cwd=here, stderr=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            sys.exit(f"the desk ended by itself with {process.returncode}")
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("the desk does not answer within 30 seconds")


def _logged_in(browser: Browser, url: str) -> Page:
    """Log in as a new user does, who must change the password, and return the desk's first page."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(f"{url}/login")
    page.fill("#name", USER)
    page.fill("#password", FIRST)
    page.click("button.main")
    page.fill("#old", FIRST)
    page.fill("#new", SECOND)
    page.fill("#again", SECOND)
    page.click("button.main")
    page.goto(f"{url}/")
    return page


def _reduced(png: bytes) -> bytes:
    """Return a picture with a palette."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


@contextmanager
def _browser() -> Iterator[Browser]:
    found = browsers.find()
    if not isinstance(found, browsers.BrowserBinary):
        sys.exit("a browser elsewhere cannot open files of this machine; leave QUZHENG_BROWSER out")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.path, args=list(found.flags), chromium_sandbox="--no-sandbox" not in found.flags
        )
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
