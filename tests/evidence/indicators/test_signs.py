"""Signs on pages accuse only by what is seen, twice where it matters, and never by what may be elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from evidence.explain import explain
from evidence.model import Annex, Element, HiddenLink, ImageText, Letter, Link
from evidence.reading import guides
from tests.evidence.indicators import proposals_factory
from tests.evidence.indicators.signs_factory import (
    BAD,
    BULLETIN,
    COLUMNS,
    ELEMENTS,
    FOOT,
    GOLDEN,
    HIDDEN,
    HOUR,
    LATE,
    LINK,
    MISPRINT,
    PROBED,
    QUIET,
    QUIET_LETTERS,
    RATES,
    UNANSWERED,
    added,
    article,
    backdated,
    burst,
    front_page,
    page,
    scene,
    tampered,
)
from tests.evidence.judging_factory import Scene, column, item, reading, subject, visit

PICTURED = ImageText(
    sha256="ab" * 32, url=None, box=None, text="互动交流", confidence=900, engine="tesseract", in_main=True
)
EVERY_ELEMENT = tuple(Element(name=name, text="有") for name in guides.ELEMENTS)
SIGNS = set(GOLDEN) - PROBED


def state(name: str, one: Scene) -> str:
    return one.finding(name).state


UNDATED = replace(LATE, submitted=None, accepted=None, replied=None)
CLEAN: dict[str, list[Scene]] = {
    "foreign_links": [
        scene(page()),
        scene(page(hidden_links=(replace(HIDDEN, word=None),))),
        scene(
            page(
                links=(LINK, Link(href="http://x.example.com/", text="友情链接", scope="external", hidden="", box=None))
            )
        ),
    ],
    "tampering_unhandled": [
        tampered(),
        tampered(0),
        tampered(0, 1),
        tampered(1, 2, 3, 4, 5),
        tampered(0, 2, 3, 4, 5),
        tampered(0, 1, 2, 4, 5),
        tampered(*range(6), complete=False),
        scene(page(bad_links=(BAD,))),
    ],
    "forged_dates": [
        backdated(date(2021, 1, 3)),
        backdated(date(2021, 1, 2)),
        backdated(date(2020, 12, 20), oldest=date(2020, 12, 25)),
        Scene(subject=subject(COLUMNS), visits=(visit("c0", HOUR, reading(item(date(2020, 6, 1)))),)),
    ],
    "burst_after_bulletin": [  # more of them: test_burst_after_bulletin.py
        burst(*added(9)),
        burst(bulletins=(replace(BULLETIN, day=date(2020, 12, 20)),)),
        burst(old=(item(date(2020, 11, 20)), *QUIET)),
        burst(nights=4),
    ],
    "page_tags": [scene(page()), scene(page(missing_tags=()))],
    "footer_marks": [
        scene(page(identity=FOOT), label="home"),
        scene(page(identity={}), label="home"),
        scene(page(identity={"icp": "x"}), label="c0"),
    ],
    "error_report_entry": [
        scene(page(identity=FOOT), label="home"),
        scene(page(identity={}), label="home"),
        scene(page(identity={"icp": "x"}, links=()), label="home"),
    ],
    "guides_incomplete": [
        scene(*(page(elements=ELEMENTS) for _ in range(4))),
        scene(
            *(
                page(
                    elements=ELEMENTS,
                    annexes=(Annex(label="附件", title="材料", href="http://a.test/1.doc", blank=None),),
                )
                for _ in range(5)
            )
        ),
        scene(
            *(
                page(
                    elements=ELEMENTS,
                    links=(Link(href="https://zwfw.gov.cn/1", text="在线办理", scope="public", hidden="", box=None),),
                )
                for _ in range(5)
            )
        ),
        scene(*(page() for _ in range(5))),
    ],
    "letters_late": [
        scene(page(letters=(replace(LATE, replied=date(2020, 12, 9)),))),
        scene(page(letters=(replace(LATE, replied=None),))),
        scene(page(letters=(replace(LATE, accepted=None),))),
        scene(page()),
    ],
    "error_reports_late": [
        scene(page(letters=(replace(LATE, accepted=date(2020, 6, 1), replied=date(2020, 6, 30)),)), label="entries"),
        scene(page(letters=(replace(LATE, replied=date(2020, 12, 7)),)), label="entries"),
        scene(page(letters=(replace(LATE, replied=None),)), label="entries"),
        scene(page(letters=(replace(LATE, accepted=None),)), label="entries"),
    ],
    "disclosure_late": [
        scene(article(dates=())),
        scene(article(dates=tuple(replace(one, how="文末落款日期") for one in article().dates))),
        scene(article(letters=(LATE,))),
        scene(article(published=None)),
        scene(page()),
    ],
    "annex_body_blank": [
        scene(page(annexes=(Annex(label="附件2", title="名单", href=None, blank=None),))),
        scene(page(annexes=(Annex(label="附件2", title="名单", href=None, blank=False),))),
        scene(page()),
    ],
    "rates_unfounded": [
        scene(page(tables=(replace(RATES, rows=(("甲县", "134", "126", "94.0%"), *RATES.rows[1:])),))),
        scene(
            page(
                tables=(
                    replace(
                        RATES,
                        header=("地区", "检查数", "合格数", "同比"),
                    ),
                )
            )
        ),
        scene(page(tables=(replace(RATES, rows=RATES.rows[:2]),))),
    ],
    "wording": [
        scene(page()),
        scene(page(wording=(replace(MISPRINT, source="picture"),))),
        scene(page(wording=(replace(MISPRINT, severity="不规范"),))),
        scene(page(wording=(MISPRINT,)), complete=False),
    ],
    "interaction_missing": [
        scene(front_page(n=12, entries=("interaction",)), label="home"),
        scene(front_page(n=9), label="home"),
        scene(front_page("", n=12), label="home"),
        scene(front_page(n=12), label="c0"),
        replace(
            scene(front_page(n=12), label="home"),
            subject=subject([*COLUMNS, column("xx", "interaction", 1)]),
        ),
        scene(front_page(n=12, images=(PICTURED,)), label="home"),
        replace(scene(front_page(n=12), label="home"), subject=subject(COLUMNS[:4])),
    ],
    "services_missing": [
        scene(front_page(n=12, entries=("service",)), label="home"),
        scene(front_page(n=9), label="home"),
        scene(front_page("", n=12), label="home"),
    ],
    "letters_unanswered": [
        scene(page(letters=(replace(UNANSWERED, state=""),))),
        scene(page(letters=(replace(UNANSWERED, state="已办结"),))),
        scene(page(letters=(replace(UNANSWERED, submitted=date(2020, 10, 5)),))),
        scene(page(letters=(replace(UNANSWERED, submitted=date(2020, 1, 3)),))),
        scene(page(letters=(replace(UNANSWERED, title="举报某人"),))),
        scene(page(letters=(replace(UNANSWERED, replied=date(2020, 12, 30)),))),
    ],
    "guides_few_incomplete": [
        scene(*(page(elements=ELEMENTS, url=f"http://a.test/g{n}") for n in range(5))),
        scene(*(page(elements=ELEMENTS, url=f"http://a.test/g{n}") for n in range(4))),
        scene(page(elements=ELEMENTS), page(elements=EVERY_ELEMENT, url="http://a.test/g")),
        scene(page()),
    ],
    "guide_elements": [
        scene(page(elements=EVERY_ELEMENT)),
        scene(page(elements=ELEMENTS, images=(PICTURED,))),
        scene(page()),
    ],
    "letters_public": [
        scene(page(page_kind="article", letters=(LATE,))),
        scene(page(letters=(replace(LATE, unit=""),))),
        scene(page(page_kind="article", letters=(replace(LATE, unit="", replied=None, state="办理中"),))),
    ],
    "letters_quiet": [
        scene(page(items=())),
        scene(page(items=(), letters=(replace(LATE, submitted=date(2020, 11, 4)),))),
        scene(page(items=(), letters=(*QUIET_LETTERS, LATE))),
        scene(page(items=(), letters=QUIET_LETTERS[::-1])),
        scene(page(items=(), letters=(UNDATED, *QUIET_LETTERS))),
        scene(page(items=(item(date(2021, 1, 3)),), letters=QUIET_LETTERS)),
        scene(page(items=(item(None),), letters=QUIET_LETTERS)),
        scene(page(page_kind="article", items=(), letters=QUIET_LETTERS)),
        scene(page(items=(), letters=QUIET_LETTERS), page(items=(), letters=(LATE,))),
        scene(page(items=(), letters=QUIET_LETTERS), page(items=(), letters=(UNDATED,))),
        scene(page(items=(), letters=QUIET_LETTERS), complete=False),
    ],
    "personal_numbers": [scene(page()), scene(page(personal={"mobile": 4})), scene(page(personal={}))],
    **{name: list(cases.values()) for name, cases in proposals_factory.CASES.items()},
}


def test_letters_of_two_months_are_counted_to_the_day() -> None:
    """Looked at on 4 January: what is of 4 November is within two months, of 3 November before them."""
    found = scene(page(items=(), letters=QUIET_LETTERS)).finding("letters_quiet")
    assert (found.state, found.numbers["tenths"]) == ("hit", 30)
    (edge, other) = (replace(QUIET_LETTERS[0], replied=date(2020, 11, 4)), QUIET_LETTERS[1])
    assert state("letters_quiet", scene(page(items=(), letters=(edge, other)))) == "clear"


def test_a_letter_seen_only_once_in_two_months_clears() -> None:
    """It was withdrawn since, or stands on a page of its own, or was seen only after T."""
    golden = GOLDEN["letters_quiet"]
    fresh = page(page_kind="article", items=(), letters=(LATE,))
    for at in (HOUR - timedelta(days=20), HOUR + timedelta(days=2)):
        assert state("letters_quiet", golden.with_(visit("c0/letter-1", at, fresh, run="X"))) == "clear"


def test_a_site_without_a_list_of_letters_is_open() -> None:
    assert state("letters_quiet", scene(page())) == "undecided"


@pytest.mark.parametrize(("name", "n"), [(name, n) for name, every in CLEAN.items() for n in range(len(every))])
def test_what_is_no_sign_accuses_nobody(name: str, n: int) -> None:
    assert "hit" not in {one.state for one in CLEAN[name][n].judged().findings if one.indicator == name}


def test_every_sign_has_more_cases_that_must_not_fire_than_that_must() -> None:
    assert set(CLEAN) == SIGNS
    assert all(len(every) >= 2 for every in CLEAN.values())


@pytest.mark.parametrize(
    "name", sorted(SIGNS - {"forged_dates", "burst_after_bulletin", "tampering_unhandled"})
)  # these are about what was there before
def test_another_look_without_the_sign_leaves_it_open(name: str) -> None:
    """The same pages, seen clean an hour before on another visit."""
    golden = GOLDEN[name]
    clean = tuple(
        replace(one, row=replace(one.row, record=one.row.record[::-1], key=f"B{one.row.key}", started=one.row.started - timedelta(hours=1),
                                 ended=one.row.ended - timedelta(hours=1)), reading=page(identity=FOOT, url="http://a.test/other"))
        for one in golden.visits[-5:] if one.row.started == HOUR
    )  # fmt: skip
    assert clean
    assert state(name, golden.with_(*clean)) == "undecided"


@pytest.mark.parametrize("name", sorted(SIGNS))
def test_a_second_look_that_agrees_is_said(name: str) -> None:
    golden = GOLDEN[name]
    again = tuple(
        replace(one, row=replace(one.row, record=one.row.record[::-1], key=f"B{one.row.key}", purpose="second_look", started=one.row.started + timedelta(minutes=20),
                                 ended=one.row.ended + timedelta(minutes=20)))
        for one in golden.visits if one.row.started == HOUR
    )  # fmt: skip
    assert golden.finding(name).second_look == "missing"
    assert golden.with_(*again).finding(name).second_look == "agrees"


def test_a_withdrawn_item_that_comes_back_was_not_forged() -> None:
    """It was seen before, then not, then again: it was first seen in time."""
    old = [item(date(2020, 12, 10)), item(date(2020, 11, 1))]
    fresh = item(date(2020, 12, 30), "一度撤下的信息")
    nights = [
        visit("c0", HOUR - timedelta(days=n), reading(*([fresh] if n == 5 else []), *old), run=f"N{n}")
        for n in (6, 5, 4, 3, 2, 1)
    ]
    last = visit("c0", HOUR, reading(fresh, *old), run="N0")
    assert state("forged_dates", Scene(subject=subject(COLUMNS), visits=(*nights, last))) == "clear"


@pytest.mark.parametrize("missing", range(1, 14))
def test_a_night_left_out_never_makes_a_forged_date(missing: int) -> None:
    clean = backdated(date(2021, 1, 3))
    fewer = replace(clean, visits=tuple(one for n, one in enumerate(clean.visits) if n != missing))
    assert state("forged_dates", fewer) == "clear"


def test_the_finding_names_date_first_sight_and_the_look_that_lacked_it() -> None:
    (sign,) = backdated().finding("forged_dates").numbers["signs"]
    assert (sign["date"], sign["first_seen"]) == ("2020-12-20", "2021-01-04")
    assert "的完整访问中没有" in sign["said"]


def test_a_link_that_every_page_shows_counts_once_and_is_told_by_the_first() -> None:
    found = scene(*(page(bad_links=(BAD,)) for _ in range(5))).finding("foreign_links")
    assert found.numbers["count"] == 1
    assert found.numbers["signs"][0]["label"] == "c0"
    assert len(found.exhibits) == 5


def test_points_are_counted_in_tenths() -> None:
    lacking = scene(page(identity={"icp": "京ICP备12345678号"}), label="home").finding("footer_marks")
    assert (lacking.numbers["count"], lacking.numbers["tenths"]) == (5, 25)


def test_numbers_of_persons_stand_nowhere_in_a_finding() -> None:
    assert "identity" in str(GOLDEN["personal_numbers"].finding("personal_numbers").numbers["signs"])
    assert "号码不录" in GOLDEN["personal_numbers"].finding("personal_numbers").against[0]


def test_signs_on_opened_articles_count_for_their_column() -> None:
    opened = visit("c0/article-1", HOUR, article())
    found = replace(scene(page()), visits=(visit("c0", HOUR, page()), opened)).finding("disclosure_late")
    assert found.state == "hit"
    assert found.numbers["signs"][0]["label"] == "c0/article-1"


HOSTILE: list[Any] = [
    HiddenLink(
        href="javascript:alert(1)//<script>", text="=cmd|' /C calc'!A0", why="<b>", word="x", block="</textarea>"
    ),
]


def test_what_a_page_says_is_made_plain_before_it_is_printed() -> None:
    found = scene(page(hidden_links=tuple(HOSTILE))).finding("foreign_links")
    assert all("\n" not in line and "\u202e" not in line for line in found.against)


def test_a_letter_is_late_by_working_days() -> None:
    """Accepted on the Wednesday before National Day of 2020, five working days end on the thirteenth of October."""
    letter = Letter(
        number="1",
        title="t",
        unit="u",
        state="",
        submitted=date(2020, 9, 30),
        accepted=date(2020, 9, 30),
        replied=date(2020, 10, 13),
    )
    assert state("letters_late", scene(page(letters=(letter,)))) == "clear"
    assert state("letters_late", scene(page(letters=(replace(letter, replied=date(2020, 10, 15)),)))) == "hit"


def test_bad_links_name_their_word() -> None:
    (said,) = scene(page(bad_links=(BAD,))).finding("foreign_links").against
    assert BAD.why in said
    assert BAD.text in said


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_a_finding_is_explained_by_what_was_seen(name: str) -> None:
    told = explain(GOLDEN[name].finding(name))
    assert "所见" in told
    assert GOLDEN[name].finding(name).against[0][:10] in told


@pytest.mark.parametrize(("name", "n", "why"), [("wording", 1, "可能误识"), ("wording", 2, "不规范"), ("interaction_missing", 2, "没有文字"), ("interaction_missing", 5, "图片"), ("interaction_missing", 6, "只有4个栏目"), ("letters_unanswered", 0, "不等于没有答复"), ("guides_few_incomplete", 1, "栏目c4")])  # fmt: skip
def test_a_sign_that_decides_nothing_by_itself_is_open_and_says_why(name: str, n: int, why: str) -> None:
    found = CLEAN[name][n].finding(name)
    assert found.state == "undecided"
    assert why in "".join(found.missing)


def test_a_column_of_the_ledger_holds_the_entry_that_the_home_page_lacks() -> None:
    found = CLEAN["interaction_missing"][4].finding("interaction_missing")
    assert (found.state, found.for_the_unit) == ("clear", ("台账列有这类栏目：栏目xx",))


def test_the_points_of_guides_stop_at_what_the_item_is_worth() -> None:
    many = scene(*(page(elements=ELEMENTS, url=f"http://a.test/g{n}") for n in range(5)))
    assert many.finding("guide_elements").numbers["tenths"] == 80
    assert GOLDEN["guide_elements"].finding("guide_elements").numbers["tenths"] == 30


def test_entries_of_error_reports_and_letters_have_each_their_own_limit() -> None:
    four_days = replace(LATE, replied=date(2020, 12, 8))
    letters, entries = scene(page(letters=(four_days,))), scene(page(letters=(four_days,)), label="entries")
    assert letters.state("letters_late") == "clear"
    assert "error_reports_late" not in {one.indicator for one in letters.judged().findings}
    assert entries.state("error_reports_late") == "hit"
    assert entries.state("letters_late") != "hit"


def test_how_many_letters_show_a_reply_is_a_number_and_no_accusation() -> None:
    some = [replace(LATE, number=str(n), replied=date(2020, 12, 3) if n else None) for n in range(4)]
    found = scene(page(letters=tuple(some))).finding("letters_late")
    assert found.state == "clear"
    assert (found.numbers["letters"], found.numbers["replied"], found.numbers["replied_per_mille"]) == (4, 3, 750)
