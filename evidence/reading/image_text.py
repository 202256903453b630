"""Text read out of pictures: each scaled and cut so that the engine can read it, with its confidence and a state."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image, ImageOps

from evidence.model import Box, ImageState, ImageText, TextLine
from evidence.reading import tesseract, text_lines
from evidence.reading.raster import Gray, Refused, decode, gray

READABLE = 32
"""Height in pixels at which the engine reads a line of Chinese best; smaller text is enlarged to about it."""
LONGEST = 3_000
"""Height in pixels of one band of a long picture (长图) given to the engine."""
WIDEST = 4_000
SURE_LINE = 900
"""Confidence, per mille, from which a picture of one line is not read as such once more."""
UNSURE = 600
"""Confidence, per mille, below which another model or another segmentation is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture of a page, as its bytes came over the network."""

    sha256: str
    url: str | None
    box: Box | None
    """Its place on the page."""
    data: bytes = field(repr=False)
    in_main: bool = False
    """Whether it stands in the main region of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Band:
    """A horizontal strip of one picture, ready for the engine."""

    picture: int
    image: Image.Image
    top: int
    """Where it begins in the picture."""
    factor: float
    """By how much it was enlarged."""


def recognise(pictures: Sequence[Picture]) -> tuple[ImageText, ...]:
    """Return the text of each picture, in the given order; never raises for what a picture holds.

    A picture that cannot be read gives an empty text and a `state` that says why: too small, too large, unreadable
    (not a picture, or broken), timeout, no_engine, or empty (read, and no text found).
    """
    bands: list[_Band] = []
    states: dict[int, ImageState] = {}
    for n, picture in enumerate(pictures):
        try:
            bands += list(_bands(n, decode(picture.data)))
        except Refused as refusal:
            states[n] = refusal.state
    try:
        name = tesseract.engine()
        words = _read(bands, states)
    except tesseract.EngineMissing:
        name, words = "none", {}
        states = {n: states.get(n, "no_engine") for n in range(len(pictures))}
    return tuple(_answer(picture, words.get(n), states.get(n), name) for n, picture in enumerate(pictures))


def _answer(picture: Picture, words: tesseract.Words | None, state: ImageState | None, engine: str) -> ImageText:
    text = words.text if words else ""
    return ImageText(
        sha256=picture.sha256,
        url=picture.url,
        box=picture.box,
        text=text,
        confidence=words.confidence if words and text else 0,
        engine=engine,
        in_main=picture.in_main,
        state=state or ("read" if text else "empty"),
        lines=words.lines if words else (),
    )


