"""Server time of every page of the desk, over a generated store of 5,000 findings and 100,000 records.

    python tests/bench/desk.py [TARGETS] [NIGHTS]

Goal: 300 ms a page. Each target has ten findings and five pages that were captured each night; one finding in ten has a
case, and a few are contested. Told are the median of seven requests and the slowest, as a browser waits for them, the line
in the access log with them; then the first request after a start, and the first after a target was judged anew and a step
was taken, by other holdings than the desk's; last, the first after a whole night: a record of every page, every target
judged at another T. Of each, in parentheses, the processor time of the whole process, for machines that have other work.
Pages that wait for long work are timed while they wait.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from evidence import canonical, casebook, judgements, ruleset  # noqa: E402
from evidence.casebook import CaseRules  # noqa: E402
from evidence.catalog import Row  # noqa: E402
from evidence.columns import Subject  # noqa: E402
from evidence.disputes import opening  # noqa: E402
from evidence.disputes.form import Form  # noqa: E402
from evidence.holdings import Holdings  # noqa: E402
from evidence.judgements import Judgement  # noqa: E402
from evidence.model import Fact, Finding, Record  # noqa: E402
from evidence.reading.reader import this_reader  # noqa: E402
from evidence.readings import shared_key  # noqa: E402
from tests.evidence import factory, judging_factory  # noqa: E402
from tests.evidence.desk.desks import Browser, Clock, house, opened  # noqa: E402

GOAL = 0.3
LABELS = tuple(f"c{n}" for n in range(5))
FINDINGS = 10
TIMES = 7
JUDGED = factory.NOON + timedelta(hours=1)
ROLES = ("inspector", "auditor", "admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A store that was generated."""

    subjects: tuple[Subject, ...]
    findings: tuple[Finding, ...]
    records: int


def filled(root: Path, targets: int, nights: int) -> Filled:
    """Return a store so filled, its files written without waiting for the disk at each."""
    holdings = Holdings.open(root / "store")
    picture = factory.artifact(holdings.store.put(factory.PNG, "image/png"), "tile", box=(0, 0, 1280, 1000))
    findings: list[Finding] = []
    for t in range(targets):
        name = f"t{t:04}"
        rows = [row for label in LABELS for row in _nights(holdings, name, label, nights, picture)]
        holdings.catalog.add_all(rows)
        findings += _judged(holdings, name, [row.record for row in rows[nights - 1 :: nights]])
    _cases(root, holdings, findings)
    Holdings.open(root / "store")  # the catalog learns how far it has come
    subjects = tuple(judging_factory.subject(id=f"t{t:04}", name=f"示范县第{t}局网站") for t in range(targets))
    return Filled(subjects=subjects, findings=tuple(findings), records=targets * nights * len(LABELS))


def _nights(holdings: Holdings, target: str, label: str, nights: int, picture: Any) -> Iterator[Row]:
    previous: str | None = None
    keys: dict[str, str] = {}
    entries, records = [], []
    html = f"<h2>{label}</h2><ul>" + "".join(f"<li>{target}{label}第{n}次会议</li>" for n in range(12)) + "</ul>"
    dom = factory.artifact(holdings.store.put(html.encode(), "text/html"), "dom", url="http://a.test/")
    base = factory.capture(holdings.store, target=factory.target(id=target), label=label, artifacts=(picture, dom))
    for n in range(nights):
        started = Clock().at - timedelta(days=nights - n)
        capture = replace(
            base, key=f"N{n:03}/{target}/{label}/1", started=started, ended=started + timedelta(seconds=3)
        )
        record = Record(capture=capture, previous=previous)
        previous = holdings.store.put(canonical.encode(record.plain()), "application/json").sha256
        entries.append(("record", capture.key, previous))
        records.append(record)
    leaves = holdings.ledger.append_all(entries)
    days = [date(2021, 5, 1) - timedelta(days=n) for n in range(12)]
    items = [judging_factory.item(day, f"{target}{label}关于开展{n}号工作的通知") for n, day in enumerate(days)]
    key = shared_key(records[-1], holdings)
    holdings.derived.put_reading(key, judging_factory.reading(*items))
    keys = holdings.derived.index(target, this_reader(holdings.words).sha256) | {leaf.digest: key for leaf in leaves}
    holdings.derived.put_index(target, this_reader(holdings.words).sha256, keys)
    yield from (Row.of(record, leaf) for record, leaf in zip(records, leaves, strict=True))


