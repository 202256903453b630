"""What every reader of PDF needs: known by its bytes, its pages as pictures, its faults in words, its odd characters."""

from __future__ import annotations

import io
import unicodedata

from evidence.errors import ReadingError
from evidence.reading.raster import LARGEST

MOST_PAGES = 200
DPI = 200
"""At which pages are pictured."""
FEW = 20
"""Characters on a page below which it is taken for a scan."""
RADICALS = {radical: unicodedata.normalize("NFKC", chr(radical)) for radical in range(0x2F00, 0x2FD6)} | str.maketrans(
    "\u2e81\u2e84\u2e88\u2e8a\u2e8c\u2e8d\u2e8e\u2e92\u2e93\u2e9c\u2e9d\u2e9f\u2ea0\u2ea7"
    "\u2ea9\u2eab\u2eac\u2eae\u2eb6\u2ebc\u2ec4\u2ec5\u2ec6\u2ec9\u2eca\u2ecb\u2ecf\u2ed1"
    "\u2ed3\u2ed4\u2ed7\u2ed8\u2ed9\u2eda\u2edb\u2edc\u2edd\u2ee2\u2ee3\u2ee4\u2ee5\u2ee6"
    "\u2ee7\u2ee8\u2ee9\u2eea\u2eec\u2eee\u2ef0\u2ef3",
    "厂乙刀卜小小兀巳幺日月母民牛王目示竹羊肉西见角贝足车邑長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
)
"""Programs that write PDF name many a character's glyph (人, 民) by the radical that looks like it (⼈, ⺠); those of the
Supplement are Unicode's EquivalentUnifiedIdeograph."""


def is_pdf(data: bytes) -> bool:
    """Tell whether bytes begin as a PDF does, within what readers of it allow."""
    return data[:1024].lstrip().startswith(b"%PDF-")


def pictured(data: bytes, n: int) -> bytes:
    """Return page `n`, from 0, as a PNG of DPI, of less where the page is a giant; raises pypdfium2.PdfiumError."""
    import pypdfium2  # type: ignore[import-untyped]  # megabytes that no capture needs

    document = pypdfium2.PdfDocument(data)
    try:
        page = document[n]
        width, height = page.get_size()
        picture = page.render(scale=min(DPI / 72, (LARGEST / max(width * height, 1.0)) ** 0.5)).to_pil()
        out = io.BytesIO()
        picture.convert("RGB").save(out, "PNG")
        return out.getvalue()
    finally:
        document.close()


def unreadable(name: str, error: Exception) -> ReadingError:
    """Return the error that says why a PDF cannot be read, and what to do."""
    locked = "Password" in f"{type(error).__name__} {error!r}" or "password" in str(error)
    why = "文件有打开密码" if locked else f"不能作为 PDF 打开（{type(error).__name__}）"
    return ReadingError(f"{name}：{why}；请用阅读器另存后再试")
