"""What a plan costs: the arithmetic follows from the plan, and over a province nothing is dropped, doubled or asked too often."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from datetime import datetime, timedelta

from collector import reckoning, schedule
from collector.nightly_settings import Every
from collector.reckoning import Reckoning, reckon
from collector.schedule import Label, Schedule, Terms, Want
from tests.bench.province import BEGIN, PLATFORM, TWO_CORES, WINDOW, province, seen

SHARE = 20
"""The nights are those of every twentieth site and account, with a twentieth of the time."""


def night(wants: list[Want], last: dict[Label, datetime], day: int, terms: Terms = TWO_CORES) -> Schedule:
    now = BEGIN + timedelta(days=day)
    return schedule.plan(wants, last, terms, now, until=now + WINDOW / SHARE)


def of(wants: list[Want], terms: Terms, length: timedelta = WINDOW) -> Reckoning:
    return reckon(wants, terms, schedule.plan(wants, {}, terms, BEGIN, until=BEGIN + length))


def test_the_province_has_the_figures_of_the_bulletin() -> None:
    wants = province()
    columns = Counter(want.target for want in wants if want.kind in ("news", "column"))
    accounts = Counter(want.host for want in wants if want.kind == "account")
    assert len(columns) == 443
    assert (min(columns.values()), max(columns.values())) == (30, 240)
    assert 104_000 < len(wants) < 106_000
    assert sum(accounts.values()) == 2_833
    assert round(accounts[PLATFORM] / 2_833, 2) == 0.70


def test_a_province_that_fits_in_no_night_is_planned_whole_in_bounded_time_and_says_what_does_not_fit() -> None:
    wants, begun = province(), time.process_time()
    sums = of(wants, TWO_CORES)
    assert time.process_time() - begun < 60  # a few seconds; the square of the pages would take hours
    assert sums.planned + sums.left == sums.round_pages == len(wants)
    assert sums.seconds <= sums.window < sums.day_seconds < sums.round_seconds
    assert sums.round_seconds == len(wants) * 8 // 2
    assert sums.bytes == sums.planned * 147_700
    assert {one.kind: one.left for one in sums.duties}["home"] == 0
    assert sum(one.pages for one in sums.full) == sums.left
    platform = next(host for host in sums.hosts if host.host == PLATFORM)
    assert (platform.each_ms, platform.seconds) == (6000, (platform.planned + platform.left) * 6)


def test_what_was_left_comes_first_the_next_night_and_nothing_is_dropped_or_doubled() -> None:
    wants, last = province(SHARE), dict[Label, datetime]()
    kinds = {want.page: want.kind for want in wants}
    hosts = {want.page: want.host for want in wants}
    before: dict[str, list[Label]] = {}
    for day in range(6):
        made = night(wants, last, day)
        planned = [(visit.target, visit.label) for wave in made.waves for visit in wave.visits]
        left = [(one.target, one.label) for one in made.left]
        assert max(Counter([*planned, *left]).values()) == 1
        assert {want.page for want in wants if want.page not in last} <= {*planned, *left}
        for host, count in Counter(hosts[page] for page in planned).items():
            assert count * 6 <= WINDOW.total_seconds() / SHARE, host
        for kind, waited in before.items():
            mine = {page for page in planned if kinds[page] == kind}
            assert mine <= set(waited) or set(waited) <= mine, f"{kind}: others went before what waited"
        before = defaultdict(list)
        for page in left:
            before[kinds[page]].append(page)
        last |= seen(made)
    assert len(last) > len(seen(night(wants, {}, 0)))


def test_a_round_that_takes_many_nights_comes_to_an_end_and_begins_again_with_what_was_seen_first() -> None:
    wants = [want for want in province(SHARE) if want.kind == "column"][:900]
    last = dict[Label, datetime]()
    looks = Counter[Label]()
    for day in range(30):
        made = night(wants, last, day)
        looks.update(list(seen(made)))
        last |= seen(made)
        assert max(looks.values()) - min(looks[want.page] for want in wants) <= 1
    assert min(looks[want.page] for want in wants) >= 2


def test_a_plan_that_fits_says_so_and_the_words_have_every_figure() -> None:
    wants = [
        Want(target="a", label="home", host="a.gov.cn", kind="home"),
        Want(target="a", label="c", host="a.gov.cn", kind="column"),
    ]
    terms = Terms(every=Every(), costs={"a.gov.cn": 3}, page_bytes=1_500_000)
    said = reckoning.told(of(wants, terms), {})
    assert "应采 2 页，2 路并行约 1 分钟（时段 9.5 小时），存储约增 3.0 MB" in said
    assert "按职责平均每天 2 页，约 1 分钟，排得下；全部 2 页采一遍约 1 分钟，约 3.0 MB" in said
    assert "主机 a.gov.cn：2 页，每页 1.5 秒，共约 1 分钟" in said
    tight = of(wants, terms, timedelta(seconds=2))
    assert [(one.target, one.pages) for one in tight.full] == [("a", 1)]
    assert "示范市（a）：1 页" in reckoning.told(tight, {"a": "示范市"})
