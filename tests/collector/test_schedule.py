"""The plan of a night: what is due is in it exactly once, in a wave that may be, or put off with its reason."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import quiet, schedule
from collector.errors import WorkspaceError
from collector.nightly_settings import Every, NightlySettings, Quiet
from collector.quiet import Hush
from collector.schedule import Label, Schedule, Terms, Want
from evidence.workdays import shipped

MONDAY = datetime(2021, 6, 28, 1, tzinfo=UTC)  # 09:00 in Beijing
SATURDAY = MONDAY - timedelta(days=2)
EVENING = timedelta(hours=9)
HOME = Want(target="a", label="home", host="a.gov.cn", kind="home")
NEWS = Want(target="a", label="news", host="a.gov.cn", kind="news")
NOTICE = Want(target="a", label="notice", host="a.gov.cn", kind="column")
ACCOUNT = Want(target="w", label="posts", host="mp.weixin.qq.com", kind="account")


def planned(
    wants: list[Want],
    last: dict[Label, datetime] | None = None,
    now: datetime = MONDAY,
    waves: int = 1,
    length: timedelta = EVENING,
    **terms: object,
) -> Schedule:
    return schedule.plan(wants, last or {}, Terms(**terms), now, until=now + length, waves=waves)  # type: ignore[arg-type]


def visited(made: Schedule) -> list[Label]:
    return [(visit.target, visit.label) for wave in made.waves for visit in wave.visits]


def ago(**span: float) -> datetime:
    return MONDAY - timedelta(**span)


def test_what_was_never_captured_whole_is_due() -> None:
    made = planned([HOME, NOTICE])
    assert [visit.because for wave in made.waves for visit in wave.visits] == ["never", "never"]


@pytest.mark.parametrize(
    ("want", "days", "due"),
    [
        (HOME, 0, False),
        (HOME, 1, True),
        (NEWS, 1, True),
        (NOTICE, 6, False),
        (NOTICE, 7, True),
        (ACCOUNT, 1, False),
        (ACCOUNT, 2, True),
    ],
)
def test_each_kind_has_its_cycle_in_days_of_beijing(want: Want, days: int, due: bool) -> None:
    made = planned([want], {want.page: ago(days=days)})
    assert bool(visited(made)) is due
    assert made.left == ()


def test_a_capture_of_last_night_after_midnight_utc_was_yesterday_in_beijing() -> None:
    assert visited(planned([HOME], {HOME.page: datetime(2021, 6, 27, 15, 59, tzinfo=UTC)})) == [HOME.page]
    assert visited(planned([HOME], {HOME.page: datetime(2021, 6, 27, 16, 1, tzinfo=UTC)})) == []


def test_a_cycle_of_nothing_is_due_in_the_second_night_of_a_day() -> None:
    assert visited(planned([HOME], {HOME.page: ago(minutes=5)}, every=Every(home=0))) == [HOME.page]


def test_an_account_that_is_cleared_for_t_is_looked_at_as_seldom_as_a_column() -> None:
    cleared = Want(target="w", label="posts", host="mp.weixin.qq.com", kind="account", cleared=True)
    assert visited(planned([cleared], {cleared.page: ago(days=3)})) == []
    assert visited(planned([cleared], {cleared.page: ago(days=7)})) == [cleared.page]


@pytest.mark.parametrize(("ahead", "due"), [(-1, False), (0, True), (3, True), (4, False)])
def test_before_t_everything_is_looked_at_daily(ahead: int, due: bool) -> None:
    made = planned([NOTICE], {NOTICE.page: ago(days=1)}, next_t=MONDAY + timedelta(days=ahead))
    assert bool(visited(made)) is due
    assert visited(planned([NOTICE], {NOTICE.page: ago(minutes=5)}, next_t=MONDAY)) == []


def test_a_capture_from_the_future_is_none_our_clock_went_back() -> None:
    assert visited(planned([HOME], {HOME.page: MONDAY + timedelta(days=400)})) == [HOME.page]


def test_a_clock_that_jumped_years_ahead_makes_everything_due_and_nothing_worse() -> None:
    now = MONDAY.replace(year=2051)
    made = planned([HOME, NOTICE], {HOME.page: MONDAY, NOTICE.page: MONDAY}, now, hush=Hush(calendar=shipped()))
    assert len(visited(made)) == 2
    assert made.notes == ("放假安排尚未公布，按工作日处理",)


def test_on_days_off_only_what_is_due_daily_is_looked_at_and_the_rest_says_so() -> None:
    last = {want.page: SATURDAY - timedelta(days=30) for want in (HOME, NOTICE, ACCOUNT)}
    made = planned([HOME, NOTICE, ACCOUNT], last, SATURDAY, hush=Hush(calendar=shipped()))
    assert visited(made) == [HOME.page]
    assert {(left.label, left.because) for left in made.left} == {("notice", "day_off"), ("posts", "day_off")}
    assert len(visited(planned([HOME, NOTICE, ACCOUNT], last, SATURDAY, hush=Hush()))) == 3


def test_before_t_and_for_what_was_never_seen_a_day_off_is_as_others() -> None:
    hush = Hush(calendar=shipped())
    last = {NOTICE.page: SATURDAY - timedelta(days=1)}
    assert visited(planned([NOTICE], last, SATURDAY, hush=hush, next_t=MONDAY)) == [NOTICE.page]
    assert visited(planned([NOTICE], {}, SATURDAY, hush=hush)) == [NOTICE.page]


def test_nothing_is_asked_on_silent_days_and_the_plan_says_why() -> None:
    hush = quiet.of(NightlySettings(silent=(Quiet(from_=date(2021, 6, 28), to="2021-06-28", why="重保"),)))
    made = planned([HOME], hush=hush)
    assert visited(made) == []
    assert [left.said for left in made.left] == ["静默：重保"]
    assert visited(planned([HOME], now=MONDAY + timedelta(days=1), hush=hush)) == [HOME.page]


def test_maintenance_keeps_its_host_and_those_below_it_out_of_its_hours_only() -> None:
    filed = (Quiet(from_="09:00", to="12:00", why="升级", host="a.gov.cn"),)
    hush = quiet.of(NightlySettings(maintenance=filed))
    below = Want(target="b", label="home", host="www.a.gov.cn", kind="home")
    other = Want(target="c", label="home", host="ba.gov.cn", kind="home")
    made = planned([HOME, below, other], hush=hush, waves=9)
    begins = {visit.target: wave.begin for wave in made.waves for visit in wave.visits}
    assert begins["a"] >= MONDAY + timedelta(hours=3) <= begins["b"]
    assert begins["c"] < MONDAY + timedelta(hours=3)
    left = planned([HOME], hush=hush, length=timedelta(hours=2)).left
    assert [one.said for one in left] == ["报备维护：升级"]


def test_hours_over_midnight_and_instants_are_understood() -> None:
    night = quiet.of(NightlySettings(silent=(Quiet(from_="22:00", to="06:00", why="夜间"),)))
    two = datetime(2021, 6, 27, 18, tzinfo=UTC)
    assert night.reason("a", "h", two, two + timedelta(minutes=1)) == "静默：夜间"
    assert night.reason("a", "h", MONDAY, MONDAY + timedelta(hours=9)) is None
    span = Quiet(from_="2021-06-28T09:30:00+08:00", to="2021-06-28T10:00:00+08:00", why="切换", target="a")
    filed = quiet.of(NightlySettings(maintenance=(span,)))
    assert filed.reason("a", "h", MONDAY, MONDAY + timedelta(hours=1)) == "报备维护：切换"
    assert filed.reason("b", "h", MONDAY, MONDAY + timedelta(hours=1)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        Quiet(from_="2021-06-28T10:00:00", to="2021-06-28T11:00:00", why="无时区", target="a"),
        Quiet(from_=date(2021, 6, 28), to=date(2021, 6, 27), why="倒置", target="a"),
        Quiet(from_="morning", to="noon", why="不是时刻", target="a"),
        Quiet(from_="09:00", to="10:00", why="没有对象"),
    ],
)
def test_a_time_that_cannot_be_understood_is_told(wrong: Quiet) -> None:
    with pytest.raises(WorkspaceError, match="maintenance.0"):
        quiet.of(NightlySettings(maintenance=(wrong,)))


def test_a_host_that_cannot_be_asked_so_often_loses_its_least_urgent_pages_and_the_plan_says_so_before() -> None:
    accounts = [Want(target=f"w{n}", label="posts", host="mp.weixin.qq.com", kind="account") for n in range(1000)]
    last = {want.page: ago(days=2 + n) for n, want in enumerate(accounts)}
    made = planned([*accounts, HOME], last, length=timedelta(hours=1), per_host_seconds=6)
    assert len(visited(made)) == 601
    assert HOME.page in visited(made)
    assert {left.because for left in made.left} == {"room"}
    assert made.left[0].said == "当天时段内对主机 mp.weixin.qq.com 的访问已排满"
    assert {left.target for left in made.left} == {f"w{n}" for n in range(400)}  # those seen last wait


def test_visits_are_spread_over_the_waves_and_a_target_stays_in_one() -> None:
    wants = [Want(target=f"t{n}", label=label, host=f"h{n}", kind="news") for n in range(40) for label in ("x", "y")]
    made = planned(wants, waves=4)
    assert [len(wave.visits) for wave in made.waves] == [20, 20, 20, 20]
    assert all(len(set(labels)) == 2 for wave in made.waves for labels in wave.due.values())


WANTS = st.lists(
    st.builds(
        Want,
        target=st.sampled_from("abcdef"),
        label=st.sampled_from(["home", "news", "notice"]),
        host=st.sampled_from(["h1", "h2"]),
        kind=st.sampled_from(schedule.KINDS),
        cleared=st.booleans(),
    ),
    max_size=30,
)
MOMENTS = st.integers(-3, 400).map(lambda days: MONDAY - timedelta(days=days))


@settings(deadline=None)
@given(
    WANTS,
    st.dictionaries(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["home", "news", "notice"])), MOMENTS),
    st.integers(1, 8),
    st.integers(1, 3600),
    st.integers(0, 30),
    st.booleans(),
)
def test_whatever_is_asked_nothing_is_lost_doubled_or_over_its_budget(
    wants: list[Want], last: dict[Label, datetime], waves: int, seconds: int, apart: int, off: bool
) -> None:
    hush = Hush(calendar=shipped()) if off else Hush()
    terms = Terms(hush=hush, per_host_seconds=apart, costs={"h1": 3})
    until = MONDAY + timedelta(seconds=seconds)
    made = schedule.plan(wants, last, terms, MONDAY, until=until, waves=waves)
    pages = visited(made)
    put_off = [(left.target, left.label) for left in made.left]
    everything = Counter([*pages, *put_off])
    assert set(everything.values()) <= {1}
    known = {want.page: want for want in wants}
    assert set(everything) <= set(known)
    never = {page for page in known if last.get(page, MONDAY + timedelta(1)) > MONDAY}
    assert never <= set(everything)
    for wave in made.waves:
        assert MONDAY <= wave.begin < until
        for host in ("h1", "h2"):
            cost = max({"h1": 3}.get(host, 8) / 2, apart)
            assert sum(known[v.target, v.label].host == host for v in wave.visits) * cost <= seconds / waves + 1e-6
    assert schedule.plan(list(reversed(wants)), last, terms, MONDAY, until=until, waves=waves).pages <= len(known)


@settings(deadline=None)
@given(WANTS, st.integers(1, 4))
def test_an_older_look_never_makes_a_page_less_due(wants: list[Want], days: int) -> None:
    wide = Terms(per_host=1000, jobs=1000)
    newer = {want.page: MONDAY - timedelta(days=2) for want in wants}
    older = {page: at - timedelta(days=days) for page, at in newer.items()}
    until = MONDAY + timedelta(hours=9)
    assert set(visited(schedule.plan(wants, newer, wide, MONDAY, until=until))) <= set(
        visited(schedule.plan(wants, older, wide, MONDAY, until=until))
    )


def test_ten_thousand_targets_are_planned_in_a_while(capsys: pytest.CaptureFixture[str]) -> None:
    wants = [
        Want(target=f"t{n}", label=label, host=f"h{n % 500}", kind=kind)
        for n in range(10_000)
        for label, kind in (("home", "home"), ("news", "news"), ("notice", "column"))
    ]
    begun = time.perf_counter()
    made = planned(wants, {}, waves=19)
    with capsys.disabled():
        print(f"\n{len(wants)} pages of 10,000 targets planned in {time.perf_counter() - begun:.2f} s")
    assert made.pages + len(made.left) == len(wants)