def _judged(
    holdings: Holdings, target: str, exhibits: list[str], at: datetime = JUDGED, said: str = "没有更新"
) -> tuple[Finding, ...]:
    records = [holdings.record(id) for id in exhibits]
    made = tuple(
        factory.finding(
            *records, target=target, label=f"c{n}", at=at, message=f"{target}第{n}项：栏目超过期限{said}", effect="veto",
            state=("hit", "hit", "undecided", "clear")[n % 4], missing=("完整的采集",) if n % 4 == 2 else (),
            second_look="agrees",
        )
        for n in range(FINDINGS)
    )  # fmt: skip
    facts = tuple(_fact(target, label, id) for label, id in zip(LABELS, exhibits, strict=True))
    judgements.keep(holdings, target, at, ruleset.load(), Judgement(facts=facts, findings=made))
    return made


def _fact(target: str, label: str, record: str) -> Fact:
    return replace(_some_fact(), target=target, label=label, record=record)


@cache
def _some_fact() -> Fact:
    """Return what is known of a stale column."""
    return judging_factory.stale_site().judged().facts[1]


def _cases(root: Path, holdings: Holdings, findings: list[Finding]) -> None:
    rules = CaseRules(notify_first=False)
    now = Clock().at - timedelta(days=3)
    home = house(root, cases=rules)
    for n, finding in enumerate(one for one in findings[::10] if one.state == "hit"):
        casebook.take(holdings, finding, "confirmed", by="检查甲", now=now, rules=rules)
        if n % 25 == 0:
            casebook.take(holdings, finding, "published", by="负责丙", now=now, rules=rules)
            said = Form(finding=finding.id, unit="示范市人民政府办公室", statement="已经更新")
            opening.open_(home, holdings, finding, said, (), by="检查甲", now=now)


