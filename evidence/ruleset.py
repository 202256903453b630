"""Rule sets: the numbers of the indicators as versioned data, with who issued them and when they hold.

A rule set is a YAML file in `evidence/rules/` or in the workspace's own `rules/`; findings cite the digest of its
canonical form, so that an old finding can always be judged again by the numbers it was judged by.

>>> rules = load("national-2019")
>>> rules.document, rules.of("columns_not_updated").count
('国办秘函〔2019〕19号', 5)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from evidence import digest, plain
from evidence.columns import ColumnClass
from evidence.errors import CanonicalError, RulesError, ShapeError
from evidence.model import Effect
from evidence.span import Span
from evidence.unfolding import unfolded
from evidence.windows import Demand, Per

OURS = Path(__file__).parent / "rules"
DEFAULT = "national-2019"
MAX_UNFOLDED = 100_000
"""Entries of a rule set from outside, aliases followed; ours have some two thousand."""

Comparator = Literal[">=", ">"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The days a rule set holds; `until` is its last day."""

    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A class of columns, of one level or of any."""

    class_: ColumnClass
    level: int | None = None

    def covers(self, class_: str | None, level: int | None) -> bool | None:
        """Tell whether a column of this class and level falls under the scope; None where that is not known.

        >>> Scope(class_="policy", level=1).covers("policy", None) is None
        True
        """
        if class_ is None:
            return None
        if class_ != self.class_:
            return False
        if self.level is None:
            return True
        return None if level is None else level == self.level


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How long columns of one class and level may go without a new item."""

    class_: ColumnClass
    limit: str
    level: int | None = None
    since: date | None = field(default=None, metadata={plain.ADDED: True})
    until: date | None = field(default=None, metadata={plain.ADDED: True})
    """With these no gap within the period may be longer; without, the newest item may not be older at T."""
    per: Per | None = field(default=None, metadata={plain.ADDED: True})
    """With this there must be something in each working day, week or month of the period (else of `limit` before T)."""

    @property
    def scope(self) -> Scope:
        """The columns it is for."""
        return Scope(class_=self.class_, level=self.level)

    @property
    def demand(self) -> Demand:
        """What it asks of a column."""
        return Demand(span=Span.parse(self.limit), since=self.since, until=self.until, per=self.per)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformLimit:
    """How long accounts of one platform or form (app, weibo …) may go without anything new."""

    platform: str
    limit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A filing (报备) that takes a target, or one label of it, out of the count for a time."""

    target: str
    document: str
    """What it rests on."""
    label: str | None = None
    """None: everything of the target."""
    since: date | None = None
    until: date | None = None

    def covers(self, target: str, label: str, day: date) -> bool:
        """Tell whether it holds for a label on a day."""
        named = target == self.target and self.label in (None, label)
        return named and (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """A bulletin (通报) or notice (通知、核实函) to units, after which what they do may be done for its sake."""

    day: date
    document: str
    """Its number or name."""
    targets: tuple[str, ...] = ()
    """To whom it went; empty: to all."""

    def went_to(self, target: str) -> bool:
        """Tell whether a target had it."""
        return not self.targets or target in self.targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The words by which a title is known to be of one subject."""

    words: tuple[str, ...]
    name: str = ""
    """What the subject is called, in Chinese."""
    unless: tuple[str, ...] = ()
    """Words with which it may be of another after all."""
    not_for: tuple[str, ...] = ()
    """Words in a unit's name that make the subject its business."""

    def tells(self, title: str) -> str | None:
        """Return the first word by which a title is of the subject; None where it may be of another.

        >>> meetings = Vocabulary(words=("召开",), unless=("通知",))
        >>> meetings.tells("我局召开年度会议"), meetings.tells("关于召开年度会议的通知")
        ('召开', None)
        """
        if any(word in title for word in self.unless):
            return None
        return next((word for word in self.words if word in title), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The numbers of one indicator."""

    clause: str
    name: str
    text: str
    """The clause in words, as people read it."""
    effect: Effect
    on: bool = True
    count: int | None = None
    comparator: Comparator = ">="
    limit: str | None = None
    max_gap: str | None = None
    share: int | None = field(default=None, metadata={plain.ADDED: True})
    """Per mille of cases that reach the rule, for one that counts a rate."""
    visits: int | None = field(default=None, metadata={plain.ADDED: True})
    """Least visits a day, or least pages, that such a rate rests on."""
    items: int | None = field(default=None, metadata={plain.ADDED: True})
    """Items of one list that reach the rule, for one that counts columns by them."""
    quiet: str | None = field(default=None, metadata={plain.ADDED: True})
    """How long nothing must have come before."""
    scope: tuple[Scope, ...] = ()
    words: tuple[str, ...] = ()
    subjects: Mapping[str, Vocabulary] = field(default_factory=dict, metadata={plain.ADDED: True})
    """Words of each subject (or class of columns) that the rule knows titles by."""

    def reached(self, number: int) -> bool:
        """Tell whether `number` reaches the count of the rule; a rule without one needs a single case."""
        limit = 1 if self.count is None else self.count
        return number >= limit if self.comparator == ">=" else number > limit


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """One edition of the rules."""

    edition: str
    title: str
    issuer: str
    document: str
    in_force: InForce
    jurisdiction: str
    max_evidence_age: str
    second_look_within: str
    limits: tuple[Limit, ...]
    rules: Mapping[str, Rule]
    extends: str | None = field(default=None, metadata={plain.ADDED: True})
    """The edition this one changes; what it does not say holds as there."""
    accounts: tuple[PlatformLimit, ...] = field(default=(), metadata={plain.ADDED: True})
    exemptions: tuple[Exemption, ...] = field(default=(), metadata={plain.ADDED: True})
    bulletins: tuple[Bulletin, ...] = field(default=(), metadata={plain.ADDED: True})

    def exempt(self, target: str, label: str, day: date) -> Exemption | None:
        """Return the filing that takes a label out of the count on a day; None where there is none."""
        return next((one for one in self.exemptions if one.covers(target, label, day)), None)

    def of(self, indicator: str) -> Rule:
        """Return the rule of an indicator; raises RulesError where the rule set says nothing of it."""
        try:
            return self.rules[indicator]
        except KeyError as error:
            raise RulesError(
                f"rule set {self.edition} has no rule {indicator}; it has {', '.join(self.rules)}"
            ) from error

    def check_in_force(self, day: date) -> None:
        """Raise RulesError unless the rule set holds on `day`."""
        if day < self.in_force.since or (self.in_force.until and day > self.in_force.until):
            raise RulesError(
                f"rule set {self.edition} holds from {self.in_force.since} to {self.in_force.until or 'now'}, "
                f"got the reference day {day}\nchoose an edition that held then with --rules"
            )

    @cached_property
    def sha256(self) -> str:
        """Digest of the canonical rule set; findings cite it."""
        return digest.of_value(plain.dump(self))


def load(name: str = DEFAULT, local: Path | None = None) -> RuleSet:
    """Return the rule set `name` from our rules or from the office's own in the folder `local`; raises RulesError.

    One that `extends` another holds what that one says, rule by rule and key by key, changed by what it says itself.
    """
    return read(_file(name, local), local)


def cited(sha256: str, local: Path | None = None) -> RuleSet | None:
    """Return the rule set of a digest, as findings cite it; None where no edition at hand is that one."""
    return next((rules for name in names(local) if (rules := load(name, local)).sha256 == sha256), None)


def sources(name: str = DEFAULT, local: Path | None = None) -> Mapping[str, bytes]:
    """Return the files of a rule set and of those it extends by their names, for a bundle to carry; raises RulesError."""
    found: dict[str, bytes] = {}
    following: str | None = name
    while following is not None and following not in found:
        path = _file(following, local)
        found[following] = path.read_bytes()
        following = load(following, local).extends
    return found


def _file(name: str, local: Path | None) -> Path:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", name):
        raise RulesError(f"a rule set is named by small letters, digits, dots and dashes, got {name!r:.80}")
    found = [path for folder in _folders(local) if (path := folder / f"{name}.yaml").is_file()]
    if not found:
        raise RulesError(f"no rule set {name}; there are {', '.join(names(local))}")
    if len(found) > 1:
        raise RulesError(f"two rule sets are named {name}: {found[0]} and {found[1]}\nrename your own")
    return found[0]


def names(local: Path | None = None) -> tuple[str, ...]:
    """Return the names of all rule sets there are."""
    return tuple(sorted(path.stem for folder in _folders(local) for path in folder.glob("*.yaml")))


def _folders(local: Path | None) -> tuple[Path, ...]:
    return (OURS, local) if local else (OURS,)


def read(path: Path, local: Path | None = None) -> RuleSet:
    """Return the rule set in the YAML file `path`; raises RulesError naming file and place."""

    def written(name: str) -> str:
        return (path if name == path.stem else _file(name, local)).read_text(encoding="utf-8")

    return _read(path.stem, str(path), written)


def of_texts(texts: Mapping[str, bytes], sha256: str) -> RuleSet | None:
    """Return the rule set of a digest from the files of a bundle, by edition; None where none of them gives it.

    They are hostile: one that refers to its own places so often that it becomes endless is no rule set.
    """

    def written(name: str) -> str:
        if name not in texts:
            raise ShapeError(("extends",), "an edition that the bundle brings", name)
        text = texts[name].decode("utf-8")
        if (size := unfolded(text)) > MAX_UNFOLDED:
            raise ShapeError((name,), f"at most {MAX_UNFOLDED} entries", size)
        return text

    for name in texts:
        try:
            rules = _read(name, name, written)
        except RulesError:
            continue  # not the one that is looked for
        if rules.sha256 == sha256:
            return rules
    return None


def _read(name: str, where: str, written: Callable[[str], str]) -> RuleSet:
    try:
        rules = plain.load(RuleSet, _merged(name, written, (name,)))
        _check(rules, name)
        digest.of_value(plain.dump(rules))
    except (OSError, UnicodeDecodeError, YAMLError, ShapeError, CanonicalError, ValueError) as error:
        raise RulesError(f"rule set {where}: {error}") from error
    return rules


def _merged(name: str, written: Callable[[str], str], seen: tuple[str, ...]) -> Any:
    """Return what an edition says, over what the edition it extends says; `written` gives the text of one."""
    body = _body(written(name))
    base = body.get("extends") if isinstance(body, Mapping) else None
    if base is None:
        return body
    if base in seen or not isinstance(base, str):
        raise ShapeError(("extends",), "another edition that does not come back to this one", base)
    below = _merged(base, written, (*seen, base))
    rules = {**below.get("rules", {})}
    for name, changes in (body.get("rules") or {}).items():
        rules[name] = {**rules.get(name, {}), **changes} if isinstance(changes, Mapping) else changes
    return {**below, **body, "rules": rules}


@lru_cache(maxsize=16)
def _body(text: str) -> Any:
    """Return what a YAML text says, for nobody to change: the same few texts are asked for with every finding and letter."""
    return YAML(typ="safe", pure=True).load(text)


def _check(rules: RuleSet, name: str) -> None:
    if rules.edition != name:
        raise ShapeError(("edition",), f"the name of its file, {name}", rules.edition)
    lengths = [("max_evidence_age", rules.max_evidence_age), ("second_look_within", rules.second_look_within)]
    days: list[tuple[str, str]] = [(f"limits.{n}.limit", limit.limit) for n, limit in enumerate(rules.limits)]
    days += [(f"accounts.{n}.limit", limit.limit) for n, limit in enumerate(rules.accounts)]
    for n, limit in enumerate(rules.limits):
        if limit.until is not None and (limit.since is None or limit.until < limit.since):
            raise ShapeError(("limits", n, "until"), "a day not before `since`", str(limit.until))
    for key, rule in rules.rules.items():
        lengths += [(f"rules.{key}.max_gap", rule.max_gap)] if rule.max_gap else []
        days += [(f"rules.{key}.limit", rule.limit)] if rule.limit else []
        days += [(f"rules.{key}.quiet", rule.quiet)] if rule.quiet else []
        for word, number in (("count", rule.count), ("items", rule.items)):
            if number is not None and number < 1:
                raise ShapeError(("rules", key, word), "a number from 1 up", number)
    for where, text in lengths:
        _parsed(where, text, "a span of hours, days or weeks", "hdw")
    for where, text in days:
        _parsed(where, text, "a span of days, weeks, months or years", "dwmy")


def _parsed(where: str, text: str, expected: str, units: str) -> Span:
    try:
        span = Span.parse(text)
    except ValueError as error:
        raise ShapeError((where,), expected, text) from error
    if span.unit not in units:
        raise ShapeError((where,), expected, text)
    return span
