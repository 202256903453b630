"""证据图册: every problem named has its page and pictures in the order of the annexes, and the public sees nothing it may not."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from collector import printing
from evidence import canonical, digest
from evidence.bulletin import binding, checking, correction, freezing, gathering, issue
from evidence.bulletin.book import open_book
from evidence.bulletin.editions import Cutting
from evidence.bulletin.embedded import read as embedded
from evidence.bulletin.form import CUT, Bulletin, Piece
from evidence.bulletin.issue import Issued, Order
from evidence.bulletin.sealed import Sealed
from evidence.bulletin.strips import HEIGHT, MOST, Strip, copy, strips
from evidence.bulletin.volume import CONCLUSION, Entry, Page, Volume
from evidence.errors import BulletinError, ReadingError
from evidence.masking import Copy, Masked
from evidence.model import FlowRef, Record
from evidence.report.sheet import Mark, Sheet, Tile
from tests.evidence import factory
from tests.evidence.bulletin.offices import Bureau, Inspected, bureau
from tests.evidence.bulletin.test_bulletin import HARMFUL, HIT, LATER, SLANDER, corrected, document, issued, order

INJECTED = "<img src=http://127.0.0.1:9/x><h1>2021Q1-0009</h1></dd>{{ 7*7 }}\u202e反"


def png(colour: str, width: int = 1280, height: int = 1000) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Bureau]:
    def made(*inspected: Inspected) -> Bureau:
        office = bureau(tmp_path, inspected)
        return replace(office, house=replace(office.house, printer=printing.to_pdf))

    return made


def county(make: Callable[..., Bureau]) -> Bureau:
    """A failing site with a tall page, a failing account, a site with harmful words that passes, and one undecided."""
    office = make(
        Inspected(
            id="a",
            name="甲县人民政府网",
            findings=({**HIT, "for_the_unit": (INJECTED,)},),
            tiles=(png("red"), png("green", 1280, 2500)),
        ),
        Inspected(id="b", name="乙县网", place="乙县", findings=({"state": "clear"}, HARMFUL), tiles=(png("blue"),)),
        Inspected(id="d", name="丁县网", place="丁县", findings=({"state": "undecided", "missing": ("缺",)},)),
        Inspected(
            id="w",
            kind="account",
            name="甲县发布",
            findings=({**HIT, "clause": "NV-2.1"},),
            tiles=(png("gray", 375, 900),),
        ),
    )
    office.freeze()
    for finding in (office.findings["a"][0], office.findings["w"][0], office.findings["b"][1]):
        office.step(finding, "notified", "confirmed")
    return office


def gathered(office: Bureau, folder: Path) -> tuple[Volume, Bulletin]:
    """Return the volume of an office's draft, without printing it."""
    house = replace(office.house, printer=None)
    asked = order(office, out=folder / "out")
    material = issue.gather(house, asked)
    sealed = issue.bundled(house, asked, material.book, material.ends)
    material = replace(material, holdings=house.holdings(), sealed=sealed)
    bulletin = issue.compose(material, issue.ledger_state(house, material.holdings), final=False)
    pictures = folder / "pictures"
    pictures.mkdir(exist_ok=True)
    return gathering.volume(house, material, bulletin, pictures), bulletin


def read(data: bytes) -> tuple[list[str], list[int]]:
    """Return the text of each page of a PDF, without white space, and how many pictures each shows."""
    with pypdfium2.PdfDocument(data) as document:
        texts = ["".join(page.get_textpage().get_text_bounded().split()) for page in document]
        kind = pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
        pictures = [sum(one.type == kind for one in page.get_objects(max_depth=6)) for page in document]
        assert {tuple(map(round, page.get_size())) for page in document} == {(595, 842)}
    return texts, pictures


def pdf(done: Issued, edition: str) -> Path:
    return next(path for path in done.files if path.suffix == ".pdf" and path.parent.name == edition)


