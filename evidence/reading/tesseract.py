"""The OCR engine: many small pictures to one tesseract process, with its version and model digests on record."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytesseract
from PIL import Image

from evidence.model import Box, TextLine

CHINESE = "chi_sim"
SIMPLIFIED = "chi_sim+eng"
TRADITIONAL = "chi_tra+eng"

LINE = 7
"""Page segmentation: the picture is one line of text."""
PAGE = 3
"""Page segmentation: columns, paragraphs and lines are sought."""
SPARSE = 11
"""Page segmentation: whatever text there is, in no order; finds text between rulings."""

SECONDS_EACH = 8
"""Time limit for one picture; a process gets the sum over its pictures, at least HALF_MINUTE."""
HALF_MINUTE = 30


class EngineMissing(Exception):
    """Tesseract or a language model is not installed."""


class EngineTimeout(Exception):
    """Tesseract did not end within its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the engine read in one picture: lines of words, and how sure it was."""

    text: str
    """Lines joined by line feeds; no spaces between Chinese characters."""
    confidence: int
    """Mean over the words by their length, per mille."""
    lines: tuple[TextLine, ...] = ()
    """With boxes in pixels of the picture as it was given."""


@cache
def engine(languages: str = SIMPLIFIED) -> str:
    """Return the engine's name with version and the SHA-256 (first 12) of each language model; raises EngineMissing."""
    try:
        version = str(pytesseract.get_tesseract_version())
        listing = subprocess.run(
            [pytesseract.pytesseract.tesseract_cmd, "--list-langs"], capture_output=True, text=True, check=True
        ).stdout
    except (pytesseract.TesseractNotFoundError, OSError, subprocess.CalledProcessError) as fault:
        raise EngineMissing("tesseract does not run here; try: quzheng doctor") from fault
    folder = re.search(r'"([^"]+)"', listing)
    models = [Path(folder[1] if folder else "") / f"{name}.traineddata" for name in languages.split("+")]
    for model in models:
        if not model.is_file():
            raise EngineMissing(f"the language model {model.name} is not installed; try: quzheng doctor")
    digests = " ".join(f"{model.stem}:{hashlib.sha256(model.read_bytes()).hexdigest()[:12]}" for model in models)
    return f"tesseract {version} {digests}"


def read(pictures: Sequence[Image.Image], *, mode: int, languages: str = SIMPLIFIED) -> tuple[Words, ...]:
    """Return what one tesseract process reads in each picture; raises EngineMissing, EngineTimeout.

    The pictures must be ours (cut, scaled and encoded again), never bytes from a page.
    """
    if not pictures:
        return ()
    engine(languages)
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # threads of several processes would fight over the cores
    with tempfile.TemporaryDirectory(prefix="quzheng-ocr-") as folder:
        names = []
        for n, picture in enumerate(pictures):
            names.append(f"{folder}/{n:06d}.png")
            picture.save(names[-1], compress_level=1, dpi=(300, 300))
        listed = Path(folder) / "list.txt"
        listed.write_text("\n".join(names) + "\n", encoding="utf-8")
        found = _run(listed, mode, languages, seconds=max(HALF_MINUTE, SECONDS_EACH * len(names)))
    return tuple(_words(found.get(n + 1, [])) for n in range(len(pictures)))


_Row = tuple[tuple[int, int, int], str, float, Box]


def _run(listed: Path, mode: int, languages: str, *, seconds: int) -> dict[int, list[_Row]]:
    """Return by picture, counted from 1, the words with their line and confidence."""
    config = f"--psm {mode} -c preserve_interword_spaces=1"
    try:
        data = pytesseract.image_to_data(
            str(listed), lang=languages, config=config, timeout=seconds, output_type=pytesseract.Output.DICT
        )
    except RuntimeError as fault:  # pytesseract says both time-outs and failures by RuntimeError
        if "timeout" in str(fault).lower():
            raise EngineTimeout(f"tesseract did not end within {seconds} s") from fault
        raise EngineMissing(f"tesseract failed: {fault}") from fault
    rows: dict[int, list[_Row]] = {}
    for n, level in enumerate(data["level"]):
        if int(level) == 5 and str(data["text"][n]).strip():
            line = (int(data["block_num"][n]), int(data["par_num"][n]), int(data["line_num"][n]))
            left, top, width, height = (int(data[name][n]) for name in ("left", "top", "width", "height"))
            row = (line, str(data["text"][n]), float(data["conf"][n]), (left, top, width, height))
            rows.setdefault(int(data["page_num"][n]), []).append(row)
    return rows


def _words(rows: list[_Row]) -> Words:
    by_line: dict[tuple[int, int, int], list[_Row]] = {}
    for row in rows:
        by_line.setdefault(row[0], []).append(row)
    lines = tuple(map(_line, by_line.values()))
    weight = sum(len(row[1]) for row in rows)
    sure = sum(len(row[1]) * max(0.0, row[2]) for row in rows)
    text = "\n".join(line.text for line in lines)
    return Words(text=text, confidence=round(10 * sure / weight) if weight else 0, lines=lines)


def _line(rows: list[_Row]) -> TextLine:
    text = ""
    for _, word, _, _ in rows:
        text = _join(text, word)
    weight = sum(len(row[1]) for row in rows)
    left, top = min(box[0] for *_, box in rows), min(box[1] for *_, box in rows)
    right, bottom = max(box[0] + box[2] for *_, box in rows), max(box[1] + box[3] for *_, box in rows)
    sure = sum(len(row[1]) * max(0.0, row[2]) for row in rows)
    return TextLine(text=text, box=(left, top, right - left, bottom - top), confidence=round(10 * sure / weight))


def _join(left: str, right: str) -> str:
    """Join two words of a line; a space only where both sides are of a script that has spaces.

    >>> _join("第", "1"), _join("page", "2")
    ('第1', 'page 2')
    """
    spaced = left[-1:].isascii() and right[:1].isascii() and left[-1:].isalnum() and right[:1].isalnum()
    return f"{left} {right}" if left and spaced else left + right
