"""The general flow opens what a column's page leaves open, and captures it as a part of the column."""

from __future__ import annotations

from typing import Any

import pytest

from collector.flow import Flow
from evidence.model import Capture
from evidence.reading import FrameDom, PageInput, read
from flows import beside
from tests.collector.conftest import Looker, target
from tests.site.server import Site


def flow() -> Flow:
    made = Flow("tests.beside")

    @made.visit
    async def visit(visit):  # type: ignore[no-untyped-def]
        await visit.open(visit.address("p"))
        if (await visit.capture("p")).trouble is None:
            await beside.look(visit, "p")

    return made


def seen(looker: Looker, site: Site, path: str, class_: str | None = "news") -> dict[str, Capture]:
    columns: list[dict[str, Any]] = [
        {"label": "p", "name": "栏目", "url": path, "class": class_, "level": 1, "duty": True}
    ]
    return {one.label: one for one in looker.visit(target(site.url, columns=columns), flow()) if one.label != "home"}


def days(looker: Looker, capture: Capture) -> set[str]:
    html = looker.sink.blobs[capture.of_role("dom")[0].sha256].decode()
    page = PageInput(url="", status=200, headers={}, frames=(FrameDom(n=0, url="", html=html),), layout=None)
    return {str(item.date) for item in read(page, at=None).items}


def test_the_articles_of_a_list_without_dates_are_opened(looker: Looker, site: Site) -> None:
    found = seen(looker, site, "/practice/undated")
    assert sorted(found) == ["p", *(f"p/article-{n}" for n in (1, 2, 3, 4))]
    assert {one.outcome for one in found.values()} == {"captured"}


def test_three_articles_of_an_old_policy_list_are_opened(looker: Looker, site: Site) -> None:
    assert sorted(seen(looker, site, "/practice/signed", "policy")) == [
        "p",
        "p/article-1",
        "p/article-2",
        "p/article-3",
    ]


@pytest.mark.parametrize("path", ["/practice/signed", "/practice/explained"])
def test_three_articles_of_a_survey_column_are_opened_however_fresh_it_is(
    looker: Looker, site: Site, path: str
) -> None:
    assert sorted(seen(looker, site, path, "survey")) == ["p", *(f"p/article-{n}" for n in (1, 2, 3))]


def test_interpretations_are_opened_with_the_documents_they_lead_to(looker: Looker, site: Site) -> None:
    """The second leads to another authority, the third to a page that is not there, which is a record, too."""
    found = seen(looker, site, "/practice/explained", "interpretation")
    assert sorted(found) == ["p", *(f"p/article-{n}" for n in (1, 2, 3)), "p/document-1", "p/document-3"]
    assert [found[f"p/document-{n}"].outcome for n in (1, 3)] == ["captured", "http_error"]
    assert (found["p/document-1"].final_url or "").endswith("/practice/signed/1")


@pytest.mark.parametrize("class_", ["interpretation", "survey"])
@pytest.mark.parametrize("path", ["/plain", "/practice/canvas", "/404"])
def test_no_article_is_opened_of_a_page_that_is_no_list(looker: Looker, site: Site, path: str, class_: str) -> None:
    assert sorted(seen(looker, site, path, class_)) == ["p"]


@pytest.mark.parametrize(
    "path", ["/practice/signed", "/plain", "/practice/parent", "/practice/canvas", "/404", "/hostile/dialogs-endless"]
)
def test_a_page_that_leaves_nothing_open_is_captured_alone(looker: Looker, site: Site, path: str) -> None:
    assert sorted(seen(looker, site, path)) == ["p"]


def test_every_tab_is_opened(looker: Looker, site: Site) -> None:
    found = seen(looker, site, "/practice/tabs")
    assert sorted(found) == ["p", "p/tab-1"]
    assert all(day.startswith("2021") for day in days(looker, found["p/tab-1"]))


@pytest.mark.parametrize("path", ["/practice/search", "/practice/search-here", "/practice/search-head"])
def test_an_empty_query_is_asked(looker: Looker, site: Site, path: str) -> None:
    found = seen(looker, site, path)
    assert sorted(found) == ["p", "p/search-1"]
    assert "2021-06-15" in days(looker, found["p/search-1"])


def test_no_mark_of_ours_stays_on_a_captured_page(looker: Looker, site: Site) -> None:
    for path in ("/practice/tabs", "/practice/search-here"):
        for one in seen(looker, site, path).values():
            assert b"data-quzheng" not in looker.sink.blobs[one.of_role("dom")[0].sha256]
