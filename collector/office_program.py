"""Runs a program that the office names in its settings: bytes in, bytes out, within a time."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from evidence.errors import SealError

_SHOWN = 200
"""Characters of what a program complained of that are told."""


def answer_of(command: Sequence[str], given: bytes, *, seconds: int, most: int) -> bytes:
    """Return what the program prints when it is given `given`; no shell is between.

    Raises SealError where it cannot be started, takes longer than `seconds`, fails, or prints more than `most` bytes.
    """
    try:
        run = subprocess.run(list(command), input=given, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise SealError(f"程序 {command[0]} 在 {seconds} 秒内没有完成") from error
    except (OSError, ValueError) as error:
        raise SealError(f"程序 {command[0]} 不能运行：{error}") from error
    if run.returncode:
        said = run.stderr.decode("utf-8", "replace").strip()[-_SHOWN:]
        raise SealError(f"程序 {command[0]} 失败（{run.returncode}）：{said}")
    if len(run.stdout) > most:
        raise SealError(f"程序 {command[0]} 的输出有 {len(run.stdout)} 字节，超过上限 {most}")
    return run.stdout
