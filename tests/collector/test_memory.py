"""Memory: large blocks go back to the system, so that pictures that have passed are no longer held."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

PASSING = """
import os
from collector import memory
if {told}:
    assert memory.give_back_large_blocks()
first = bytes(30 << 20)
del first
before = memory.of_process(os.getpid())
pictures, kept = [], []
for _ in range(10):
    pictures.append(bytearray(b"x") * (4 << 20))
    kept.append(bytes(2000))  # what stays of each lies between them
del pictures
print((memory.of_process(os.getpid()) - before) >> 20)
"""


def held(*, told: bool) -> int:
    """Return the megabytes that a fresh program still holds after ten pictures of four have passed."""
    program = [sys.executable, "-c", PASSING.format(told=told)]
    return int(subprocess.run(program, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="not glibc, which keeps blocks that are free")
def test_pictures_that_have_passed_are_not_held() -> None:
    assert held(told=False) > 30
    assert held(told=True) < 3
