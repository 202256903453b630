"""The form of a night's report (night/1): what was planned, what came of it, what is to be done; numbers and names, no page text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from collector.forewarning import Forewarning
from collector.reckoning import Reckoning
from collector.schedule import HostLoad, Left
from evidence import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Pages that were not captured, by what kept us."""

    outcome: str
    reason: str | None
    fault: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A finding that is new, or gone, since the judgement before the night."""

    finding: str
    indicator: str
    clause: str
    target: str
    label: str | None
    conclusion: str
    """In Chinese, as lists of findings say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowHost:
    """How long pages of a host took."""

    host: str
    pages: int
    median_ms: int
    longest_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A target, and of its pages the one that was captured whole longest ago."""

    target: str
    label: str
    last: datetime | None
    days: int | None
    """Whole days in Asia/Shanghai since then; None: never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the night."""

    name: str
    seconds: int
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A page of the night beside its last capture before it."""

    target: str
    label: str
    earlier: str | None
    """Record id; None: it was never captured before."""
    later: str
    state: Literal["same", "noise", "changed", "first", "failed", "left"]
    """As `compare` says; or that there was nothing before, that it could not be compared, or that there was no time."""
    said: str
    """What differs, in numbers, or what kept us; in Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FewProbes:
    """A site that was asked too seldom on a day that is over for that day to count (WV-2)."""

    target: str
    day: date
    visits: int
    least: int
    """How many the rule set wants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A kept session that is about to end."""

    target: str
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """The report of one night."""

    night: str
    begun: datetime
    ended: datetime
    complete: bool
    why: tuple[str, ...]
    """Why not, in Chinese."""
    resumed: int
    """How often it was taken up again."""
    planned: int
    captured: int
    incomplete: int
    """Of those captured: document or main region not whole."""
    beside: int
    """Pages captured beside those planned: articles and documents that a column led to."""
    missing: tuple[tuple[str, str], ...]
    failed: tuple[Failed, ...]
    ours: int
    theirs: int
    unknown: int
    """Pages not captured, by whose fault."""
    retried: int
    """Pages that were tried more than once."""
    rescued: int
    """Of those, captured in the end."""
    second_looks: int
    new: tuple[Change, ...]
    gone: tuple[Change, ...]
    tally: str
    sessions: tuple[Ending, ...]
    grown_bytes: int
    grown_files: int
    """What the store gained, all told."""
    slowest: tuple[SlowHost, ...]
    fresh: tuple[Fresh, ...]
    """The worst first; so many as there is room for."""
    targets: int
    never: int
    """Targets of which a page was never captured whole."""
    forewarnings: tuple[Forewarning, ...]
    left: tuple[Left, ...]
    """Due, and put off with its reason."""
    notes: tuple[str, ...]
    hosts: tuple[HostLoad, ...]
    """What the plan asked of each host, the longest first."""
    by_hand: int
    steps: tuple[Step, ...]
    simulated: bool
    """Whether its clock was a simulated one."""
    comparison: Mapping[str, int] = field(default_factory=dict)
    """How many pages came out how, by the states of `Compared`."""
    compared: tuple[Compared, ...] = ()
    """Those that changed, and those that could not be compared or were left."""
    few_probes: tuple[FewProbes, ...] = ()
    tomorrow: Reckoning | None = field(default=None, metadata={plain.ADDED: True})
    """What the next day's window would hold as things stand, and what would not fit."""

    def plain(self) -> dict[str, Any]:
        """Return the report as plain JSON (schema night/1)."""
        return {"schema": "night/1", **plain.dump(self)}

    def summary(self) -> str:
        """Return the one-page summary, for a terminal, a mail or a chat."""
        return "\n".join(self._lines())

    def _lines(self) -> list[str]:
        lines = [f"夜间任务 {self.night}：{'完整' if self.complete else '不完整'}"]
        lines += [f"  · {why}" for why in self.why]
        lines.append(f"应采 {self.planned} 页，采到 {self.captured} 页（其中主要区域不完整 {self.incomplete} 页）")
        if failed := self.ours + self.theirs + self.unknown:
            lines.append(f"未采到 {failed} 页：我方 {self.ours}，对方 {self.theirs}，未查明 {self.unknown}")
        if self.retried:
            lines.append(f"重试 {self.retried} 页，其中 {self.rescued} 页重试后采到")
        if self.comparison:
            lines.append(self.comparison_told())
        lines.append(f"判定：{self.tally}；新出现 {len(self.new)} 项，不再有 {len(self.gone)} 项")
        if self.left:
            lines.append(f"到期未排 {len(self.left)} 页")
        if self.few_probes:
            lines.append(self.few_probes_told())
        lines += self.notes
        if self.tomorrow and (full := self.tomorrow.full):
            lines.append(
                f"明日排不下 {sum(one.pages for one in full)} 页，涉及 {len({one.target for one in full})} 个对象"
            )
            lines += [f"  · {one.target}：{one.pages} 页，{one.said}" for one in full[:5]]
        lines += [f"预警：{one.said}" for one in self.forewarnings[:20]]
        if len(self.forewarnings) > 20:
            lines.append(f"预警共 {len(self.forewarnings)} 条，其余见报告")
        if self.fresh and (worst := self.fresh[0]).days != 0:
            old = "从未" if worst.days is None else f"{worst.days} 天前"
            lines.append(f"最久未完整采到：{worst.target}/{worst.label}（{old}）")
        lines.append(f"存储增加 {self.grown_bytes} 字节")
        return lines

    def comparison_told(self) -> str:
        """Return what the comparison came to, in one Chinese sentence."""
        count = self.comparison.get
        told = f"与上次采集比对：没有变化 {count('same', 0)} 页，只有无关变化 {count('noise', 0)} 页，有变化 {count('changed', 0)} 页"
        others = (("first", "首次采到"), ("failed", "未能比对"), ("left", "来不及比对"))
        return told + "".join(f"，{said} {n} 页" for state, said in others if (n := count(state, 0)))

    def few_probes_told(self) -> str:
        """Return the warning on sites that were asked too seldom, in one Chinese sentence."""
        sites = tuple(dict.fromkeys(one.target for one in self.few_probes))
        days = f"{min(one.day for one in self.few_probes)} 至 {max(one.day for one in self.few_probes)}"
        named = "、".join(sites[:5]) + (" 等" if len(sites) > 5 else "")
        return (
            f"可用性监测不足：{len(sites)} 个网站（{named}）在 {days} 有 {len(self.few_probes)} 个网站日访问不足 "
            f"{self.few_probes[0].least} 次，这些天对 WV-2 不能作出结论；请检查 quzheng probe 是否按时运行"
        )