def test_both_editions_are_printed_bound_and_can_be_checked(make: Callable[..., Bureau]) -> None:
    done = issued(county(make))
    own, others = pdf(done, "内部"), pdf(done, "公开")
    for path, bulletin in ((own, done.internal), (others, done.public)):
        bound = bulletin.volume
        assert bound is not None and bound.sha256 == digest.sha256(path.read_bytes())
        assert (bound.file, bound.size) == (path.name, path.stat().st_size)
    said, pictures = read(own.read_bytes())
    starts = {
        text[len("证据编号") : len("证据编号") + 11]: n for n, text in enumerate(said, 1) if text.startswith("证据编号")
    }
    named = [
        row.exhibits[0]
        for annex in done.internal.annexes
        for table in annex.tables
        for row in table.rows
        if row.exhibits
    ]
    order_ = list(dict.fromkeys(one for one in named if one in starts))
    assert list(starts)[: len(order_)] == order_ and len(starts) == 3, (
        "failing ones as the annexes list them, then the rest"
    )
    for number, page in starts.items():
        assert number in said[0] and f"—{page}—" in said[page - 1]
    lines = said[0][said[0].index("目录") :]
    for (number, page), then in zip(starts.items(), [*list(starts)[1:], "图为缩小"], strict=True):
        assert lines[lines.index(number) : lines.index(then)].endswith(str(page)), (
            "the table of contents knows the page"
        )
    first = "".join(said)
    for words in (
        "甲县人民政府网",
        "有6个应更新栏目未按期更新",
        "①部门动态",
        "http://a.test/",
        "2021年1月4日12:00",
        "如何异议",
    ):
        assert words in first, words
    for words in ("{{7*7}}", "<imgsrc=http://127.0.0.1:9/x>", "<h1>2021Q1-0009</h1></dd>"):
        assert words in first, "captured words stay words"
    assert "\u202e" not in first
    assert sum(pictures) == 3 + (1 + 2) + 2 + 1, "codes, and the strips of each page"
    assert SLANDER in first and "（此件有删减）" not in first
    shown, fewer = read(others.read_bytes())
    assert SLANDER not in "".join(shown) and "张三" not in "".join(shown) and "（此件有删减）" in shown[0]
    assert sum(fewer) == sum(pictures) - 1, "what shows harmful words is not shown"
    wheres = [cut.where for cut in done.public.cuts if cut.where.startswith("证据图册")]
    assert any("画面" in one for one in wheres) and any("结论" in one for one in wheres)
    verdict = {one.name: one.passed for one in checking.check(others.with_name("通报（公开）.json"), ()).checks}
    assert verdict["volume"] is True
    others.write_bytes(others.read_bytes()[:-1] + b" ")
    assert {one.name: one.passed for one in checking.check(others.with_name("通报（公开）.json"), ()).checks}[
        "volume"
    ] is False
    others.unlink()
    assert {one.name: one.passed for one in checking.check(others.with_name("通报（公开）.json"), ()).checks}[
        "volume"
    ] is None


# The volume of a correction


def volume_check(path: Path) -> bool | None:
    """Return what the check of the volume beside a document says."""
    return {one.name: one.passed for one in checking.check(path, ()).checks}["volume"]


def changed(make: Callable[..., Bureau]) -> tuple[Bureau, Issued]:
    """Publish a failing site and one named for harmful words, then overturn the first; one more site fails since."""
    office = make(
        Inspected(id="a", name="甲县网", findings=(HIT,), tiles=(png("red"),)),
        Inspected(id="b", name="乙县网", place="乙县", findings=({"state": "clear"}, HARMFUL), tiles=(png("blue"),)),
        Inspected(id="e", name="戊县网", place="戊县", findings=(HIT,), tiles=(png("green"),)),
        Inspected(id="f", name="己县网", place="己县", findings=(HIT,), tiles=(png("gray"),)),
    )
    office.freeze()
    for finding in (office.findings["a"][0], office.findings["b"][1], office.findings["f"][0]):
        office.step(finding, "notified", "confirmed")
    unprinted = replace(office, house=replace(office.house, printer=None))
    first = issued(unprinted, final=True, list_undecided=True)
    office.step(office.findings["a"][0], "contested", "overturned", now=LATER + timedelta(days=1), reason="我方漏看")
    office.step(office.findings["b"][1], "contested", "overturned", now=LATER + timedelta(days=1), reason="引用原文")
    office.step(office.findings["e"][0], "notified", "confirmed", now=LATER + timedelta(days=2))
    return office, first


