"""Tonight's list for people: what a browser cannot decide, oldest evidence first, each with a code that leads there."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence import human, judgements, queue
from evidence.columns import Subject
from evidence.holdings import Holdings
from evidence.human import Statement
from evidence.judge import judge_holdings
from evidence.queue import Errand
from tests.evidence import factory
from tests.evidence.judging_factory import RULES, column, subject
from tests.evidence.test_judge_holdings import look

T = factory.NOON + timedelta(hours=1)


def account(id: str, **fields: Any) -> Subject:
    given: dict[str, Any] = {
        "kind": "account",
        "platform": "wechat",
        "platform_id": f"gh_{id}",
        "url": f"account:wechat/gh_{id}",
    }
    return subject(id=id, site_code=None, **{"name": f"账号{id}", **given, **fields})


def errands(holdings: Holdings, *who: Subject) -> tuple[Errand, ...]:
    judge_holdings(holdings, who, at=T, rules=RULES)
    return queue.queue(holdings, who)


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    return Holdings.open(tmp_path)


def seen(holdings: Holdings, id: str, hours: int, newest: date = date(2020, 11, 2), coverage: str = "partial") -> None:
    target = factory.target(id=id, kind="account", site_code=None)
    started = T - timedelta(hours=hours)
    look(holdings, "posts", newest, run=f"R-{id}", target=target, coverage=coverage, started=started)


def test_an_account_that_only_a_person_can_see_is_an_errand_never_seen_first_then_the_oldest(
    holdings: Holdings,
) -> None:
    seen(holdings, "b", 3)
    seen(holdings, "c", 9)
    web = [account(id, url=f"http://{id}.test/") for id in "bc"]
    found = errands(holdings, *web, account("a"))
    assert [one.target for one in found] == ["a", "c", "b"]
    assert found[0].address == "gh_a"
    assert found[1].address == "http://c.test/"
    assert all(one.missing for one in found)


def test_an_account_that_is_cleared_or_that_the_machine_will_see_again_is_none(holdings: Holdings) -> None:
    seen(holdings, "fresh", 1, newest=date(2021, 1, 3))
    found = errands(holdings, account("fresh", url="http://f.test/"), account("tonight", url="http://t.test/"))
    assert found == ()


def test_a_column_that_was_seen_whole_and_still_cannot_be_read_is_an_errand(holdings: Holdings) -> None:
    look(holdings, "home", date(2021, 1, 3))
    html = factory.artifact(holdings.store.put("<html><body><p>图表</p></body></html>".encode(), "text/html"), "dom")
    look(holdings, "c0", date(2021, 1, 3), artifacts=(html,))
    found = errands(holdings, subject([column("c0"), column("c1", duty=False)], url="http://www.shifan.test/"))
    assert [(one.label, one.address) for one in found] == [("c0", "http://a.test/c0/")]


def test_what_somebody_has_handed_in_is_done(holdings: Holdings, tmp_path: Path) -> None:
    (errand,) = errands(holdings, account("a"))
    finding = holdings.derived.finding(errand.finding)
    picture = tmp_path / "a.png"
    picture.write_bytes(factory.PNG)
    said = Statement(kind="photo", by="李四", finding=finding.id, indicator=finding.indicator, at=finding.at)
    human.add(holdings, factory.target(id="a"), finding.label, [picture], said, now=T)
    assert queue.queue(holdings, [account("a")]) == ()
    assert judgements.last(holdings).findings[0].state == "undecided", (
        "a sighting by a person is a statement, no answer"
    )


def test_every_errand_has_a_code_for_terminal_page_and_picture(holdings: Holdings, tmp_path: Path) -> None:
    found = errands(holdings, account("a", name="<b>甲</b>"), account("b"))
    assert "▄" in queue.terminal(found[0]) or "█" in queue.terminal(found[0])
    html = queue.page(found).decode()
    assert html.count("data:image/svg+xml") == 2
    assert "<b>甲</b>" not in html
    assert not re.search(r"<script|https?://(?!www\.w3)", html)
    queue.write(tmp_path / "codes", found)
    assert [path.read_bytes()[:4] for path in sorted((tmp_path / "codes").iterdir())] == [b"\x89PNG", b"\x89PNG"]
    assert json.loads(json.dumps(found[0].plain()))["target"] == "a"


def test_an_address_too_long_for_a_telephone_gives_the_targets_id(holdings: Holdings) -> None:
    (errand,) = errands(holdings, account("a"))
    assert queue.code(replace(errand, address="http://a.test/" + "x" * 5000))


def test_functions_that_nobody_tried_are_no_errand_of_every_night_but_are_listed_when_asked_for(
    holdings: Holdings,
) -> None:
    seen(holdings, "fresh", 1, newest=date(2021, 1, 3))
    who = (account("fresh", url="http://f.test/"), account("app", platform="app", url="http://app.test/"))
    assert [one.target for one in errands(holdings, *who)] == []
    found = queue.queue(holdings, who, trying=True)
    assert [one.target for one in found] == ["app", "fresh"]
    assert any("没有人打开使用过" in reason for reason in found[0].missing)
    assert any("没有人试过私信" in reason for reason in found[1].missing)
    assert any("没有人试过菜单" in reason for reason in found[1].missing)


def test_a_duplicate_or_a_commercial_link_is_no_errand(holdings: Holdings) -> None:
    asked = {"account_duplicated", "account_commercial_links"}
    assert asked <= set(queue.NOT_BY_LOOKING)
    assert not asked & set(queue.BY_TRYING)
