"""Facts: what is known of every label of a target at T. Facts state; only findings accuse (law 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from evidence import availability, inner_pages, link_checks, showing
from evidence.beside import Beside
from evidence.breach import breach
from evidence.catalog import Row
from evidence.children import with_children
from evidence.columns import HOME, Column, Subject
from evidence.look import Look
from evidence.model import Fact
from evidence.observed import Observed
from evidence.parts import is_part, part_of
from evidence.quoting import title
from evidence.reading import addresses
from evidence.registers.duplicates import Sibling
from evidence.registers.standing import Standing
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.showing import Shown
from evidence.span import Span, local_day, local_text, longer
from evidence.tries import Tried
from evidence.windows import Demand

ACCOUNT_RULE = "account_not_updated"
HOME_RULE = "home_not_updated"
OF_REQUESTS = (availability.LABEL, link_checks.LABEL, inner_pages.LABEL)
"""Labels of records that hold light requests and no page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All facts of one target at T."""

    subject: Subject
    at: datetime
    observed: tuple[Observed, ...]
    registers: tuple[Standing, ...] = ()
    """How the target stands in the registers of its kind; empty where none was fetched."""
    tried: tuple[Tried, ...] = ()
    """What people stated that they tried on it, oldest first."""
    siblings: tuple[Sibling, ...] = ()
    """Other targets that may be accounts of the same owner on the same platform."""

    @property
    def home(self) -> Observed | None:
        """The home page; None for an account."""
        return next((one for one in self.observed if one.fact.label == HOME), None)

    @property
    def columns(self) -> tuple[Observed, ...]:
        """Everything but the home page."""
        return tuple(one for one in self.observed if one.fact.label != HOME or self.subject.is_account)

    @property
    def seen(self) -> bool:
        """Whether any label has a complete capture at or before T."""
        return any(one.fact.as_of for one in self.observed)


def state(
    subject: Subject,
    series: Mapping[str, Series],
    *,
    at: datetime,
    rules: RuleSet,
    registers: tuple[Standing, ...] = (),
) -> Facts:
    """Return the facts of a target: of every column of its ledger, its home page, and every label that has records."""
    listed = {column.label: column for column in subject.ledger.columns}
    known = dict.fromkeys((*(() if subject.is_account else (HOME,)), *listed, *sorted(series)))
    labels = [label for label in known if label in listed or not (is_part(label, known) or label in OF_REQUESTS)]
    home = _host(series[HOME]) if HOME in series else ""
    observed = [
        _observe(subject, column, series[column.label], rules, _beside(column, series), home)
        for column in (listed.get(label) or _unlisted(subject, label) for label in labels)
    ]
    return Facts(subject=subject, at=at, observed=tuple(with_children(observed, listed)), registers=registers)


def _beside(column: Column, series: Mapping[str, Series]) -> Beside:
    """Return the parts of a column that were captured beside it; a document that an article is about is none of its news."""
    parts = {label: part for label in series if (part := part_of(label)) and part.kind != "document"}
    own = {part: series[label] for label, part in parts.items() if part.column == column.label}
    return Beside(parts=own, class_=column.class_)


def _unlisted(subject: Subject, label: str) -> Column:
    """Return the column that stands for a label the ledger does not list.

    The duty of a home page and of an account itself comes from the clause; that of anything else is unknown.
    """
    name = "首页" if label == HOME else label
    by_clause = subject.is_account or label == HOME
    return Column(label=label, name=name, url=subject.url, duty=True if by_clause else None)


def _host(series: Series) -> str:
    """Return the registered name that a label's latest complete look came to; empty where none is known."""
    reading = series.reading(series.latest) if series.latest is not None else None
    return addresses.registrable(addresses.host(reading.url)) if reading is not None else ""


def _observe(subject: Subject, column: Column, series: Series, rules: RuleSet, beside: Beside, home: str) -> Observed:
    if (filed := rules.exempt(subject.id, column.label, local_day(series.at))) is not None:
        column = replace(column, duty=False, exemption=f"已报备（{filed.document}）")
    shown_row = series.latest or _partial(series)
    look = series.look(shown_row) if shown_row else None
    unfit = showing.unfit(series, rules) or _elsewhere(subject, column, look, home)
    blank = showing.unknown(unfit) if unfit else showing.blankness(series, rules, beside)
    limits = possible_limits(subject, column, rules, series.at)
    stale = _stale(series, limits, unfit, blank, rules, beside)
    before = showing.once_filled(series) if not unfit and blank.value else None
    return Observed(
        fact=_fact(subject, column, look, limits, stale, blank, series.rows),
        stale=stale,
        blank=blank,
        once_filled=_filled_text(before),
        gaps=sum(gap.fault != "theirs" for gap in series.gaps),
    )


def _partial(series: Series) -> Row | None:
    """Return the last whole look of a partial source, which says what was seen but never what was not."""
    return next((row for row in reversed(series.rows) if row.complete is True), None)


