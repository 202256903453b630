"""Lets a piece of work die at its n-th touch of the disk: from then on nothing of it reaches the disk, cleaning up neither."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


class Killed(BaseException):
    """Stands for SIGKILL: no handler of the program may take it for an error."""


def moments(work: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Do `work` until it is done, and yield after each death, later by one touch each time."""
    for n in range(10_000):
        with monkeypatch.context() as patched:
            left = [n]
            for owner, name in ((Path, "replace"), (Path, "unlink"), (os, "fsync"), (os, "link"), (Path, "mkdir")):
                patched.setattr(owner, name, _mortal(getattr(owner, name), left))
            try:
                work()
                return
            except Killed:
                pass
        yield n


def _mortal(real: Callable[..., Any], left: list[int]) -> Callable[..., Any]:
    def touch(*given: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return real(*given, **named)

    return touch
