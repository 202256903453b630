"""The difference picture that a report shows beside two captures: drawn where it can be, and said why where it cannot."""

from __future__ import annotations

import html
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from evidence import digest
from evidence.comparing.drawing import CHANGED
from evidence.differing import Differing, draw
from evidence.dossier import Exhibit
from evidence.errors import StoreError
from evidence.model import FlowRef
from evidence.verify import verify
from tests.evidence.bundles import Office, admitted, members, office
from tests.evidence.factory import artifact

HIGH = 300


def tile(held: Office, *, mark: int | None = None, height: int = HIGH) -> tuple[Any, ...]:
    """Return the tile of a page with a stroke in each row, and perhaps a mark from a row on."""
    picture, out = np.full((height, 200, 3), 255, np.uint8), BytesIO()
    for row in range(height):
        picture[row, 10 : 12 + row % 97] = 100 + row % 89
    if mark is not None:
        picture[mark : mark + 20, 120:180] = 0
    Image.fromarray(picture).save(out, "PNG")
    blob = held.holdings.store.put(out.getvalue(), "image/png")
    return (artifact(blob, "tile", box=(0, 0, 200, height)),)


@pytest.fixture
def held(tmp_path: Path) -> Office:
    return office(tmp_path)


def exhibit(held: Office, earlier: Any, later: Any, **fields: Any) -> Exhibit:
    flow = FlowRef(name="own", sha256=digest.EMPTY, verified=None, **fields) if fields else None
    held.holdings.store.put(b"", "text/x-python")
    given = {"flow": flow} if flow else {}
    before = admitted(held.holdings, "D1/shifan/news/1", label="news", artifacts=earlier)
    after = admitted(held.holdings, "D2/shifan/news/1", label="news", artifacts=later, **given)
    return Exhibit(record=after, reading=None, earlier=before, earlier_reading=None, rows=())


def drawn(held: Office, shown: Exhibit, tmp_path: Path) -> tuple[Differing | None, Path]:
    file = tmp_path / "difference.png"
    return draw(shown, held.holdings, file), file


def test_what_changed_is_red_on_the_pale_later_page(held: Office, tmp_path: Path) -> None:
    found, file = drawn(held, exhibit(held, tile(held), tile(held, mark=150)), tmp_path)
    assert found is not None
    assert found.size == (200, HIGH)
    assert found.look_at == 1000 * 144 // HIGH, "the cell in which the change begins"
    assert "有变化" in found.said
    assert "浅色为后次画面" in found.said
    assert "左为前次" not in found.said
    with Image.open(file) as image:
        red = (np.asarray(image.convert("RGB")) == CHANGED).all(axis=2)
    assert red[150:170, 120:180].all()
    assert red.sum() == 20 * 60


def test_equal_pictures_need_none(held: Office, tmp_path: Path) -> None:
    found, file = drawn(held, exhibit(held, tile(held), tile(held)), tmp_path)
    assert found is not None
    assert found.size is None
    assert "没有变化" in found.said
    assert not file.exists()


@pytest.mark.parametrize("missing", ["earlier", "later"])
def test_without_two_pictures_nothing_is_told(held: Office, tmp_path: Path, missing: str) -> None:
    pair = {"earlier": tile(held), "later": tile(held, mark=150), missing: ()}
    found, file = drawn(held, exhibit(held, pair["earlier"], pair["later"]), tmp_path)
    assert found is None
    assert not file.exists()


def test_a_first_look_has_nothing_to_differ_from(held: Office, tmp_path: Path) -> None:
    shown = replace(exhibit(held, tile(held), tile(held, mark=150)), earlier=None)
    assert drawn(held, shown, tmp_path)[0] is None


def test_a_page_with_personal_data_is_never_drawn(held: Office, tmp_path: Path) -> None:
    """What leaves the house of it is masked; the drawing would show it again."""
    found, file = drawn(held, exhibit(held, tile(held), tile(held, mark=150), private=()), tmp_path)
    assert found == Differing(said="页面含个人信息，不作差异图。")
    assert not file.exists()


