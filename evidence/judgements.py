"""What the last judgement of every target said: its facts, and its findings by id.

    derived/judgements/TARGET.json

Derived, like readings: judging again makes it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from evidence import canonical, plain, words
from evidence.catalog import check_slug
from evidence.errors import CanonicalError, ShapeError, StoreError
from evidence.files import Stamp, stamp, write_changed
from evidence.holdings import Holdings, Stacks
from evidence.model import Fact, Finding
from evidence.ruleset import RuleSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Facts, and the findings that rest on them."""

    facts: tuple[Fact, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The file of one target."""

    target: str
    at: datetime
    edition: str
    rules: str
    """SHA-256 of the rule set."""
    facts: tuple[Fact, ...]
    findings: tuple[str, ...]


def keep(holdings: Holdings, target: str, at: datetime, rules: RuleSet, judgement: Judgement) -> None:
    """Keep a target's judgement, its findings each, and a ledger leaf for every finding; the same again is no change.

    Raises StoreError or LedgerError where that cannot be done.
    """
    with holdings.ledger.exclusive():
        said = [(finding.id, holdings.derived.put_finding(finding)) for finding in judgement.findings]
        holdings.ledger.append_all([("finding", f"{id}/{digest}", digest) for id, digest in said])
    kept = Kept(
        target=target,
        at=at,
        edition=rules.edition,
        rules=rules.sha256,
        facts=judgement.facts,
        findings=tuple(finding.id for finding in judgement.findings),
    )
    _write(_place(holdings, target), kept)


def _write(path: Path, kept: Kept) -> None:
    try:
        write_changed(path, canonical.encode(plain.dump(kept)))
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error}") from error


def set_aside(holdings: Holdings, record: str) -> None:
    """Take back what was said by a record in quarantine: its facts are unknown, findings that rest on it undecided.

    Nothing of what it showed stays in them; judging again judges by the other records. Done twice is no change.
    """
    why = f"所依据的记录 {record[:12]} 已隔离，须按其他记录重新判定"
    for finding in holdings.derived.findings():
        if record in finding.exhibits:
            open_ = _undecided(finding, why)
            said = holdings.derived.put_finding(open_)
            holdings.ledger.append("finding", f"{finding.id}/{said}", said)
    for path in sorted(_folder(holdings).glob("*.json")):
        kept = _load(path)
        if any(fact.record == record for fact in kept.facts):
            facts = tuple(_unknown(fact, why) if fact.record == record else fact for fact in kept.facts)
            _write(path, replace(kept, facts=facts))


def _undecided(finding: Finding, why: str) -> Finding:
    return replace(
        finding,
        state="undecided",
        message=f"{why}。",
        numbers={},
        missing=(why,),
        for_the_unit=(),
        against=(),
        readings=(),
        second_look="missing",
    )


def _unknown(fact: Fact, why: str) -> Fact:
    return replace(fact, newest=None, age_days=None, blank=None, stale=None, missing=(why,))


def last_facts(holdings: Stacks) -> tuple[Fact, ...]:
    """Return the facts of the last judgement of every target; raises StoreError for a damaged file."""
    return tuple(fact for path in sorted(_folder(holdings).glob("*.json")) for fact in _load(path).facts)


def last(holdings: Holdings) -> Judgement:
    """Return the last judgement of every target, in the order of their ids; raises StoreError for a damaged file."""
    kept = each(holdings)
    return Judgement(
        facts=tuple(fact for one in kept for fact in one.facts),
        findings=tuple(holdings.derived.finding(id) for one in kept for id in one.findings),
    )


def each(holdings: Holdings) -> tuple[Kept, ...]:
    """Return what is kept of every target's last judgement, in the order of their ids; raises StoreError for a damaged file."""
    return tuple(_load(path) for path in sorted(_folder(holdings).glob("*.json")))


def stamps(holdings: Stacks) -> dict[str, Stamp]:
    """Return the stamp of the file of each target's last judgement, by the target's id, in order."""
    found = ((path.stem, stamp(path)) for path in sorted(_folder(holdings).glob("*.json")))
    return {target: one for target, one in found if one is not None}


def of_target(holdings: Stacks, target: str) -> Kept:
    """Return what is kept of a target's last judgement; raises StoreError for a damaged file, or none."""
    return _load(_place(holdings, target))


def current(holdings: Holdings, finding: Finding) -> Finding | None:
    """Return the finding of the same question (target, label, indicator, T) as last judged; None where that is no more."""
    asked = (finding.target, finding.label, finding.indicator, finding.at)
    found = (
        one for one in _findings_of(holdings, finding.target) if (one.target, one.label, one.indicator, one.at) == asked
    )
    return next(found, None)


def facts_of(holdings: Stacks, target: str) -> tuple[Fact, ...]:
    """Return the facts of a target's last judgement, none where nothing was judged; raises StoreError for a damaged file."""
    return of_target(holdings, target).facts if _place(holdings, target).exists() else ()


def _findings_of(holdings: Stacks, target: str) -> Iterator[Finding]:
    if _place(holdings, target).exists():
        yield from (holdings.derived.finding(id) for id in of_target(holdings, target).findings)


def tally(findings: Sequence[Finding]) -> str:
    """Return how many findings are of each state, in Chinese; the share of undecided is to be read beside the hits.

    >>> tally(())
    '共 0 项'
    """
    counted: Counter[str] = Counter(words.conclusion(finding.state, finding.effect) for finding in findings)
    order = (words.STATES["hit"], words.PROPOSED, words.STATES["clear"], words.STATES["undecided"])
    said = "，".join(f"{name} {counted[name]}" for name in order if counted[name])
    share = counted[words.STATES["undecided"]] * 1000 // len(findings) if findings else 0
    open_ = f"（未能判定占 {words.per_mille(share)}）" if share else ""
    return f"共 {len(findings)} 项" + (f"：{said}{open_}" if said else "")


def second_looks_due(holdings: Holdings) -> dict[str, tuple[str, ...]]:
    """Return the labels, by target, that the hits of the last judgement rest on and that were seen only once;
    what a person saw no machine looks at again."""
    due: dict[str, dict[str, None]] = {}
    for finding in last(holdings).findings:
        if finding.state == "hit" and finding.second_look == "missing":
            captures = (holdings.record(id).capture for id in finding.exhibits)
            labels = [one.label for one in captures if one.purpose != "human"]
            if labels:
                due.setdefault(finding.target, {}).update(dict.fromkeys(labels))
    return {target: tuple(labels) for target, labels in due.items()}


def _load(path: Path) -> Kept:
    try:
        return plain.load(Kept, canonical.decode(path.read_bytes()))
    except (OSError, CanonicalError, ShapeError) as error:
        raise StoreError(f"{path} cannot be read: {error}\ntry: quzheng judge (it makes it again)") from error


def _place(holdings: Stacks, target: str) -> Path:
    return _folder(holdings) / f"{check_slug(target)}.json"


def _folder(holdings: Stacks) -> Path:
    return holdings.root / "derived" / "judgements"
