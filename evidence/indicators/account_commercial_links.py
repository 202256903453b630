"""商业链接: links of an account's posts and pages to shops and offers (国办发〔2018〕123号: 不得发布商业广告; a proposal for two).

A link counts where it stands in what the account itself put up, leads outside public bodies and platforms, and its text has a
word, or it leads to a registered name, of the rule's list. What stands beside may be the platform's own advertisement. Vouchers that governments
hand out, help for farmers, and warnings against fraud speak the same words and are passed over.

>>> from evidence.ruleset import load
>>> load("national-2019").of(indicator.name).effect, indicator.reviewers
('proposal', 2)
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evidence import signs
from evidence.facts import Facts
from evidence.indicator import Answer, Indicator
from evidence.look import Look
from evidence.model import Box, Link, Reading
from evidence.quoting import plainly
from evidence.reading import addresses, wordlist
from evidence.reading.hidden import is_strange
from evidence.reading.wordlist import WordList
from evidence.ruleset import RuleSet
from evidence.series import Series
from evidence.signs import Sign

indicator = Indicator(__name__, clause="商业链接", scope="account", reviewers=2)

_PLATFORMS = re.compile(
    r"(^|\.)(t\.cn|weibo\.cn|sinaimg\.cn|toutiao\.com|snssdk\.com|ixigua\.com|bytedance\.com|douyin\.com|iesdouyin\.com|"
    r"kuaishou\.com|gifshow\.com|bilibili\.com|b23\.tv|xiaohongshu\.com|xhslink\.com)$"
)
"""Hosts of platforms beside those that every site uses."""
_EXCUSED = re.compile(
    r"消费券|惠民|助农|扶贫|帮扶|振兴|公益|志愿|慈善|工会|采购|招标|中标|拍卖|打击|整治|治理|查处|防范|预防|警[示惕]|反诈|诈骗|骗局|曝光|"
    r"投诉|举报|维权|违法|虚假|提[示醒]|消费者|抽检|召回|监管"
)
"""Words of a link that speaks of public business or against such offers."""
_BESIDE = "链接不在正文或列表之内，或位置读不出，不能确定是账号所放还是平台所放"


@indicator.judge
def account_commercial_links(facts: Facts, series: Mapping[str, Series], rules: RuleSet) -> Iterator[Answer]:
    """Yield one answer on the account; what a part of it shows is seen all the same."""
    rule = rules.of(indicator.name)
    if not rule.words:
        return
    listed = _listed(rule.words)
    seen = {label: own.of_sightings for label, own in series.items()}
    yield signs.answer(
        facts, seen, rules, rule, lambda look: _find(look, listed), noun="指向商业推广的链接（所见部分）", once=True
    )


@dataclass(frozen=True, slots=True)
class _Listed:
    """What the rule lists: registered names, which have a dot, and words."""

    names: frozenset[str]
    words: WordList | None


@functools.lru_cache(maxsize=8)
def _listed(every: tuple[str, ...]) -> _Listed:
    words = [word for word in every if "." not in word]
    listed = wordlist.parse("\n".join(("[商业推广]", *words)), "words of the rule") if words else None
    return _Listed(frozenset(word.lower() for word in every if "." in word), listed)


def _find(look: Look, listed: _Listed) -> tuple[Sign, ...]:
    reading = look.reading
    if reading is None:
        return ()
    found = ((link, _word(link, listed)) for link in reading.links)
    return tuple(_sign(link, word, reading) for link, word in found if word)


def _word(link: Link, listed: _Listed) -> str | None:
    """Return the listed name or word that a shown link to a stranger has; None for any other link."""
    name = addresses.host(link.href)
    stranger = link.scope == "external" and is_strange(link.href, frozenset()) and not _PLATFORMS.search(name)
    if link.hidden or not stranger or _EXCUSED.search(link.text):
        return None
    if (registered := addresses.registrable(name)) in listed.names:
        return registered
    return listed.words.find(link.text) if listed.words else None


def _sign(link: Link, word: str, reading: Reading) -> Sign:
    own = link.href in {item.href for item in reading.items} or _is_within(link.box, reading.main_box)
    return Sign(
        key=link.href,
        said=f"“{plainly(link.text, 40)}”指向{plainly(link.href, 120)}（含“{word}”）",
        told=(("href", link.href), ("word", word)),
        open="" if own else _BESIDE,
    )


def _is_within(box: Box | None, main: Box | None) -> bool:
    """Tell whether the middle of a box lies in another; no where either is not known."""
    if box is None or main is None:
        return False
    across, down = box[0] + box[2] // 2, box[1] + box[3] // 2
    return main[0] <= across < main[0] + main[2] and main[1] <= down < main[1] + main[3]
