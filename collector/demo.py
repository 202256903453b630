"""`quzheng demo`: the whole journey on the demonstration city, in front of the reader's eyes.

Two rounds of capture with something changed between them, reading, judging, a sealed bundle for every hit, and the
verifier over each bundle; then two of them are contested, and answered. In the first round every flow in the box is walked
on its stand-in as well, log-ins included. The city is found by name, as flows are: nothing here imports a flow.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collector import box, demo_disputes, replays
from collector.box import Walk
from collector.clock import SystemClock
from collector.demo_disputes import Answered
from collector.errors import WorkspaceError
from collector.initialise import initialise
from collector.progress import Progress
from collector.run import RunReport, run
from collector.workspace import Workspace
from evidence import bundling, judgements, plain, ruleset, words
from evidence import judge as judging
from evidence.dossier import records_of
from evidence.house import House
from evidence.model import Finding, Outcome, Record
from evidence.span import local_day
from evidence.verify import verify

CITY = "flows.demo.city"
MARK = ".quzheng-demo"
"""File that says a folder was written by the demonstration and may be written anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """One finding of the demonstration, its bundle, and whether the bundle holds."""

    finding: Finding
    bundle: Path
    holds: bool
    report: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """One flow of the box on one case of its stand-in."""

    flow: str
    target: str
    name: str
    pages: int
    faults: tuple[str, ...]

    def line(self) -> str:
        """Return it in one line."""
        end = "符合预期" if not self.faults else "与预期不符：" + "；".join(self.faults)
        return f"{'✗' if self.faults else '✓'} {self.flow} {self.name}：{self.pages} 页，{end}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What the demonstration did."""

    out: Path
    outcomes: Mapping[Outcome, int]
    findings: tuple[Finding, ...]
    proved: tuple[Proved, ...]
    walked: tuple[Walked, ...] = ()
    answered: tuple[Answered, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether there was something to prove, every bundle holds, and every flow did on its stand-in what it should."""
        sealed = [one.holds for one in self.proved] + [one.holds for one in self.answered]
        return bool(self.proved) and all(sealed) and not any(w.faults for w in self.walked)

    def plain(self) -> dict[str, Any]:
        """Return the story for `--json`."""
        return {
            "out": str(self.out),
            "outcomes": dict(self.outcomes),
            "findings": [finding.plain() for finding in self.findings],
            "bundles": [
                {"finding": one.finding.id, "path": str(one.bundle), "holds": one.holds, "report": str(one.report)}
                for one in self.proved
            ],
            "disputes": [{**plain.dump(one), "bundle": str(one.bundle)} for one in self.answered],
            "flows": [plain.dump(one) for one in self.walked],
        }

    def told(self) -> str:
        """Return the story in Chinese, with what to look at next."""
        visits = "，".join(f"{words.OUTCOMES[outcome]} {count}" for outcome, count in sorted(self.outcomes.items()))
        lines = [
            f"演示城市：两轮访问，共 {sum(self.outcomes.values())} 次（{visits}）",
            f"判定：{judgements.tally(self.findings)}",
            "",
        ]
        for one in self.proved:
            lines += [
                f"■ {words.conclusion(one.finding.state, one.finding.effect)} {one.finding.target} {one.finding.clause}："
                f"{one.finding.message}",
                f"  证据包 {one.bundle}  核验{'成立' if one.holds else '不成立'}",
                f"  报告   {one.report}",
            ]
        if self.answered:
            lines += ["", "异议与答复：", *(one.line() for one in self.answered), ""]
        boxes = {one.target for one in self.walked}
        undecided = [finding for finding in self.findings if finding.state == "undecided"]
        lines += [f"□ 未能判定 {f.target} {f.clause}：{f.message}" for f in undecided if f.target not in boxes]
        others = sum(finding.target in boxes for finding in undecided)
        lines += [
            "",
            f"自带流程在替身网站上（另有 {others} 项未能判定，不逐项列出）：",
            *(one.line() for one in self.walked),
        ]
        if self.proved:
            lines += [
                "",
                f"看报告：用浏览器打开 {self.proved[0].report}",
                f"再核验：quzheng verify {self.proved[0].bundle}",
                f"看全部：quzheng findings list -w {self.out}",
            ]
        return "\n".join(lines)


def play(out: Path, progress: Progress) -> Story:
    """Play the demonstration into the folder `out`; raises WorkspaceError where it holds something else."""
    _clear(out)
    initialise(out, office="示范市政务公开办公室（演示）")
    (out / MARK).write_text("")
    city_module = importlib.import_module(CITY)
    with city_module.City() as city, box.running(local_day(SystemClock().now())) as walks:
        targets = [*city_module.targets(city), *(walk.target for walk in walks)]
        (out / "targets.yaml").write_text(json.dumps(targets, ensure_ascii=False, indent=1), encoding="utf-8")
        workspace = Workspace.open(out)
        every = tuple(str(target["id"]) for target in targets)  # by name: some flows are for a person to attend
        with _environment({**city_module.secrets(), **box.secrets(walks)}):
            reports = [_round(workspace, "第一轮访问", progress, every)]
            city.change()
            own = tuple(target["id"] for target in city_module.targets(city))
            reports.append(_round(workspace, "第二轮访问", progress, own))
        walked = _walked(walks, reports[0].records, workspace)
        findings, proved = _proved(workspace, progress)
        progress.step("异议、答复")
        contested = [(one.finding, one.bundle) for one in proved if one.finding.target == own[0]]
        answered = demo_disputes.play(replays.house(workspace), contested, out / "answers")
    outcomes = Counter(record.capture.outcome for report in reports for record in report.last)
    return Story(out=out, outcomes=outcomes, findings=findings, proved=proved, walked=walked, answered=answered)


def _proved(workspace: Workspace, progress: Progress) -> tuple[tuple[Finding, ...], tuple[Proved, ...]]:
    """Judge all that was seen and seal what was found; return the findings, and the hits with their bundles."""
    house = workspace.house()
    progress.step("读取、比较、判定")
    judgement = judging.judge_holdings(
        house.holdings(),
        house.subjects(),
        at=SystemClock().now(),
        rules=ruleset.load(house.rules, house.rules_dir),
        jobs=house.jobs,
    )
    hits = [finding for finding in judgement.findings if finding.state == "hit"]
    holdings = house.holdings()
    replays.measure(workspace, holdings, (record for hit in hits for record in records_of(hit, holdings)), progress)
    progress.step("封装、核验", total=len(hits))
    proved = []
    for finding in hits:
        proved.append(_prove(finding, house, workspace.root))
        progress.advance()
    return judgement.findings, tuple(proved)


def _walked(walks: tuple[Walk, ...], records: tuple[Record, ...], workspace: Workspace) -> tuple[Walked, ...]:
    store = workspace.house().holdings().store
    return tuple(
        Walked(
            flow=walk.found.name,
            target=walk.target_id,
            name=walk.case.name,
            pages=len({r.capture.label for r in records if r.capture.target.id == walk.target_id}),
            faults=walk.faults(records, store),
        )
        for walk in walks
    )


def _clear(out: Path) -> None:
    if out.exists() and any(out.iterdir()):
        if not (out / MARK).exists():
            raise WorkspaceError(
                f"{out} holds something that is not a demonstration; nothing was changed\ntry: --out NEW"
            )
        shutil.rmtree(out)


@contextmanager
def _environment(secrets: Mapping[str, str]) -> Iterator[None]:
    """Lend the demonstration's passwords to the flows, by the way that real ones take."""
    before = {name: os.environ.get(name) for name in secrets}
    os.environ.update(secrets)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _round(workspace: Workspace, name: str, progress: Progress, only: tuple[str, ...]) -> RunReport:
    progress.step(name)
    house = workspace.house()
    return asyncio.run(
        run(workspace, house.holdings(), clock=SystemClock(), only=only, purpose="demonstration", progress=progress)
    )


def _prove(finding: Finding, house: House, out: Path) -> Proved:
    written = bundling.bundle(house, (finding.id,), out / "bundles" / f"{finding.target}-{finding.indicator}.zip")
    verdict = verify(written.path)
    opened = out / "opened"
    with zipfile.ZipFile(written.path) as archive:  # our own bundle, just verified: its names are safe
        archive.extractall(opened)
    return Proved(
        finding=finding,
        bundle=written.path,
        holds=written.sealed and verdict.holds(),
        report=opened / written.name / "data" / "report" / "index.html",
    )
