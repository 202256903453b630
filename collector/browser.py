"""Finds and starts the one browser, in one fixed, recorded environment; or reaches one that runs elsewhere."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from playwright.async_api import Browser, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from collector import elsewhere, layers, memory
from collector.elsewhere import Elsewhere
from collector.errors import BrowserError

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
"""Looked for on the PATH in this order; the headless shell is two to three times as fast as full Chromium."""

FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    layers.FLAG,
)

NO_NETWORK = ("--host-resolver-rules=MAP * ~NOTFOUND", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp")
"""Flags of a browser that finds no host, not even one named by its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserBinary:
    """The browser that will be started, and how."""

    path: Path | None
    """None: Playwright's own."""
    flags: tuple[str, ...]


BrowserSource = BrowserBinary | Elsewhere
"""Where the browser comes from."""


def find(setting: str | None = None) -> BrowserSource:
    """Return the browser to use: the workspace's setting, QUZHENG_BROWSER, one on the PATH, else Playwright's own.

    Raises BrowserError where a browser was named but is not there, or its address is none.
    """
    for source, named in (
        ("the workspace setting `browser`", setting),
        ("QUZHENG_BROWSER", os.environ.get("QUZHENG_BROWSER")),
    ):
        if named and "://" in named:
            return elsewhere.at(source, named)
        if named:
            found = shutil.which(named)
            if not found:
                raise BrowserError(f"{source} names {named}, which is not an executable file here")
            return BrowserBinary(path=Path(found), flags=_flags())
    for name in NAMES:
        if found := shutil.which(name):
            return BrowserBinary(path=Path(found), flags=_flags())
    return BrowserBinary(path=None, flags=_flags())


@asynccontextmanager
async def start(source: BrowserSource) -> AsyncIterator[Browser]:
    """Run the browser for the length of the block, or stay connected to the one elsewhere, which runs on afterwards.

    Raises BrowserError where it will not start, or does not answer.
    """
    memory.give_back_large_blocks()
    async with AsyncExitStack() as stack:
        playwright = await _driver(stack)
        if isinstance(source, Elsewhere):
            browser = await source.connect(playwright)
        else:
            browser = await _launched(playwright, source)
        try:
            yield browser
        finally:
            await browser.close()


async def _launched(playwright: Playwright, binary: BrowserBinary) -> Browser:
    try:
        return await playwright.chromium.launch(
            executable_path=binary.path,
            args=list(binary.flags),
            chromium_sandbox="--no-sandbox" not in binary.flags,
        )
    except PlaywrightError as error:
        raise BrowserError(
            f"the browser {binary.path or 'of Playwright'} does not start: {error.message.splitlines()[0]}\n"
            "try: quzheng doctor"
        ) from error


async def _driver(stack: AsyncExitStack) -> Playwright:
    """Start Playwright's driver, a program of its own; raises BrowserError where it will not run."""
    try:
        return await stack.enter_async_context(async_playwright())
    except Exception as error:  # Playwright raises a bare Exception when its driver ends at once
        raise BrowserError(
            f"Playwright's driver does not start: {error}\non Debian it needs the package libatomic1; try: make setup"
        ) from error


def sandbox_possible() -> bool:
    """Tell whether this kernel lets an ordinary user make the namespaces that the browser's sandbox needs."""
    if os.geteuid() == 0:
        return False
    unshare = shutil.which("unshare")
    return unshare is not None and subprocess.run([unshare, "--user", "true"], capture_output=True).returncode == 0


@cache
def program_digest(path: Path) -> str:
    """Return the SHA-256 of the program that `path` runs, through Debian's small launcher script where there is one."""
    program = path.resolve()
    with program.open("rb") as stream:
        head = stream.read(8192)
    if head.startswith(b"#!"):
        named = (Path(word.decode()) for word in re.findall(rb"/[\w./-]+", head))
        program = next((file for file in named if file.is_file() and _is_elf(file)), program)
    with program.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _is_elf(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"\x7fELF" and path.stat().st_size > 1 << 20


@cache
def _flags() -> tuple[str, ...]:
    return FLAGS if sandbox_possible() else (*FLAGS, "--no-sandbox")
