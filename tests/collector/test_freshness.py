"""What a cache may have shown is told, and a second look asks past it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import freshness
from collector.exchange import Exchange
from evidence.model import Check, Record
from tests.collector.test_run import ran, target, workspace
from tests.site.server import Site

NOW = datetime(2021, 6, 29, 2, tzinfo=UTC)


def answer(**fields: str) -> Exchange:
    return Exchange(
        url="http://a.test/list?page=1",
        method="GET",
        resource_type="Document",
        frame_id="f",
        loader_id="",
        started=NOW,
        ended=NOW,
        hop=0,
        status=200,
        response_headers=tuple((name.replace("_", "-"), value) for name, value in fields.items()),
    )


@pytest.mark.parametrize(
    ("fields", "passed", "word"),
    [
        ({}, True, "未经缓存"),
        ({"Date": format_datetime(NOW)}, True, "未经缓存"),
        ({"Age": "30", "X_Cache": "MISS"}, True, "未经缓存"),
        ({"Age": "200000"}, False, "已有 200000 秒"),
        ({"Date": format_datetime(NOW - timedelta(hours=5))}, False, "已有 18000 秒"),
        ({"Date": format_datetime(NOW + timedelta(hours=5))}, True, "未经缓存"),
        ({"X_Cache": "HIT from node7"}, None, "x-cache: HIT from node7"),
        ({"Via": "1.1 varnish"}, None, "via: 1.1 varnish"),
        ({"CF_Cache_Status": "DYNAMIC"}, True, "未经缓存"),
        ({"Age": "-5", "Date": "yesterday"}, True, "未经缓存"),
        ({"Age": "9" * 40}, True, "未经缓存"),
    ],
)
def test_age_date_and_named_caches_are_told(fields: dict[str, str], passed: bool | None, word: str) -> None:
    said = freshness.told([answer(**fields)])
    assert said[0] is passed
    assert word in said[1]


@given(st.sampled_from(["http://a.test/", "http://a.test/x?a=1&b=%E6%A0%8F", "https://b.test/y#top"]))
def test_an_address_past_the_caches_is_the_same_with_one_parameter_more(url: str) -> None:
    fresh = urlsplit(freshness.past_caches(url, NOW))
    assert fresh._replace(query="") == urlsplit(url)._replace(query="")
    assert parse_qsl(fresh.query) == [*parse_qsl(urlsplit(url).query), ("_", "1624932000000")]


def check(record: Record) -> Check:
    (found,) = [check for check in record.capture.checks if check.name == freshness.CHECK]
    return found


def test_a_second_look_goes_past_the_caches_where_the_first_may_have_come_from_one(tmp_path: Path, site: Site) -> None:
    columns = [{"label": "tzgg", "name": "通知公告", "url": "/practice/cached"}]
    opened = workspace(tmp_path, [target("t", site.url, columns=columns)])
    first = {r.capture.label: r for r in ran(opened).records}
    assert (check(first["tzgg"]).passed, check(first["home"]).passed) == (False, True)
    assert first["tzgg"].capture.complete is True
    asked = len(site.asked)
    second = {r.capture.label: r for r in ran(opened, purpose="second_look").records}
    wanted = second["tzgg"].capture.requested_url
    assert wanted.startswith(site.url + "/practice/cached?_=")
    assert second["tzgg"].previous == first["tzgg"].id
    assert second["home"].capture.requested_url == site.url
    sent = [headers for path, headers in site.asked[asked:] if path.startswith("/practice/cached?_=")]
    assert {headers["Cache-Control"] for headers in sent} == {"no-cache"}  # type: ignore[index]
    third = {r.capture.label: r for r in ran(opened).records}
    assert third["tzgg"].capture.requested_url == site.url + "/practice/cached"
