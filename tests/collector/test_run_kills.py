"""A run killed at any moment leaves a sound store, loses nothing it had written down, and is taken up where it stopped."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

from collector import lines
from collector.initialise import initialise
from evidence.holdings import Holdings
from evidence.soundness import examine
from tests.conftest import ROOT
from tests.site.server import Site

PROGRAM = "from collector.cli import main; main()"
QUICK = "jobs: 1\nreplay_share: 0\nsecond_agent: false\nlimits: {navigation_seconds: 2, settle_seconds: 1, passes: 2}\n"
LABELS = [f"c{n}" for n in range(4)]
ALL = [*LABELS, "home"]


def office(folder: Path, site: Site) -> None:
    initialise(folder, office="示范")
    columns = [
        {"label": label, "name": label, "url": f"/gzip?{label}", "class": "news", "duty": True} for label in LABELS
    ]
    target = {"id": "shifan", "name": "示范", "url": site.url, "columns": columns}
    (folder / "targets.yaml").write_text(json.dumps([target]))
    (folder / "quzheng.yaml").write_text(QUICK)


def started(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", PROGRAM, "run", "-w", str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def acknowledged(folder: Path) -> list[str]:
    """Return the records that the journals of all runs name."""
    journals = sorted((folder / "store" / "journal").glob("*.jsonl"))
    said = [line for path in journals for line in lines.read(path)]
    return [line["record"] for line in said if line["kind"] == "outcome"]


def assert_sound(folder: Path) -> None:
    holdings = Holdings.open(folder / "store")
    assert examine(holdings).faults == ()
    there = {leaf.digest for leaf in holdings.ledger.leaves() if leaf.kind == "record"}
    assert there >= set(acknowledged(folder))


def test_a_run_killed_at_any_moment_loses_nothing_and_is_taken_up(tmp_path: Path, site: Site, full: bool) -> None:
    luck, kills, n = random.Random(), 40 if full else 2, 0
    office(tmp_path / "undisturbed", site)
    begun = time.monotonic()
    assert started(tmp_path / "undisturbed").wait(120) == 0
    whole = time.monotonic() - begun
    while kills:
        folder, n = tmp_path / f"disturbed-{n}", n + 1
        office(folder, site)
        while kills:
            with started(folder) as run:
                try:
                    assert run.wait(luck.uniform(0.2, whole * 0.8)) == 0
                    break
                except subprocess.TimeoutExpired:
                    run.kill()
                    kills -= 1
            assert_sound(folder)
        else:
            assert started(folder).wait(120) == 0
        assert_sound(folder)
        taken = [record.capture for record in Holdings.open(folder / "store").records()]
        by_run: dict[str, list[str]] = {}
        for one in taken:
            by_run.setdefault(one.key.partition("/")[0], []).append(one.label)
        assert all(sorted(labels) == ALL for labels in by_run.values()), (
            "one that was killed after its end is a whole run, too"
        )
        assert {one.outcome for one in taken} == {"captured"}
