"""Freezes a period, and enters what persons decide in it: each an event in the ledger, on the disk when the call returns."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from evidence import canonical, human, judgements
from evidence.bulletin.book import Book, events, open_book
from evidence.bulletin.frame import Cited, Member, frame, outside
from evidence.bulletin.outcome import bears, outcome
from evidence.bulletin.period import (
    KIND,
    RESULT_WORDS,
    Event,
    Period,
    RegisterRef,
    Result,
    Step,
    checked_name,
)
from evidence.columns import Subject
from evidence.errors import PeriodError
from evidence.holdings import Holdings
from evidence.model import Finding
from evidence.registers import sampling
from evidence.registers.register import Register
from evidence.registers.sampling import Sample
from evidence.ruleset import RuleSet
from evidence.span import local_day, local_text

UNREGISTERED = "漏报"
"""The clause of accounts that stand in no register."""
_COUNT = re.compile(r"[1-9][0-9]{0,6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be frozen."""

    name: str
    since: date
    until: date
    at: datetime
    frame: tuple[str, ...]
    """Registers, each by its name, or the beginning of its record's id or of its file's SHA-256."""
    by: str
    sample: str | None = None
    """Of the accounts: a share such as 30%, or how many."""
    seed: str | None = None


def freeze(
    holdings: Holdings,
    asked: Asked,
    *,
    registers: Sequence[Register],
    subjects: Sequence[Subject],
    rules: RuleSet,
    now: datetime,
) -> Book:
    """Freeze a period with the findings of the last judgement, which must be of T and of these rules, and return it.

    `registers` are the kept exports. Raises PeriodError with the reason where it cannot be frozen; nothing is then kept.
    """
    _check(asked, now)
    rules.check_in_force(local_day(asked.at))
    used = chosen(registers, asked.frame)
    whole = frame(used, subjects)
    accounts = [one for one in whole.members if one.kind == "account"]
    sample = _draw(accounts, asked)
    drawn = None if sample is None else set(sample.keys)
    members = [one for one in whole.members if one.kind == "site" or drawn is None or one.id in drawn]
    with holdings.ledger.exclusive():
        if events(holdings, asked.name):
            raise PeriodError(f"检查期{asked.name}已经冻结过；冻结以后只能用 period decide 和案卷步骤改变结果")
        citing = _Citing(holdings, asked, rules)
        period = Period(
            name=asked.name,
            since=asked.since,
            until=asked.until,
            at=asked.at,
            registers=tuple(map(_reference, used)),
            frame_size=len(whole.members),
            frame_accounts=len(accounts),
            closed=whole.closed,
            edition=rules.edition,
            rules=rules.sha256,
            sample=sample,
            members=citing.members(members),
            outside=citing.unregistered(outside(whole, subjects)),
        )
        document = holdings.store.put(canonical.encode(period.plain()), "application/json").sha256
        event = Event(period=asked.name, n=1, step="frozen", by=_name(asked.by), when=now, document=document)
        _enter(holdings, event)
    return open_book(holdings, asked.name)


def decide(
    holdings: Holdings,
    name: str,
    member: str,
    result: Result,
    *,
    by: str,
    why: str,
    now: datetime,
    second: str | None = None,
) -> Book:
    """Enter how persons decide on a member and return the period after it; raises PeriodError for what may not be decided.

    不合格 takes two persons, and something to rest on: a problem that was confirmed, or what a person handed in.
    """
    with holdings.ledger.exclusive():
        book = open_book(holdings, name)
        chosen_member = book.member(member)
        event = _next(book, "decided", by=by, now=now, member=member)
        event = replace(event, result=result, reason=" ".join(why.split()), second=_name(second) if second else None)
        if refused := _refusal(holdings, book, chosen_member, event):
            raise PeriodError(f"“{chosen_member.name}”不能认定为{RESULT_WORDS[result]}：{refused}")
        _enter(holdings, event)
    return open_book(holdings, name)