def pages(made: Filled) -> dict[str, tuple[str, ...]]:
    """Return the addresses of all pages by the role that is timed with them."""
    finding = made.findings[len(made.findings) // 2]
    target, (first, second) = finding.target, finding.exhibits[:2]
    return {
        "inspector": (
            "/", "/findings", "/findings?state=all&n=100", f"/findings/{finding.id}?state=all", "/targets",
            f"/targets/{target}", f"/targets/{target}?label=c1&n=2", f"/targets/{target}/columns", f"/records/{first}",
            f"/records/{first}/thumbnail", f"/records/{second}/against/{first}", "/cases", "/cases?state=confirmed",
            "/disputes", "/disputes/D-2021-001", "/bulletins", "/search?q=12号工作", "/search?q=栏目超过期限",
            "/search?q=没有这样的标题", "/account",
        ),
        "auditor": ("/access-log",),
        "admin": ("/users",),
    }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a request took, in seconds."""

    waited: float
    computed: float

    def __str__(self) -> str:
        return f"{self.waited * 1000:.0f} ({self.computed * 1000:.0f})"


def asked(browser: Browser, path: str) -> Spent:
    """Return what a page took."""
    begun, computed = time.perf_counter(), time.process_time()
    answer = browser.get(path)
    spent = Spent(waited=time.perf_counter() - begun, computed=time.process_time() - computed)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return spent


def main() -> None:
    """Print the measurements."""
    targets = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    nights = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        begun = time.perf_counter()
        with patch("os.fsync"):
            made = filled(root, targets, nights)
        print(f"{len(made.findings)} findings, {made.records} records generated in {time.perf_counter() - begun:.0f} s")
        begun, computed = time.perf_counter(), time.process_time()
        home = house(root, subjects=lambda: made.subjects, cases=CaseRules(notify_first=False))
        with opened(root, Clock(), tenant=home) as browse:
            took = Spent(waited=time.perf_counter() - begun, computed=time.process_time() - computed)
            print(f"the desk opened in {took} ms")
            browsers = {}
            for role in ROLES:
                browsers[role] = browse()
                browsers[role].log_in(role)
            browsers["inspector"].desk.titles.take_in()
            told(root, made, browsers)


def told(root: Path, made: Filled, browsers: dict[str, Browser]) -> None:
    """Time all pages and print them, the misses by name."""
    every = [(browsers[role], path) for role, paths in pages(made).items() for path in paths]
    first = {path: asked(browser, path) for browser, path in every}
    again = {path: _again(browser, path) for browser, path in every}
    others = Holdings.open(root / "store")
    moving = [
        one for one in every if one[1].startswith(("/findings", "/cases", "/targets", "/disputes")) or one[1] == "/"
    ]
    after = {}
    for nth, (browser, path) in enumerate(moving):
        _changed(others, made, nth)
        after[path] = asked(browser, path)
    with patch("os.fsync"):
        _night(others, made)
    morning = {path: asked(browser, path) for browser, path in moving}
    print("  median (CPU)  slowest  first (CPU)  changed (CPU)  night (CPU)   page, ms")
    for path, (middle, slowest) in again.items():
        cells = [middle, slowest, first[path], after.get(path, "–"), morning.get(path, "–")]
        late = "  MISSED" if middle.waited > GOAL else ""
        print("".join(f"{one!s:>13}" for one in cells) + f"   {path[:50]}{late}")
    late = sum(middle.waited > GOAL for middle, _ in again.values())
    print(f"{len(again) - late} of {len(again)} pages within {GOAL * 1000:.0f} ms")
    for name, found in (("first", first), ("changed", after), ("night", morning)):
        print(f"slowest {name}: {max(found.values(), key=lambda one: one.waited)}")


def _again(browser: Browser, path: str) -> tuple[Spent, Spent]:
    """Return what the middle one of some requests took, and the slowest."""
    spent = sorted((asked(browser, path) for _ in range(TIMES)), key=lambda one: one.waited)
    return spent[TIMES // 2], spent[-1]


def _changed(holdings: Holdings, made: Filled, nth: int) -> None:
    """Judge a target anew and take a step, as the night and a colleague do."""
    finding = [one for one in made.findings if one.state == "hit"][2 * nth + 1]
    casebook.take(holdings, finding, "withdrawn", by="别人", now=Clock().at, rules=CaseRules(), reason="已报备下线")
    _judged(holdings, finding.target, list(finding.exhibits), said=f"没有更新（第{nth}次）")


def _night(holdings: Holdings, made: Filled) -> None:
    """Look at every page once more and judge every target at another T."""
    for subject in made.subjects:
        rows = []
        for label in LABELS:
            before = holdings.catalog.last(subject.id, label)
            if before is None:
                raise RuntimeError(f"{subject.id}/{label}")
            capture, later = holdings.record(before.record).capture, timedelta(days=1)
            key = f"NIGHT/{subject.id}/{label}/1"
            seen = replace(capture, key=key, started=capture.started + later, ended=capture.ended + later)
            record = Record(capture=seen, previous=before.record)
            blob = holdings.store.put(canonical.encode(record.plain()), "application/json")
            rows.append(Row.of(record, holdings.ledger.append("record", key, blob.sha256)))
            holdings.catalog.add(rows[-1])
        _judged(holdings, subject.id, [row.record for row in rows], at=JUDGED + timedelta(days=1))


if __name__ == "__main__":
    main()
