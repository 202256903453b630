"""What a capture was made with: browser, flags, tool, system, fonts; nothing in it changes from run to run.

It is one blob that every record of a run cites.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from collector import elsewhere
from collector.browser import BrowserBinary, BrowserSource, program_digest
from collector.names import RESOLVERS
from collector.persona import Persona
from evidence import digest
from evidence.model import Vantage

OS_RELEASE = Path("/etc/os-release")


async def describe(browser: Browser, source: BrowserSource, persona: Persona, by: str | None = None) -> dict[str, Any]:
    """Return the environment of captures made with a running browser, as evidence JSON.

    `by`: who attends a browser that a person has open. Of a browser elsewhere system and fonts are not known.
    """
    here = isinstance(source, BrowserBinary)
    known = _program(browser, source) if isinstance(source, BrowserBinary) else await _stranger(browser, source, by)
    return {
        "schema": "environment/1",
        "browser": {
            "version": browser.version,
            **known,
            "user_agent": persona.user_agent,
            "client_hints": persona.hints,
            "viewport": list(persona.device.viewport),
            "locale": "zh-CN",
            "timezone": "Asia/Shanghai",
        },
        "device": {
            "name": persona.device.name,
            "scale": f"{persona.device.scale:g}",
            "touch": persona.device.handheld,
            "mobile": persona.device.handheld,
            "pixels": "css",
        },
        "tool": {"name": "quzheng", "version": metadata.version("quzheng"), "sha256": source_digest()},
        "playwright": metadata.version("playwright"),
        "python": platform.python_version(),
        "system": {"name": _system(), "machine": platform.machine()},
        "ocr": _tesseract(),
        "fonts": _fonts() if here else {"files": None, "sha256": None},
    }


def _program(browser: Browser, binary: BrowserBinary) -> dict[str, Any]:
    path = binary.path or Path(browser.browser_type.executable_path)
    return {
        "program": path.name,
        "sha256": program_digest(path) if path.exists() else None,
        "flags": list(binary.flags),
    }


async def _stranger(browser: Browser, source: elsewhere.Elsewhere, by: str | None) -> dict[str, Any]:
    """Return what is known of a browser that we did not start; its bytes cannot be digested from here."""
    said = await elsewhere.told(browser)
    return {
        "program": said["product"],
        "sha256": None,
        "flags": said["flags"],
        "elsewhere": source.place,
        "attended": True if by else said["attended"],
        "attended_by": by,
    }


def vantage(egress: str) -> Vantage:
    """Return from where we look: as the office declares it, with the resolvers of this machine."""
    try:
        named = re.findall(r"(?m)^\s*nameserver\s+(\S+)", RESOLVERS.read_text("utf-8", "replace"))
    except OSError:
        named = []
    return Vantage(egress=egress, address=None, resolver=" ".join(named) or None)


@cache
def source_digest() -> str:
    """Return a digest over the collector's own source files, by name and content."""
    folder = Path(__file__).parent
    return digest.of_value(
        {path.relative_to(folder).as_posix(): digest.sha256(path.read_bytes()) for path in sorted(folder.rglob("*.py"))}
    )


@cache
def _system() -> str:
    try:
        found = re.search(r'(?m)^PRETTY_NAME="?([^"\n]*)', OS_RELEASE.read_text("utf-8", "replace"))
    except OSError:
        found = None
    return found[1] if found else platform.system()


@cache
def _tesseract() -> str | None:
    return _first_line("tesseract", "--version")


@cache
def _fonts() -> dict[str, Any]:
    """Return how many font files there are, and a digest over their names and versions."""
    command = shutil.which("fc-list")
    if command is None:
        return {"files": None, "sha256": None}
    listed = subprocess.run([command, "--format", "%{file} %{fontversion}\n"], capture_output=True, timeout=30).stdout
    lines = sorted(set(listed.splitlines()))
    return {"files": len(lines), "sha256": digest.sha256(b"\n".join(lines))}


def _first_line(*command: str) -> str | None:
    if shutil.which(command[0]) is None:
        return None
    ran = subprocess.run(command, capture_output=True, timeout=30)
    return (ran.stdout or ran.stderr).decode("utf-8", "replace").partition("\n")[0].strip() or None
