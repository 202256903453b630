"""NV-2.1: one sighting clears an account; only a complete source can show that nothing was published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from evidence.model import DateReading
from tests.evidence.judging_factory import TODAY, Scene, T, changed, item, news, reading, stale_account, subject, visit

NAME = "account_not_updated"
HOUR = timedelta(hours=1)


def test_a_complete_list_whose_newest_post_is_a_month_old_is_a_hit() -> None:
    found = stale_account().finding(NAME)
    assert found.state == "hit"
    assert found.scope == "account"
    assert found.numbers["counted"][0]["label"] == "posts"
    assert "30天" in found.message


def test_a_hit_rests_on_the_complete_source_alone() -> None:
    found = stale_account().finding(NAME)
    (posts,) = [one.row.record for one in stale_account().visits if one.row.label == "posts"]
    assert found.exhibits == (posts,)


@pytest.mark.parametrize(("days_old", "state"), [(14, "clear"), (15, "hit")])
def test_two_weeks_are_fourteen_whole_days(days_old: int, state: str) -> None:
    assert stale_account().seeing("posts", news("posts", days_old)).state(NAME) == state


@pytest.mark.parametrize("days_old", [15, 60, 900])
def test_a_partial_source_alone_never_accuses(days_old: int) -> None:
    scene = stale_account().seeing("posts")
    found = replace(scene, subject=subject(kind="account")).seeing(
        "public", news("public", days_old, coverage="partial")
    )
    assert found.state(NAME) == "undecided"
    assert found.finding(NAME).missing


def test_one_sighting_in_a_partial_source_clears() -> None:
    scene = stale_account().seeing("public", news("public", 2, coverage="partial"))
    assert scene.state(NAME) == "clear"


def test_one_sighting_in_an_old_visit_of_the_window_clears() -> None:
    """Nobody looked for five days, but what was seen then is still within two weeks of T."""
    scene = stale_account().seeing("posts", news("posts", 9, at=T - timedelta(days=5)))
    assert scene.state(NAME) == "clear"


Change = Callable[[Scene], Scene]
KNOCKED_OUT: dict[str, Change] = {
    "the evidence is older than a day": lambda scene: scene.seeing("posts", news("posts", at=T - timedelta(hours=25))),
    "the page was not whole": lambda scene: scene.seeing("posts", news("posts", complete=False)),
    "nobody could check whether it was whole": lambda scene: scene.seeing("posts", news("posts", complete=None)),
    "the source is partial": lambda scene: scene.seeing("posts", news("posts", coverage="partial")),
    "the log-in was lost": lambda scene: scene.seeing("posts", news("posts", outcome="login_lost", complete=False)),
    "the page cannot be read": lambda scene: scene.seeing("posts", visit("posts")),
    "a post is undated": lambda scene: scene.seeing(
        "posts", visit("posts", read=reading(item(TODAY - timedelta(days=30)), item(None)))
    ),
    "the list is empty": lambda scene: scene.seeing("posts", visit("posts", read=reading())),
    "the label was never visited": lambda scene: scene.seeing("posts"),
    "nothing was visited": lambda scene: replace(scene, visits=()),
    "the ledger leaves the duty open": lambda scene: scene.where("posts", duty=None),
    "another complete list cannot be told": lambda scene: scene.with_(visit("videos", read=reading(item(None)))),
    "a later record shows a post of the window": lambda scene: scene.with_(news("posts", 2, at=T + HOUR)),
}


@pytest.mark.parametrize("why", KNOCKED_OUT)
def test_taking_one_thing_we_know_away_leaves_no_hit_but_names_what_is_missing(why: str) -> None:
    found = KNOCKED_OUT[why](stale_account()).finding(NAME)
    assert found.state == "undecided", found.message
    assert found.missing


@pytest.mark.parametrize("label", ["videos", "album/newest"])
@pytest.mark.parametrize("coverage", ["complete", "partial"])
def test_every_tab_and_form_of_a_platform_counts_as_update(label: str, coverage: str) -> None:
    assert stale_account().with_(news(label, 2, coverage=coverage)).state(NAME) == "clear"


@pytest.mark.parametrize("coverage", ["complete", "partial"])
def test_an_article_of_the_window_seen_by_itself_clears(coverage: str) -> None:
    day = TODAY - timedelta(days=2)
    dated = DateReading(kind="script", date=day, text="ct", certain=True)
    article = reading(page_kind="article", blank=False, published=dated)
    assert stale_account().with_(visit("newest", read=article, coverage=coverage)).state(NAME) == "clear"
    guessed = replace(article, published=replace(dated, certain=False))
    assert stale_account().with_(visit("newest", read=guessed, coverage="partial")).state(NAME) == "hit"


@pytest.mark.parametrize("complete", [True, False, None])
@pytest.mark.parametrize("coverage", ["complete", "partial"])
@pytest.mark.parametrize("label", ["posts", "public", "videos"])
def test_whatever_shows_a_post_of_the_window_after_t_leaves_no_hit(
    label: str, coverage: str, complete: bool | None
) -> None:
    later = news(label, 2, at=T + HOUR, coverage=coverage, complete=complete)
    assert stale_account().with_(later).state(NAME) != "hit"


def test_an_old_article_of_a_partial_source_accuses_nobody() -> None:
    dated = DateReading(kind="script", date=TODAY - timedelta(days=90), text="ct", certain=True)
    alone = replace(stale_account(), subject=subject(kind="account"), visits=())
    article = reading(page_kind="article", blank=False, published=dated)
    assert alone.with_(visit("newest", read=article, coverage="partial")).state(NAME) == "undecided"


def test_an_exempt_account_is_clear_and_says_why() -> None:
    found = stale_account().where("posts", duty=False, exemption="注销申请中").seeing("public").finding(NAME)
    assert found.state == "clear"
    assert any("注销申请中" in one for one in found.for_the_unit)


def test_an_account_that_no_ledger_lists_is_bound_by_the_clause_itself() -> None:
    scene = replace(stale_account(), subject=subject(kind="account"))
    assert scene.state(NAME) == "hit"


def test_the_site_indicators_say_nothing_of_an_account_and_the_account_one_nothing_of_a_site() -> None:
    assert {finding.indicator for finding in stale_account().judged().findings} == {
        NAME,
        "account_empty",
        "account_commercial_links",
        "account_interaction_missing",
        "account_menus_dead",
        "account_off_topic",
    }
    site = Scene(subject=subject(), visits=(news("home", 1),))
    assert NAME not in {finding.indicator for finding in site.judged().findings}


def test_a_second_visit_of_another_run_agrees() -> None:
    again = changed(news("posts", at=T - 4 * HOUR))
    assert stale_account().finding(NAME).second_look == "missing"
    assert stale_account().with_(again).finding(NAME).second_look == "agrees"
