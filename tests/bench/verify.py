"""Reading a bundle: the verifier against `sha256sum` over the same bytes, in one run. Goals: 0.7 of its speed, under 200 MB.

A gigabyte is read, a third of it with `--quick`. Each is done three times in turn and the quickest counts, since what else
the machine does only ever adds; the memory is that of a process of its own, from its beginning to its verdict.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.evidence import bundles  # noqa: E402

MEGABYTE = 1 << 20
SIZE = 512 * MEGABYTE
"""Bytes of the picture; the bundle holds it twice, as artifact and in the WARC."""
TRIES = 3
READ = """
import re, sys, time
from pathlib import Path
from evidence.verify import verify
begun = time.perf_counter()
holds = verify(Path(sys.argv[1])).holds()
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())  # getrusage would count its parent's
print(time.perf_counter() - begun, int(peak[1]) * 1024, holds)
"""


def verified(path: Path) -> tuple[float, int]:
    """Return the seconds that a process took to verify a bundle, and its peak of memory in bytes."""
    command = [sys.executable, "-c", READ, str(path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, peak, holds = run.stdout.split()
    if holds != "True":
        raise SystemExit(f"the bundle does not hold: {run.stdout}{run.stderr}")
    return float(seconds), int(peak)


def summed(path: Path) -> float:
    """Return the seconds that `sha256sum` took."""
    begun = time.perf_counter()
    subprocess.run(["sha256sum", str(path)], check=True, capture_output=True)
    return time.perf_counter() - begun


def main() -> None:
    """Print the numbers."""
    size = SIZE // 3 if "--quick" in sys.argv else SIZE
    with tempfile.TemporaryDirectory() as name:
        office = bundles.office(Path(name) / "office", picture=os.urandom(size))
        path = office.bundle(Path(name) / "bundle.zip").path
        tries = [(summed(path), *verified(path)) for _ in range(TRIES)]
        bytes_ = path.stat().st_size
    plain, ours, peak = min(one[0] for one in tries), min(one[1] for one in tries), max(one[2] for one in tries)
    print(f"bundle of {bytes_ // MEGABYTE} MiB, the quickest of {TRIES}")
    print(f"sha256sum {plain:.2f} s, verify {ours:.2f} s, ratio {plain / ours:.2f}  (goal 0.7)")
    print(f"peak of memory {peak / 1e6:.0f} MB  (goal 200)")


if __name__ == "__main__":
    main()
