"""突击更新 is a hint only: after a bulletin, a quiet time before, whole looks around it, and nothing else it may come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from evidence.explain import explain
from evidence.model import DateReading, Item
from tests.evidence.indicators.signs_factory import BULLETIN, HOUR, QUIET, added, burst
from tests.evidence.judging_factory import RULES, Scene, T, changed, item, reading, uncertain, visit

NAME = "burst_after_bulletin"
DAY = timedelta(days=1)


def none(scene: Scene) -> bool:
    """Tell whether the column gives no sign at all, not even an open one."""
    found = scene.finding(NAME)
    return found.state != "hit" and not found.numbers["open"]


def open_for(scene: Scene) -> str:
    """Return why the column's sign is left open."""
    found = scene.finding(NAME)
    assert found.state == "undecided"
    return "".join(found.missing)


def test_many_items_within_days_after_a_bulletin_and_a_quiet_time_are_for_a_person_to_read() -> None:
    found = burst().finding(NAME)
    assert (found.state, found.effect, found.reviewers) == ("hit", "proposal", 1)
    (sign,) = found.numbers["signs"]
    assert (sign["bulletin"], sign["items"], sign["dated_back"]) == ("2020-12-31", 12, 0)
    assert (sign["newest_before"], sign["first_seen"]) == ("2020-09-20", "2021-01-04")
    assert "之前最新一条为2020-09-20，其后7天内新见12条" in found.against[0]
    assert "示范办通报〔2020〕4号" in explain(found)


def test_it_says_what_speaks_for_the_unit_and_shows_the_look_before() -> None:
    found = burst().finding(NAME)
    assert "正常整改" in found.for_the_unit[0]
    rows = {visit.row.record: visit.row for visit in burst().visits}
    assert {rows[record].started for record in found.exhibits} == {HOUR, HOUR - 4 * DAY}


def test_items_dated_back_count_where_the_list_would_have_shown_them() -> None:
    back = burst(*added(12, date(2020, 12, 20), 7)).finding(NAME)
    assert back.state == "hit"
    assert "其中12条日期在此之前" in back.against[0]
    assert any("缓存" in one for one in back.for_the_unit)


def test_a_burst_over_several_days_counts_as_one() -> None:
    scene = burst(shown=3)
    assert scene.state(NAME) == "hit"
    assert scene.finding(NAME).numbers["signs"][0]["first_seen"] == "2021-01-02"


def test_a_burst_of_some_days_ago_is_told_while_the_list_shows_it() -> None:
    later = burst(bulletins=(replace(BULLETIN, day=date(2020, 12, 20)),), shown=10, nights=40)
    scene = later.seeing("c0", *(_dated(one, date(2020, 12, 26)) for one in later.visits))
    assert scene.state(NAME) == "hit"


def _dated(one: Any, day: date) -> Any:
    items = tuple(replace(i, date=day) if i.title.startswith("补发") else i for i in one.reading.items)
    newest = max(i.date for i in items)
    return replace(one, reading=replace(one.reading, items=items, newest=newest))


def with_nights(change: Callable[[int, Any], Any]) -> Scene:
    """Return the burst with its nights changed; `change` is given how many nights ago, and may return None."""
    scene = burst()
    nights = [change(19 - n, one) for n, one in enumerate(scene.visits)]
    return replace(scene, visits=tuple(one for one in nights if one is not None))


def showing(one: Any, *items: Item, **fields: Any) -> Any:
    return replace(one, reading=reading(*items, **fields))


def moved(items: tuple[Item, ...], at: str = "http://new.a.test/") -> tuple[Item, ...]:
    return tuple(replace(one, href=f"{at}{one.title}") for one in items)


