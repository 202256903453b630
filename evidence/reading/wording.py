"""Wording (表述): fixed expressions with a character too many, too few, wrong or out of place, and listed misprints.

What is found is for two persons to look at: a page may quote a misprint, or teach how not to write. An expression that lacks
its first or last character may have been cut by the page and says nothing; what only a picture shows may be misread.

>>> listed = parse("[固定表述]\\n中华人民共和国\\n")
>>> [(one.written, one.right) for one in listed.find("纪念中华人名共和国成立七十周年")]
[('中华人名共和国', '中华人民共和国')]
>>> listed.find("纪念中华人民共和国成立七十周年")
()
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evidence.errors import ReadingError
from evidence.model import ImageText, Wording
from evidence.reading.rows import runs
from evidence.reading.tree import Tree

SHIPPED = Path(__file__).parent / "wording.txt"
LEAST = 6
"""Characters of a fixed expression; a shorter one has neighbours that are right."""
MOST = 40
_AROUND = 30
_FIXED, _LISTED, _SPARED = "固定表述", "误写", "不算"
_SECTION = re.compile(r"^\[(\S+)\]$")
_ENTRY = re.compile(r"^(?P<form>.+?)\s*=>\s*(?P<right>.+?)\s*\|\s*(?P<severity>严重|不规范)$")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_SPACE = re.compile(r"\s+")
_TEACHES = re.compile(r"应为|应写|误[写作为]|错[写误]|规范表述|不得(?:写|使用)|禁用词|常见错误")
"""Words of a text that speaks of how to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A place in a text that is not written as it should be."""

    start: int
    written: str
    right: str
    severity: Literal["严重", "不规范"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is to be written how."""

    fixed: tuple[str, ...]
    listed: tuple[tuple[re.Pattern[str], str, Literal["严重", "不规范"]], ...]
    spared: tuple[str, ...]

    def find(self, text: str) -> tuple[Found, ...]:
        """Return what a text without white space writes wrong, in order, each place once."""
        if _TEACHES.search(text):
            return ()
        every = sorted((*self._near(text), *self._misprints(text)), key=lambda one: (one.start, -len(one.written)))
        found: list[Found] = []
        for one in every:
            clear = not found or one.start >= found[-1].start + len(found[-1].written)
            if clear and not self._is_spared(text, one):
                found.append(one)
        return tuple(found)

    def _near(self, text: str) -> Iterator[Found]:
        for right in self.fixed:
            exact = [match.span() for match in re.finditer(re.escape(right), text)]
            for start, written in _neighbours(text, right):
                end = start + len(written)
                if any(first < end and start < last for first, last in exact):
                    continue
                yield Found(start=start, written=written, right=right, severity="严重")

    def _misprints(self, text: str) -> Iterator[Found]:
        for form, right, severity in self.listed:
            for match in form.finditer(text):
                yield Found(start=match.start(), written=match[0], right=right, severity=severity)

    def _is_spared(self, text: str, one: Found) -> bool:
        end = one.start + len(one.written)
        for right in self.spared:
            at = text.find(right, max(0, end - len(right)))
            if 0 <= at <= one.start + 1 and at + len(right) >= end:
                return True
        return False


def find(tree: Tree, images: tuple[ImageText, ...], rules: Rules) -> tuple[Wording, ...]:
    """Return what the shown text of a page and its pictures write wrong, text first, MOST at most."""
    return tuple([*_in_text(tree, rules), *_in_pictures(images, rules)][:MOST])


def _in_text(tree: Tree, rules: Rules) -> Iterator[Wording]:
    for run in runs(list(tree.texts(tree.root))):
        text = _SPACE.sub("", "".join(node.value for node in run))
        for one in rules.find(text):
            yield _wording(one, text, "text", run[0].box)


def _in_pictures(images: tuple[ImageText, ...], rules: Rules) -> Iterator[Wording]:
    for image in images:
        for line in image.text.splitlines():
            text = _SPACE.sub("", line)
            for one in rules.find(text):
                yield _wording(one, text, "picture", image.box)


