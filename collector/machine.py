"""What the kernel, or the container, gives a browser: memory pages, namespaces for its sandbox, shared memory, fonts.

`quzheng doctor` prints all of it; what the work cannot be done with is refused, with what to do instead. The places of the
kernel are read below `root`, so that a test can lay out another machine.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

LARGEST_PAGE = 16384
"""Bytes of a memory page up to which Chromium runs: with 64 KiB (some arm64 and ppc64 kernels) it dies at its start."""
SHARED = 256 * 1024**2
"""Bytes of /dev/shm that the browser needs for pictures of long pages; a container gets 64 MiB unless told otherwise."""
ELSEWHERE = "use another machine's browser: browser: cdp://HOST:9222 in quzheng.yaml"
_SECCOMP = {"0": "none", "1": "strict", "2": "a filter"}
SCRIPTS = {
    "汉字": "4e2d",
    "生僻汉字": "20bb7",
    "藏文": "0f40",
    "维吾尔文": "06c7",
    "蒙古文": "1820",
    "彝文": "a000",
    "朝鲜文": "ac00",
    "傣文": "1950",
    "新傣文": "1980",
    "傈僳文": "a4d0",
    "假名": "3042",
    "西里尔字母": "0416",
    "绘文字": "1f600",
}
"""A character of each script that government pages show, in hexadecimal."""


def architecture(size: int, *, remote: bool) -> str:
    """Return the architecture and the size of a memory page; raises ValueError where no browser can run here.

    With a browser elsewhere (`remote`) the size does not matter.
    """
    if size > LARGEST_PAGE and not remote:
        raise ValueError(
            f"{platform.machine()}, memory pages of {size // 1024} KiB: Chromium does not run here; {ELSEWHERE}"
        )
    return f"{platform.machine()}, pages of {size // 1024} KiB"


def namespaces(root: Path = Path("/")) -> str:
    """Return whether an ordinary user can make user namespaces here, which the browser's sandbox needs, or what forbids it."""
    proc = root / "proc/sys"
    if _number(proc / "user/max_user_namespaces") == 0:
        return "off: user.max_user_namespaces is 0"
    if _number(proc / "kernel/unprivileged_userns_clone") == 0:
        return "off: kernel.unprivileged_userns_clone is 0"
    if _number(proc / "kernel/apparmor_restrict_unprivileged_userns") == 1:
        return "off but for programs with an AppArmor profile: kernel.apparmor_restrict_unprivileged_userns is 1"
    unshare = shutil.which("unshare")
    if unshare is None:
        return "not known: the program unshare is not here"
    if subprocess.run([unshare, "--user", "true"], capture_output=True).returncode == 0:
        return "on"
    return "off: forbidden here, by a seccomp filter or a chroot"


def seccomp(root: Path = Path("/")) -> str:
    """Return whether this process runs under a seccomp filter, and whether it may still gain rights; raises OSError."""
    status = (root / "proc/self/status").read_text()
    mode = re.search(r"^Seccomp:\s*(\d)", status, re.M)
    gains = re.search(r"^NoNewPrivs:\s*1", status, re.M) is None
    told = _SECCOMP.get(mode[1], f"mode {mode[1]}") if mode else "not known to this kernel"
    return f"{told}, {'new rights can be gained' if gains else 'no new rights'}"


def sandbox(*, possible: bool, remote: bool) -> str:
    """Return whether the browser runs in its sandbox, or what to do so that it does."""
    if remote:
        return "that of the browser elsewhere"
    if possible:
        return "on"
    if os.geteuid() == 0:
        return "off: this is root; run as an ordinary user"
    return "off: no user namespaces (see there); allow them on the host, or in the container's seccomp profile"


def shared_memory(place: Path = Path("/dev/shm"), least: int = SHARED, *, remote: bool = False) -> str:  # noqa: S108
    """Return how large the shared memory is; raises ValueError where it is too small for a browser here, or not writable."""
    if remote and not place.is_dir():
        return "none, and none needed: the browser runs elsewhere"
    if not (place.is_dir() and os.access(place, os.W_OK)):
        raise ValueError(f"{place} is not there or not writable: the browser would crash; mount a tmpfs there")
    size = shutil.disk_usage(place).total
    if size < least and not remote:
        raise ValueError(
            f"{place} has only {size // 1024**2} MiB: long pages would crash the browser; "
            f"give it {least // 1024**2} MiB or more (docker run --shm-size 512m, shm_size in compose)"
        )
    return f"{size // 1024**2} MiB"


def scripts() -> str:
    """Return which scripts have no font, by asking fontconfig; raises ValueError where Chinese characters have none."""
    lacking = [name for name, character in SCRIPTS.items() if not _families(character)]
    if "汉字" in lacking:
        raise ValueError("no font has Chinese characters: pictures would show boxes; install fonts-noto-cjk")
    return told(lacking)


def told(lacking: Iterable[str]) -> str:
    """Return the sentence on scripts without a font.

    >>> told([])
    'a font for every script looked for'
    >>> told(["藏文"])
    'no font for 藏文: such text is pictured as boxes; install fonts-noto-core, fonts-noto-cjk, fonts-noto-color-emoji'
    """
    named = "、".join(lacking)
    if not named:
        return "a font for every script looked for"
    packages = "fonts-noto-core, fonts-noto-cjk, fonts-noto-color-emoji"
    return f"no font for {named}: such text is pictured as boxes; install {packages}"


def _families(character: str) -> str:
    asked = ["fc-list", f":charset={character}", "family"]
    return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=30).stdout.strip()


def _number(path: Path) -> int | None:
    """Return the number a file of the kernel holds; None where this kernel has no such file."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
