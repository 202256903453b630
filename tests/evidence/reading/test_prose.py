"""What one article has word for word from another is told by samples; own words, questions, quotations and annexes are none of it."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from evidence.model import Prose
from evidence.reading import prose, read
from tests.evidence.reading.pages import site

AT = datetime(2024, 5, 6, 15, 59, 59, tzinfo=UTC)
_LETTERS = "政策规定本市行政区域内应当依法管理服务单位个人申请条件材料期限责任监督检查处理结果保障发展促进规范公开透明"


def sentences(seed: int, count: int) -> list[str]:
    """Return sentences of forty characters that no other seed gives."""
    chance = random.Random(seed)
    return ["".join(chance.choice(_LETTERS) for _ in range(40)) + "。" for _ in range(count)]


DOCUMENT = sentences(1, 40)


def seen(lines: list[str], title: str = "《示范市停车管理办法》政策解读", extra: str = "") -> Prose:
    text = "".join(f"<p>{line}</p>" for line in lines)
    found = read(site(f"<h1>{title}</h1><p>发布时间：2024-04-01</p>{text}{extra}", title=title), at=AT).prose
    assert found is not None
    return found


ORIGINAL = seen(DOCUMENT, "示范市停车管理办法")


def share(one: Prose) -> int:
    return prose.copied(one.own, ORIGINAL.whole)


def test_a_text_that_repeats_the_document_is_copied_nearly_whole() -> None:
    found = seen(DOCUMENT[5:30])
    assert share(found) >= 950
    assert (found.questions, found.shown) == (0, 0)
    assert 1000 <= found.length <= 1060


def test_other_line_breaks_spaces_and_signs_change_nothing() -> None:
    one = "".join(DOCUMENT[:25]).replace("。", " ；")
    assert share(seen([one[:333], one[333:]])) >= 950


def test_a_text_of_its_own_is_not_copied() -> None:
    assert share(seen(sentences(2, 25))) == 0


@pytest.mark.parametrize("own", [5, 10, 20])
def test_the_share_is_about_that_of_the_copied_sentences(own: int) -> None:
    mixed = [*DOCUMENT[: 30 - own], *sentences(3, own)]
    assert abs(share(seen(mixed)) - 1000 * (30 - own) // 30) < 80


def test_every_second_sentence_of_its_own_is_seen() -> None:
    mixed = [line for pair in zip(DOCUMENT[:15], sentences(4, 15), strict=True) for line in pair]
    assert share(seen(mixed)) < 600


def test_short_quotations_are_no_part_of_the_text() -> None:
    own = [f"“{line}”{new}" for line, new in zip(DOCUMENT[:15], sentences(5, 15), strict=True)]
    found = seen(own)
    assert share(found) == 0
    assert found.length < 650


def test_what_stands_below_an_annexs_or_the_documents_heading_is_not_its_own() -> None:
    for heading in ("附件：示范市停车管理办法", "政策原文", "《示范市停车管理办法》全文", "文件全文如下："):
        found = seen([*sentences(6, 12), heading, *DOCUMENT])
        assert share(found) == 0, heading
        assert found.length < 600


@pytest.mark.parametrize("line", ["问：什么人可以申请？", "1.为什么要制定本办法？", "问1：范围"])
def test_questions_are_counted(line: str) -> None:
    assert seen([line, *DOCUMENT[:20]]).questions


@pytest.mark.parametrize(
    "extra",
    [
        '<img src="/tu.jpg" width="600" height="800">',
        '<a href="/a.pdf">图解.pdf</a>',
        "<video></video>",
        "<a href='/2'>下一页</a>",
    ],
)
def test_what_is_shown_besides_is_counted(extra: str) -> None:
    assert seen(DOCUMENT[:20], extra=extra).shown


def test_a_document_that_carries_its_interpretation_says_so() -> None:
    assert seen([*DOCUMENT, "相关解读", *sentences(7, 10)], "示范市停车管理办法").interprets
    assert not seen([*DOCUMENT, "相关解读"], "示范市停车管理办法").interprets


def test_traditional_characters_are_the_same_words() -> None:
    assert prose.copied(seen(["規範管理"] * 60).own, seen(["规范管理"] * 60).whole) == 1000


def test_a_very_long_text_is_read_in_part_and_in_no_time() -> None:
    assert len(seen(sentences(8, 3000)).whole) == prose.MOST


def test_a_list_has_no_prose() -> None:
    rows = "".join(
        f"<li><a href='/{n}'>关于第{n}项重点工作任务分工的通知</a><span>2024-04-0{n}</span></li>" for n in range(1, 9)
    )
    assert read(site(f"<ul>{rows}</ul>"), at=AT).prose is None
