"""What was derived is kept apart; what cannot be used of it is made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence import digest
from evidence.derived import Derived
from evidence.errors import CanonicalError, NotFound
from evidence.holdings import Holdings
from evidence.model import Record
from tests.evidence import factory

KEY = digest.sha256(b"key")


@pytest.fixture
def derived(tmp_path: Path) -> Derived:
    return Derived(tmp_path)


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(capture=factory.capture(Holdings.open(tmp_path / "store").store), previous=None)


def test_a_reading_comes_back_as_it_was(derived: Derived, record: Record) -> None:
    reading = factory.reading(record)
    derived.put_reading(KEY, reading)
    assert derived.reading(KEY) == reading


def test_a_reading_that_is_not_there_is_none(derived: Derived) -> None:
    assert derived.reading(KEY) is None


@pytest.mark.parametrize("data", [b"", b"{", b"{}", b'{"schema":"reading/1"}', b"\xff"])
def test_a_reading_that_cannot_be_used_counts_as_not_there(derived: Derived, record: Record, data: bytes) -> None:
    derived.put_reading(KEY, factory.reading(record))
    (path,) = Path(derived._readings).iterdir()
    path.write_bytes(data)
    assert derived.reading(KEY) is None


def test_findings_come_back_in_the_order_of_their_time(derived: Derived, record: Record) -> None:
    later = factory.finding(record, at=factory.NOON.replace(year=2022))
    earlier = factory.finding(record)
    derived.put_finding(later)
    derived.put_finding(earlier)
    assert derived.findings() == (earlier, later)
    assert derived.finding(later.id) == later


def test_a_finding_that_is_not_there_is_said_so(derived: Derived) -> None:
    with pytest.raises(NotFound, match="findings list"):
        derived.finding(KEY)


def test_a_damaged_finding_is_an_error_not_an_absence(derived: Derived, record: Record) -> None:
    finding = factory.finding(record)
    derived.put_finding(finding)
    (path,) = Path(derived._findings).iterdir()
    path.write_bytes(b"{}x")
    with pytest.raises(CanonicalError):
        derived.findings()


@pytest.mark.parametrize("key", ["../../x", "", "ABC", "a" * 63])
def test_a_key_never_becomes_another_path(derived: Derived, record: Record, key: str) -> None:
    with pytest.raises(NotFound):
        derived.put_reading(key, factory.reading(record))
    with pytest.raises(NotFound):
        derived.reading(key)
