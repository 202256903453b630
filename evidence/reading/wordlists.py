"""The word lists a page is read by: bad links, and wording; the shipped ones, or an office's own in their place.

Which lists a reading was made by is part of its reader's digest: with another list pages are read anew.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from evidence import digest
from evidence.errors import ReadingError
from evidence.reading import wording, wordlist
from evidence.reading.wording import Rules
from evidence.reading.wordlist import WordList


@dataclass(frozen=True, slots=True, kw_only=True)
class WordLists:
    """What bad links are known by, and how things are to be written."""

    bad_links: WordList
    wording: Rules
    sha256: str | None = None
    """Over the office's own lists; None where all are the shipped ones."""


@functools.cache
def shipped() -> WordLists:
    """Return the lists that come with this version."""
    return WordLists(bad_links=wordlist.shipped(), wording=wording.shipped())


def load(*, bad_links: Path | None = None, wording_rules: Path | None = None) -> WordLists:
    """Return an office's lists, the shipped ones where none is given; raises ReadingError for one that cannot be read."""
    return of(
        bad_links=_bytes(bad_links), wording_rules=_bytes(wording_rules), where=(str(bad_links), str(wording_rules))
    )


def of(
    *, bad_links: bytes | None, wording_rules: bytes | None, where: tuple[str, str] = ("bad links", "wording")
) -> WordLists:
    """Return the lists that some files hold, the shipped ones where none is given; `where` names them in messages.

    Raises ReadingError for one that is none.
    """
    own = {name: data for name, data in (("bad_links", bad_links), ("wording", wording_rules)) if data is not None}
    if not own:
        return shipped()
    return WordLists(
        bad_links=wordlist.shipped() if bad_links is None else wordlist.parse(_text(bad_links, where[0]), where[0]),
        wording=wording.shipped() if wording_rules is None else wording.parse(_text(wording_rules, where[1]), where[1]),
        sha256=digest.of_value({name: digest.sha256(data) for name, data in own.items()}),
    )


def _bytes(path: Path | None) -> bytes | None:
    try:
        return path.read_bytes() if path is not None else None
    except OSError as error:
        raise ReadingError(f"{path}: cannot be read as a word list: {error.strerror}") from error


def _text(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadingError(f"{where}: cannot be read as a word list in UTF-8: {error}") from error
