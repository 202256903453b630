"""What a list leaves open is answered by what was opened beside it, or stays undecided and says what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from evidence.model import ColumnReading, DateReading, Fact, Reading
from tests.evidence.judging_factory import TODAY, Scene, T, Visit, column, item, reading, subject, visit

OLD = date(2020, 1, 10)
"""Before any limit at T."""
HOUR = T - timedelta(hours=1)


def article(published: date | None, kind: Any = "displayed", *, certain: bool = True) -> Reading:
    best = None if published is None else DateReading(kind=kind, date=published, text="", certain=certain)
    return replace(
        reading(), page_kind="article", blank=False, published=best, dates=(best,) if best else (), newest=None
    )


def opened(label: str, days: Iterable[date | None], kind: Any = "displayed") -> list[Visit]:
    return [visit(f"{label}/article-{n}", HOUR, article(day, kind)) for n, day in enumerate(days, 1)]


def kind(name: Any, **fields: Any) -> ColumnReading:
    return ColumnReading(kind=name, because="", name="", class_="news", trail=(), level=1, **fields)


def listed(*days: date | None, **fields: Any) -> Reading:
    return reading(*(item(day, f"第{n}条") for n, day in enumerate(days)), **fields)


def fact_of(visits: Iterable[Visit], *columns: Any, label: str = "p") -> Fact:
    judged = Scene(subject=subject(columns), visits=tuple(visits)).judged()
    return next(one for one in judged.facts if one.label == label)


POLICY = column("p", "policy", 1)


def policy(*articles: date | None, list_days: tuple[date, ...] = (OLD, OLD, OLD, OLD), kind: Any = "displayed") -> Fact:
    return fact_of([visit("p", HOUR, listed(*list_days)), *opened("p", articles, kind)], POLICY)


def test_a_policy_list_is_stale_only_after_three_articles_confirm_its_dates() -> None:
    assert policy().stale is None
    assert policy(OLD, OLD).stale is None
    assert policy(OLD, OLD, OLD).stale is True


def test_what_is_missing_is_said() -> None:
    assert "打开3篇文章" in policy(OLD).missing[0]


def test_a_short_list_needs_no_more_articles_than_it_has() -> None:
    assert policy(OLD, OLD, list_days=(OLD, OLD)).stale is True


def test_dates_of_signing_never_make_a_policy_list_stale() -> None:
    later = OLD + timedelta(days=40)
    assert policy(OLD, later, OLD).stale is None
    assert "列表日期不是发布日期" in policy(OLD, later, OLD).missing[0]


def test_where_every_article_was_opened_the_articles_decide() -> None:
    later = OLD + timedelta(days=40)
    assert policy(later, later, later, later).stale is True
    assert policy(later, later, later, TODAY - timedelta(days=3)).stale is False


def test_an_article_of_the_window_clears_the_list() -> None:
    assert policy(TODAY - timedelta(days=3)).stale is False


@pytest.mark.parametrize("kind", ["document", "url"])
def test_articles_that_print_only_another_date_confirm_nothing(kind: str) -> None:
    assert policy(OLD, OLD, OLD, kind=kind).stale is None


def test_articles_of_another_visit_confirm_nothing() -> None:
    earlier = [
        replace(one, row=replace(one.row, key=one.row.key.replace("2021", "2020", 1)))
        for one in opened("p", (OLD,) * 3)
    ]
    assert fact_of([visit("p", HOUR, listed(OLD, OLD, OLD)), *earlier], POLICY).stale is None


def test_a_fresh_list_and_a_list_of_another_class_need_no_articles() -> None:
    fresh = TODAY - timedelta(days=3)
    assert policy(list_days=(fresh, OLD)).stale is False
    assert fact_of([visit("p", HOUR, listed(OLD, OLD))], column("p", "notice", 1)).stale is True


UNDATED = (None, None, None)


def nights(first: datetime, count: int, read: Reading) -> list[Visit]:
    return [visit("p", first + timedelta(days=n), read, run=f"N{n}") for n in range(count)]


def news(*visits: Visit) -> Fact:
    return fact_of(visits, column("p", "news", 1))


def test_an_undated_list_is_undecided_by_one_look() -> None:
    assert news(visit("p", HOUR, listed(*UNDATED))).stale is None


def test_the_articles_of_an_undated_list_date_it() -> None:
    look = visit("p", HOUR, listed(*UNDATED))
    assert news(look, *opened("p", (OLD, OLD, OLD))).stale is True
    assert news(look, *opened("p", (OLD, TODAY, OLD))).stale is False
    assert news(look, *opened("p", (OLD, OLD))).stale is None


def test_articles_without_a_printed_time_count_as_not_updated_but_only_with_an_unbroken_series() -> None:
    bare = opened("p", UNDATED)
    assert news(visit("p", HOUR, listed(*UNDATED)), *bare).stale is None
    month = nights(HOUR - timedelta(days=30), 30, listed(*UNDATED))
    assert news(*month, visit("p", HOUR, listed(*UNDATED)), *bare).stale is True


PAGED = kind("list", paged=True)


def test_an_undated_list_that_goes_on_over_pages_may_have_its_newest_on_the_last() -> None:
    look = visit("p", HOUR, listed(*UNDATED, column=PAGED))
    rising = (OLD, OLD + timedelta(days=3), OLD + timedelta(days=9))
    assert news(look, *opened("p", rising)).stale is None
    assert news(look, *opened("p", (OLD, OLD, OLD))).stale is None
    assert news(look, *opened("p", tuple(reversed(rising)))).stale is True
    month = nights(HOUR - timedelta(days=30), 30, listed(*UNDATED, column=PAGED))
    assert news(*month, look, *opened("p", UNDATED)).stale is None


def test_an_article_that_carries_another_date_is_not_without_one() -> None:
    month = nights(HOUR - timedelta(days=30), 30, listed(*UNDATED))
    unsure = [visit(f"p/article-{n}", HOUR, article(OLD, "meta", certain=False)) for n in (1, 2, 3)]
    assert news(*month, visit("p", HOUR, listed(*UNDATED)), *unsure).stale is None


def test_an_item_that_came_during_the_window_is_an_update() -> None:
    before = nights(HOUR - timedelta(days=10), 10, listed(None, None))
    assert news(*before, visit("p", HOUR, listed(*UNDATED))).stale is False


def test_an_item_that_came_at_some_time_since_before_the_window_decides_nothing() -> None:
    before = visit("p", HOUR - timedelta(days=60), listed(None, None), run="N0")
    assert news(before, visit("p", HOUR, listed(*UNDATED))).stale is None


def tabbed(*tabs: Reading) -> Fact:
    look = visit("p", HOUR, listed(OLD, OLD, newest=None, column=kind("tabbed", tabs=2)))
    return news(look, *(visit(f"p/tab-{n}", HOUR, tab) for n, tab in enumerate(tabs, 1)))


def test_every_tab_is_opened_before_a_column_is_called_stale() -> None:
    assert tabbed().stale is None
    assert tabbed(listed(OLD)).stale is None
    assert tabbed(listed(OLD), listed(OLD)).stale is True
    assert tabbed(listed(OLD), listed(TODAY)).stale is False
    assert tabbed(listed(OLD), listed(None)).stale is None


def test_a_tab_that_runs_from_old_to_new_may_go_on_elsewhere() -> None:
    assert tabbed(listed(OLD), listed(OLD, OLD + timedelta(days=9))).stale is None


def search(*answers: Reading) -> Fact:
    look = visit("p", HOUR, reading(page_kind="other", blank=None, column=kind("search")))
    return news(look, *(visit(f"p/search-{n}", HOUR, one) for n, one in enumerate(answers, 1)))


def test_a_library_is_judged_by_the_answer_to_a_query() -> None:
    assert (search().stale, search().blank) == (None, None)
    assert search(listed(OLD)).stale is True
    assert search(listed(TODAY)).stale is False
    assert (search(reading()).blank, search(listed(OLD)).blank) == (True, False)


PARENT = column("p", "news", 1, kind="parent", path="首页 > 公开")
CHILDREN = (column("a", "news", 2, path="首页 > 公开 > 甲"), column("b", "news", 2, path="首页 > 公开 > 乙"))


def parent(*children: Reading, own: Reading | None = None) -> Fact:
    page = own or reading(page_kind="other", blank=None)
    visits = [
        visit("p", HOUR, page),
        *(visit(one.label, HOUR, read) for one, read in zip(CHILDREN, children, strict=False)),
    ]
    return fact_of(visits, PARENT, *CHILDREN[: len(children)])


def test_a_parent_is_as_fresh_as_its_freshest_child() -> None:
    assert parent(listed(OLD), listed(TODAY)).stale is False
    assert parent(listed(OLD), listed(TODAY)).newest == TODAY
    assert parent(listed(OLD), listed(OLD)).stale is True
    assert parent(listed(OLD), listed(None)).stale is None
    assert parent(listed(OLD), listed(OLD), own=listed(TODAY)).stale is False


def test_a_parent_is_blank_only_if_all_its_children_are() -> None:
    assert parent(reading(), reading()).blank is not False
    assert parent(reading(), listed(OLD)).blank is False


def test_a_parent_whose_children_the_ledger_does_not_list_is_undecided() -> None:
    assert parent().stale is None
    assert parent(own=reading()).blank is None


@pytest.mark.parametrize("where", ["http://zwfw.province.gov.cn/list", "https://mp.weixin.qq.com/x"])
def test_a_column_that_leads_to_another_platform_is_undecided_and_names_it(where: str) -> None:
    found = news(visit("p", HOUR, listed(OLD, OLD, url=where)))
    assert (found.stale, found.blank) == (None, None)
    assert where.split("/")[2] in found.missing[0]


def test_a_column_on_another_host_of_the_same_name_is_judged() -> None:
    assert news(visit("p", HOUR, listed(OLD, OLD, url="http://sub.a.test/x"))).stale is True


def test_a_site_that_moved_with_its_home_page_is_its_own() -> None:
    moved = listed(OLD, OLD, url="http://www.new.test/list")
    home = visit("home", HOUR, listed(TODAY, url="http://www.new.test/"))
    assert news(visit("p", HOUR, moved), home).stale is True
    assert news(visit("p", HOUR, moved)).stale is None


def test_what_the_ledger_calls_a_jump_is_never_judged() -> None:
    assert fact_of([visit("p", HOUR, listed(OLD, OLD))], column("p", "news", 1, kind="jump")).stale is None


def test_parts_are_no_columns_of_their_own() -> None:
    scene = Scene(subject=subject([POLICY]), visits=(visit("p", HOUR, listed(OLD)), *opened("p", (OLD,))))
    assert [fact.label for fact in scene.judged().facts] == ["home", "p"]
