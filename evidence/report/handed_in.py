"""Human exhibits as the report shows them: what was stated, and each file with its place in the bundle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evidence import words
from evidence.human import HumanExhibit, Statement
from evidence.report.sheet import Href

SHOWN = ("image/png", "image/jpeg", "image/gif")
"""Kinds that a bundle keeps by their extension, so that a page can show them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """One file that was handed in."""

    name: str
    size: int
    sha256: str
    media_type: str
    href: str
    pictured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """One human exhibit."""

    n: int
    kind: str
    record: str
    received: str
    stated: tuple[tuple[str, str], ...]
    checklist: tuple[tuple[str, str], ...]
    files: tuple[ShownFile, ...]


def handed_in(exhibits: Sequence[HumanExhibit], href: Href) -> tuple[HandedIn, ...]:
    """Return what people handed in, numbered from 1."""
    return tuple(_shown(n, one, href) for n, one in enumerate(exhibits, 1))


def _shown(n: int, exhibit: HumanExhibit, href: Href) -> HandedIn:
    said = exhibit.statement
    return HandedIn(
        n=n,
        kind=words.HUMAN_KINDS[said.kind],
        record=exhibit.record.id,
        received=words.moment(exhibit.record.capture.started),
        stated=tuple(_stated(said)),
        checklist=said.checklist,
        files=tuple(
            ShownFile(
                name=file.name,
                size=file.size,
                sha256=file.sha256,
                media_type=file.media_type,
                href=href(file.sha256),
                pictured=file.media_type in SHOWN,
            )
            for file in said.files
        ),
    )


def _stated(said: Statement) -> Iterator[tuple[str, str]]:
    fields = (
        ("提取人", said.by),
        ("在场人", said.second),
        ("设备", said.device),
        ("系统", said.os),
        ("应用及版本", said.app),
        ("登录账号", said.account),
        ("开始", words.moment(said.begun) if said.begun else None),
        ("结束", words.moment(said.ended) if said.ended else None),
        ("所试及结果", "；".join(one.said for one in said.tries)),
        ("说明", said.note),
    )
    return ((name, value) for name, value in fields if value)