def _elsewhere(subject: Subject, column: Column, look: Look | None, home: str) -> str | None:
    """Return why a column that leads to another authority's platform is not judged by what stands there; None if it does not.

    What is there may be others': it is read there for this unit's items, or it is not judged at all. A site that moved
    as a whole, its home page (`home`) with it, is still its own.
    """
    here = addresses.host(look.reading.url) if look is not None and look.reading is not None else ""
    own = {home, *(addresses.registrable(addresses.host(url)) for url in (subject.url, column.url))}
    if here and not subject.is_account and addresses.registrable(here) not in own:
        return f"栏目跳转到其他平台（{here}），须在该平台上按本单位的条目核对"
    return "台账列为跳转栏目，须在所跳转的平台上按本单位的条目核对" if column.kind == "jump" else None


def _stale(
    series: Series,
    limits: tuple[Demand | None, ...],
    unfit: str | None,
    blank: Shown,
    rules: RuleSet,
    beside: Beside,
) -> Shown:
    """Tell whether the column is stale under every limit it may have; a limit of None can never be passed."""
    answers = [_under(series, limit, unfit, blank, rules, beside) for limit in limits]
    if len({answer.value for answer in answers}) == 1:
        return answers[0]
    unknown = next((answer for answer in answers if answer.value is None), None)
    return unknown or showing.unknown("台账未列栏目类别或级别，不能确定更新期限", records=answers[0].records)


def _under(
    series: Series, limit: Demand | None, unfit: str | None, blank: Shown, rules: RuleSet, beside: Beside
) -> Shown:
    if limit is None or blank.value is True:
        return Shown(value=False)
    if unfit:
        sighted = showing.sighting(series, limit.span) if limit.is_plain else None  # 清白一证即可
        return sighted or showing.unknown(unfit)
    if not limit.is_plain:
        return breach(series, limit, rules)
    return showing.staleness(series, limit.span, rules, beside)


def possible_limits(subject: Subject, column: Column, rules: RuleSet, at: datetime) -> tuple[Demand | None, ...]:
    """Return every limit the column may have, given what its ledger says and leaves open; None is no limit.

    The limit of class and level and the agreed cycle of the ledger: where both exist the longer one, because a
    stricter agreement is no breach of the clause.
    """
    own = Demand(span=Span.parse(column.cycle)) if column.cycle else None
    general = dict.fromkeys(_general_limits(subject, column, rules))
    return tuple(dict.fromkeys(_longer(own, one, local_day(at)) if own and one else own or one for one in general))


def _longer(own: Demand, general: Demand, day: date) -> Demand:
    """Return the demand that asks for less; one over a period is the office's own, and holds beside any agreed cycle."""
    if not general.is_plain:
        return general
    return own if longer(own.span, general.span, day) == own.span else general


def _general_limits(subject: Subject, column: Column, rules: RuleSet) -> list[Demand | None]:
    if subject.is_account or column.label == HOME:
        rule = rules.rules.get(ACCOUNT_RULE if subject.is_account else HOME_RULE)
        own = next(
            (one.limit for one in rules.accounts if subject.is_account and one.platform == subject.platform), None
        )
        limit = own or (rule.limit if rule else None)
        return [Demand(span=Span.parse(limit)) if limit else None]
    if column.class_ is None and column.duty is not True:
        return [None]
    covered = [(limit.demand, limit.scope.covers(column.class_, column.level)) for limit in rules.limits]
    if sure := [demand for demand, covers in covered if covers]:
        return [sure[0]]
    return [*(demand for demand, covers in covered if covers is None), None]


def _fact(
    subject: Subject,
    column: Column,
    look: Look | None,
    limits: tuple[Demand | None, ...],
    stale: Shown,
    blank: Shown,
    rows: tuple[Row, ...],
) -> Fact:
    newest = look.newest() if look else None
    limit = limits[0] if len(limits) == 1 else None
    return Fact(
        target=subject.id,
        label=column.label,
        name=column.name,
        class_=column.class_,
        level=column.level,
        path=column.path or f"{subject.name} > {column.name}",
        url=column.url,
        duty=column.duty,
        exemption=column.exemption,
        newest=newest,
        age_days=(look.day - newest).days if look and newest else None,
        blank=blank.value,
        stale=stale.value,
        limit=str(limit.span) if limit else None,
        as_of=look.row.started if look else None,
        coverage=look.row.coverage if look else (rows[-1].coverage if rows else None),
        complete=look.row.complete if look else (rows[-1].complete if rows else None),
        record=look.row.record if look else None,
        missing=tuple(dict.fromkeys((*stale.missing, *blank.missing))),
        not_counted=_not_counted(subject, column, limits),
    )


def _not_counted(subject: Subject, column: Column, limits: tuple[Demand | None, ...]) -> str | None:
    if column.duty is False:
        return f"台账免除更新责任：{column.exemption or '未写明理由'}"
    if column.label == HOME and not subject.is_account:
        return "首页由“首页不更新”单独判定"
    if column.duty is None:
        return "台账未列更新责任" if column.class_ is None else "台账未确认更新责任"
    if limits == (None,):
        return "该类栏目没有统一的更新期限，台账也未约定周期"
    return None


def _filled_text(look: Look | None) -> str | None:
    if look is None:
        return None
    seen = title(look.items[0].title) if look.items else "内容"
    return f"{local_text(look.row.started)}曾见{seen}，不是自开设之日起空白"
