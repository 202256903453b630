"""Single lines of text: each read at several heights, and what most readings agree on is taken.

The engine's answer for two or three characters hangs on a pixel of scale; a vote over three scales is steadier than any
one of them. All lines at all scales go to one process; a second one, that also knows Latin letters, settles what is in
doubt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from PIL import Image, ImageOps

from evidence.reading import tesseract
from evidence.reading.tesseract import Words

HEIGHTS = (30, 36, 42)
"""Pixels to which the usual line is brought."""
MARGIN = 14
_LATIN = re.compile(r"[A-Za-z]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_NUMBER = re.compile(r"[\d.,:%/\\~()-]+")


def read(lines: Sequence[Image.Image], usual: float) -> list[str]:
    """Return the text of each line (black on white); `usual` is the height in pixels of a line of their table.

    Without an engine, or where it does not end in time, every text is empty.
    """
    scaled = [_scaled(line, usual, height) for line in lines for height in HEIGHTS]
    try:
        words = tesseract.read(scaled, mode=tesseract.LINE, languages=tesseract.CHINESE)
        votes = [_vote(words[n : n + len(HEIGHTS)]) for n in range(0, len(words), len(HEIGHTS))]
        doubtful = [n for n, (text, sure) in enumerate(votes) if not sure or len(text) < 2 or _LATIN.search(text)]
        again = tesseract.read([scaled[n * len(HEIGHTS) + 1] for n in doubtful], mode=tesseract.LINE)
    except (tesseract.EngineMissing, tesseract.EngineTimeout):
        return [""] * len(lines)
    texts = [text for text, _ in votes]
    for n, other in zip(doubtful, again, strict=True):
        texts[n] = _settled(texts[n], words[n * len(HEIGHTS) : (n + 1) * len(HEIGHTS)], other)
    return [_mended(text) for text in texts]


def _scaled(line: Image.Image, usual: float, height: int) -> Image.Image:
    factor = min(6.0, max(0.3, height / max(usual, 0.8 * line.height)))
    size = (max(1, round(line.width * factor)), max(1, round(line.height * factor)))
    return ImageOps.expand(line.resize(size, Image.Resampling.BICUBIC), MARGIN, 255)


def _vote(readings: Sequence[Words]) -> tuple[str, bool]:
    """Return the text with the most confidence behind it, and whether all agree."""
    votes: Counter[str] = Counter()
    for words in readings:
        if words.text:
            votes[words.text] += words.confidence + 1
    if not votes:
        return "", False
    return votes.most_common(1)[0][0], len(votes) == 1 and all(words.text for words in readings)


def _settled(text: str, readings: Sequence[Words], other: Words) -> str:
    """Return the Chinese model's text, or that of the one which knows Latin where it plainly knows better.

    It takes Chinese characters for letters, so letters alone never win over them; but it reads a lone figure, which the
    Chinese model takes for a character, and figures and letters within a line.
    """
    if not text:
        return other.text if other.confidence >= 500 else ""
    if not other.text or other.text == text:
        return text
    letters_for_han = len(_HAN.findall(other.text)) < len(_HAN.findall(text))
    if letters_for_han and not (len(text) == 1 and _NUMBER.fullmatch(other.text) and other.confidence >= 700):
        return text
    mean = sum(words.confidence for words in readings) / len(readings)
    return other.text if other.confidence > mean else text


def _mended(text: str) -> str:
    """Undo one confusion: a closing bracket beside a figure, where none was opened, is a 1.

    >>> _mended("1]月初"), _mended("[1]月初")
    ('11月初', '[1]月初')
    """
    return text if "[" in text else re.sub(r"(?<=\d)\]|\](?=\d)", "1", text)
