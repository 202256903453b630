"""Asks both verifiers about one bundle; where they differ, one of them or FORMAT.md is wrong."""

from __future__ import annotations

from pathlib import Path

from evidence import verify_alone
from evidence.model import Verdict
from evidence.verify import verify

Said = dict[str, bool | None]


def first(path: Path, trust: Path | None = None) -> Said:
    """Return what `quzheng verify` says, by check."""
    return {check.name: check.passed for check in verify(path, trust=trust).checks}


def second(path: Path, trust: Path | None = None) -> Said:
    """Return what the verifier inside the bundle says, by check."""
    verdict = verify_alone.verify(str(path), trust.read_bytes() if trust else None)
    return {name: answer.passed for name, answer in verdict.checks.items()}


def both(path: Path, trust: Path | None = None) -> Said:
    """Return what both say; fails where they do not agree."""
    return verdicts(path, trust)[0]


def both_hold(path: Path, trust: Path | None = None) -> bool:
    """Tell whether the bundle holds; fails where they do not agree in any check, in the notices or in the verdict."""
    _, one, other = verdicts(path, trust)
    assert list(one.notices) == other.notices
    assert one.holds() == other.holds()
    return other.holds()


def verdicts(path: Path, trust: Path | None = None) -> tuple[Said, Verdict, verify_alone.Verdict]:
    """Return what both say by check, and the verdict of each; fails where they do not agree in any check."""
    one = verify(path, trust=trust)
    other = verify_alone.verify(str(path), trust.read_bytes() if trust else None)
    said = {check.name: check.passed for check in one.checks}
    assert said == {name: answer.passed for name, answer in other.checks.items()}
    return said, one, other


def failed(said: Said) -> set[str]:
    """Return the checks that said false."""
    return {name for name, passed in said.items() if passed is False}
