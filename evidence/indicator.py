"""Indicators: one rule with its clause, in a file of its own, found by folder (law 2).

An indicator's name is that of its file and its documentation the file's docstring. It is given the facts and series of
one target and the rule set, and yields answers; what it yields is data, and the judge makes findings of it.

>>> [indicator.name for indicator in discover()][:3]
['account_commercial_links', 'account_duplicated', 'account_empty']
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from evidence import digest
from evidence.errors import RulesError
from evidence.facts import Facts
from evidence.model import Scope, SecondLook, State
from evidence.ruleset import RuleSet
from evidence.series import Series

OURS = Path(__file__).parent / "indicators"
LOCAL = "quzheng_local_indicators"
FindingScope = Literal["column", "site", "account"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an indicator says of a target, or of one label of it."""

    state: State
    message: str
    """One Chinese sentence: what was seen, and by which number it is or is not enough."""
    label: str | None = None
    as_of: datetime | None = None
    numbers: Mapping[str, Any] = field(default_factory=dict)
    """Integers, strings, null, and lists and objects of them."""
    for_the_unit: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    exhibits: tuple[str, ...] = ()
    second_look: SecondLook = "not needed"


Judge = Callable[[Facts, Mapping[str, Series], RuleSet], Iterator[Answer]]


class Indicator:
    """The declaration of one indicator; its file decorates the judging function with `indicator.judge`."""

    def __init__(
        self,
        module: str,
        *,
        clause: str,
        scope: FindingScope,
        needs: tuple[Scope, ...] = ("document", "main"),
        reviewers: Literal[0, 1, 2] = 0,
    ) -> None:
        self.module = module
        self.name = module.rpartition(".")[2]
        self.clause = clause
        self.scope = scope
        self.needs = needs
        self.reviewers = reviewers
        self._judge: Judge | None = None

    def judge(self, function: Judge) -> Judge:
        """Take the function that judges one target."""
        self._judge = function
        return function

    def applies(self, facts: Facts) -> bool:
        """Tell whether the indicator is for this kind of target: accounts have their own."""
        return facts.subject.is_account == (self.scope == "account")

    def answers(self, facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> tuple[Answer, ...]:
        """Return what the indicator says of one target; nothing where the rules switch it off."""
        rule = rules.rules.get(self.name)
        if self._judge is None or rule is None or not rule.on or not self.applies(facts):
            return ()
        return tuple(self._judge(facts, series, rules))

    @property
    def local(self) -> bool:
        """Whether this is the office's own indicator and not one of ours."""
        return self.module.startswith(LOCAL)

    @property
    def documentation(self) -> str:
        """The docstring of its file."""
        return sys.modules[self.module].__doc__ or ""

    @property
    def source(self) -> bytes:
        """The bytes of its file, for a bundle to carry."""
        return Path(str(sys.modules[self.module].__file__)).read_bytes()

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of its file; every finding cites it."""
        return digest.sha256(self.source)


def discover(local: Path | None = None) -> tuple[Indicator, ...]:
    """Return our indicators and those in the folder `local`, by name.

    Raises RulesError for a file that cannot be used or whose name another has.
    """
    found = [_of(importlib.import_module(f"evidence.indicators.{path.stem}"), path) for path in _files(OURS)]
    found += [_of(_load(path), path) for path in (_files(local) if local else ())]
    names = [indicator.name for indicator in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RulesError(f"two indicators are named {twice[0]}\nrename {local}/{twice[0]}.py")
    return tuple(sorted(found, key=lambda indicator: indicator.name))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))


def _load(path: Path) -> ModuleType:
    name = f"{LOCAL}.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise RulesError(f"indicator {path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # an office's own file may fail in any way; its name must be said
        raise RulesError(f"indicator {path} cannot be loaded: {type(error).__name__}: {error}") from error
    return module


def _of(module: ModuleType, path: Path) -> Indicator:
    indicator = getattr(module, "indicator", None)
    if not isinstance(indicator, Indicator) or indicator._judge is None:
        raise RulesError(f"{path} has no `indicator = Indicator(__name__, …)` with a judging function")
    return indicator
