"""Tonight's list for people (quzheng queue): what stays undecided for want of somebody with a telephone or a pair of eyes.

Accounts that no browser can see whole, and columns that were captured whole and still cannot be read. One errand each,
oldest evidence first, a minute an account, with a QR code that leads there.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evidence import human, judgements, plain, words
from evidence.columns import Subject
from evidence.files import make_folder, write_whole
from evidence.holdings import Holdings
from evidence.model import Fact, Finding
from evidence.quoting import plainly
from evidence.registers import platforms
from evidence.span import local_text

NOT_BY_LOOKING = (
    "account_not_registered",
    "account_empty",
    "account_duplicated",
    "account_commercial_links",
    "account_off_topic",
    "interpretation_copied",
    "survey_unanswerable",
    "survey_results",
)
"""Indicators that one look at an account, or at a column's own page, cannot decide."""
BY_TRYING = ("account_interaction_missing", "account_menus_dead", "app_unusable")
"""Indicators that only a person's tries decide: every account needs them now and then, too many for every night."""
LONGEST_CODE = 1000
"""Characters of an address that still make a code a telephone can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One thing for a person to look at."""

    finding: str
    target: str
    name: str
    label: str | None
    column: str | None
    unit: str | None
    platform: str | None
    platform_id: str | None
    address: str
    """Where to look; for an account without a web view its platform id, to be searched for in the app."""
    seen: datetime | None
    """The last look we have; None: never."""
    missing: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """Return the errand as `queue --json` prints it."""
        return plain.dump(self)  # type: ignore[no-any-return]

    @property
    def where(self) -> str:
        """Return what to look at, for people."""
        place = platforms.name(self.platform) if self.platform else None
        return "　".join(filter(None, (self.name, place, self.column)))

    def lines(self) -> Iterator[str]:
        """Yield the errand for people."""
        yield f"{self.where}（{self.target}）　{self.address}"
        yield f"　上次看到：{local_text(self.seen) if self.seen else '从未'}；主办单位：{self.unit or '未填'}"
        yield from (f"　尚缺：{plainly(reason, 200)}" for reason in self.missing)
        yield f"　看过后：quzheng exhibit add {self.finding[:12]} 文件 --kind photo"


def queue(holdings: Holdings, subjects: Sequence[Subject], *, trying: bool = False) -> tuple[Errand, ...]:
    """Return the errands that the last judgement leaves, oldest evidence first, never seen before all.

    With `trying` accounts are listed too of which only their functions are open.
    """
    last = judgements.last(holdings)
    facts: dict[str, list[Fact]] = {}
    for fact in last.facts:
        facts.setdefault(fact.target, []).append(fact)
    open_: dict[str, list[Finding]] = {}
    for finding in last.findings:
        passed = NOT_BY_LOOKING if trying else (*NOT_BY_LOOKING, *BY_TRYING)
        asks = finding.state == "undecided" and finding.indicator not in passed
        if asks and not human.of_finding(holdings, finding):
            open_.setdefault(finding.target, []).append(finding)
    errands = [
        errand
        for subject in subjects
        if subject.id in open_
        for errand in _of(subject, open_[subject.id], facts.get(subject.id, []))
    ]
    return tuple(sorted(errands, key=lambda one: (one.seen or datetime.min.replace(tzinfo=UTC), one.target)))


def code(errand: Errand) -> segno.QRCode:
    """Return the QR code of an errand's address; of one too long for a telephone, of its target's id."""
    return segno.make(errand.address if len(errand.address) <= LONGEST_CODE else errand.target, micro=False)


def terminal(errand: Errand) -> str:
    """Return the code as half blocks for a terminal."""
    out = io.StringIO()
    code(errand).terminal(out=out, compact=True)
    return out.getvalue()


def page(errands: Sequence[Errand]) -> bytes:
    """Return the errands as one HTML page to print or to show on a screen; it loads nothing."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "report"), autoescape=True, undefined=StrictUndefined
    )
    cards = [(errand, code(errand).svg_data_uri(scale=4)) for errand in errands]
    seen = words.moment
    return environment.get_template("queue.html.j2").render(cards=cards, moment=seen, name=platforms.name).encode()


def write(path: Path, errands: Sequence[Errand]) -> None:
    """Write the errands: to a name ending in .html one page, else a folder with a PNG code for each."""
    if path.suffix.lower() in (".html", ".htm"):
        write_whole(path, page(errands))
        return
    make_folder(path)
    for n, errand in enumerate(errands, 1):
        picture = io.BytesIO()
        code(errand).save(picture, kind="png", scale=6)
        write_whole(path / f"{n:03d}-{errand.target}.png", picture.getvalue())


def _of(subject: Subject, findings: Sequence[Finding], facts: Sequence[Fact]) -> Iterator[Errand]:
    """Yield the errands on one target; a finding on which somebody handed something in is not among `findings`."""
    if subject.is_account:
        seen_by = {fact.coverage for fact in facts}
        to_try = any(finding.indicator in BY_TRYING for finding in findings)
        if to_try or subject.by_hand or ("partial" in seen_by and "complete" not in seen_by):
            yield _account(subject, findings, facts)
        return
    for fact in facts:
        if fact.duty is not False and fact.missing and fact.complete is True:
            yield _column(subject, findings[0], fact)


def _account(subject: Subject, findings: Sequence[Finding], facts: Sequence[Fact]) -> Errand:
    """Return the one errand on an account, with all that is missing; it is handed in on the first finding."""
    seen = max((fact.as_of for fact in facts if fact.as_of), default=None)
    missing = tuple(dict.fromkeys(reason for finding in findings for reason in finding.missing))
    return _errand(subject, findings[0], label=None, column=None, address=subject.url, seen=seen, missing=missing)


def _column(subject: Subject, finding: Finding, fact: Fact) -> Errand:
    return _errand(
        subject,
        finding,
        label=fact.label,
        column=fact.path,
        address=fact.url,
        seen=fact.as_of,
        missing=fact.missing,
    )


def _errand(subject: Subject, finding: Finding, **where: Any) -> Errand:
    fields: Mapping[str, Any] = where
    if subject.by_hand:
        fields = {**where, "address": subject.platform_id or subject.name}
    return Errand(
        finding=finding.id,
        target=subject.id,
        name=subject.name,
        unit=subject.unit,
        platform=subject.platform if subject.is_account else None,
        platform_id=subject.platform_id,
        **fields,
    )
