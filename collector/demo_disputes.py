"""Two objections of the demonstration, from the form in the bundle to the sealed answer: one upheld, one overturned."""

from __future__ import annotations

import functools
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from collector.clock import SystemClock
from evidence import casebook, judgements
from evidence.case_event import WORDS, Step
from evidence.disputes import form, opening, ruling, sheet
from evidence.house import House
from evidence.manifest import OBJECTION
from evidence.model import Finding
from evidence.span import local_day
from evidence.verify import verify

_TIME = timedelta(days=14)
"""For every time limit of the demonstration: no calendar may be at hand for the day on which it is played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """What a unit of the demonstration says, and what comes of it."""

    statement: str
    enclosed: tuple[str, str]
    """Name and text of the one file that comes with it."""
    step: Step
    why: str
    look: bool
    """Whether its pages are captured again."""


OBJECTIONS: Mapping[str, Objection] = {
    "columns_not_updated": Objection(
        statement="所列栏目已经补充更新，请复核。",
        enclosed=("更新情况说明.txt", "各栏目已于通报以后补充更新。\n"),
        step="upheld",
        why="时点前各次访问均完整，所见最新一条的日期相同；时点以后的更新不改变时点时的事实，可以作为整改情况。",
        look=True,
    ),
    "blank_columns": Objection(
        statement="所列空白栏目中，有的在检查以前已经报备下线，不应计入。备案表附后。",
        enclosed=("栏目下线备案表.txt", "应急预案、政府采购：检查以前已批准下线。\n"),
        step="overturned",
        why="备案表经核对属实，备案日期在检查以前。除去已报备下线的栏目，空白栏目不足标准，该问题不再成立。",
        look=False,
    ),
}
"""By the indicator of the finding that is contested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One objection that was answered."""

    number: str
    finding: str
    step: Step
    bundle: Path
    holds: bool

    def line(self) -> str:
        """Return it in one line."""
        said = "核验成立" if self.holds else "核验不成立"
        return f"■ {self.number} {WORDS[self.step]}：{self.finding[:12]}，答复 {self.bundle}，{said}"


def play(house: House, contested: Sequence[tuple[Finding, Path]], out: Path) -> tuple[Answered, ...]:
    """Publish, contest and answer those findings that have an objection, each with its sealed bundle; the answers lie in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    return tuple(
        _played(house, finding, bundle, OBJECTIONS[finding.indicator], out)
        for finding, bundle in contested
        if finding.indicator in OBJECTIONS
    )


def _played(house: House, finding: Finding, bundle: Path, said: Objection, out: Path) -> Answered:
    _publish(house, finding)
    holdings, now = house.holdings(), SystemClock().now
    written, enclosed = out / f"异议书-{finding.indicator}.txt", out / said.enclosed[0]
    unit = holdings.record(finding.exhibits[0]).capture.target.unit or finding.target
    written.write_text(_filled(bundle, unit, said), "utf-8")
    enclosed.write_text(said.enclosed[1], "utf-8")
    asked = form.parse(written.read_bytes())
    due = local_day(now()) + _TIME
    one = opening.open_(
        house, holdings, finding, asked, [enclosed], by="收件人（演示）", now=now(), due=due, written=written
    )
    sheet.of_dispute(house, holdings, one, file=bundle, look=said.look, now=now())
    people = {"by": "承办人（演示）", "second": "复核人（演示）"}
    ruled = ruling.rule(house, holdings, one, said.step, why=said.why, now=now(), **people)
    result = ruling.seal(house, ruled, out / f"{one.number}.zip")
    holds = result.sealed and verify(result.path).holds()
    return Answered(number=one.number, finding=finding.id, step=said.step, bundle=result.path, holds=holds)


def _publish(house: House, finding: Finding) -> None:
    """Ask the unit, hear it, confirm by as many persons as it takes, publish."""
    holdings, clock = house.holdings(), SystemClock()
    people = [f"检查员{n}（演示）" for n in range(1, max(1, finding.reviewers) + 1)]
    steps: list[tuple[Step, str]] = [("notified", people[0]), ("answered", people[0])]
    steps += [("confirmed", who) for who in people]
    for step, by in (*steps, ("published", people[0])):
        casebook.take(
            holdings,
            finding,
            step,
            by=by,
            now=clock.now(),
            rules=house.cases,
            reason="单位回复：正在核实" if step == "answered" else "",
            due=local_day(clock.now()) + _TIME if step == "notified" else None,
            current=functools.partial(judgements.current, holdings),
        )


def _filled(bundle: Path, unit: str, said: Objection) -> str:
    """Return the form that lies in the bundle, filled in as a unit would."""
    with zipfile.ZipFile(bundle) as archive:
        name = archive.namelist()[0].partition("/")[0]
        blank = archive.read(f"{name}/{OBJECTION}").decode("utf-8-sig")
    parts = {form.BUNDLE: name, form.UNIT: unit, form.STATEMENT: said.statement, form.FILES: said.enclosed[0]}
    for heading, value in parts.items():
        blank = blank.replace(f"【{heading}】", f"【{heading}】\n{value}")
    return blank