def test_a_correction_has_a_volume_of_what_it_states_and_corrects_bound_and_checked(
    make: Callable[..., Bureau],
) -> None:
    office, first = changed(make)
    done = corrected(office, document(first), final=True)
    own, others = pdf(done, "内部"), pdf(done, "公开")
    assert (own.name, others.name) == ("更正通报证据图册.pdf", "更正通报证据图册（公开）.pdf"), "beside the first one's"
    said, pictures = read(own.read_bytes())
    whole = "".join(said)
    number = {
        cited.finding: cited.number
        for member in open_book(office.holdings, "2021Q1").period.members
        for cited in member.findings
    }
    a, b, e, f = (number[office.findings[id][-1].id] for id in "abef")
    assert [f"证据编号{one}" in whole for one in (a, b, e, f)] == [True, True, True, False], (
        "what still stands as it was printed is no matter of a correction"
    )
    assert sum(pictures) == 2 * 3, "a code and a picture each"
    struck, new = (next(text for text in said[1:] if f"证据编号{one}" in text) for one in (a, e))
    assert "原为不合格，现更正为合格。理由：撤销通报：我方漏看。" in struck
    assert "结论更正后不再列入。原通报所列：" in struck, "what was struck is not stated again"
    contents = said[0][said[0].index("目录") :]
    assert contents.count("更正后不再列入") == 2
    assert "现更正为不合格" in new and "结论截至2021年1月4日13:00，戊县网有6个" in new
    assert "〈关于" in said[0]
    shown, fewer = read(others.read_bytes())
    public = "".join(shown)
    assert "更正后不再列入。原通报所列：（略）" in public, "the public is not told again what does not hold"
    assert "甲县网有6个" not in public and "戊县网有6个" in public and SLANDER not in public
    assert public.count("①部门动态") == 1, "the same words of what stands are not cut with those of what was struck"
    assert sum(fewer) == 3 + 1, "of the pictures only that of what stands"
    for edition, path in (("内部", own), ("公开", others)):
        bound = embedded(document(done, edition)).bulletin.volume
        assert bound is not None and (bound.file, bound.sha256) == (path.name, digest.sha256(path.read_bytes()))
        assert volume_check(document(done, edition)) is True
        path.write_bytes(path.read_bytes()[:-1] + b" ")
        assert volume_check(document(done, edition)) is False


def test_a_correction_with_nothing_to_show_says_so(make: Callable[..., Bureau]) -> None:
    office = make(Inspected(id="d", findings=({"state": "undecided", "missing": ("缺",)},)), Inspected(id="b"))
    office.freeze()
    first = issued(office, final=True, list_undecided=True)
    freezing.decide(office.holdings, "2021Q1", "d", "passed", by="张三", why="单位材料属实", now=LATER)
    asked: Order = order(office, out=office.folder / "c", now=LATER + timedelta(days=1))
    done = correction.correct(office.house, asked, document(first))
    assert done.internal.volume is None and not [path for path in done.files if path.suffix == ".pdf"]
    assert done.no_volume == "更正所涉各行没有可列的证据"


SEALED = Sealed(
    number="2021Q1-0001", file="2021Q1-0001.zip", bundle="quzheng-0", sha256="0a" * 32, findings=("f",), sealed=True
)


def small() -> Volume:
    """Return a volume of one page without pictures."""
    entry = Entry(label=CONCLUSION, pieces=(Piece(text="有6个栏目未更新"),))
    page = Page(number="2021Q1-0001", name=Piece(text="甲县网"), entries=(entry,), shots=(), sealed=SEALED)
    return Volume(title="图册", dated=date(2021, 2, 10), final=True, mark="", pages=(page,))


def test_the_same_volume_gives_the_same_bytes(tmp_path: Path) -> None:
    def begins_elsewhere(page: Path) -> bytes:
        data = printing.to_pdf(page)
        assert b"(node" in data, "the engine names cells by numbers"
        return re.sub(rb"(?<=\(node)\d{8}", lambda found: b"%08d" % (int(found[0]) + 7), data)

    one, other = (
        binding.printed(small(), "证据图册", tmp_path, printer) for printer in (printing.to_pdf, begins_elsewhere)
    )
    assert one.data == other.data and one.bound == other.bound


def test_without_a_browser_there_is_no_volume_and_nothing_says_there_is(make: Callable[..., Bureau]) -> None:
    office = county(make)
    done = issued(replace(office, house=replace(office.house, printer=None)))
    assert done.internal.volume is None and not [path for path in done.files if path.suffix == ".pdf"]
    assert "volume" not in json.loads(canonical.encode(done.internal.plain()))
    path = next(path for path in done.files if path.suffix == ".json")
    assert "volume" not in {one.name for one in checking.check(path, ()).checks}


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4 nothing"])
def test_what_is_no_pdf_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(BulletinError, match="没有印出可读的 PDF"):
        binding.printed(small(), "证据图册", tmp_path, lambda _: data)


def test_a_page_with_harmful_words_is_shown_to_the_public_for_no_other_problem_either(
    make: Callable[..., Bureau], tmp_path: Path
) -> None:
    office = make(Inspected(id="a", findings=(HIT, HARMFUL), tiles=(png("red"),)), Inspected(id="b"))
    office.freeze()
    office.step(office.findings["a"][0], "notified", "confirmed")
    volume, bulletin = gathered(office, tmp_path)
    (page,) = volume.pages
    assert page.shots[0].strips and page.shots[0].cut == "harmful"
    (public,) = Cutting(bulletin, also=volume.pieces()).volume(volume).pages
    assert public.shots[0].strips == () and public.shots[0].without == f"画面{CUT}"
    assert public.conclusion == page.conclusion, "what the other problem is may be said"