def full(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return items with other titles and addresses, as a new platform may print them."""
    return tuple(replace(one, title=f"关于{one.title}的全文", href=f"http://a.test/new/{one.title}") for one in items)


LONG = tuple(item(date(2020, 9, 20) - timedelta(days=3 * n)) for n in range(15))
LIVELY = tuple(item(date(2020, 12, 28) - timedelta(days=5 * n)) for n in range(12))
BEFORE = {"c0": visit("c1", HOUR - 4 * DAY, reading(*added(), item(date(2020, 8, 1))), run="N4")}

NOTHING: dict[str, Callable[[], Scene]] = {
    "fewer items": lambda: burst(*added(9)),
    "seen later than days after": lambda: burst(bulletins=(replace(BULLETIN, day=date(2020, 12, 27)),)),
    "the column was lively": lambda: burst(old=LIVELY),
    "one item in the quiet time": lambda: burst(old=(item(date(2020, 11, 30)), *QUIET)),
    "a yearly batch in a column that is kept up": lambda: burst(
        *(item(date(2021, 1, 2), f"2021年{n}局部门预算") for n in range(30)), old=LIVELY
    ),
    "an item of the quiet time that was withdrawn": lambda: with_nights(
        lambda n, one: showing(one, item(date(2020, 12, 15)), *QUIET) if n == 10 else one
    ),
    "undated items came in the quiet time": lambda: with_nights(
        lambda n, one: showing(one, *QUIET, item(date(2020, 3, 1), "又一条")) if 0 < n < 10 else one
    ),
    "the series begins after the bulletin": lambda: burst(nights=4),
    "one look only": lambda: burst(nights=1),
    "the items came before the bulletin": lambda: burst(shown=6),
    "they were seen on the day of the bulletin": lambda: burst(shown=5),
    "they had been there and were withdrawn for a while": lambda: with_nights(
        lambda n, one: showing(one, *added(12, date(2020, 9, 19)), *QUIET) if n == 15 else one
    ),
    "pinned items": lambda: burst(*added(pinned=True)),
    "items of unsure date": lambda: burst(*(uncertain(date(2021, 1, 2), f"无年份{n}") for n in range(12))),
    "items without a date": lambda: burst(*added(2), *(item(None, f"无日期{n}") for n in range(12))),
    "items of a date to come": lambda: burst(*added(12, date(2021, 2, 1))),
    "items dated after those days": lambda: burst(*added(12, date(2021, 1, 20))),
    "the list in another order": lambda: with_nights(
        lambda n, one: showing(one, *(reversed(LONG) if n == 0 else LONG))
    ),
    "the same items at other addresses": lambda: with_nights(
        lambda n, one: showing(one, *(moved(LONG) if n == 0 else LONG))
    ),
    "the same items under other titles": lambda: with_nights(
        lambda n, one: showing(one, *([replace(i, title=f"{i.title}全文") for i in LONG] if n == 0 else LONG))
    ),
    "the same items with other titles and addresses": lambda: with_nights(
        lambda n, one: showing(one, *(full(LONG) if n == 0 else LONG))
    ),
    "half of them with other titles and addresses": lambda: with_nights(
        lambda n, one: showing(one, *((*LONG[:2], *full(LONG[2:])) if n == 0 else LONG))
    ),
    "a longer page of the same list": lambda: with_nights(
        lambda n, one: showing(one, *(LONG if n == 0 else LONG[:3]))
    ),
    "older items read from further pages": lambda: burst(
        *(), *(item(date(2019, 5, 1) - DAY * n, f"更早{n}") for n in range(15))
    ),
    "dated back to where the list did not reach": lambda: burst(*added(12, date(2020, 6, 1), 3)),
    "dated back in a list that is not sorted": lambda: burst(
        *added(12, date(2020, 8, 20)), old=(QUIET[3], QUIET[0], *QUIET[4:])
    ),
    "they stood in another column before": lambda: burst().with_(BEFORE["c0"]),
    "they stood on the home page before": lambda: burst().with_(
        visit("home", HOUR - 4 * DAY, reading(*added(), page_kind="home"), run="N4")
    ),
    "on a further page of the column": lambda: replace(
        burst(), visits=tuple(changed(one, label="c0/page-2") for one in burst().visits)
    ),
    "on the home page": lambda: replace(
        burst(), visits=tuple(changed(one, label="home") for one in burst().visits)
    ),
    "the column has no duty": lambda: burst().where("c0", duty=False, exemption="yearly"),
    "they are gone again": lambda: with_nights(
        lambda n, one: showing(one, *added(), *QUIET) if n == 1 else showing(one, *QUIET)
    ),
    "the last look before cannot be read": lambda: with_nights(
        lambda n, one: replace(one, reading=None) if n == 4 else one
    ),
    "the list before had undated rows": lambda: burst(old=(*QUIET, item(None, "没有日期"))),
    "the list before was oldest first": lambda: burst(old=tuple(reversed(QUIET))),
    "the column was blank before": lambda: burst(old=()),
}  # fmt: skip


@pytest.mark.parametrize("made", NOTHING.values(), ids=NOTHING)
def test_what_is_no_burst_gives_no_sign(made: Callable[[], Scene]) -> None:
    assert none(made())


def test_where_no_bulletin_is_listed_nothing_is_asked() -> None:
    for sent in ((), (replace(BULLETIN, targets=("elsewhere",)),), (replace(BULLETIN, day=date(2021, 1, 4)),),
                 (replace(BULLETIN, day=date(2021, 1, 9)),), (replace(BULLETIN, day=date(2020, 12, 3)),)):  # fmt: skip
        assert NAME not in {one.indicator for one in burst(bulletins=sent).judged().findings}
    assert burst(bulletins=(replace(BULLETIN, targets=("elsewhere", "shifan")),)).state(NAME) == "hit"


def spread(*times: date) -> tuple[Item, ...]:
    """Return a list that holds a batch of each of these days."""
    return tuple(item(day, f"{day}第{n}条") for day in times for n in range(12))


OPEN: dict[str, tuple[Callable[[], Scene], str]] = {
    "a night is missing before": (lambda: with_nights(lambda n, one: None if n in (5, 6) else one), "间隔最长72小时"),
    "nights are missing after": (lambda: with_nights(lambda n, one: None if n in (1, 2, 3) else one), "间隔最长96小时"),
    "nights were incomplete": (
        lambda: with_nights(lambda n, one: changed(one, complete=False) if n in (1, 2, 3) else one), "间隔最长96小时",
    ),
    "nights showed an error page": (
        lambda: with_nights(lambda n, one: showing(one, page_kind="error") if n in (1, 2) else one), "间隔最长72小时",
    ),
    "the series begins shortly before": (lambda: burst(nights=10), "通报前不足7天"),
    "the page is another one": (
        lambda: with_nights(
            lambda n, one: replace(one, reading=replace(one.reading, url="http://new.test/" if n == 0 else "http://a.test/"))
        ), "栏目地址有变",
    ),
    "none of the earlier items is left": (
        lambda: with_nights(lambda n, one: showing(one, *added(), item(date(2020, 1, 1))) if n == 0 else one),
        "多已不在列表中",
    ),
    "all earlier items are pushed off the page": (
        lambda: with_nights(lambda n, one: showing(one, *added(15)) if n == 0 else one), "多已不在列表中",
    ),
    "the column was filled in batches before, too": (
        lambda: burst(*(item(date(2021, 1, 2), f"2021年{n}局部门预算") for n in range(30)), old=spread(date(2020, 1, 10))),
        "可能是年度批次",
    ),
    "nobody confirmed the duty": (lambda: burst().where("c0", duty=None), "台账未确认更新责任"),
}  # fmt: skip


@pytest.mark.parametrize(("made", "said"), OPEN.values(), ids=OPEN)
def test_what_it_may_come_from_leaves_it_open_and_is_said(made: Callable[[], Scene], said: str) -> None:
    assert said in open_for(made())


@pytest.mark.parametrize("out", range(20))
def test_a_night_left_out_never_makes_a_hit(out: int) -> None:
    """Whatever night is taken from a column that was filled before the bulletin."""
    scene = burst(shown=6)
    fewer = replace(scene, visits=tuple(one for n, one in enumerate(scene.visits) if n != out))
    assert none(fewer)


@pytest.mark.parametrize("out", range(20))
def test_one_night_left_out_of_a_burst_is_no_gap_yet(out: int) -> None:
    scene = burst(shown=3)
    fewer = replace(scene, visits=tuple(one for n, one in enumerate(scene.visits) if n != out))
    assert fewer.state(NAME) == ("undecided" if out == 19 else "hit")  # without the last one the latest is too old


def test_another_look_the_same_day_without_them_leaves_it_open() -> None:
    other = visit("c0", HOUR + timedelta(minutes=20), reading(*QUIET), run="B", purpose="second_look")
    assert burst().with_(other).state(NAME) != "hit"
    after = visit("c0", T + timedelta(minutes=20), reading(*QUIET), run="B", purpose="second_look")
    assert burst().with_(after).state(NAME) == "undecided"


def test_the_numbers_are_data() -> None:
    rules = replace(RULES, bulletins=(BULLETIN,), rules={**RULES.rules, NAME: replace(RULES.of(NAME), items=20)})
    assert replace(burst(), rules=rules).state(NAME) == "clear"
    rules = replace(rules, rules={**RULES.rules, NAME: replace(RULES.of(NAME), quiet="1y")})
    assert replace(burst(), rules=rules).state(NAME) == "clear"
    rules = replace(rules, rules={**RULES.rules, NAME: replace(RULES.of(NAME), limit="3d")})
    assert replace(burst(), rules=rules).state(NAME) == "clear"


def test_what_a_page_and_an_office_say_is_made_plain() -> None:
    odd = tuple(item(date(2021, 1, 2), f"<b>\x1b[2J\u202e{n}") for n in range(12))
    found = burst(*odd, bulletins=(replace(BULLETIN, document="通报\n\u202e"),)).finding(NAME)
    assert found.state == "hit"
    assert all("\n" not in line and "\u202e" not in line and "\x1b" not in line for line in found.against)


def test_columns_count_each_by_itself() -> None:
    one = burst()
    two = replace(one, visits=(*one.visits, *(changed(v, label="c1", record=v.row.record[::-1]) for v in one.visits)))
    assert two.finding(NAME).numbers["count"] == 2
    assert two.where("c1", duty=None).finding(NAME).numbers["count"] == 1


def test_dates_that_were_read_for_certain_count() -> None:
    sure = DateReading(kind="displayed", date=date(2021, 1, 2), text="2021-01-02", certain=True)
    assert burst(*added(dated=sure)).state(NAME) == "hit"
