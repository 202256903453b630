"""Copied interpretations, surveys nobody can answer or that came to nothing, columns of another content: for a person to look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from evidence import interpreting, ruleset
from evidence.model import Link
from evidence.reading import read
from tests.evidence.indicators.proposals_factory import CASES, LINKED
from tests.evidence.indicators.signs_factory import (
    DOCUMENT_TEXT,
    GOLDEN,
    HOUR,
    INTERPRETATION,
    MEETINGS,
    ORIGINAL,
    SILENT,
    compared,
    page,
    surveyed,
    titled,
)
from tests.evidence.judging_factory import Scene, Visit, column, subject, visit
from tests.evidence.reading.pages import site


def states(scene: Scene, name: str) -> set[str]:
    return {one.state for one in scene.judged().findings if one.indicator == name}


@pytest.mark.parametrize("name", CASES)
def test_a_hit_is_only_ever_a_proposal_for_a_person(name: str) -> None:
    found = GOLDEN[name].finding(name)
    assert (found.effect, found.reviewers) == ("proposal", 1)
    assert "须人工核对" in found.message
    assert found.exhibits


@pytest.mark.parametrize("name", CASES)
def test_a_site_without_such_a_column_is_not_asked(name: str) -> None:
    lone = titled("topic")
    assert states(lone, name) == set()


@pytest.mark.parametrize(
    ("name", "case", "why"),
    [
        ("interpretation_copied", "it shows a chart", "解读可能在其中"),
        ("interpretation_copied", "its document's page carries it", "自带解读"),
        ("interpretation_copied", "no document of that name was seen", "可供比对"),
        ("interpretation_copied", "it is short", "可供比对"),
        ("survey_unanswerable", "by a form in a frame that nobody here saw", "框架"),
        ("survey_unanswerable", "by a code in a picture", "图片"),
        ("survey_unanswerable", "by a form in a file", "附件"),
        ("survey_unanswerable", "nothing says when they were put up", "未标时间"),
        ("survey_results", "one has an annex", "附件"),
        ("survey_results", "the list has results", "采纳情况"),
        ("survey_results", "another column has results", "征集结果"),
        ("survey_results", "the column has tabs", "未能看全"),
        ("survey_results", "a second survey column was never seen", "未能看全"),
    ],
)
def test_what_stays_open_says_why(name: str, case: str, why: str) -> None:
    found = CASES[name][case].finding(name)
    assert found.state == "undecided"
    assert why in "".join(found.missing)


def test_both_the_interpretation_and_its_document_are_exhibits() -> None:
    found = GOLDEN["interpretation_copied"].finding("interpretation_copied")
    assert set(found.exhibits) == {one.row.record for one in GOLDEN["interpretation_copied"].visits}
    assert "《示范市窗口办理办法》逐字相同" in found.against[0]


def test_a_document_is_known_by_the_link_as_well_as_by_its_name() -> None:
    assert compared(LINKED).state("interpretation_copied") == "hit"


def test_a_document_that_was_opened_behind_the_interpretation_counts() -> None:
    assert compared(label="zcjd/document-1").state("interpretation_copied") == "hit"


def test_a_document_opened_behind_an_interpretation_is_no_news_of_the_column() -> None:
    old = page(items=(), newest=None, page_kind="list", blank=True)
    scene = compared(label="zcjd/document-1")
    shown = replace(scene, visits=(visit("zcjd", HOUR, old), scene.visits[1]))
    (fact,) = [one for one in shown.judged().facts if one.label == "zcjd"]
    assert fact.blank is True


@pytest.mark.parametrize("class_", ["interpretation", "notice", "policy", "survey"])
def test_a_list_of_nothing_but_meetings_is_proposed_in_each_class(class_: str) -> None:
    found = titled(class_).finding("column_content_differs")
    assert found.state == "hit"
    assert MEETINGS[0] in found.against[0]


def test_a_survey_that_has_not_ended_and_shows_no_way_counts_though_it_is_old() -> None:
    running = replace(SILENT, until=date(2021, 3, 1))
    assert surveyed(running, running, on=date(2020, 10, 1)).state("survey_unanswerable") == "hit"


def test_thresholds_and_words_are_data() -> None:
    rules = ruleset.load()
    rule = rules.of("column_content_differs")
    fewer = replace(rules, rules={**rules.rules, "column_content_differs": replace(rule, count=30)})
    assert "hit" not in states(replace(titled("notice"), rules=fewer), "column_content_differs")


def link(text: str, href: str = "http://a.test/zcwj/1", **fields: object) -> Link:
    return Link(**{"href": href, "text": text, "scope": "internal", "hidden": "", "box": None, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("links", "found"),
    [
        ([link("首页"), link("示范市窗口办理办法")], "示范市窗口办理办法"),
        (
            [link("相关文件：关于印发办法的通知"), link("《示范市窗口办理办法》", "http://a.test/2")],
            "《示范市窗口办理办法》",
        ),
        ([link("政策原文")], "政策原文"),
        ([link("图解：示范市窗口办理办法")], None),
        ([link("示范市窗口办理办法", "http://a.test/1.pdf")], None),
        ([link("示范市窗口办理办法", scope="external")], None),
        ([link("示范市窗口办理办法", hidden="display:none")], None),
        ([link("示范市窗口办理办法", INTERPRETATION.url + "#top")], None),
        ([link("关于养犬的办法")], None),
        ([], None),
    ],
)
def test_the_link_to_the_document_is_the_one_that_names_it(links: list[Link], found: str | None) -> None:
    chosen = interpreting.link_of(replace(INTERPRETATION, links=tuple(links)))
    assert (chosen.text if chosen else None) == found


def test_a_newer_look_at_the_document_after_t_is_not_used() -> None:
    scene = compared()
    later = visit("zcwj/article-2", scene.at + timedelta(hours=1), ORIGINAL)
    assert replace(scene, visits=(scene.visits[0], later)).state("interpretation_copied") == "undecided"


def test_pages_as_they_are_read_lead_to_the_same_proposals() -> None:
    """A copied interpretation and its document, and two surveys, each read from HTML."""
    at = HOUR.replace(hour=15, minute=59)
    lines = [DOCUMENT_TEXT[n : n + 120] for n in range(0, len(DOCUMENT_TEXT), 120)]

    def opened(label: str, title: str, content: str) -> Visit:
        html = site(f"<h1>{title}</h1><p>发布时间：2020-12-30</p>{content}", title=f"{title}_示范市人民政府")
        return visit(label, HOUR, read(replace(html, url=f"http://a.test/{label}"), at=at))

    pages = [
        opened("zcjd/article-1", "《示范市窗口办理办法》政策解读", "".join(f"<p>{line}</p>" for line in lines[:8])),
        opened("zcwj/article-1", "关于印发《示范市窗口办理办法》的通知", f"<p>{''.join(lines)}</p>"),
        *(
            opened(
                f"dczj/article-{n}",
                f"关于公开征求第{n}号办法意见的公告",
                "<p>现向社会公开征求意见，欢迎踊跃参与。</p>" * 5,
            )
            for n in (1, 2)
        ),
    ]
    columns = [column("zcwj", "policy", 1), column("zcjd", "interpretation", 1), column("dczj", "survey", 1)]
    scene = Scene(subject=subject(columns), visits=tuple(pages))
    assert scene.state("interpretation_copied") == "hit"
    assert scene.state("survey_unanswerable") == "hit"
    assert scene.state("survey_results") == "clear"
