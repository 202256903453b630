"""Commercial links: in what the account put up, to a stranger, with a listed word; never the platform's own advertisement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from evidence.model import Link, Reading
from tests.evidence.judging_factory import RULES, Scene, T, item, reading, subject, visit

NAME = "account_commercial_links"
HOUR = timedelta(hours=1)
MAIN = (0, 200, 700, 900)
SHOP = Link(
    href="https://shop.weidian.com/item/1",
    text="点击进店下单",
    scope="external",
    hidden="",
    box=(20, 300, 200, 20),
)


def page(*links: Link, **fields: Any) -> Reading:
    return reading(
        item(date(2021, 1, 3)), **{"links": links, "main_box": MAIN, "url": "http://mp.example.test/a", **fields}
    )


def scene(*links: Link, label: str = "newest", **fields: Any) -> Scene:
    who = subject(kind="account", platform="wechat", site_code=None)
    return Scene(subject=who, visits=(visit(label, T - HOUR, page(*links, **fields)),))


GOLDEN = scene(SHOP)


def linking(text: str, href: str = "https://shop.example.com/1", **fields: Any) -> Scene:
    return scene(replace(SHOP, text=text, href=href, **fields))


def test_a_shop_in_a_post_is_a_proposal_for_two_that_names_the_word() -> None:
    found = GOLDEN.finding(NAME)
    assert (found.state, found.effect, found.reviewers) == ("hit", "proposal", 2)
    assert "进店下单" in found.against[0] or "weidian.com" in found.against[0]
    assert found.numbers["signs"][0]["href"] == SHOP.href


@pytest.mark.parametrize(
    "scene_", [linking("淘口令"), linking("详情", "https://item.taobao.com/1"), linking("X旗舰店")]
)
def test_a_word_of_the_text_or_the_host_is_enough(scene_: Scene) -> None:
    assert scene_.state(NAME) == "hit"


def test_what_a_part_of_the_account_shows_is_seen_all_the_same() -> None:
    (one,) = GOLDEN.visits
    assert replace(GOLDEN, visits=(replace(one, row=replace(one.row, coverage="partial")),)).state(NAME) == "hit"


CLEAN: dict[str, Scene] = {
    "no link": scene(),
    "an ordinary site": linking("友情链接"),
    "a public body's": linking("旗舰店", "https://shop.example.gov.cn/", scope="public"),
    "its own": linking("旗舰店", "http://mp.example.test/b", scope="internal"),
    "a platform's": linking("旗舰店", "https://weibo.com/u/1"),
    "a short link of a platform": linking("立即购买", "https://t.cn/abc"),
    "a platform's video": linking("旗舰店", "https://v.douyin.com/1"),
    "vouchers of the government": linking("示范市政府消费券 领优惠券", "https://m.jd.com/1"),
    "help for farmers": linking("助农专场", "https://item.jd.com/1"),
    "a warning": linking("警惕“限时秒杀”骗局", "https://www.example.com/"),
    "public procurement": linking("采购公告：旗舰店装修", "https://www.example.com/"),
    "tax relief": linking("税收优惠政策", "https://www.example.com/"),
    "letters inside another name": linking("详情", "https://www.notjd.com/"),
    "a name that ends so": linking("详情", "https://www.other-vip.com/"),
    "a name that begins so": linking("详情", "https://www.jd.com.example.com/"),
    "the name in its text or path": linking("jd.com", "https://www.example.com/jd.com/"),
    "small businesses": linking("小微商户办税指南", "https://www.example.com/"),
    "a tobacco licence": linking("烟草专卖店申请", "https://www.example.com/"),
    "nobody sees it": linking("立即购买", hidden="display:none"),
}


@pytest.mark.parametrize("why", CLEAN)
def test_what_is_no_such_link_is_clear(why: str) -> None:
    assert CLEAN[why].state(NAME) == "clear"


@pytest.mark.parametrize(
    "scene_",
    [
        scene(replace(SHOP, box=(800, 300, 200, 20))),
        scene(replace(SHOP, box=None)),
        scene(SHOP, main_box=None),
    ],
)
def test_what_stands_beside_the_accounts_own_matter_may_be_the_platforms_and_is_open(scene_: Scene) -> None:
    found = scene_.finding(NAME)
    assert found.state == "undecided"
    assert "平台所放" in found.missing[0]


def test_an_item_of_the_list_is_the_accounts_own_wherever_it_stands() -> None:
    own = page(replace(SHOP, box=None), items=(item(date(2021, 1, 3), href=SHOP.href),))
    assert replace(GOLDEN, visits=(visit("newest", T - HOUR, own),)).state(NAME) == "hit"


@pytest.mark.parametrize(
    "fields",
    [{"complete": False}, {"complete": None}, {"started": T - timedelta(hours=26), "ended": T - timedelta(hours=25)}],
)
def test_poor_looks_prove_nothing(fields: dict[str, Any]) -> None:
    (one,) = GOLDEN.visits
    assert replace(GOLDEN, visits=(replace(one, row=replace(one.row, **fields)),)).state(NAME) == "undecided"


def test_a_look_close_by_that_lacks_it_leaves_it_open() -> None:
    before = visit("newest", T - 3 * HOUR, page())
    assert GOLDEN.with_(before).state(NAME) == "undecided"


def test_a_second_look_that_shows_it_agrees() -> None:
    again = visit("newest", T - 3 * HOUR, page(SHOP))
    assert GOLDEN.with_(again).finding(NAME).second_look == "agrees"


def test_an_office_may_list_names_alone() -> None:
    rules = replace(RULES, rules={**RULES.rules, NAME: replace(RULES.of(NAME), words=("WeiDian.com",))})
    assert replace(GOLDEN, rules=rules).state(NAME) == "hit"
    assert replace(linking("进店下单"), rules=rules).state(NAME) == "clear"


def test_an_office_that_empties_the_list_gets_no_answer() -> None:
    rules = replace(RULES, rules={**RULES.rules, NAME: replace(RULES.of(NAME), words=())})
    assert NAME not in {one.indicator for one in replace(GOLDEN, rules=rules).judged().findings}


def test_hostile_text_is_made_plain() -> None:
    (said,) = linking("立即购买\u202e\n=cmd|' /C calc'!A0").finding(NAME).against
    assert "\u202e" not in said
    assert "\n" not in said
