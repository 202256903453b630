"""Reading a bundle: the verifier against `sha256sum` over the same bytes, in one run. Goal: 0.7 of its speed or more."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from evidence.verify import verify  # noqa: E402
from tests.evidence import bundles  # noqa: E402

SIZE = 64 << 20
"""Bytes of the picture; the bundle holds it twice, as artifact and in the WARC."""


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        office = bundles.office(Path(name) / "office", picture=os.urandom(SIZE))
        path = office.bundle(Path(name) / "bundle.zip").path
        size = path.stat().st_size
        begun = time.perf_counter()
        verdict = verify(path)
        ours = time.perf_counter() - begun
        begun = time.perf_counter()
        subprocess.run(["sha256sum", str(path)], check=True, capture_output=True)
        plain = time.perf_counter() - begun
    print(f"bundle of {size >> 20} MiB, holds: {verdict.holds()}")
    print(f"sha256sum {plain:.2f} s, verify {ours:.2f} s, ratio {plain / ours:.2f}  (goal 0.7)")


if __name__ == "__main__":
    main()
