"""What is drawn on a canvas is pictured by itself and read; small and hidden ones are left out."""

from __future__ import annotations

from evidence.model import Record
from evidence.reading import from_record, read
from evidence.reading.page import CANVAS
from tests.collector.conftest import Looker, Stored
from tests.site.server import Site


def test_a_chart_s_words_are_read_from_its_own_picture(looker: Looker, site: Site) -> None:
    capture = looker.capture(f"{site.url}/practice/chart")
    regions = [one for one in capture.of_role("region") if one.url == CANVAS]
    assert len(regions) == 1, capture.checks
    page = from_record(Record(capture=capture, previous=None), Stored(looker.sink))  # type: ignore[arg-type]
    reading = read(page, at=None)
    assert [image.text for image in reading.images if image.box == regions[0].box] == ["全县经济运行情况"]
    assert regions[0].sha256 in reading.inputs


def test_a_page_without_canvases_has_no_such_region(looker: Looker, site: Site) -> None:
    assert all(one.url != CANVAS for one in looker.capture(f"{site.url}/plain").of_role("region"))
