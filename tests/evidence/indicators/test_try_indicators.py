"""NV-2.2, NV-3.1 and dead menus: two persons' tries, all that can be tried, close to T; one thing that works is enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from evidence.ruleset import Exemption
from tests.evidence.indicators.tries_factory import GOLDEN, HOUR, NOTHING, account, at_other_times, tried
from tests.evidence.judging_factory import NATIONAL, RULES, Scene, T, news, register, stale_account
from tests.evidence.sheets import account as row

INTERACTION, MENUS, APP = "account_interaction_missing", "account_menus_dead", "app_unusable"
DAY = timedelta(days=1)


@pytest.mark.parametrize("name", GOLDEN)
def test_what_was_tried_in_vain_is_a_proposal_that_cites_the_recording(name: str) -> None:
    scene = GOLDEN[name]
    found = scene.finding(name)
    assert (found.state, found.effect, found.reviewers) == ("hit", "proposal", 1)
    assert found.exhibits == (scene.tried[0].record,)
    assert found.as_of == scene.tried[0].ended
    assert found.second_look == "missing"
    assert found.numbers["tries"]


Change = Callable[[Scene], Scene]
KNOCKED_OUT: dict[str, tuple[Change, str]] = {
    "nobody tried": (lambda scene: replace(scene, tried=()), "没有人|应满2个"),
    "one person alone": (lambda scene: at_other_times(scene, second=None), "两人在场"),
    "one person twice": (lambda scene: at_other_times(scene, second=" 李四 "), "两人在场"),
    "the device is not said": (lambda scene: at_other_times(scene, device=None), "--device"),
    "the program is not said": (lambda scene: at_other_times(scene, app=None), "--app"),
    "the beginning is not said": (lambda scene: at_other_times(scene, begun=None), "起止时间"),
    "the end is not said": (lambda scene: at_other_times(scene, ended=None), "起止时间"),
    "it was recorded after T": (lambda scene: at_other_times(scene, ended=T + HOUR), "时点之后"),
    "it is older than a day": (lambda scene: at_other_times(scene, ended=T - 25 * HOUR), "距时点超过"),
    "another exhibit cannot be opened": (
        lambda scene: replace(scene, tried=(*scene.tried, tried(fault="有一份人工材料打不开"))),
        "打不开",
    ),
}


@pytest.mark.parametrize("why", KNOCKED_OUT)
@pytest.mark.parametrize("name", GOLDEN)
def test_taking_one_thing_we_know_away_leaves_no_hit_but_names_what_is_missing(name: str, why: str) -> None:
    change, said = KNOCKED_OUT[why]
    found = change(GOLDEN[name]).finding(name)
    assert found.state == "undecided", found.message
    assert any(word in "".join(found.missing) for word in said.split("|")), found.missing


EXCUSES: dict[str, Change] = {
    "filed": lambda scene: replace(
        scene, rules=replace(RULES, exemptions=(Exemption(target="shifan", document="示范办〔2020〕9号"),))
    ),
    "closing": lambda scene: replace(
        scene,
        subject=replace(scene.subject, platform_id="gh_1", platform=scene.subject.platform),
        registers=(register(row("示范", platform=_NAMES[scene.subject.platform or ""], id="gh_1", state="注销中")),),
    ),
}
_NAMES = {"wechat": "微信公众号", "app": "移动客户端"}


@pytest.mark.parametrize("why", EXCUSES)
@pytest.mark.parametrize("name", GOLDEN)
def test_an_account_that_is_filed_or_on_its_way_out_is_not_asked(name: str, why: str) -> None:
    found = EXCUSES[why](GOLDEN[name]).finding(name)
    assert found.state == "clear", found.message
    assert found.for_the_unit


WORKING = {
    INTERACTION: ["menu:办事大厅=works", "message=works", "comment=works", "hotline=works"],
    MENUS: ["menu:办事大厅=works"],
    APP: ["use=works", "download:应用宝=works"],
}


@pytest.mark.parametrize(("name", "way"), [(name, way) for name, ways in WORKING.items() for way in ways])
def test_one_thing_that_works_leaves_no_hit_whoever_saw_it_and_however_it_was_stated(name: str, way: str) -> None:
    for ago in (HOUR / 2, 2 * HOUR, -HOUR):
        seen = tried(way, ago=ago, second=None, device=None, app=None, begun=None)
        scene = replace(GOLDEN[name], tried=(*GOLDEN[name].tried, seen))
        assert scene.state(name) != "hit", (way, ago)


@pytest.mark.parametrize("way", WORKING[INTERACTION])
def test_any_way_of_interaction_is_enough_even_if_seen_weeks_ago(way: str) -> None:
    assert account(tried(way, ago=20 * DAY, second=None)).state(INTERACTION) == "clear"
    assert account(tried(way, ago=200 * DAY)).state(INTERACTION) == "undecided"


@pytest.mark.parametrize("left_out", range(4))
def test_a_way_that_nobody_tried_leaves_it_open_and_is_named(left_out: int) -> None:
    rest = [one for n, one in enumerate(NOTHING) if n != left_out]
    found = account(tried(*rest)).finding(INTERACTION)
    assert found.state == "undecided"
    assert "没有人试过" in found.missing[0]


def test_comments_that_are_off_say_nothing_by_themselves_and_are_explained_where_all_fails() -> None:
    """Row 26: since February 2018 new accounts have none by default."""
    assert account(tried("comment=absent")).state(INTERACTION) == "undecided"
    assert "2018年2月" in GOLDEN[INTERACTION].finding(INTERACTION).for_the_unit[0]
    assert NATIONAL.of(INTERACTION).effect == "proposal"


def test_some_dead_entries_are_no_proof_that_no_entry_works() -> None:
    rest = NOTHING[1:]
    assert account(tried("menu:甲=dead", "menu:乙=dead", *rest)).state(INTERACTION) == "undecided"
    assert account(tried("menu=dead", *rest)).state(INTERACTION) == "hit"


def test_an_entry_that_worked_hours_ago_keeps_it_open_though_all_are_said_to_be_dead_now() -> None:
    before = tried("menu:甲=works", ago=10 * HOUR, second=None)
    found = account(before, tried("menu=dead", "menu:甲=dead", *NOTHING[1:])).finding(INTERACTION)
    assert found.state == "undecided"
    assert "不一致" in found.missing[0]


@pytest.mark.parametrize(
    ("since", "said"), [("2020-12-28", "应满7个"), ("2021-01-03", "应满7个"), ("2000-12-20", "工作日历没有")]
)
def test_a_message_sent_too_lately_or_at_an_unknown_time_is_not_unanswered(since: str, said: str) -> None:
    found = account(tried("menu=absent", f"message=unanswered@{since}", *NOTHING[2:])).finding(INTERACTION)
    assert found.state == "undecided"
    assert said in "".join(found.missing)


def test_a_second_recording_close_by_agrees_and_the_same_one_does_not() -> None:
    for name, scene in GOLDEN.items():
        (first,) = scene.tried
        again = replace(first, record="cd" * 32, begun=T - 5 * HOUR, ended=T - 4 * HOUR)
        overlapping = replace(first, record="cd" * 32, begun=first.begun, ended=T - HOUR - timedelta(minutes=1))
        assert replace(scene, tried=(again, first)).finding(name).second_look == "agrees"
        assert replace(scene, tried=(overlapping, first)).finding(name).second_look == "missing"


def test_menus_of_other_platforms_are_asked_for_only_where_somebody_tried_one() -> None:
    assert MENUS not in {one.indicator for one in account(platform="weibo").judged().findings}
    assert account(tried("menu:办事=dead"), platform="weibo").state(MENUS) == "hit"
    assert account().state(MENUS) == "undecided"


def test_a_dead_entry_is_named_and_one_that_is_in_doubt_beside_it_too() -> None:
    lone = tried("menu:咨询=dead", second=None)
    found = account(tried("menu:办事大厅=dead"), lone).finding(MENUS)
    assert (found.state, found.numbers["count"]) == ("hit", 1)
    assert "办事大厅" in found.against[0]
    assert "咨询" in found.missing[0]


def test_no_menu_at_all_is_no_dead_one_and_one_removed_since_neither() -> None:
    assert account(tried("menu=absent", second=None)).state(MENUS) == "clear"
    assert account(tried("menu:甲=dead", ago=3 * HOUR), tried("menu=absent")).state(MENUS) == "clear"


def test_an_old_sighting_does_not_hide_that_an_entry_is_dead_today() -> None:
    assert account(tried("menu:甲=works", ago=10 * DAY), tried("menu:甲=dead")).state(MENUS) == "hit"
    assert account(tried("menu:甲=works", ago=10 * HOUR), tried("menu:甲=dead")).state(MENUS) == "undecided"


NOT_UNUSABLE = {
    "one store lacks it": ["download:应用宝=absent"],
    "one store twice": ["download:应用宝=absent", "download:应用宝=absent"],
    "another store has it": ["download:应用宝=absent", "download:小米=absent", "download:华为=works"],
    "it fails on one telephone": ["use=dead"],
    "what is installed works": ["use=works", "download:应用宝=absent", "download:小米=absent"],
    "it was fetched and not opened": ["download:华为=works"],
}


@pytest.mark.parametrize("why", NOT_UNUSABLE)
def test_a_client_is_not_unusable_because(why: str) -> None:
    found = account(tried(*NOT_UNUSABLE[why]), platform="app").finding(APP)
    assert found.state == "undecided"
    assert found.missing


def test_a_client_that_fails_on_two_devices_is_proposed_and_on_one_device_twice_not() -> None:
    first = tried("use=dead", ago=3 * HOUR)
    assert account(first, tried("use=dead"), platform="app").state(APP) == "undecided"
    found = account(first, tried("use=dead", device="小米 14"), platform="app").finding(APP)
    assert (found.state, found.second_look) == ("hit", "agrees")
    assert "2台设备" in found.message
    assert account(tried("use=works", second=None), platform="app").state(APP) == "clear"


def test_only_clients_are_asked_whether_they_can_be_used_and_sites_for_none_of_this() -> None:
    assert APP not in {one.indicator for one in account().judged().findings}
    site = Scene(
        subject=replace(stale_account().subject, kind="site"), visits=(news("home", 1),), tried=(tried(*NOTHING),)
    )
    assert not {INTERACTION, MENUS, APP} & {one.indicator for one in site.judged().findings}


def test_a_name_is_made_plain_before_it_is_printed() -> None:
    (said,) = account(tried("menu:<script>=dead")).finding(MENUS).against
    assert "“<script>”" in said
