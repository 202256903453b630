"""QR codes are read back by a decoder that is not ours, at the size at which they stand on paper: what they say is what was meant.

Hard case: the code of a row is 18 mm wide and holds the name and the whole digest of a bundle.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
from docx import Document
from PIL import Image, ImageFilter

from collector import printing
from evidence import checkpoints, codes
from evidence.bulletin import binding, rectifying
from evidence.bulletin.issue import Issued
from evidence.bulletin.sealed import Sealed
from tests.evidence.bulletin.offices import Bureau, Inspected, bureau
from tests.evidence.bulletin.test_bulletin import HIT, document, issued
from tests.evidence.bulletin.test_rectifying import demanded
from tests.evidence.bulletin.test_volume import small

PROGRAM = shutil.which("zbarimg") or ""
DPI = 200
"""Of a plain office scanner or copier."""
_EMU_PER_INCH, _POINTS_PER_INCH, _PIXELS_PER_INCH = 914_400, 72, 96

pytestmark = pytest.mark.skipif(
    not PROGRAM,
    reason="zbarimg is not installed (zbar-tools): that QR codes can be read by another program is not tried",
)


def read(picture: Image.Image, folder: Path) -> list[str]:
    """Return what the decoder reads in a picture."""
    path = folder / "seen.png"
    picture.convert("L").save(path)
    return seen(path).splitlines()


def seen(path: Path) -> str:
    """Return what the decoder reads in a file: each code, and a line's end."""
    command = [PROGRAM, "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(path)]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).stdout.decode()


def on_paper(data: bytes, inches: float) -> Image.Image:
    """Return a picture as a scanner sees it printed so wide: at so many dots an inch, a little blurred, on a white page."""
    with Image.open(io.BytesIO(data)) as shown:
        side = round(inches * DPI)
        seen = shown.convert("L").resize((side, side), Image.Resampling.BICUBIC)
    page = Image.new("L", (side + 80, side + 80), "white")
    page.paste(seen, (40, 40))
    return page.filter(ImageFilter.GaussianBlur(0.5))


@pytest.fixture
def county(tmp_path: Path) -> Bureau:
    office = bureau(
        tmp_path,
        [
            Inspected(id="a", name="甲县人民政府网", findings=(HIT,)),
            Inspected(id="w", kind="account", name="甲县发布", findings=({**HIT, "clause": "NV-2.1"},)),
            Inspected(id="b", place="乙县"),
        ],
    )
    office.freeze()
    for id in "aw":
        office.step(office.findings[id][0], "notified", "confirmed")
    return office


def meant(done: Issued) -> set[str]:
    assert len(done.internal.bundles) == 2
    return {f"quzheng:{one.number}?bundle={one.bundle}&manifest-sha256={one.sha256}" for one in done.internal.bundles}


def in_document(path: Path, folder: Path) -> set[str]:
    """Return what the codes of a document say, each at the width the document prints it."""
    said = set()
    paper = Document(str(path))
    for shape in (
        one for table in paper.tables for cell in table._cells for p in cell.paragraphs for one in _shapes(p)
    ):
        relation, width = shape
        said.update(read(on_paper(paper.part.related_parts[relation].blob, width / _EMU_PER_INCH), folder))
    return said


def _shapes(paragraph: object) -> list[tuple[str, int]]:
    xml = paragraph._p.xml  # type: ignore[attr-defined]
    widths = [int(one) for one in re.findall(r'<wp:extent cx="(\d+)"', xml)]
    return list(zip(re.findall(r'r:embed="([^"]+)"', xml), widths, strict=True))


def in_workbook(path: Path, folder: Path) -> list[str]:
    """Return what the codes of a workbook say, each at the size of its cell."""
    with zipfile.ZipFile(path) as packed:
        drawing = next((packed.read(one).decode() for one in packed.namelist() if "/drawings/drawing" in one), "")
        width = re.search(r'ext cx="(\d+)"', drawing)
        pictures = [packed.read(one) for one in packed.namelist() if one.startswith("xl/media/")]
    assert not pictures or width is not None
    return [
        said
        for data in pictures
        for said in read(on_paper(data, int(width[1]) / _EMU_PER_INCH if width else 0.0), folder)
    ]


def in_pdf(path: Path, folder: Path) -> list[list[str]]:
    """Return what the codes on each page say, the page as it comes from a scanner."""
    with pypdfium2.PdfDocument(path) as paper:
        return [read(page.render(scale=DPI / _POINTS_PER_INCH).to_pil(), folder) for page in paper]


def test_a_decoder_that_reads_nothing_in_a_blank_page_reads_what_a_code_says(tmp_path: Path) -> None:
    assert read(Image.new("L", (200, 200), "white"), tmp_path) == []
    assert read(on_paper(codes.picture("quzheng:1"), 1), tmp_path) == ["quzheng:1"]


@pytest.mark.parametrize("number", ["Q-1", "2021Q1-0001", "x" * 31 + "-9999"])
def test_the_longest_number_of_an_exhibit_can_be_read_at_18_mm(number: str, tmp_path: Path) -> None:
    one = Sealed(number=number, file="", bundle="quzheng-" + "f" * 12, sha256="9a" * 32, findings=(), sealed=True)
    assert read(on_paper(codes.picture(one.code), 18 / 25.4), tmp_path) == [one.code]


def test_the_codes_of_documents_and_workbooks_name_their_bundles(county: Bureau, tmp_path: Path) -> None:
    done = issued(county, final=True, list_undecided=True)
    for edition in ("内部", "公开"):
        assert in_document(document(done, edition), tmp_path) == meant(done), edition
        books = [one for one in done.files if one.suffix == ".xlsx" and one.parent.name == edition]
        assert {said for path in books for said in in_workbook(path, tmp_path)} == meant(done), edition
    written, _ = demanded(county)
    assert {said for one in written for said in in_document(one.folder / rectifying.NOTICE, tmp_path)} == meant(done)


def test_every_exhibit_page_of_the_volume_shows_the_code_of_its_own_bundle(tmp_path: Path) -> None:
    (first,) = small().pages
    other = replace(first, number="2021Q1-0002", sealed=replace(first.sealed, number="2021Q1-0002", sha256="0b" * 32))
    whole = replace(small(), pages=(first, other))
    path = tmp_path / "volume.pdf"
    path.write_bytes(binding.printed(whole, "volume", tmp_path, printing.to_pdf).data)
    assert in_pdf(path, tmp_path) == [[], [first.sealed.code], [other.sealed.code]]


@pytest.mark.parametrize("longest", [checkpoints.LONGEST_CODE, 0])
def test_the_code_of_a_checkpoint_says_its_note_or_where_that_is_too_long_its_line(
    longest: int, county: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "LONGEST_CODE", longest)
    now = datetime(2021, 1, 5, tzinfo=UTC)
    made = checkpoints.export(county.holdings, county.house.signing(), tmp_path / "out", by="张三", now=now)
    assert made.whole_code is (longest > 0)
    assert seen(made.code) == (made.note.read_text("utf-8") if longest else made.line) + "\n"