def test_a_tile_that_is_no_picture_is_said(held: Office, tmp_path: Path) -> None:
    odd = artifact(held.holdings.store.put(b"no picture", "image/png"), "tile", box=(0, 0, 200, HIGH))
    found, _ = drawn(held, exhibit(held, (odd,), tile(held)), tmp_path)
    assert found is not None
    assert found.size is None
    assert "不能读取" in found.said


def test_a_tile_that_is_damaged_is_no_matter_of_the_drawing(held: Office, tmp_path: Path) -> None:
    shown = exhibit(held, tile(held), tile(held, mark=150))
    assert shown.earlier is not None
    path = held.holdings.store.path(shown.earlier.capture.of_role("tile")[0].sha256)
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    with pytest.raises(StoreError):
        drawn(held, shown, tmp_path)


def test_a_bundle_carries_the_picture_its_report_shows_and_holds(held: Office, tmp_path: Path) -> None:
    shown = exhibit(held, tile(held), tile(held, mark=150))
    own = replace(held.dossier.finding, exhibits=(shown.record.id,))
    made = replace(held, dossier=replace(held.dossier, finding=own, exhibits=(shown,)))
    written = made.bundle(tmp_path / "c.zip")
    assert verify(written.path).holds()
    files = members(written.path)
    image = LexborHTMLParser(files["data/report/index.html"].decode()).css_first(".difference img")
    assert image is not None
    assert image.attributes["src"] == "difference-1.png"
    assert (image.attributes["width"], image.attributes["height"]) == ("200", str(HIGH))
    with Image.open(BytesIO(files["data/report/difference-1.png"])) as drawing:
        assert drawing.size == (200, HIGH)


def page(held: Office, *lines: str) -> Any:
    """Return the DOM of a page of these lines."""
    body = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    blob = held.holdings.store.put(f"<!DOCTYPE html><title>示范</title><body>{body}".encode(), "text/html")
    return artifact(blob, "dom")


CLOCKS = ("今天是2021年1月4日 星期一", "今天是2021年1月5日 星期二")
COUNTS = ("浏览次数：12 <img src=x onerror=alert(1)>", "浏览次数：13 <img src=x onerror=alert(1)>")


def test_what_was_masked_is_told_with_its_reason_and_both_wordings(held: Office, tmp_path: Path) -> None:
    before, after = (page(held, "政务公开", CLOCKS[n], COUNTS[n]) for n in (0, 1))
    shown = exhibit(held, (*tile(held), before), (*tile(held), after))
    found, file = drawn(held, shown, tmp_path)
    assert found is not None
    assert [(one.reason, one.earlier, one.later) for one in found.masked] == [
        ("时钟", *CLOCKS),
        ("浏览次数", *COUNTS),
    ]
    assert not file.exists(), "the pictures are equal"


def test_the_report_shows_each_mask_with_its_reason_and_runs_nothing_of_it(held: Office, tmp_path: Path) -> None:
    before, after = (page(held, "政务公开", CLOCKS[n], COUNTS[n]) for n in (0, 1))
    shown = exhibit(held, (*tile(held), before), (*tile(held, mark=150), after))
    own = replace(held.dossier.finding, exhibits=(shown.record.id,))
    made = replace(held, dossier=replace(held.dossier, finding=own, exhibits=(shown,)))
    report = LexborHTMLParser(members(made.bundle(tmp_path / "m.zip").path)["data/report/index.html"].decode())
    rows = [[cell.text(strip=True) for cell in row.css("td")] for row in report.css(".not-counted tbody tr")]
    assert rows == [["时钟", *CLOCKS], ["浏览次数", *COUNTS]]
    assert not report.css(".not-counted img")


def test_a_page_with_personal_data_tells_no_masked_wording(held: Office, tmp_path: Path) -> None:
    before, after = (page(held, CLOCKS[n]) for n in (0, 1))
    shown = exhibit(held, (*tile(held), before), (*tile(held), after), private=())
    found, _ = drawn(held, shown, tmp_path)
    assert found is not None
    assert (found.masked, found.moving) == ((), 0)
