"""解读照抄原文: interpretations of which nearly every word stands in the document they are about (a proposal; bulletins ask that
an interpretation does more than repeat its document).

Compared are opened articles with the document that they link to or name in their titles. Questions, an own text of more
than a few sentences, and quotations are none of it; a chart, a picture, a file or a player beside it leaves it open.

>>> from evidence.ruleset import load
>>> rule = load("national-2019").of(indicator.name)
>>> rule.effect, rule.share, rule.count
('proposal', 950, 500)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from evidence import interpreting, signs
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.interpreting import Document
from evidence.look import Look
from evidence.model import Prose
from evidence.parts import part_of
from evidence.quoting import title
from evidence.reading.prose import copied
from evidence.ruleset import Rule, RuleSet
from evidence.series import Series
from evidence.signs import Sign
from evidence.words import per_mille

indicator = Indicator(__name__, clause="解读照抄原文", scope="site", reviewers=1)

OWN = 120
"""Characters of its own, about three sentences, with which an interpretation says something itself."""


@indicator.judge
def interpretation_copied(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the site; none where it has no column of interpretations.

    `share` of the rule is how much must be copied, per mille; `count` how many characters there must be to compare.
    """
    if not any(interpreting.is_column(one) for one in facts.observed):
        return
    rule = rules.of(indicator.name)
    documents = tuple(interpreting.documents(facts, series))
    compared: dict[str, str] = {}

    def find(look: Look) -> tuple[Sign, ...]:
        return _find(look, documents, rule, compared)

    noun = "解读与原文几乎逐字相同"
    found = signs.answer(
        facts, series, rules, replace(rule, count=None), find, noun=noun, of=interpreting.is_column, once=True
    )
    if found.state == "clear" and not compared:
        said = "没有打开的解读文章及其所解读的文件可供比对"
        found = replace(found, state="undecided", message=f"{facts.subject.name}：{said}，不作认定。", missing=(said,))
    exhibits = tuple(dict.fromkeys((*found.exhibits, *(compared[one] for one in found.exhibits if one in compared))))
    numbers = {**found.numbers, "compared": len(compared), "share_per_mille": rule.share, "characters": rule.count}
    yield replace(found, exhibits=exhibits, numbers=numbers)


def _find(look: Look, documents: Sequence[Document], rule: Rule, compared: dict[str, str]) -> tuple[Sign, ...]:
    """Return the sign of a copied interpretation, and note in `compared` which record it was compared with."""
    part, reading = part_of(look.row.label), look.reading
    if part is None or part.kind != "article" or reading is None or reading.prose is None:
        return ()
    own = interpreting.its_own(reading, documents)
    if not own or reading.prose.length < (rule.count or 0):
        return ()
    document = max(own, key=lambda one: _copied(reading.prose, one))
    share = _copied(reading.prose, document)
    compared[look.row.record] = document.look.row.record
    own_length = reading.prose.length * (1000 - share) // 1000
    if share < (rule.share or 1000) or own_length > OWN or reading.prose.questions:
        return ()
    said = f"{title(reading.title)}正文{reading.prose.length}字，约{per_mille(share)}与{title(document.reading.title)}逐字相同"
    return (Sign(key=reading.url or reading.title, said=said, open=_open(reading.prose, document)),)


def _copied(prose: Prose | None, document: Document) -> int:
    whole = document.reading.prose
    return copied(prose.own, whole.whole) if prose is not None and whole is not None else 0


def _open(prose: Prose, document: Document) -> str:
    """Return why a copied text may yet be no fault."""
    if prose.shown:
        return f"页面另有{prose.shown}处图片、框架、音视频、附件或后页，解读可能在其中，须人工核对"
    if document.reading.prose is not None and document.reading.prose.interprets:
        return "原文页面自带解读，可能是同一篇解读，须人工核对"
    return ""
