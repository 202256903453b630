"""How long a province takes to judge: a generated store of targets with a home page and three columns over many nights.

    python tests/bench/judging.py [TARGETS] [NIGHTS]

Four nights in five show what the night before showed, and share its page. Goal: 3,300 targets over 90 nights in 60 seconds
on two cores; smaller stores are given as a share of that. Judged thrice: with its pages unread, again as it stands, and
an hour later, when every finding is new and goes to the ledger.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from evidence import canonical, ruleset  # noqa: E402
from evidence import judge as judging  # noqa: E402
from evidence.catalog import Row  # noqa: E402
from evidence.columns import Column, ColumnLedger, Subject  # noqa: E402
from evidence.holdings import Holdings  # noqa: E402
from evidence.model import Record  # noqa: E402
from tests.evidence.factory import artifact, capture, target  # noqa: E402

T = datetime(2021, 6, 29, 4, tzinfo=UTC)
LABELS = ("home", "c0", "c1", "c2")


def page(number: int, label: str, newest: date) -> bytes:
    """Return a list page."""
    rows = "".join(
        f'<li><a href="t{number}-{n}.html">示范{number}号{label}第{n}次工作推进会议部署重点任务</a><span>{newest - timedelta(days=5 * n)}</span></li>'
        for n in range(12)
    )
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{label}</title></head><body><h2>{label}</h2><ul>{rows}</ul></body></html>".encode()


def generated(root: Path, targets: int, nights: int) -> tuple[Holdings, list[Subject]]:
    """Return a store so filled, admitted without waiting for the disk at each record, and its subjects."""
    holdings = Holdings.open(root)
    rows: list[Row] = []
    for t in range(targets):
        for label in LABELS:
            previous = None
            for n in range(nights):
                at = T - timedelta(days=nights - n, hours=-2)
                newest = (at - timedelta(days=n % 5 + (40 if label == "c2" else 1))).date()  # the same five nights long
                html = artifact(
                    holdings.store.put(page(t, label, newest), "text/html"),
                    "dom",
                    url=f"http://s{t}.test/{label}/",
                    taken=at,
                )
                taken = capture(
                    holdings.store,
                    key=f"N{n:03}/s{t}/{label}/1",
                    target=target(id=f"s{t}", url=f"http://s{t}.test/{label}/"),
                    label=label,
                    started=at,
                    ended=at + timedelta(seconds=3),
                    artifacts=(html,),
                )
                record = Record(capture=taken, previous=previous)
                holdings.store.put(canonical.encode(record.plain()), "application/json")
                previous = record.id
                leaf = holdings.ledger.append("record", taken.key, record.id)
                rows.append(Row.of(record, leaf))
    holdings.catalog.add_all(rows)
    return holdings, [_subject(t) for t in range(targets)]


def _subject(t: int) -> Subject:
    columns = tuple(
        Column(label=label, name=label, url=f"http://s{t}.test/{label}/", class_="news", level=1, duty=True)
        for label in LABELS[1:]
    )
    return Subject(
        id=f"s{t}",
        name=f"示范{t}号",
        kind="portal",
        site_code=f"{t:010}",
        unit=None,
        url=f"http://s{t}.test/",
        platform=None,
        jurisdiction=None,
        ledger=ColumnLedger(target=f"s{t}", columns=columns),
    )


def main() -> None:
    """Print the measurements."""
    targets = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    nights = int(sys.argv[2]) if len(sys.argv) > 2 else 90
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        holdings, subjects = generated(Path(folder), targets, nights)
        print(f"{targets} targets, {nights} nights generated in {time.perf_counter() - begun:.0f} s")
        for what, at in (
            ("pages unread", T),
            ("the same again", T),
            ("an hour later", T + timedelta(hours=1)),
        ):
            begun = time.perf_counter()
            judged = judging.judge_holdings(holdings, subjects, at=at, rules=ruleset.load(), jobs=2)
            taken = time.perf_counter() - begun
            print(
                f"{what}: {taken:.1f} s, {len(judged.findings)} findings; 3,300 targets so: {taken * 3300 / targets:.0f} s (goal 60)"
            )
    print(f"memory at the peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
