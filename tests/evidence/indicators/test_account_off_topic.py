"""An account is proposed as off topic only by a clear majority of whole posts of plain subjects, none of which is its business."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from evidence.model import Item
from tests.evidence.judging_factory import TODAY, Scene, T, column, item, reading, subject, visit

NAME = "account_off_topic"
OFF = (
    "十二星座本周运势",
    "冬季养生食疗小妙招",
    "某明星恋情曝光",
    "双十二秒杀优惠券来了",
    "夫妻相处之道",
    "属相配对大全",
)
OFFICIAL = ("市局召开年度工作会议", "关于调整公积金缴存基数的通知", "冬季用电安全提醒")
HOUR = T - timedelta(hours=1)


def posts(*titles: str, day: date = TODAY, **fields: Any) -> tuple[Item, ...]:
    return tuple(item(day - timedelta(days=n), f"{title}{n}", **fields) for n, title in enumerate(titles))


def account(*items: Item, label: str = "posts", who: dict[str, Any] | None = None, **fields: Any) -> Scene:
    """Return an account whose source showed these posts an hour before T."""
    owner = subject(
        [column("posts", None, None)], kind="account", platform="weibo", **(who or {"unit": "示范市教育局"})
    )
    return Scene(subject=owner, visits=(visit(label, HOUR, reading(*items), **fields),))


GOLDEN = account(*posts(*OFF, *OFF))


def test_most_posts_of_plain_subjects_are_a_proposal_that_quotes_them() -> None:
    found = GOLDEN.finding(NAME)
    assert (found.state, found.effect, found.reviewers) == ("hit", "proposal", 1)
    assert (found.numbers["count"], found.numbers["posts"]) == (12, 12)
    assert "星座运势：星座" in found.against[0]
    assert found.second_look == "missing"
    assert found.message.endswith("须人工核对。")


CLEAN: dict[str, Scene] = {
    "official posts": account(*posts(*OFFICIAL * 4)),
    "half of them official": account(*posts(*OFF, *OFFICIAL * 2)),
    "few posts": account(*posts(*OFF)),
    "posts older than the window": account(*posts(*OFF, *OFF, day=date(2020, 9, 1))),
    "posts of no known day": account(*(replace(one, date=None) for one in posts(*OFF, *OFF))),
    "posts without a word of the list": account(*posts(*["今天天气真好"] * 12)),
    "words that clear": account(*posts(*["网络养生诈骗防范提醒"] * 12)),
    "health of a health commission": account(
        *posts(*["冬季养生食疗小妙招"] * 12), who={"unit": "示范市卫生健康委员会"}
    ),
    "stars of a bureau of culture": account(
        *posts(*["明星见面会直播"] * 12), who={"name": "示范文旅", "unit": "示范市文化和旅游局"}
    ),
    "a bureau's business told by its certificate": account(
        *posts(*["双十二秒杀优惠券来了"] * 12), who={"unit": None, "certified_as": "示范市商务局"}
    ),
    "posts seen in part": account(*(replace(one, title=f"{one.title}……") for one in posts(*OFF, *OFF))),
    "posts that the page cut": account(*(replace(one, cut=True) for one in posts(*OFF, *OFF))),
    "posts as long as the reader keeps": account(*posts(*(title + "长" * 120 for title in (*OFF, *OFF)))),
    "a partial source": account(*posts(*OFF, *OFF), coverage="partial"),
    "a capture that is not whole": account(*posts(*OFF, *OFF), complete=False),
    "another look showed none of them": GOLDEN.with_(
        visit("posts", HOUR - timedelta(hours=2), reading(*posts(*OFFICIAL * 4)))
    ),
    "another label shows official posts": GOLDEN.with_(
        visit("public", HOUR, reading(*posts(*OFFICIAL * 4)), coverage="partial")
    ),
    "another whole label, too": GOLDEN.with_(visit("videos", HOUR, reading(*posts(*OFFICIAL * 4)))),
    "nothing seen": account(),
    "never visited": replace(GOLDEN, visits=()),
    "an old look": replace(GOLDEN, at=T + timedelta(days=3)),
}


@pytest.mark.parametrize("name", CLEAN)
def test_what_must_not_be_proposed(name: str) -> None:
    assert CLEAN[name].state(NAME) != "hit"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("few posts", "不足10条"),
        ("posts as long as the reader keeps", "只看到开头"),
        ("a partial source", "完整来源"),
        ("another look showed none of them", "不一致"),
        ("never visited", "完整来源"),
    ],
)
def test_what_stays_open_says_why(name: str, said: str) -> None:
    found = CLEAN[name].finding(NAME)
    assert found.state == "undecided"
    assert said in found.missing[0]


def test_the_window_counts_and_not_the_whole_account() -> None:
    old = posts(*OFFICIAL * 10, day=date(2020, 9, 1))
    assert account(*posts(*OFF, *OFF), *old).state(NAME) == "hit"


def test_a_second_look_that_shows_them_is_said() -> None:
    again = visit("posts", HOUR - timedelta(hours=2), reading(*posts(*OFF, *OFF)))
    assert GOLDEN.with_(again).finding(NAME).second_look == "agrees"


def test_a_site_is_not_asked() -> None:
    site = replace(GOLDEN, subject=subject([column("posts", "news", 1)]))
    assert NAME not in {one.indicator for one in site.judged().findings}