def private(office: Bureau) -> Record:
    """Return the record of a page whose flow says that it shows personal data."""
    record = office.holdings.record(office.findings["a"][0].exhibits[0])
    flow = FlowRef(name="test", sha256=record.capture.flow.sha256, verified=None, private=())
    return replace(record, capture=replace(record.capture, flow=flow))


def test_of_a_personal_page_the_masked_copy_is_shown_to_anybody(
    make: Callable[..., Bureau], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make(Inspected(id="a", findings=(HIT,), tiles=(png("red"),)), Inspected(id="b"))
    record = private(office)
    (tile,) = record.capture.of_role("tile")
    masked = Masked(copies={tile.sha256: Copy(sha256=tile.sha256, data=png("gray"), media_type="image/png")}, words=())
    monkeypatch.setattr(gathering.masking, "masked", lambda *_: masked)
    shot = gathering.shot(record, None, office.findings["a"][0], office.holdings, {}, tmp_path)
    (strip,) = shot.strips
    with Image.open(tmp_path / strip.name) as shown:
        assert shown.convert("RGB").getpixel((5, 5)) == (128, 128, 128)
    assert "遮盖副本" in shot.without


def test_a_personal_page_that_cannot_be_masked_is_shown_to_nobody(
    make: Callable[..., Bureau], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make(Inspected(id="a", findings=(HIT,), tiles=(png("red"),)), Inspected(id="b"))

    def refused(*_: object) -> None:
        raise ReadingError("the selector cannot be used")

    monkeypatch.setattr(gathering.masking, "masked", refused)
    shot = gathering.shot(private(office), None, office.findings["a"][0], office.holdings, {}, tmp_path)
    assert shot.strips == () and "不能遮盖" in shot.without and not list(tmp_path.glob("*.jpg"))


def test_a_picture_that_cannot_be_read_is_said_to_be_missing(make: Callable[..., Bureau], tmp_path: Path) -> None:
    office = make(Inspected(id="a", findings=(HIT,)), Inspected(id="b"))
    record = office.holdings.record(office.findings["a"][0].exhibits[0])
    blob = office.holdings.store.put(b"no picture", "image/png")
    tile = factory.artifact(blob, "tile", box=(0, 0, 100, 100))
    broken = replace(record, capture=replace(record.capture, artifacts=(tile,)))
    shot = gathering.shot(broken, None, office.findings["a"][0], office.holdings, {}, tmp_path)
    assert shot.strips == () and "不能读取" in shot.without


def sheet(*heights: int, width: int = 1280, marks: tuple[Mark, ...] = (), printed: bool = True) -> Sheet:
    tiles, top = [], 0
    for n, height in enumerate(heights):
        tiles.append(
            Tile(href=f"{n:064}", sha256=f"{n:064}", top=top, width=width, height=height, marks=marks, printed=printed)
        )
        top += height
    return Sheet(width=width, height=top, tiles=tuple(tiles), marks=marks, loose=())


@pytest.mark.parametrize(("width", "height"), [(1280, 8000), (375, 8000), (1280, 1000), (5000, 300), (1, 1)])
def test_strips_fit_on_paper_and_leave_nothing_out(width: int, height: int) -> None:
    made, left = strips(sheet(height, width=width))
    assert left == 0 and sum(one.height for one in made) == height
    assert all(one.height * one.shown / one.width <= HEIGHT / 25.4 * 96 + 1 for one in made)
    assert [one.top for one in made] == [sum(each.height for each in made[:n]) for n in range(len(made))]


def test_a_mark_over_two_strips_is_in_both_and_in_no_other() -> None:
    first, *_ = strips(sheet(8000))[0]
    mark = Mark(kind="newest", box=(10, first.height - 20, 300, 50))
    made, _ = strips(sheet(8000, marks=(mark,)))
    assert made[0].marks == (("newest", (10, first.height - 20, 300, 20)),)
    assert made[1].marks == (("newest", (10, 0, 300, 30)),)
    assert all(not one.marks for one in made[2:])


def test_what_is_too_much_for_paper_is_counted() -> None:
    made, left = strips(sheet(*([1000] * (MOST + 3))))
    assert (len(made), left) == (MOST, 3)
    assert strips(sheet(1000, printed=False)) == ((), 1)


def test_the_same_tile_gives_the_same_copy() -> None:
    strip = Strip(sha256="0" * 64, top=500, width=1280, height=500, of=1000)
    one, other = copy(png("red"), strip), copy(png("red"), strip)
    assert one == other
    with Image.open(io.BytesIO(one)) as shown:
        assert (shown.format, shown.width) == ("JPEG", 1240)