def _wording(
    one: Found, text: str, source: Literal["text", "picture"], box: tuple[int, int, int, int] | None
) -> Wording:
    context = text[max(0, one.start - _AROUND) : one.start + len(one.written) + _AROUND]
    return Wording(written=one.written, right=one.right, severity=one.severity, context=context, source=source, box=box)


def _neighbours(text: str, right: str) -> Iterator[tuple[int, str]]:
    """Yield the places of a text that are one character away from `right`: one too few, doubled, wrong, or two swapped.

    Such a place has one half of the expression unharmed, unless the two in its middle are swapped; so that only around
    those is looked closely.
    """
    middle = len(right) // 2
    crossed = right[: middle - 1] + right[middle] + right[middle - 1] + right[middle + 1 :]
    yield from ((match.start(), crossed) for match in re.finditer(re.escape(crossed), text))
    for half, offset in ((right[:middle], 0), (right[middle:], middle)):
        for match in re.finditer(f"(?={re.escape(half)})", text):
            for start in range(max(0, match.start() - offset - 1), match.start() - offset + 2):
                for length in (len(right) - 1, len(right), len(right) + 1):
                    written = text[start : start + length]
                    if _is_neighbour(written, right):
                        yield start, written


def _is_neighbour(written: str, right: str) -> bool:
    """Tell whether a text is one edit inside away from an expression: its first and last character are the expression's.

    At the ends a page may have cut the words, and other words begin.
    """
    if len(written) < LEAST - 1 or (written[0], written[-1]) != (right[0], right[-1]) or written == right:
        return False
    first = next((n for n, (a, b) in enumerate(zip(written, right, strict=False)) if a != b), len(right) - 1)
    if not _HAN.fullmatch(written):
        return False
    if len(written) < len(right):
        return written == right[:first] + right[first + 1 :]
    if len(written) > len(right):
        return written[:first] + written[first + 1 :] == right and written[first] in (written[first - 1], right[first])
    swapped = right[:first] + right[first + 1 : first + 2] + right[first] + right[first + 2 :]
    return written in (swapped, right[:first] + written[first] + right[first + 1 :])


def parse(text: str, where: str = "wording") -> Rules:
    """Return the rules a text holds; raises ReadingError for a line that is none, or an expression that is too short."""
    fixed: list[str] = []
    listed: list[tuple[re.Pattern[str], str, Literal["严重", "不规范"]]] = []
    spared: list[str] = []
    section = ""
    for n, line in enumerate(text.splitlines(), 1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        if named := _SECTION.match(said):
            section = named[1]
        elif section == _FIXED and _HAN.fullmatch(said) and len(said) >= LEAST:
            fixed.append(said)
        elif section == _LISTED and (entry := _ENTRY.match(said)):
            listed.append((_pattern(entry["form"], f"{where}:{n}"), entry["right"], _severity(entry["severity"])))
        elif section == _SPARED:
            spared.append(said)
        else:
            raise ReadingError(
                f"{where}:{n}: {said!r} is none of: [固定表述] of at least {LEAST} Chinese characters a line,"
                f" [误写] 式样 => 应为 | 严重, [不算]"
            )
    return Rules(fixed=tuple(fixed), listed=tuple(listed), spared=tuple(spared))


def load(path: Path) -> Rules:
    """Return the rules of a file in UTF-8; raises ReadingError where it is not there or is none."""
    try:
        return parse(path.read_text("utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ReadingError(f"{path}: cannot be read as wording rules in UTF-8: {error}") from error


@functools.cache
def shipped() -> Rules:
    """Return the rules that come with this version."""
    return load(SHIPPED)


def _pattern(form: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(form)
    except re.error as error:
        raise ReadingError(f"{where}: {form!r} is no regular expression: {error}") from error


def _severity(word: str) -> Literal["严重", "不规范"]:
    return "严重" if word == "严重" else "不规范"