def enter_letter(holdings: Holdings, name: str, member: str, *, by: str, now: datetime, due: date) -> Book:
    """Enter that the unit was asked about a member (核实函) on which persons decide, to be answered until `due`."""
    with holdings.ledger.exclusive():
        book = open_book(holdings, name)
        book.member(member)
        _enter(holdings, replace(_next(book, "asked", by=by, now=now, member=member), due=due))
    return open_book(holdings, name)


def enter_demand(
    holdings: Holdings,
    name: str,
    member: Member,
    findings: Sequence[str],
    *,
    by: str,
    now: datetime,
    due: date,
    document: str,
) -> None:
    """Enter that a 整改通知 was sent on findings of a member, registered or not: by the SHA-256 of the paper, with its last day."""
    with holdings.ledger.exclusive():
        step = _next(open_book(holdings, name), "demanded", by=by, now=now, member=member.id)
        _enter(holdings, replace(step, due=due, document=document, findings=tuple(findings)))


def enter_issue(holdings: Holdings, name: str, document: str, *, by: str, now: datetime, correction: bool) -> Book:
    """Enter that a bulletin, or a correction of one, was issued: by the SHA-256 of its JSON."""
    with holdings.ledger.exclusive():
        book = open_book(holdings, name)
        step = _next(book, "corrected" if correction else "issued", by=by, now=now)
        _enter(holdings, replace(step, document=document))
    return open_book(holdings, name)


def chosen(registers: Sequence[Register], named: Sequence[str]) -> tuple[Register, ...]:
    """Return the kept exports that are named; raises PeriodError for a name of none, and for no name."""
    if not named:
        raise PeriodError("没有指定抽样框：请用 --frame 写明登记表的名称、记录编号或文件摘要")
    found: list[Register] = []
    for said in named:
        matching = [one for one in registers if _is_named(one, said)]
        if not matching:
            known = "、".join(dict.fromkeys(one.name for one in registers)) or "（没有导入过）"
            raise PeriodError(f"没有登记表“{said:.60}”；已导入的有：{known}（quzheng targets import）")
        found += [one for one in matching if one not in found]
    return tuple(found)


def _is_named(register: Register, said: str) -> bool:
    beginnings = [text for text in (register.record, register.sha256) if text]
    return said == register.name or (len(said) >= 8 and any(text.startswith(said.lower()) for text in beginnings))


def _check(asked: Asked, now: datetime) -> None:
    checked_name(asked.name)
    if asked.until < asked.since:
        raise PeriodError(f"窗口的末日{asked.until}早于首日{asked.since}")
    if asked.at > now:
        raise PeriodError(f"检查时点{local_text(asked.at)}还没有到，不能冻结")
    if local_day(asked.at) < asked.since:
        raise PeriodError(f"检查时点{local_text(asked.at)}早于窗口的首日{asked.since}")
    if not asked.by.strip():
        raise PeriodError("没有写明由谁冻结：请用 --by")
    if (asked.sample is None) != (asked.seed is None):
        raise PeriodError("抽查要同时写明 --sample 和 --seed，才能由任何人重抽")


def _draw(accounts: Sequence[Member], asked: Asked) -> Sample | None:
    """Return the sample of the accounts; None where all are inspected."""
    if asked.sample is None or asked.seed is None:
        return None
    share = _share(asked.sample, len(accounts))
    members = (sampling.Member(key=one.id, platform=one.group, unit=one.unit or "") for one in accounts)
    drawn = sampling.draw(members, share=share, seed=asked.seed)
    if math.ceil(share * len(accounts)) != len(drawn.keys):
        raise PeriodError(f"抽样应得{math.ceil(share * len(accounts))}个，实得{len(drawn.keys)}个")
    return drawn


def _share(said: str, size: int) -> Fraction:
    if not _COUNT.fullmatch(said.strip()):
        return sampling.share_of(said)
    count = int(said)
    if count > size:
        raise PeriodError(f"抽样框里只有{size}个政务新媒体，抽不出{count}个")
    return Fraction(count, size)


