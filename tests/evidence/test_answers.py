"""What a record answers when its page is shown again: what was answered then, and nothing made up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evidence.answers import Answers, Given, Refused
from evidence.holdings import Holdings
from tests.evidence import factory
from tests.evidence.bundles import admitted


@pytest.fixture
def holdings(tmp_path: Path) -> Holdings:
    return Holdings.open(tmp_path / "store")


def answers(holdings: Holdings, *entries: dict[str, Any]) -> Answers:
    sha256 = holdings.store.put(factory.exchanges(*entries), "application/json").sha256
    return Answers(admitted(holdings, "R/shifan/home/1", exchanges=sha256), holdings.store)


def body_of(answered: Given | Refused) -> bytes | None:
    return answered.body if isinstance(answered, Given) else None


def test_a_request_gets_what_the_same_request_got_then(holdings: Holdings) -> None:
    page = holdings.store.put(b"<p>a</p>", "text/html")
    known = answers(holdings, factory.exchange(0, page, url="http://a.test/x?id=7"))
    assert body_of(known.answer("GET", "http://a.test/x?id=7#top")) == b"<p>a</p>"
    assert body_of(known.answer("GET", "http://a.test/x?id=7&_=1609732800123&r=0.7390562931")) == b"<p>a</p>"
    assert known.answer("GET", "http://a.test/x?id=8") == Refused(cause="other_query")
    assert known.answer("GET", "http://a.test/y") == Refused(cause="not_recorded")
    assert known.answer("POST", "http://a.test/x?id=7") == Refused(cause="post")


def test_asked_twice_a_page_gets_first_the_first_answer_and_then_the_second(holdings: Holdings) -> None:
    first, second = (holdings.store.put(data, "text/html") for data in (b"1", b"2"))
    known = answers(
        holdings, factory.exchange(0, first, url="http://a.test/"), factory.exchange(1, second, url="http://a.test/")
    )
    assert [body_of(known.answer("GET", "http://a.test/")) for _ in range(3)] == [b"1", b"2", b"2"]


@pytest.mark.parametrize("state", ["withheld", "too_large", "lost"])
def test_a_body_that_was_not_kept_is_refused_with_the_cause(holdings: Holdings, state: str) -> None:
    entry = factory.exchange(0, None, url="http://a.test/") | {"body_state": state}
    known = answers(holdings, entry)
    assert known.answer("GET", "http://a.test/") == Refused(cause=state)  # type: ignore[arg-type]
    assert [(miss.cause, miss.count) for miss in known.balance(()).misses] == [(state, 1)]
    assert not known.has("http://a.test/")


def test_what_failed_then_fails_again_and_is_no_miss(holdings: Holdings) -> None:
    gone = factory.exchange(0, None, status=None, error="net::ERR_FAILED", url="http://gone.test/x.js")
    known = answers(holdings, gone)
    assert known.answer("GET", "http://gone.test/x.js") == Refused(cause=None)
    balance = known.balance(())
    assert (balance.got, balance.of, balance.misses) == (0, 0, ())


def test_a_body_that_the_store_has_lost_is_told(holdings: Holdings) -> None:
    page = holdings.store.put(b"<p>a</p>", "text/html")
    known = answers(holdings, factory.exchange(0, page, url="http://a.test/"))
    holdings.store.path(page.sha256).unlink()
    assert known.answer("GET", "http://a.test/") == Refused(cause="lost")


def test_what_is_not_asked_for_again_is_a_miss_of_its_own(holdings: Holdings) -> None:
    page = holdings.store.put(b"<p>a</p>", "text/html")
    known = answers(
        holdings, factory.exchange(0, page, url="http://a.test/"), factory.exchange(1, page, url="http://a.test/b")
    )
    known.answer("GET", "http://a.test/")
    balance = known.balance([("GET", "http://a.test/")])
    assert (balance.got, balance.of) == (0, 2)
    assert {miss.cause: miss.urls for miss in balance.misses} == {
        "blocked": ("http://a.test/",),
        "not_asked": ("http://a.test/b",),
    }
