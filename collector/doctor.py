"""Looks whether this machine can do the work: kernel, browser, fonts, OCR, openssl, room on disk, workspace."""

from __future__ import annotations

import asyncio
import hashlib
import platform
import resource
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from collector import browser, heartbeat, machine
from collector.clock import SystemClock
from collector.elsewhere import Elsewhere
from collector.errors import CollectError
from collector.workspace import FILE, Workspace
from evidence import sm2, timestamp
from evidence.errors import EvidenceError

LANGUAGES = ("chi_sim", "chi_tra", "eng")
ROOM = 2 * 1024**3
"""Bytes that should be free where the store lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One thing looked at."""

    name: str
    well: bool
    detail: str


def examine(folder: Path) -> Iterator[Examined]:
    """Yield one answer after another about this machine and, where there is one, the workspace in `folder`."""
    looks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("python", _python),
        ("machine", lambda: machine.architecture(resource.getpagesize(), remote=_remote(folder))),
        ("browser", lambda: _browser(folder)),
        ("sandbox", lambda: machine.sandbox(possible=browser.sandbox_possible(), remote=_remote(folder))),
        ("user namespaces", machine.namespaces),
        ("seccomp", machine.seccomp),
        ("shared memory", lambda: machine.shared_memory(remote=_remote(folder))),
        ("ocr", _ocr),
        ("fonts", _fonts),
        ("scripts", machine.scripts),
        ("openssl", lambda: _first_line("openssl", "version")),
        ("sm3", lambda: hashlib.new("sm3", b"").name),
        ("disk", lambda: _disk(folder)),
        ("workspace", lambda: _workspace(folder)),
        ("nights", lambda: _nights(folder)),
    )
    yield from _answers(looks)
    yield from examine_sealing(folder)


def examine_sealing(folder: Path) -> Iterator[Examined]:
    """Yield whether the workspace in `folder` can sign, and get a time-stamp."""
    yield from _answers(
        (
            ("sealing key", lambda: _key(folder)),
            ("time-stamp authority", lambda: _authority(folder)),
            ("SM2 signature", lambda: _second(folder)),
        )
    )


def _answers(looks: Iterable[tuple[str, Callable[[], str]]]) -> Iterator[Examined]:
    for name, look in looks:
        try:
            yield Examined(name=name, well=True, detail=look())
        except (CollectError, EvidenceError, OSError, ValueError, subprocess.SubprocessError) as error:
            yield Examined(name=name, well=False, detail=str(error))


def _python() -> str:
    return platform.python_version()


def _remote(folder: Path) -> bool:
    """Tell whether the browser runs on another machine; one that cannot be found is complained of by `browser`."""
    try:
        return isinstance(browser.find(_browser_setting(folder)), Elsewhere)
    except CollectError:
        return False


def _browser(folder: Path) -> str:
    found = browser.find(_browser_setting(folder))

    async def version() -> str:
        async with browser.start(found) as running:
            return running.version

    where = found.place if isinstance(found, Elsewhere) else found.path or "of Playwright"
    return f"{where} {asyncio.run(version())}"


def _browser_setting(folder: Path) -> str | None:
    return Workspace.open(folder).settings.browser if (folder / FILE).exists() else None


def _ocr() -> str:
    run = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=True, timeout=30)
    missing = [language for language in LANGUAGES if language not in run.stdout.split()]
    if missing:
        raise ValueError(
            f"tesseract lacks {', '.join(missing)}; install tesseract-ocr-chi-sim and tesseract-ocr-chi-tra"
        )
    return f"{_first_line('tesseract', '--version')}, {', '.join(LANGUAGES)}"


def _fonts() -> str:
    fonts = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=True, timeout=30)
    families = sorted({line.split(",")[0] for line in fonts.stdout.splitlines() if line})
    if not families:
        raise ValueError("no font has Chinese characters: pictures would show boxes; install fonts-noto-cjk")
    return families[0]


def _first_line(*command: str) -> str:
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    return (run.stdout or run.stderr).splitlines()[0]


def _disk(folder: Path) -> str:
    there = folder if folder.exists() else Path()
    free = shutil.disk_usage(there).free
    if free < ROOM:
        raise ValueError(f"only {free // 1024**2} MiB free at {there.resolve()}")
    return f"{free // 1024**3} GiB free"


def _workspace(folder: Path) -> str:
    if not (folder / FILE).exists():
        return "none here"
    workspace = Workspace.open(folder)
    return f"{len(workspace.targets())} targets"


def _key(folder: Path) -> str:
    if not (folder / FILE).exists():
        return "no workspace here"
    signer = Workspace.open(folder).house().signing()
    if signer is None:
        raise ValueError("the key or the certificate that quzheng.yaml names is missing: bundles would be UNSEALED")
    own = signer.certificate.issuer == signer.certificate.subject
    return f"{signer.name}{'，自签名，仅供内部完整性校验' if own else ''}"


def _second(folder: Path) -> str:
    """Sign something with SM2: only a signature that passes shows that the next one will."""
    second = Workspace.open(folder).house().second if (folder / FILE).exists() else None
    if second is None:
        return "none configured"
    return f"signs, certificate {sm2.read_certificate(second.sign(secrets.token_bytes(32)).signer).fingerprint}"


def _authority(folder: Path) -> str:
    """Ask for a time-stamp over nothing in particular: only an answer that passes shows that the next one will."""
    authority = Workspace.open(folder).house().authority if (folder / FILE).exists() else None
    if authority is None:
        return "none configured: only the office itself vouches for the time of its evidence"
    response = authority.stamp(secrets.token_bytes(32))
    return f"reachable, its time is {timestamp.read(response).at:%Y-%m-%dT%H:%M:%SZ}"


def _nights(folder: Path) -> str:
    """Return how the nights stand; where none was ever begun there is nothing to say against it."""
    if heartbeat.read(folder) is None:
        return "none yet"
    found = nights(folder)
    if not found.well:
        raise ValueError(found.detail)
    return found.detail


def nights(folder: Path) -> Examined:
    """Return whether the nights of a workspace are alive and complete, for a container's HEALTHCHECK; raises WorkspaceError."""
    overdue = timedelta(hours=Workspace.open(folder).settings.nightly.overdue_hours)
    well, detail = heartbeat.judged(heartbeat.read(folder), SystemClock().now(), overdue)
    return Examined(name="nights", well=well, detail=detail)
