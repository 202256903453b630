"""The list of words by which bad outbound links are known: data that can be renewed without a new program.

>>> listed = parse("[赌博]\\n百家乐\\nbet365\\n")
>>> listed.find("点击进入百家乐开户"), listed.find("Bet365 官网"), listed.find("alphabet365"), listed.find("政务公开")
('百家乐', 'bet365', None, None)
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from evidence.errors import ReadingError

SHIPPED = Path(__file__).parent / "bad_links.txt"
_KIND = re.compile(r"^\[(\S+)\]$")


@dataclass(frozen=True, slots=True, kw_only=True)
class WordList:
    """Words by kind (赌博, 色情 …)."""

    kinds: tuple[tuple[str, str], ...]
    """Word and its kind, in the order of the file; words in lower case."""
    pattern: re.Pattern[str]

    def find(self, text: str) -> str | None:
        """Return the first listed word in a text; None where it has none. Latin words count only as whole words."""
        match = self.pattern.search(text.lower())
        return match[0] if match else None

    def kind_of(self, word: str) -> str:
        """Return the kind of a listed word."""
        return next((kind for listed, kind in self.kinds if listed == word), "")


def parse(text: str, where: str = "word list") -> WordList:
    """Return the list a text holds; raises ReadingError for a word before the first kind, or a list without words."""
    kinds: list[tuple[str, str]] = []
    kind = ""
    for n, line in enumerate(text.splitlines(), 1):
        word = line.partition("#")[0].strip().lower()
        if not word:
            continue
        if named := _KIND.match(word):
            kind = named[1]
        elif not kind:
            raise ReadingError(
                f"{where}:{n}: word {word!r} stands before any kind\ntry: a line such as [赌博] above it"
            )
        else:
            kinds.append((word, kind))
    if not kinds:
        raise ReadingError(f"{where}: holds no words; expected [kind] lines with words below")
    longest_first = sorted({word for word, _ in kinds}, key=lambda word: (-len(word), word))
    return WordList(kinds=tuple(kinds), pattern=re.compile("|".join(map(_form, longest_first))))


def load(path: Path) -> WordList:
    """Return the list of a file in UTF-8; raises ReadingError where it is not there or is none."""
    try:
        return parse(path.read_text("utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ReadingError(f"{path}: cannot be read as a word list in UTF-8: {error}") from error


@functools.cache
def shipped() -> WordList:
    """Return the list that comes with this version."""
    return load(SHIPPED)


def _form(word: str) -> str:
    """Return how a word is looked for: where it begins or ends with a Latin letter or digit, as a whole."""
    before = "(?<![a-z0-9])" if re.match(r"[a-z0-9]", word) else ""
    after = "(?![a-z0-9])" if re.search(r"[a-z0-9]$", word) else ""
    return f"{before}{re.escape(word)}{after}"
