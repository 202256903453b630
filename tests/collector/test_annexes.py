"""A flow fetches the annexes that an article names: files on its host, each once, and the page stays where it is."""

from __future__ import annotations

import json

from collector.flow import Flow
from evidence.model import Capture
from flows import annexes
from tests.collector.conftest import Looker, target
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
