"""A night as a Prometheus text file (nightly.prom), for node exporters that read such files; replaced whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from collector.night import Night
from evidence.files import write_whole

FILE = "nightly.prom"


def write(root: Path, night: Night, last_complete: datetime | None) -> None:
    """Put the night's numbers in their place; raises OSError."""
    write_whole(root / FILE, "".join(f"{line}\n" for line in lines(night, last_complete)).encode(), lasting=False)


def lines(night: Night, last_complete: datetime | None) -> Iterator[str]:
    """Yield the lines of the exposition format."""
    yield from _gauge("night_complete", "1: the last night was complete", int(night.complete))
    yield from _gauge("night_started_timestamp_seconds", "When it began", int(night.begun.timestamp()))
    yield from _gauge("night_ended_timestamp_seconds", "When it ended", int(night.ended.timestamp()))
    if last_complete is not None:
        name = "night_last_complete_timestamp_seconds"
        yield from _gauge(name, "When a night last ended complete", int(last_complete.timestamp()))
    for name, said, value in (
        ("planned", "Pages that were due", night.planned),
        ("captured", "Pages captured", night.captured),
        ("incomplete", "Pages captured whose main region is not whole", night.incomplete),
        ("missing", "Pages without a record", len(night.missing)),
        ("put_off", "Pages that were due and put off", len(night.left)),
        ("retried", "Pages tried more than once", night.retried),
        ("rescued", "Pages captured by a later try", night.rescued),
    ):
        yield from _gauge(f"night_pages_{name}", said, value)
    yield "# HELP quzheng_night_pages_failed Pages not captured"
    yield "# TYPE quzheng_night_pages_failed gauge"
    for one in night.failed:
        labels = {"outcome": one.outcome, "reason": one.reason or "", "fault": one.fault}
        yield f"quzheng_night_pages_failed{{{_labels(labels)}}} {one.count}"
    yield "# HELP quzheng_night_pages_compared Pages beside their last capture before the night"
    yield "# TYPE quzheng_night_pages_compared gauge"
    for state, count in sorted(night.comparison.items()):
        yield f"quzheng_night_pages_compared{{{_labels({'state': state})}}} {count}"
    few = len({one.target for one in night.few_probes})
    yield from _gauge("targets_probed_too_seldom", "Sites asked too seldom on a day that is over, for WV-2", few)
    yield from _gauge("night_findings_new", "Findings that are new", len(night.new))
    yield from _gauge("night_findings_gone", "Findings that are gone", len(night.gone))
    yield from _gauge("night_forewarnings", "What falls due in the next days", len(night.forewarnings))
    yield from _gauge("night_sessions_ending", "Kept sessions about to end", len(night.sessions))
    yield from _gauge("night_store_grown_bytes", "What the store gained", night.grown_bytes)
    oldest = max((one.days for one in night.fresh if one.days is not None), default=0)
    yield from _gauge("targets_oldest_days", "Days since a target was last captured whole, the worst", oldest)
    yield from _gauge("targets_never_captured", "Targets of which a page was never captured whole", night.never)


def _gauge(name: str, said: str, value: int) -> Iterator[str]:
    yield f"# HELP quzheng_{name} {said}"
    yield f"# TYPE quzheng_{name} gauge"
    yield f"quzheng_{name} {value}"


def _labels(values: dict[str, str]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in values.items())


def _escaped(value: str) -> str:
    r"""Return a label's value as the format wants it.

    >>> print(_escaped('a"b'))
    a\"b
    """
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
