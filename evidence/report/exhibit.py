"""One exhibit as the report shows it: sheets, items, text in pictures, tables, checks, timeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from evidence.columns import HOME
from evidence.comparing.masks import Noise
from evidence.dossier import Exhibit
from evidence.model import Box, Capture, FilePage, ImageText, Item, Reading, Record, Table
from evidence.replay import NOT_MEASURED
from evidence.report.reproduction import steps
from evidence.report.series import Timeline, timeline
from evidence.report.sheet import Href, Sheet, lay_out
from evidence.report.surroundings import Answer, answers, entries, place

MOST_ITEMS = 200
MOST_ROWS = 60
PRINTED = 4_000
"""Rows up to which a difference picture goes on paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of the page that carries text, beside what was read out of it."""

    href: str | None
    """None where the record does not hold the picture itself."""
    text: ImageText
    blank: tuple[Box, ...]
    """Places of blank table columns, in pixels of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs between the two captures of an exhibit, in a sentence and a picture."""

    said: str
    href: str | None = None
    """None where no picture was drawn; the sentence says why."""
    width: int = 0
    height: int = 0
    look_at: int = 0
    """Where its first difference stands, per mille of its height."""
    masked: tuple[Noise, ...] = ()
    """What differs and was not counted, each with its reason."""
    moving: int = 0
    """How many places of the pictures differ only where something moves by itself, or a mask hid text."""

    @property
    def printed(self) -> bool:
        """Whether paper shows it whole."""
        return self.height <= PRINTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One capture, for the report."""

    record: Record
    reading: Reading | None
    sheet: Sheet

    @property
    def capture(self) -> Capture:
        """The capture it shows."""
        return self.record.capture


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that the report shows of one exhibit."""

    n: int
    name: str
    """The column's name."""
    later: Look
    earlier: Look | None
    timeline: Timeline
    pictures: tuple[Picture, ...]
    items: tuple[Item, ...]
    """One without a date with the day it was first seen, which is no date of it."""
    tables: tuple[Table, ...]
    file_pages: tuple[FilePage, ...]
    environment: tuple[tuple[str, str], ...]
    cleanliness: tuple[Answer, ...]
    """What the cleanliness record answers; empty where the capture cites none."""
    cleanliness_after: tuple[Answer, ...]
    """What the one made after the run answers."""
    no_check_after: str | None
    """Why there is none made after the run, in Chinese."""
    place: str | None
    """Whether the browser ran in a container or on the host."""
    steps: tuple[str, ...]
    """How anyone repeats it."""
    replay: str
    """How faithfully its page came again from the store, in Chinese."""
    same_tiles: int
    """How many tiles of the later look are byte for byte those of the earlier, in the same place."""
    difference: Difference | None
    """None where there is no earlier look, or nobody compared the two."""


def view(
    n: int,
    exhibit: Exhibit,
    names: Mapping[str, str],
    href: Href,
    indicator: str,
    difference: Difference | None = None,
) -> View:
    """Return the view of the exhibit numbered `n`; `names` are those of columns by label, `indicator` that of
    the finding."""
    later = _look(exhibit.record, exhibit.reading, href, indicator)
    earlier = _look(exhibit.earlier, exhibit.earlier_reading, href, indicator) if exhibit.earlier else None
    reading = exhibit.reading
    return View(
        n=n,
        name=_name(exhibit.record.capture, names),
        later=later,
        earlier=earlier,
        timeline=timeline(exhibit.rows, exhibit.record.id),
        pictures=_pictures(exhibit.record, reading, href) if reading else (),
        items=tuple(_dated(exhibit, reading.items))[:MOST_ITEMS] if reading else (),
        file_pages=reading.file_pages if reading else (),
        tables=reading.tables if reading else (),
        environment=tuple(entries(exhibit.environment)),
        cleanliness=answers(exhibit.cleanliness),
        cleanliness_after=answers(exhibit.after.record) if exhibit.after else (),
        no_check_after=exhibit.after.missing if exhibit.after else None,
        place=place(exhibit.cleanliness),
        steps=steps(exhibit.record.capture, exhibit.environment),
        replay=exhibit.replay.sentence() if exhibit.replay else NOT_MEASURED,
        same_tiles=_same(later.sheet, earlier.sheet) if earlier else 0,
        difference=difference if earlier else None,
    )


def _dated(exhibit: Exhibit, items: Sequence[Item]) -> Iterator[Item]:
    for item, seen in zip_longest(items, exhibit.first_seen):
        yield item if item.date or seen is None else replace(item, dated=seen)


def _name(capture: Capture, names: Mapping[str, str]) -> str:
    """Return the column's name as its record had it, as the facts have it, or its label."""
    if capture.column:
        return capture.column.name
    return names.get(capture.label) or ("首页" if capture.label == HOME else capture.label)


def _look(record: Record, reading: Reading | None, href: Href, indicator: str) -> Look:
    return Look(record=record, reading=reading, sheet=lay_out(record.capture, reading, href, indicator))


def _same(later: Sheet, earlier: Sheet) -> int:
    return sum(a.sha256 == b.sha256 for a, b in zip(later.tiles, earlier.tiles, strict=False))


def _pictures(record: Record, reading: Reading, href: Href) -> tuple[Picture, ...]:
    held = {
        artifact.sha256 for artifact in record.capture.artifacts if artifact.media_type.lower().startswith("image/")
    }
    return tuple(
        Picture(
            href=href(text.sha256) if text.sha256 in held else None,
            text=text,
            blank=tuple(_blank_places(reading, text.sha256)),
        )
        for text in reading.images
    )


def _blank_places(reading: Reading, picture: str) -> list[Box]:
    return [
        column.box
        for table in reading.tables
        if table.picture == picture
        for column in table.blank_columns
        if column.box and min(column.box) >= 0
    ]
