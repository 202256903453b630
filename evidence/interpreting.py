"""Interpretations (政策解读) and the documents they are about: which document one names, and what was seen of both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag

from evidence.facts import Facts
from evidence.look import Look
from evidence.model import Link, Reading
from evidence.observed import Observed
from evidence.parts import part_of
from evidence.reading.classes import class_of
from evidence.reading.matter import FILE
from evidence.reading.prose import bare
from evidence.series import Series

LEAST_NAME = 8
"""Characters of a document's name by which it is known; fewer may name many."""
_NAMED = re.compile(r"《([^》]+)》")
_POINTS = re.compile(
    r"^[\[【(（]?\s*(相关(文件|政策|原文)|(政策|文件)?原文(链接)?|文件链接|政策文件|关联文件)\s*[\]】)）]?[:：]?"
)
"""Words by which a page leads to its document."""
_INTERPRETS = re.compile(r"解读|图解|读懂|问答|答记者问|起草说明|政策说明|发布会")
_HELD_BY = ("policy", "notice", "disclosure")
"""Classes of columns whose articles are documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole look at an article that is no interpretation."""

    look: Look
    reading: Reading


def is_column(one: Observed) -> bool:
    """Tell whether a column is one of interpretations by its ledger, and its name does not say otherwise."""
    return one.fact.class_ == "interpretation" and class_of((one.fact.name,)) in ("interpretation", "other")


def documents(facts: Facts, series: Mapping[str, Series]) -> Iterator[Document]:
    """Yield the articles that may be documents, as last seen whole, of a target's policy columns and behind interpretations."""
    held = {one.fact.label for one in facts.observed if one.fact.class_ in _HELD_BY}
    for label in sorted(series):
        part, own = part_of(label), series[label]
        if part is None or not (part.kind == "document" or (part.kind == "article" and part.column in held)):
            continue
        look = own.look(own.latest) if own.latest else None
        reading = look.reading if look is not None and look.shows_column else None
        if look is not None and reading is not None and reading.prose and not _INTERPRETS.search(reading.title):
            yield Document(look=look, reading=reading)


def its_own(reading: Reading, every: Sequence[Document]) -> tuple[Document, ...]:
    """Return the documents that an interpretation links to or names in its title."""
    linked = {_place(link.href) for link in reading.links}
    names = _names(reading.title)
    return tuple(
        one
        for one in every
        if _place(one.reading.url) != _place(reading.url)
        and (_place(one.reading.url) in linked or any(name in bare(one.reading.title) for name in names))
    )


def link_of(reading: Reading) -> Link | None:
    """Return the link by which an interpretation leads to its document: that names it, else that says it is one.

    None where it has no such link to a page of this authority.
    """
    names = _names(reading.title)
    links = [link for link in reading.links if _may_lead(link, reading)]
    named = (link for link in links if any(name in bare(link.text) for name in names))
    pointing = (link for link in links if _POINTS.match(link.text))
    return next(named, None) or next(pointing, None)


def _may_lead(link: Link, reading: Reading) -> bool:
    if link.hidden or link.scope not in ("internal", "same_authority") or FILE.search(link.href):
        return False
    return _place(link.href) != _place(reading.url) and not _INTERPRETS.search(link.text)


def _names(title: str) -> tuple[str, ...]:
    return tuple(name for said in _NAMED.findall(title) if len(name := bare(said)) >= LEAST_NAME)


def _place(url: str) -> str:
    return urldefrag(url)[0]
