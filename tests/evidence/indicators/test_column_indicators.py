"""WV-4.1, 4.2, 4.3: how many columns count, and everything that must not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from evidence.model import Fact
from tests.evidence.judging_factory import (
    TODAY,
    Scene,
    T,
    blank_site,
    changed,
    column,
    item,
    news,
    reading,
    stale_site,
    subject,
    uncertain,
    visit,
)

STALE, LONG, BLANK = "columns_not_updated", "columns_long_not_updated", "blank_columns"
HOUR = timedelta(hours=1)


def fact(scene: Scene, label: str = "c0") -> Fact:
    return next(one for one in scene.judged().facts if one.label == label)


def test_five_stale_news_columns_are_a_hit_and_both_readings_of_five_are_printed() -> None:
    found = stale_site(5).finding(STALE)
    assert found.state == "hit"
    assert found.numbers["count"] == 5
    assert "按“超过（含）5个”计达到" in found.message
    assert "按“超过5个”计未达到" in found.message


def test_four_stale_columns_are_clear() -> None:
    assert stale_site(4).state(STALE) == "clear"


def test_six_stale_columns_need_no_second_reading_of_the_number() -> None:
    found = stale_site(6).finding(STALE)
    assert found.state == "hit"
    assert "恰为" not in found.message


def test_long_not_updated_needs_ten() -> None:
    assert stale_site(9).state(LONG) == "clear"
    assert stale_site(10).state(LONG) == "hit"


def test_five_blank_columns_with_a_duty_are_a_hit_and_none_of_them_is_stale_as_well() -> None:
    scene = blank_site(5)
    assert scene.state(BLANK) == "hit"
    assert scene.finding(STALE).numbers["count"] == 0
    assert not any(one.stale for one in scene.judged().facts)


def test_four_blank_columns_are_clear() -> None:
    assert blank_site(4).state(BLANK) == "clear"


def test_every_hit_names_its_exhibits_limit_and_moment() -> None:
    found = stale_site(5).finding(STALE)
    assert len(found.exhibits) == 5
    assert found.as_of == T - HOUR
    assert {one["limit"] for one in found.numbers["counted"]} == {"14d"}
    assert found.second_look == "missing"


@pytest.mark.parametrize(("days_old", "stale"), [(14, False), (15, True)])
def test_an_item_exactly_two_weeks_old_is_not_too_old(days_old: int, stale: bool) -> None:
    scene = stale_site(1).seeing("c0", news("c0", days_old))
    assert fact(scene).stale is stale


@pytest.mark.parametrize(("newest", "stale"), [(date(2020, 7, 4), False), (date(2020, 7, 3), True)])
def test_six_months_are_calendar_months(newest: date, stale: bool) -> None:
    scene = Scene(subject=subject([column("p", "notice", 1)]), visits=(visit("p", read=reading(item(newest))),))
    assert fact(scene, "p").stale is stale


def test_the_other_way_of_counting_months_is_printed() -> None:
    """182 days are within six calendar months, but not within 180 days; the clause does not say which it means."""
    visits = tuple(visit(f"p{n}", read=reading(item(date(2020, 7, 3)))) for n in range(5))
    scene = Scene(subject=subject([column(f"p{n}", "notice", 1) for n in range(5)]), visits=visits)
    assert scene.finding(STALE).numbers["count_by_days"] == 5


Change = Callable[[Scene], Scene]


def older(scene: Scene) -> Scene:
    return scene.seeing("c0", news("c0", at=T - timedelta(hours=25)))


def read_as(*items: object, **fields: object) -> Change:
    return lambda scene: scene.seeing("c0", visit("c0", read=reading(*items, **fields)))  # type: ignore[arg-type]


OLD = item(TODAY - timedelta(days=30))
KNOCKED_OUT: dict[str, Change] = {
    "the evidence is older than a day at T": older,
    "the label was never visited": lambda scene: scene.seeing("c0"),
    "the page was not whole": lambda scene: scene.seeing("c0", news("c0", complete=False)),
    "nobody could check whether it was whole": lambda scene: scene.seeing("c0", news("c0", complete=None)),
    "the source is partial": lambda scene: scene.seeing("c0", news("c0", coverage="partial")),
    "the visit failed": lambda scene: scene.seeing("c0", news("c0", outcome="timeout", complete=False)),
    "the visit ended after T": lambda scene: scene.seeing("c0", news("c0", at=T - timedelta(seconds=1))),
    "the page cannot be read": lambda scene: scene.seeing("c0", visit("c0", read=None)),
    "the page is an error page": read_as(OLD, page_kind="error"),
    "the page is a redirect": read_as(OLD, page_kind="redirect"),
    "the page is no list": read_as(OLD, page_kind="other"),
    "no item is dated": read_as(item(None, "甲"), item(None, "乙")),
    "one item is undated": read_as(OLD, item(None, "无日期")),
    "a pinned item is undated": read_as(item(None, "置顶", pinned=True), OLD),
    "the list stands oldest first": read_as(item(TODAY - timedelta(days=90)), OLD),
    "one date is uncertain": read_as(OLD, uncertain(TODAY - timedelta(days=60))),
    "one item is dated after the visit": read_as(OLD, item(TODAY + timedelta(days=3))),
    "the reader would not say which date is the newest item's": read_as(
        OLD, item(TODAY - timedelta(days=90)), newest=None, notes=("未显示的标签页中有更新的日期",)
    ),
    "nobody confirmed the duty": lambda scene: scene.where("c0", duty=None),
    "the ledger does not say the class": lambda scene: scene.where("c0", class_=None),
    "the ledger does not say the level": lambda scene: scene.where("c0", class_="policy", level=None).seeing(
        "c0", news("c0", 300)
    ),
    "blank or not cannot be told": read_as(blank=None, notes=("列表区域为空，但旁边还有文字",)),
}


@pytest.mark.parametrize("why", KNOCKED_OUT)
def test_taking_one_thing_we_know_away_leaves_no_hit_but_names_what_is_missing(why: str) -> None:
    found = KNOCKED_OUT[why](stale_site(5)).finding(STALE)
    assert found.state == "undecided", found.message
    assert any("c0" in one for one in found.missing)


@pytest.mark.parametrize(
    "why", [why for why in KNOCKED_OUT if not {"item", "date", "class", "level", "oldest"} & set(why.split())]
)
def test_taking_one_thing_away_leaves_no_blank_hit_either(why: str) -> None:
    scene = KNOCKED_OUT[why](blank_site(5))
    assert scene.state(BLANK) in ("undecided", "clear")


BLANK_KNOCKED_OUT: dict[str, Change] = {
    "an item was seen in it before": lambda scene: scene.with_(news("c0", at=T - timedelta(days=9))),
    "another visit of the day saw something": lambda scene: scene.with_(news("c0", at=T - 3 * HOUR)),
    "a later visit shows an item dated before T": lambda scene: scene.with_(news("c0", at=T + HOUR)),
    "a later visit shows an undated item": lambda scene: scene.with_(
        visit("c0", T + HOUR, reading(item(None, "无日期")))
    ),
    "an incomplete visit after it shows something": lambda scene: scene.with_(
        news("c0", at=T - timedelta(minutes=5), complete=False)
    ),
    "nobody confirmed its duty": lambda scene: scene.where("c0", duty=None),
    "it is exempt": lambda scene: scene.where("c0", duty=False, exemption="专题已结束"),
    "it holds pictures, text or a frame": lambda scene: scene.seeing("c0", visit("c0", read=reading(blank=False))),
}


@pytest.mark.parametrize("why", BLANK_KNOCKED_OUT)
def test_a_blank_column_does_not_accuse_when(why: str) -> None:
    assert BLANK_KNOCKED_OUT[why](blank_site(5)).state(BLANK) in ("undecided", "clear")


def test_what_the_reader_noted_of_a_column_it_could_not_judge_is_passed_on() -> None:
    scene = blank_site(5).seeing("c0", visit("c0", read=reading(blank=None, notes=("旁边还有文字",))))
    assert any("旁边还有文字" in one for one in scene.finding(BLANK).missing)


def test_a_column_that_once_held_something_is_not_blank_by_the_clause() -> None:
    scene = blank_site(5).with_(news("c0", at=T - timedelta(days=9)))
    because = [one["because"] for one in scene.finding(BLANK).numbers["not_counted"] if one["label"] == "c0"]
    assert scene.state(BLANK) == "clear"
    assert "不是自开设之日起空白" in because[0]


def test_a_column_filled_after_t_was_still_blank_at_t() -> None:
    later = visit("c0", T + timedelta(days=2), reading(item(TODAY + timedelta(days=1))))
    assert blank_site(5).with_(later).state(BLANK) == "hit"


def test_two_visits_of_a_day_that_do_not_agree_on_blank_leave_it_open() -> None:
    scene = blank_site(5).with_(news("c0", at=T - 3 * HOUR))
    assert scene.state(BLANK) == "undecided"
    assert any("不一致" in one for one in scene.finding(BLANK).missing)


@pytest.mark.parametrize("ledger", [{"duty": None}, {"duty": None, "class_": None}])
def test_blank_columns_nobody_is_answerable_for_are_shown_but_left_open(ledger: dict[str, None]) -> None:
    found = blank_site(6, **ledger).finding(BLANK)
    assert found.state == "undecided"
    assert found.numbers["count"] == 6
    assert found.numbers["with_duty"] == 0


NOT_COUNTED: dict[str, tuple[Change, str]] = {
    "neither class nor duty": (lambda scene: scene.where("c0", class_=None, duty=None), "台账未列更新责任"),
    "exempt": (lambda scene: scene.where("c0", duty=False, exemption="年度更新"), "年度更新"),
    "second-level policy": (
        lambda scene: scene.where("c0", class_="policy", level=3).seeing("c0", news("c0", 900)),
        "类别或级别不属于本条范围",
    ),
    "service guide": (lambda scene: scene.where("c0", class_="service"), "类别或级别不属于本条范围"),
    "fresh": (lambda scene: scene.seeing("c0", news("c0", 3)), "期限内有更新（最新2021-01-01）"),
    "blank": (
        lambda scene: scene.seeing("c0", visit("c0", read=reading())),
        "空白栏目，另按空白栏目计，不重复计为未更新",
    ),
    "longer cycle agreed": (lambda scene: scene.where("c0", cycle="2m"), "期限内有更新（最新2020-12-05）"),
}


@pytest.mark.parametrize("why", NOT_COUNTED)
def test_what_is_not_counted_is_listed_with_its_because(why: str) -> None:
    change, because = NOT_COUNTED[why]
    found = change(stale_site(5)).finding(STALE)
    listed = {one["label"]: one["because"] for one in found.numbers["not_counted"]}
    assert found.state == "clear"
    assert because in listed["c0"]


def test_a_shorter_agreed_cycle_is_no_breach_of_the_clause() -> None:
    scene = stale_site(5).where("c0", cycle="7d").seeing("c0", news("c0", 10))
    assert scene.state(STALE) == "clear"


def test_a_column_with_an_agreed_cycle_counts_as_long_not_updated_whatever_its_class() -> None:
    columns = [column(f"c{n}", "service", None, cycle="1m") for n in range(10)]
    scene = Scene(subject=subject(columns), visits=tuple(news(f"c{n}", 40) for n in range(10)))
    assert scene.state(LONG) == "hit"
    assert scene.state(STALE) == "clear"


def test_an_item_that_was_withdrawn_still_counts_as_an_update() -> None:
    seen = news("c0", 3, at=T - timedelta(days=2))
    scene = stale_site(5).with_(seen)
    found = scene.finding(STALE)
    assert found.state == "clear"
    assert any("曾见" in remark for remark in found.for_the_unit)


def test_a_pinned_item_of_a_far_future_neither_clears_nor_blocks() -> None:
    pinned = item(date(2099, 1, 1), "置顶", pinned=True)
    found = stale_site(5).seeing("c0", visit("c0", read=reading(pinned, OLD))).finding(STALE)
    assert found.state == "hit"
    assert any("未采信" in remark for remark in found.for_the_unit)


LATER = T + timedelta(days=2)


def test_a_later_record_with_an_item_of_the_window_leaves_the_hit_open() -> None:
    later = visit("c0", LATER, reading(item(TODAY - timedelta(days=2)), OLD))
    assert stale_site(5).with_(later).state(STALE) == "undecided"


def test_a_later_item_that_complete_visits_before_t_lacked_is_said_to_be_doubtful() -> None:
    later = visit("c0", LATER, reading(item(TODAY - timedelta(days=2)), OLD))
    found = stale_site(5).with_(later).finding(STALE)
    assert any("日期是否属实待核" in one for one in found.missing)


def test_a_later_item_dated_after_t_changes_nothing() -> None:
    later = visit("c0", LATER, reading(item(TODAY + timedelta(days=1)), OLD))
    assert stale_site(5).with_(later).state(STALE) == "hit"


def test_later_records_alone_never_accuse() -> None:
    labels = [f"c{n}" for n in range(5)]
    scene = stale_site(5)
    only_later = tuple(news(label, at=LATER) for label in labels)
    found = replace(scene, visits=only_later).finding(STALE)
    assert found.state == "undecided"
    assert found.missing


def test_nothing_visited_is_undecided_and_says_so_however_few_columns_there_are() -> None:
    for count in (1, 5):
        found = replace(stale_site(count), visits=()).finding(STALE)
        assert found.state == "undecided"
        assert any("没有任何" in one for one in found.missing)


def test_a_few_columns_whose_evidence_is_too_old_are_undecided_and_not_clear() -> None:
    """Two columns can never be five; but who looked three days ago cannot say that all is well today."""
    scene = replace(stale_site(2), at=T + timedelta(days=3))
    assert scene.state(STALE) == scene.state(LONG) == "undecided"
    assert any("超过24小时" in one for one in scene.finding(STALE).missing)


@pytest.mark.parametrize(("kind", "said"), [("error", "出错或拦截页面"), ("redirect", "跳转页面")])
def test_a_page_that_is_not_the_column_is_named_as_what_it_is(kind: str, said: str) -> None:
    scene = read_as(OLD, page_kind=kind)(stale_site(5))
    assert any(said in one for one in scene.finding(STALE).missing)


def test_a_column_of_unknown_level_that_passed_a_limit_it_may_not_have_is_not_stale() -> None:
    """A first-level policy column has six months; one of the third level has no limit at all."""
    scene = Scene(subject=subject([column("p", "policy", None)]), visits=(news("p", 300),))
    assert fact(scene, "p").stale is None
    assert fact(scene, "p").limit is None
    assert fact(scene.seeing("p", news("p", 30)), "p").stale is False


def test_a_site_without_a_column_ledger_is_undecided() -> None:
    scene = Scene(subject=subject(), visits=(news("home", 1),))
    for indicator in (STALE, LONG, BLANK):
        assert scene.state(indicator) == "undecided"


def test_a_second_visit_of_another_run_that_sees_the_same_agrees() -> None:
    scene = stale_site(5).with_(*(news(f"c{n}", at=T - 5 * HOUR) for n in range(5)))
    assert scene.finding(STALE).second_look == "agrees"


def test_another_capture_of_the_same_run_is_no_second_look() -> None:
    scene = replace(stale_site(5), visits=())
    twice = [news(f"c{n}", at=T - hours * HOUR, run="one") for n in range(5) for hours in (1, 2)]
    assert scene.with_(*twice).finding(STALE).second_look == "missing"


@pytest.mark.parametrize("poor", [{"complete": False}, {"complete": None}, {"coverage": "partial"}])
def test_a_second_visit_that_was_not_whole_does_not_agree(poor: dict[str, object]) -> None:
    """Absence in a page that was not whole is no absence, so it confirms nothing."""
    again = [news(f"c{n}", at=T - 5 * HOUR, **poor) for n in range(5)]
    assert stale_site(5).with_(*again).finding(STALE).second_look == "missing"
    empty = [visit(f"c{n}", T - 5 * HOUR, reading(), **poor) for n in range(5)]
    assert blank_site(5).with_(*empty).finding(BLANK).second_look == "missing"


def test_a_second_look_made_after_t_counts_when_it_was_made_as_one() -> None:
    seconds = [news(f"c{n}", at=T + HOUR, purpose="second_look") for n in range(5)]
    assert stale_site(5).with_(*seconds).finding(STALE).second_look == "agrees"
    plain = [changed(one, purpose="scheduled") for one in seconds]
    assert stale_site(5).with_(*plain).finding(STALE).second_look == "missing"


def test_a_second_look_at_four_of_five_is_still_missing() -> None:
    scene = stale_site(5).with_(*(news(f"c{n}", at=T - 5 * HOUR) for n in range(4)))
    assert scene.finding(STALE).second_look == "missing"


def test_a_title_that_would_steer_a_terminal_is_disarmed_in_the_message() -> None:
    hostile = item(TODAY - timedelta(days=2), "\x1b[2J\u202e<script>")
    found = stale_site(5).with_(visit("c0", LATER, reading(hostile))).finding(STALE)
    said = found.message + "".join(found.missing)
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_a_window_with_a_festival_says_so_for_the_unit() -> None:
    """New Year's Day lies in the two weeks before T; no clause excepts it, and the finding says it."""
    found = stale_site(5).finding(STALE)
    assert any("法定节假日3天" in said for said in found.for_the_unit)
