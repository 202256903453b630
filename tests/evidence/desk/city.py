"""A workspace as nights leave it: a night's report, targets with judgements, a captured page that means harm."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from evidence import judgements, plain, ruleset
from evidence.columns import Subject
from evidence.holdings import Holdings
from evidence.house import House
from evidence.judgements import Judgement
from evidence.model import Record
from tests.evidence import bundles, factory, judging_factory
from tests.evidence.desk.desks import Clock, house

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202e\u202d市政府\u0000'\"&"
"""A name as whoever is inspected may give to his page."""
PAGE = "<h1>公告</h1><script>parent.document.title='taken'</script><img src='http://evil.test/x.png'>"
STATES: tuple[dict[str, Any], ...] = (
    {"state": "hit", "effect": "veto"},
    {"state": "hit", "effect": "proposal"},
    {"state": "undecided", "missing": ("完整的采集",)},
    {"state": "clear"},
    {"state": "clear"},
)


def subjects(count: int, *names: str) -> tuple[Subject, ...]:
    """So many targets, the first of which have these names."""
    known = dict(enumerate(names))
    return tuple(judging_factory.subject(id=f"t{n:04}", name=known.get(n, f"示范县第{n}局网站")) for n in range(count))


def night(count: int, **more: Any) -> dict[str, Any]:
    """A night's report, as the collector writes it (night/1), over so many targets."""
    at = Clock().at
    instant = plain.instant
    fresh = [
        {
            "target": f"t{n:04}",
            "label": "news",
            "last": instant(at - timedelta(days=n)) if n else None,
            "days": n or None,
        }
        for n in range(min(count, 6))
    ]
    return {
        "schema": "night/1", "night": "20210628-2200", "begun": instant(at - timedelta(hours=4)),
        "ended": instant(at - timedelta(hours=1)), "complete": False,
        "why": ["步骤“判定”未完成：读不出规则", "登录失效 2 页，属我方原因"],
        "resumed": 0, "planned": 420, "captured": 401, "incomplete": 7, "beside": 55,
        "missing": [["t0001", "home"]],
        "failed": [
            {"outcome": "unreachable", "reason": "dns", "fault": "theirs", "count": 12},
            {"outcome": "login_lost", "reason": None, "fault": "ours", "count": 2},
        ],
        "ours": 2, "theirs": 12, "unknown": 4, "retried": 9, "rescued": 4, "second_looks": 3,
        "new": [{"finding": "a" * 64, "indicator": "columns_stale", "clause": "WV-4.2", "target": "t0000", "label": None,
                 "conclusion": "发现问题"}],
        "gone": [], "tally": "共 20 项", "sessions": [{"target": "t0002", "ends": instant(at + timedelta(days=2))}],
        "grown_bytes": 123456, "grown_files": 99, "slowest": [], "fresh": fresh, "targets": count, "never": 1,
        "forewarnings": [
            {"kind": "column", "on": "2021-06-30", "said": "示范县“部门动态”最新一条2021-06-16，再不更新将于2021-06-30超过14天的期限",
             "target": "t0003", "label": "news"},
            {"kind": "t", "on": "2021-07-01", "said": "检查时点2021-07-01 10:00将至", "target": None, "label": None},
        ],
        "left": [{"target": "t0004", "label": "zwgk", "because": "room", "said": "时段内排不下"}],
        "notes": [], "hosts": [], "by_hand": 2, "steps": [], "simulated": False,
        **more,
    }  # fmt: skip


def write_night(root: Path, body: dict[str, Any]) -> None:
    folder = root / "nights" / str(body.get("night", "N1"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "night.json").write_text(json.dumps(body, ensure_ascii=False), "utf-8")


def judged(holdings: Holdings, target: str, exhibits: tuple[Record, ...] = (), findings: int = 2, nth: int = 0) -> None:
    """Keep a judgement of a target, whose findings are all of the nth state."""
    fields = STATES[nth % len(STATES)]
    made = tuple(
        factory.finding(*exhibits, **{"target": target, "message": f"{target} 第{n}项", "label": f"c{n}", **fields})
        for n in range(findings)
    )
    judgements.keep(holdings, target, factory.NOON, ruleset.load(), Judgement(facts=(), findings=made))


def built(root: Path, count: int = 12, *names: str, findings: int = 2) -> tuple[House, Record]:
    """Build the city in `root`; return its house and the record of the harmful page, of target t0000."""
    root.mkdir(parents=True, exist_ok=True)
    holdings = Holdings.open(root / "store")
    who = factory.target(id="t0000")
    record = bundles.admitted(holdings, "N1/t0000/home/1", target=who, html=PAGE)
    for n in range(count - 1):  # of the last nothing was judged
        judged(holdings, f"t{n:04}", (record,) if n == 0 else (), findings, nth=n)
    write_night(root, night(count))
    return house(root, subjects=lambda: subjects(count, *names)), record
