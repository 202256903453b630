"""Makes an office that published a finding and sealed a bundle of it, so that a test can object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from evidence import bundling, casebook, judge, plans, ruleset
from evidence.admit import admit
from evidence.case_event import Step
from evidence.casebook import CaseRules
from evidence.disputes import opening
from evidence.disputes.form import Form
from evidence.disputes.opening import Dispute
from evidence.holdings import Holdings
from evidence.house import House
from evidence.model import Finding
from evidence.seal import Signer, make_office_key
from tests.evidence.factory import NOON, PNG, artifact, capture
from tests.evidence.judging_factory import column, subject

T = NOON + timedelta(hours=5)
STALE = date(2020, 11, 2)
PUBLISHED = NOON + timedelta(days=10)
OPENED = NOON + timedelta(days=11)
ANSWERED = NOON + timedelta(days=12)
RULED = NOON + timedelta(days=13)
WHO = subject([column(f"c{n}") for n in range(5)], url="http://www.shifan.test/")
LABELS = tuple(f"c{n}" for n in range(5))


def page(newest: date, *extra: tuple[str, date]) -> str:
    """Return a list page whose newest item is of a day, with `extra` items (title, day) above."""
    days = [newest - timedelta(days=3 * n) for n in range(8)]
    listed = [*extra, *((f"示范县召开第{n}次工作推进会议部署重点任务", day) for n, day in enumerate(days))]
    rows = "".join(f'<li><a href="t{day:%Y%m%d}.html">{title}</a><span>{day}</span></li>' for title, day in listed)
    return (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title>部门动态</title></head><body>"
        "<div class='position'>当前位置：<a href='/'>首页</a> &gt; 部门动态</div>"
        f"<div class='list'><h2>部门动态</h2><ul>{rows}</ul></div></body></html>"
    )


def look(
    holdings: Holdings,
    label: str,
    newest: date,
    *extra: tuple[str, date],
    run: str,
    picture: bytes = PNG,
    **fields: Any,
) -> None:
    """Admit a whole look at a label."""
    started = fields.get("started", NOON)
    url = f"http://www.shifan.test/{label}/"
    html = artifact(holdings.store.put(page(newest, *extra).encode(), "text/html"), "dom", url=url, taken=started)
    tile = artifact(holdings.store.put(picture, "image/png"), "tile", box=(0, 0, 1280, 1000), taken=started)
    given = {"artifacts": (tile, html), "label": label, "key": f"{run}/shifan/{label}/1", **fields}
    admit(capture(holdings.store, **given), store=holdings.store, ledger=holdings.ledger, catalog=holdings.catalog)


def night(
    holdings: Holdings, run: str, at: datetime, newest: date = STALE, *extra: tuple[str, date], **fields: Any
) -> None:
    """Admit a planned run over the five columns."""
    plans.enter(holdings, run, fields.get("purpose", "scheduled"), [("shifan", LABELS)], at)
    for label in LABELS:
        look(holdings, label, newest, *extra, run=run, started=at, **fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An office, its published finding and the bundle that went out with it."""

    house: House
    certificate: Path
    finding: Finding
    bundle: Path
    name: str

    @property
    def holdings(self) -> Holdings:
        """What the office holds, opened anew."""
        return self.house.holdings()

    def form(self, **fields: Any) -> Form:
        """Return what the unit wrote."""
        said = {"finding": self.finding.id[:12], "unit": "示范市人民政府办公室", "statement": "12月25日已发布信息1条。"}
        return Form(**{**said, **fields})

    def opened(self, *paths: Path, written: Path | None = None, **fields: Any) -> Dispute:
        """Return the dispute over the finding, opened now."""
        said = self.form(**fields)
        return opening.open_(
            self.house, self.holdings, self.finding, said, paths, by="收件人", now=OPENED, written=written
        )

    def take(self, step: Step, **fields: Any) -> None:
        """Take a step of the finding's case."""
        given = {"by": "张三", "now": OPENED, "rules": self.house.cases, "reason": "情况属实", **fields}
        casebook.take(self.holdings, self.finding, step, **given)


def scene(folder: Path, *, published: bool = True, confirmed: bool = True, picture: bytes = PNG) -> Scene:
    """Return an office in `folder` that saw five stale columns on two looks, judged, sealed, confirmed and published."""
    key, certificate = make_office_key(folder / "seal", "示范市政务公开办")
    house = House(
        store=folder / "store",
        subjects=lambda: (WHO,),
        rules_dir=None,
        signing=lambda: Signer.load(key, certificate),
        cases=CaseRules(notify_first=False),
    )
    holdings = house.holdings()
    for n in range(3, 0, -1):
        night(holdings, f"N-{n}", NOON - timedelta(days=n), picture=picture)
    night(holdings, "R1", NOON, picture=picture)
    night(holdings, "R2", NOON + timedelta(hours=2), picture=picture)
    judged = judge.judge_holdings(holdings, [WHO], at=T, rules=ruleset.load())
    (finding,) = [one for one in judged.findings if one.clause == "WV-4.1"]
    written = bundling.bundle(house, [finding.id], folder / "original.zip")
    made = Scene(house=house, certificate=certificate, finding=finding, bundle=written.path, name=written.name)
    if confirmed or published:
        made.take("confirmed", now=PUBLISHED - timedelta(hours=1))
    if published:
        made.take("published", now=PUBLISHED)
    return made


def seeing(made: Scene, newest: date, *extra: tuple[str, date]) -> Scene:
    """Return the office with a browser that sees these pages when it looks again."""

    def recapture(holdings: Holdings, target: str, labels: Sequence[str]) -> str:
        at = ANSWERED + timedelta(minutes=5)
        night(holdings, f"X{len(holdings.ledger.leaves())}", at, newest, *extra, purpose="recheck")
        return ""

    return replace(made, house=replace(made.house, recapture=recapture))