_AGAIN = (
    (tesseract.PAGE, tesseract.CHINESE),
    (tesseract.SPARSE, tesseract.SIMPLIFIED),
    (tesseract.PAGE, tesseract.TRADITIONAL),
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTERS = re.compile(r"[A-Za-z]")


def _read(bands: list[_Band], states: dict[int, ImageState]) -> dict[int, tesseract.Words]:
    """Read all bands in one process; what came out doubtful, again by other means, and keep the surest."""
    best = _tolerant(bands, tesseract.PAGE, tesseract.SIMPLIFIED, states)
    for mode, languages in _AGAIN:
        doubtful = [n for n, band in enumerate(bands) if band.picture not in states and _doubtful(best[n], languages)]
        again = _tolerant([bands[n] for n in doubtful], mode, languages, states)
        for n, words in zip(doubtful, again, strict=True):
            best[n] = _better(best[n], words)
    _read_lines(bands, best, states)
    joined: dict[int, tesseract.Words] = {}
    for band, words in zip(bands, best, strict=True):
        joined[band.picture] = _joined(joined.get(band.picture), replace(words, lines=_placed(words.lines, band)))
    return joined


def _read_lines(bands: list[_Band], best: list[tesseract.Words], states: dict[int, ImageState]) -> None:
    """Read pictures that hold one line once more as such, at several heights: the engine seeks columns in a strip."""
    single = [
        n
        for n, band in enumerate(bands)
        if band.picture not in states and best[n].confidence < SURE_LINE and _is_line(band)
    ]
    strips = [_dark_on_light(bands[n].image) for n in single]
    again = _tolerant(
        [replace(bands[n], image=strip) for n, strip in zip(single, strips, strict=True)],
        tesseract.LINE,
        tesseract.SIMPLIFIED,
        states,
    )
    voted = text_lines.read(strips, READABLE)
    for n, words, text in zip(single, again, voted, strict=True):
        if text and bands[n].picture not in states:
            whole = (0, 0, bands[n].image.width, bands[n].image.height)
            place = words.lines[0].box if len(words.lines) == 1 else whole
            sure = max(words.confidence, best[n].confidence)
            line = TextLine(text=text, box=place, confidence=sure)
            best[n] = tesseract.Words(text=text, confidence=sure, lines=(line,))


def _is_line(band: _Band) -> bool:
    """Tell whether one line of text is all there is: one run of rows with ink, far wider than high."""
    heights = _runs(_inked(gray(band.image)))
    return len(heights[heights >= 4]) == 1 and band.image.width >= band.image.height


def _dark_on_light(image: Image.Image) -> Image.Image:
    return ImageOps.invert(image) if np.median(np.asarray(image)) < 128 else image


def _placed(lines: Sequence[TextLine], band: _Band) -> tuple[TextLine, ...]:
    """Return lines with their boxes in pixels of the picture, as it was before it was cut and enlarged."""
    moved = []
    for line in lines:
        left, top, width, height = (round(side / band.factor) for side in line.box)
        moved.append(replace(line, box=(left, top + band.top, width, height)))
    return tuple(moved)


def _better(known: tesseract.Words, other: tesseract.Words) -> tesseract.Words:
    """Return the surer of two readings; of a sure one with letters, the other only where it finds characters there."""
    if known.confidence < UNSURE:
        return max(known, other, key=lambda each: each.confidence * (len(each.text) > 0))
    more = len(_HAN.findall(other.text)) > len(_HAN.findall(known.text))
    return other if more and other.confidence >= UNSURE else known


def _doubtful(words: tesseract.Words, languages: str) -> bool:
    """Tell whether another look is worth it: few letters in a Chinese page are often characters taken for letters."""
    letters = len(_LETTERS.findall(words.text))
    return words.confidence < UNSURE or (languages == tesseract.CHINESE and letters * 4 > len(words.text))


def _tolerant(bands: list[_Band], mode: int, languages: str, states: dict[int, ImageState]) -> list[tesseract.Words]:
    """Read all bands at once; if the process is stuck, each alone, so that one hostile picture costs only itself."""
    nothing = tesseract.Words(text="", confidence=0)
    try:
        return list(tesseract.read([band.image for band in bands], mode=mode, languages=languages))
    except tesseract.EngineTimeout:
        words: list[tesseract.Words] = []
    for band in bands:
        try:
            words += tesseract.read([band.image], mode=mode, languages=languages)
        except tesseract.EngineTimeout:
            states[band.picture] = "timeout"
            words.append(nothing)
    return words


def _joined(left: tesseract.Words | None, right: tesseract.Words) -> tesseract.Words:
    if left is None or not left.text:
        return right
    if not right.text:
        return left
    share = len(left.text) * left.confidence + len(right.text) * right.confidence
    return tesseract.Words(
        text=f"{left.text}\n{right.text}",
        confidence=round(share / (len(left.text) + len(right.text))),
        lines=(*left.lines, *right.lines),
    )


def _bands(number: int, picture: Image.Image) -> Iterator[_Band]:
    """Yield the picture in gray, enlarged so that its text has a readable height, cut between lines of text."""
    pixels = gray(picture)
    factor = _enlargement(pixels)
    for top, bottom in _cuts(pixels, max(200, int(LONGEST / factor))):
        band = picture.crop((0, top, picture.width, bottom)).convert("L")
        size = (max(1, round(band.width * factor)), max(1, round(band.height * factor)))
        enlarged = band if factor == 1 else band.resize(size, Image.Resampling.LANCZOS)
        yield _Band(picture=number, image=enlarged, top=top, factor=factor)


def _enlargement(pixels: Gray) -> float:
    """Return the factor that brings the usual line of text to READABLE pixels, between a reduction to fit and 3."""
    heights = _runs(_inked(pixels))
    usual = float(np.median(heights[heights >= 6])) if (heights >= 6).any() else READABLE
    fit = WIDEST / pixels.shape[1]
    return float(min(fit, max(1.0, min(3.0, READABLE / usual))))


def _inked(pixels: Gray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell of each row whether something stands in it: whether its pixels differ."""
    low, high = np.percentile(pixels, [1, 99], axis=1) if pixels.shape[1] > 400 else (pixels.min(1), pixels.max(1))
    return np.asarray(high.astype(np.int16) - low.astype(np.int16) > 40)


def _runs(flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the lengths of the runs of True.

    >>> _runs(np.array([True, True, False, True])).tolist()
    [2, 1]
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return np.asarray(edges[1::2] - edges[::2])


def _cuts(pixels: Gray, longest: int) -> Iterator[tuple[int, int]]:
    """Yield top and bottom of each band: at most `longest` high, cut in the quietest row of its last third."""
    height, top = pixels.shape[0], 0
    restless = np.abs(np.diff(pixels.astype(np.int16), axis=1)).sum(axis=1) if height > longest else None
    while restless is not None and height - top > longest:
        begin = top + longest * 2 // 3
        cut = begin + int(np.argmin(restless[begin : top + longest]))
        yield top, cut + 1
        top = cut + 1
    yield top, height