def _reference(register: Register) -> RegisterRef:
    return RegisterRef(
        name=register.name,
        record=register.record,
        sha256=register.sha256,
        fetched=register.fetched,
        whole=register.whole,
    )


class _Citing:
    """Gives members the findings of T by these rules, keeps those as they stand, and numbers what found or left something."""

    def __init__(self, holdings: Holdings, asked: Asked, rules: RuleSet) -> None:
        self._holdings, self._asked, self._edition = holdings, asked, rules.edition
        every = judgements.each(holdings)
        self._kept = {one.target: one for one in every if (one.at, one.rules) == (asked.at, rules.sha256)}
        self._number = 0

    def members(self, members: Iterable[Member]) -> tuple[Member, ...]:
        """Return the members with their findings; raises PeriodError where none was judged so."""
        found = tuple(members)
        if not any(member.target in self._kept for member in found):
            raise PeriodError(
                f"没有一个对象在{local_text(self._asked.at)}按规则集{self._edition}判定过："
                "先运行 quzheng judge --at …（同一时点、同一规则）"
            )
        return tuple(self._cited(member) for member in found)

    def unregistered(self, accounts: Iterable[Member]) -> tuple[Member, ...]:
        """Return those of the accounts that were found unregistered."""
        return tuple(
            self._cited(account)
            for account in accounts
            if any((one.clause, one.state) == (UNREGISTERED, "hit") for one in self._findings(account))
        )

    def _findings(self, member: Member) -> tuple[Finding, ...]:
        own = self._kept.get(member.target or "")
        return tuple(self._holdings.derived.finding(id) for id in own.findings) if own else ()

    def _cited(self, member: Member) -> Member:
        told = (one for one in self._findings(member) if bears(one) or one.state == "hit")
        return replace(member, findings=tuple(self._cite(finding) for finding in told))

    def _cite(self, finding: Finding) -> Cited:
        said = self._holdings.store.put(canonical.encode(finding.plain()), "application/json").sha256
        self._number += finding.state != "clear"
        number = f"{self._asked.name}-{self._number:04}" if finding.state != "clear" else None
        return Cited(finding=finding.id, said=said, number=number)


def _refusal(holdings: Holdings, book: Book, member: Member, event: Event) -> str | None:
    """Return why something may not be decided; None where it may."""
    if not event.by:
        return "没有写明由谁认定"
    if not event.reason:
        return "须写明理由（--why）"
    if event.when < book.events[-1].when:
        return f"时间{local_text(event.when)}早于上一步{local_text(book.events[-1].when)}，请先校准时钟"
    standing = outcome(book, member).standing
    held = [one for one in standing if one.held]
    if event.result == "passed" and any(one.finding.effect == "veto" for one in held):
        return "有已确认的问题；先撤销（quzheng findings withdraw），或作出异议裁定"
    if event.result != "failed":
        return None
    if event.second is None or "".join(event.second.split()).casefold() == "".join(event.by.split()).casefold():
        return "认定不合格须有另一人复核（--second）"
    if not held and not _handed_in(holdings, (finding for _, finding, _ in book.of(member))):
        return "没有已确认的问题，也没有人工提交的材料，不能认定不合格"
    return None


def _handed_in(holdings: Holdings, findings: Iterable[Finding]) -> bool:
    """Tell whether a person handed in what shows something (a letter shows nothing by itself) on one of some findings."""
    return any(
        one.statement.kind in human.SHOWING for finding in findings for one in human.of_finding(holdings, finding)
    )


def _next(book: Book, step: Step, *, by: str, now: datetime, member: str | None = None) -> Event:
    last = book.events[-1]
    return Event(
        period=book.period.name,
        n=last.n + 1,
        step=step,
        by=_name(by),
        when=now,
        member=member,
        previous=last.id,
    )


def _enter(holdings: Holdings, event: Event) -> None:
    blob = holdings.store.put(canonical.encode(event.plain()), "application/json")
    holdings.ledger.append(KIND, event.key, blob.sha256)


def _name(by: str) -> str:
    return " ".join(by.split())
