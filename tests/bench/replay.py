"""Replay beside capture: milliseconds a page of each, and how like the replayed pages are, over the mirrored real site.

Every page of one run is shown once more from the store, with the network off. Goal: a median likeness of the picture of
980 per mille or more; what could not be replayed is printed by cause.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median_low

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from collector import replays  # noqa: E402
from collector.clock import SystemClock  # noqa: E402
from collector.initialise import initialise  # noqa: E402
from collector.run import run  # noqa: E402
from collector.workspace import Workspace  # noqa: E402
from evidence.holdings import Holdings  # noqa: E402
from tests.site.folder import serve  # noqa: E402

MIRROR = ROOT.parent / "shared/data/gov-daozhen-hrss"


def main() -> None:
    """Print the table."""
    if not MIRROR.is_dir():
        print("the mirrored site (../shared/data) is not here: nothing measured")
        return
    columns = json.loads((MIRROR / "expected_columns.json").read_text("utf-8"))["columns"]
    lists = [Path(c["file"]).parent.as_posix() for c in columns if c["kind"] == "list"]
    with serve(MIRROR / "site") as address, tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "ws"
        initialise(folder)
        entries = [{"label": label, "name": label, "url": f"{address}/{label}/index.html"} for label in lists]
        target = {"id": "mirror", "name": "mirror", "url": f"{address}/index.html", "columns": entries}
        (folder / "targets.yaml").write_text(json.dumps([target], ensure_ascii=False), "utf-8")
        workspace = Workspace.open(folder)
        holdings = Holdings.open(workspace.store_path)
        begun = time.perf_counter()
        records = asyncio.run(run(workspace, holdings, clock=SystemClock(), jobs=1)).last
        captured = time.perf_counter() - begun
        begun = time.perf_counter()
        found = replays.measure(workspace, holdings, records)
        replayed = time.perf_counter() - begun
    each = 1000 / len(records)
    print(f"capture {captured * each:.0f} ms a page, replay {replayed * each:.0f} ms, ratio {replayed / captured:.2f}")
    for name, shares in (
        ("picture", [one.picture for one in found.values()]),
        ("text", [one.text for one in found.values()]),
        ("resources", [one.resources for one in found.values()]),
    ):
        known = sorted(share for share in shares if share is not None)
        goal = "  (goal 980)" if name == "picture" else ""
        print(f"{name:9} median {median_low(known)}, least {known[0]}, of {len(known)} pages{goal}")
    causes = Counter({miss.cause: 0 for one in found.values() for miss in one.misses})
    for one in found.values():
        causes.update({miss.cause: miss.count for miss in one.misses})
        causes.update([f"page: {one.reason}"] if one.reason else [])
    for cause, count in causes.most_common():
        print(f"missed    {cause}: {count}")


if __name__ == "__main__":
    main()
