"""The text of PDFs that a page shows or offers: their own, or of scans what the engine reads, beside what the page says."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from PIL import Image

from evidence import digest
from evidence.model import Reading
from evidence.reading import pdf_text, read
from evidence.reading.page import Body, PageInput
from evidence.reading.pictures import Kept
from tests.evidence.reading.conftest import Printed
from tests.evidence.reading.pages import site
from tests.evidence.sheets import xlsx
from tests.site.practice import ruled_pdf

LETTER = "<meta charset=utf-8><style>@page{size:600px 200px}p{font-size:22px;page-break-after:always}</style>"
"""On small paper: a page is looked through for ruled tables, and one of A4 takes the longest of all here."""
FIRST, SECOND = "关于进一步做好政务公开工作的若干措施", "各县区人民政府应当于七月底前完成整改"
BODY = "<h1>关于印发若干措施的通知</h1><p>发布时间：2021-07-02</p><p>" + "现印发给你们，请认真贯彻执行。" * 12 + "</p>"
OWN = "11010519491231002X"


def body(data: bytes) -> Body:
    return Body(url="http://a.test/f.pdf", media_type="application/pdf", sha256=digest.sha256(data), data=data)


def with_files(*files: bytes, more: str = "") -> PageInput:
    return replace(site(BODY + more), files=tuple(map(body, files)))


def scan(printed: Printed) -> bytes:
    with Image.open(io.BytesIO(printed.png)) as picture:
        out = io.BytesIO()
        picture.convert("RGB").save(out, "PDF", resolution=192)
    return out.getvalue()


@pytest.fixture(scope="module")
def letter(printed: Callable[[str], Printed]) -> Printed:
    return printed(f"{LETTER}<p>{FIRST}</p><p>{SECOND}</p>")


def test_each_page_of_a_pdf_gives_its_own_text(letter: Printed) -> None:
    first, second, *_ = read(with_files(letter.pdf), at=None).file_pages
    assert (first.n, first.source, first.text, first.confidence) == (1, "text", FIRST, None)
    assert (second.n, second.text, second.file) == (2, SECOND, digest.sha256(letter.pdf))


def test_a_scanned_page_is_read_by_the_engine_with_place_and_confidence(letter: Printed) -> None:
    (page,) = read(with_files(scan(letter)), at=None).file_pages
    assert (page.n, page.source, page.state) == (1, "scan", "read")
    assert FIRST in page.text.replace("\n", "")
    assert page.confidence is not None and page.confidence > 800
    assert "tesseract" in page.engine
    assert all(width > 0 and height > 0 for *_, width, height in (line.box for line in page.lines))


def test_what_only_the_file_says_is_told_from_what_the_page_says_too(letter: Printed) -> None:
    alone = read(with_files(letter.pdf), at=None).file_pages
    beside = read(with_files(letter.pdf, more=f"<p>{FIRST}</p><p>{SECOND}</p>"), at=None).file_pages
    assert all(page.repeated is not None and page.repeated < 500 for page in alone)
    assert [page.repeated for page in beside] == [1000, 1000]


class Shelf:
    """Keeps in memory, and counts."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}
        self.hits = 0

    def picture(self, sha256: str) -> Kept | None:
        self.hits += sha256 in self.kept
        return self.kept.get(sha256)

    def put_picture(self, sha256: str, kept: Kept) -> None:
        self.kept[sha256] = kept


def test_a_scan_is_read_once_and_kept(letter: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, page = Shelf(), with_files(scan(letter))
    first = read(page, at=None, shelf=shelf)
    monkeypatch.setattr(pdf_text, "recognise", lambda pictures: pytest.fail("read again"))
    again = read(page, at=None, shelf=shelf)
    assert again.file_pages == first.file_pages
    assert shelf.hits == 1


def test_of_many_scans_so_many_are_read_and_the_rest_is_said(letter: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_text, "MOST_SCANS", 1)
    with Image.open(io.BytesIO(letter.png)) as picture:
        out = io.BytesIO()
        plain = picture.convert("RGB")
        plain.save(out, "PDF", resolution=192, save_all=True, append_images=[plain.rotate(180)])
    reading = read(with_files(out.getvalue()), at=None)
    assert [page.n for page in reading.file_pages] == [1]
    assert any("2页是扫描件，只识别了前1页" in note for note in reading.notes)


HOSTILE = {
    "half a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj << /Type",
    "a PDF by name only": b"%PDF-" + bytes(range(256)) * 40,
    "a giant without a word": ruled_pdf().split(b"stream")[0].replace(b"[0 0 600 800]", b"[0 0 200000 200000]"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_costs_itself_alone(name: str, letter: Printed) -> None:
    reading = read(with_files(HOSTILE[name], letter.pdf), at=None)
    texts = [page.text for page in reading.file_pages if page.file == digest.sha256(letter.pdf)]
    assert texts == [FIRST, SECOND]
    told = [page for page in reading.file_pages if page.file == digest.sha256(HOSTILE[name])]
    assert any("附件文件1" in note for note in reading.notes) or all(not page.text for page in told)


def test_a_file_that_stands_twice_says_the_same_and_one_of_another_kind_has_no_pages() -> None:
    assert read(with_files(b"PK\x03\x04 no archive"), at=None).file_pages == ()


def test_an_identity_number_in_a_file_counts_and_one_in_a_scan_does_not(printed: Callable[[str], Printed]) -> None:
    shown = printed(f"{LETTER}<p>拟聘用人员张三，身份证号 {OWN}，联系电话13912345678，现予公示</p>")
    assert personal(read(with_files(shown.pdf), at=None)) == {"identity": 1}
    assert personal(read(with_files(scan(shown)), at=None)) == {}


def personal(reading: Reading) -> dict[str, int]:
    return dict(reading.personal)


def test_a_reading_with_pages_is_stored_and_comes_back(letter: Printed) -> None:
    reading = read(with_files(letter.pdf), at=None)
    assert Reading.load(reading.plain()) == reading


def in_a_sheet(head: tuple[str, ...], *rows: tuple[object, ...]) -> dict[str, int]:
    return personal(read(with_files(xlsx(head, *rows)), at=None))


def test_amounts_of_a_budget_are_no_telephones() -> None:
    """15900000000 元 has eleven digits and begins as a mobile number does."""
    amounts = tuple((f"第{n}项支出", f"1590000{n:04}", f"1380000{n:04}.00") for n in range(12))
    assert in_a_sheet(("项目", "预算数（元）", "决算数（元）"), *amounts) == {}


def test_mobile_numbers_under_a_heading_that_says_so_count() -> None:
    people = tuple((f"张某{n}", f"1391234{n:04}") for n in range(12))
    assert in_a_sheet(("姓名", "联系电话"), *people) == {"mobile": 12}
