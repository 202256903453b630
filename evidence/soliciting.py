"""Columns that ask the public (征集调查) as they were seen: their opened entries, and what else may tell of results."""

from __future__ import annotations

import re
from collections.abc import Mapping

from evidence.facts import Facts
from evidence.look import Look
from evidence.model import Survey, Way
from evidence.observed import Observed
from evidence.parts import part_of
from evidence.quoting import title
from evidence.reading.classes import class_of
from evidence.series import Series

UNSEEN: dict[Way, str] = {"frame": "框架", "picture": "图片", "file": "附件", "page": "后页"}
"""What an entry may hold that was not read with it."""
_RESULT = re.compile(r"结果|反馈|采纳|答复|回复|汇总|情况|公示|公布")
_OF = re.compile(r"征集|调查|问卷|意见|建议|征求")


def is_column(one: Observed) -> bool:
    """Tell whether a column asks the public by its ledger, and its name does not say otherwise."""
    return one.fact.class_ == "survey" and class_of((one.fact.name,)) in ("survey", "other")


def survey_of(look: Look) -> Survey | None:
    """Return what an opened entry shows; None for a look that is none, or whose page does not ask."""
    part = part_of(look.row.label)
    return look.reading.survey if part is not None and part.kind == "article" and look.reading is not None else None


def unseen(survey: Survey) -> list[str]:
    """Return in Chinese what of an entry was not seen."""
    return [UNSEEN[way] for way in survey.ways if way in UNSEEN]


def may_tell_results(facts: Facts, series: Mapping[str, Series]) -> str:
    """Say by what the site may publish results elsewhere: an entry of any list so called, or columns not seen whole."""
    for one in facts.observed:
        own = series[one.fact.label]
        look = own.look(own.latest) if own.latest else None
        if is_column(one):
            kind = look.reading.column.kind if look and look.reading and look.reading.column else None
            if look is None or not look.shows_column or kind not in (None, "list"):
                return f"“{one.fact.name}”未能看全，结果可能在其中"
        told = next((item for item in look.items if _tells(item.title)), None) if look is not None else None
        if told is not None:
            return f"“{one.fact.name}”有可能是结果的条目{title(told.title)}，须人工对应"
    return ""


def _tells(name: str) -> bool:
    return _RESULT.search(name) is not None and _OF.search(name) is not None
