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
    own = {name: path for name, path in (("bad_links", bad_links), ("wording", wording_rules)) if path is not None}
    if not own:
        return shipped()
    try:
        digests = {name: digest.sha256(path.read_bytes()) for name, path in own.items()}
    except OSError as error:
        raise ReadingError(f"{error.filename}: cannot be read as a word list: {error.strerror}") from error
    return WordLists(
        bad_links=wordlist.load(bad_links) if bad_links else wordlist.shipped(),
        wording=wording.load(wording_rules) if wording_rules else wording.shipped(),
        sha256=digest.of_value(digests),
    )
