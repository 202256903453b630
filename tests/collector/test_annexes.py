"""A flow fetches the annexes that an article names: files on its host, each once, and the page stays where it is."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from urllib.parse import urlsplit

from collector.flow import Flow
from collector.manners import Gate
from evidence.model import Capture, Reading, Record
from evidence.reading import from_record, read
from flows import annexes, generic_portal
from tests.collector.conftest import LIMITS, Looker, Stored, target
from tests.site.server import Site

ARTICLE = """<h1>关于2021年第二季度抽查情况的通报</h1><p>发布时间：2021-07-02</p><p>%s</p>
<p><a href="/download?f=1.xlsx">附件1：情况表.xlsx</a></p><p><a target="_blank" href="/404?f=2.pdf">附件2：名单.pdf</a></p>
<p><a href="http://other.test/3.doc">附件3：要求.doc</a></p><p><a href="/home">首页</a></p>""" % (
    "现将抽查情况通报如下，请各单位认真整改。" * 12
)


def visited(looker: Looker, site: Site, most: int) -> tuple[Capture, int]:
    flow = Flow("tests.annexes")
    fetched = []

    @flow.visit
    async def visit(visit):  # type: ignore[no-untyped-def]
        await visit.open(f"{visit.target.url}/home")
        await visit.page.evaluate("html => { document.body.innerHTML = html }", ARTICLE)
        fetched.append(await annexes.fetch(visit, most))
        await visit.capture("home")

    (capture,) = looker.visit(target(site.url), flow)
    return capture, fetched[0]


def log_of(looker: Looker, capture: Capture) -> str:
    kept = capture.of_role("log")
    return " ".join(str(json.loads(line)) for line in looker.sink.blobs[kept[0].sha256].splitlines()) if kept else ""


def test_what_is_there_is_fetched_and_what_is_not_is_noted(looker: Looker, site: Site) -> None:
    capture, fetched = visited(looker, site, most=10)
    assert fetched, log_of(looker, capture)
    (file,) = capture.of_role("download")
    assert fetched == 1, log_of(looker, capture)
    assert file.url is not None and file.url.endswith("f=1.xlsx")
    dom = looker.sink.blobs[capture.of_role("dom")[0].sha256].decode()
    assert "第二季度抽查" in dom and " download" not in dom
    said = log_of(looker, capture)
    assert "附件2 名单.pdf：没有取到" in said
    assert "附件3 要求.doc：在其他主机上" in said


def test_no_more_are_fetched_than_asked_for_and_the_log_says_so(looker: Looker, site: Site) -> None:
    capture, fetched = visited(looker, site, most=1)
    assert fetched == 1
    assert "共 3 个附件，只取前 1 个" in log_of(looker, capture)


def general(looker: Looker, site: Site, path: str, most: int = 10) -> dict[str, Capture]:
    """Return what the general flow captures of a column at `path`, by label."""
    columns = [{"label": "p", "name": "通知公告", "url": path, "class": "news", "level": 1, "duty": True}]
    taken = looker.visit(target(site.url, columns=columns), generic_portal.flow, limits=replace(LIMITS, annexes=most))
    return {one.label: one for one in taken}


def reading_of(looker: Looker, capture: Capture) -> Reading:
    return read(from_record(Record(capture=capture, previous=None), Stored(looker.sink)), at=None)  # type: ignore[arg-type]


def test_the_general_flow_fetches_the_annexes_of_a_column_s_page_and_says_which_it_lacks(
    looker: Looker, site: Site
) -> None:
    capture = general(looker, site, "/practice/annexed")["p"]
    (file,) = capture.of_role("download")
    assert file.url == f"{site.url}/practice/table.pdf"
    assert "附件2 名单.doc：没有取到" in log_of(looker, capture)
    assert capture.complete, [one for one in capture.checks if one.passed is not True]
    found = reading_of(looker, capture)
    (table,) = [one for one in found.tables if one.file]
    assert [column.heading for column in table.blank_columns] == ["Result"]


def test_the_general_flow_fetches_the_annexes_of_the_articles_it_opens(looker: Looker, site: Site) -> None:
    found = general(looker, site, "/practice/undated-annexed")
    assert [len(one.of_role("download")) for label, one in sorted(found.items()) if "article" in label] == [1] * 4


def test_where_the_workspace_wants_none_none_is_fetched(looker: Looker, site: Site) -> None:
    assert not general(looker, site, "/practice/annexed", most=0)["p"].of_role("download")


def test_a_pdf_that_stands_in_the_page_is_no_blank_and_its_table_is_read(looker: Looker, site: Site) -> None:
    capture = general(looker, site, "/practice/embedded-pdf")["p"]
    found = reading_of(looker, capture)
    assert found.blank is False
    assert [table.header for table in found.tables if table.file] == [("Unit", "Result")]


class Counting(Gate):
    """Counts how often a host was asked for something."""

    def __init__(self) -> None:
        super().__init__(jobs=1, per_host=1, now=time.monotonic)
        self.asked: list[str] = []

    async def page(self, url: str) -> float:
        self.asked.append(urlsplit(url).path)
        return await super().page(url)


def test_an_annex_is_asked_for_as_politely_as_a_page(looker: Looker, site: Site) -> None:
    gate = Counting()
    columns = [
        {"label": "p", "name": "通知公告", "url": "/practice/annexed", "class": "news", "level": 1, "duty": True}
    ]
    looker.visit(target(site.url, columns=columns), generic_portal.flow, gate=gate)
    assert gate.asked.count("/practice/annexed") == 3, "the page itself, and two annexes from it"
