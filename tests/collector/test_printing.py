"""Our own pages are printed with nothing let out: no script runs, nothing but the files beside them is loaded."""

from __future__ import annotations

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from collector import printing
from collector.errors import BrowserError


def png(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(out, "PNG")
    return out.getvalue()


def test_it_prints_pages_with_numbers_and_bookmarks_and_lets_nothing_out(tmp_path: Path) -> None:
    asked: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listening)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    out = f"http://127.0.0.1:{server.server_port}"
    folder = tmp_path / "夹 %41#?"
    folder.mkdir()
    (folder / "a.png").write_bytes(png("red"))
    (tmp_path / "outside.png").write_bytes(png("blue"))
    page = folder / "页.html"
    page.write_text(
        f"""<!DOCTYPE html><meta charset="utf-8"><link rel="stylesheet" href="{out}/s.css">
        <style>@page {{ size: A4; margin: 20mm }} .n {{ break-before: page }}</style>
        <h1>第一节</h1><p>可以检索的中文</p><img src="a.png"><img src="../outside.png"><img src="{out}/i.png">
        <iframe src="{out}/f"></iframe><iframe src="file:///etc/passwd"></iframe>
        <script>document.write("脚本运行了"); fetch("{out}/x")</script><h1 class="n">第二节</h1>""",
        encoding="utf-8",
    )
    try:
        data = printing.to_pdf(page)
    finally:
        server.shutdown()
        server.server_close()
    with pypdfium2.PdfDocument(data) as document:
        texts = [one.get_textpage().get_text_bounded() for one in document]
        marks = [(one.get_title(), one.get_dest().get_index()) for one in document.get_toc()]
        kind = pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
        pictures = [one.get_px_size() for one in document[0].get_objects(max_depth=4) if one.type == kind]
        size = document[0].get_size()
    assert asked == []
    assert "可以检索的中文" in texts[0] and "— 1 —" in texts[0] and "— 2 —" in texts[1]
    assert "脚本运行了" not in texts[0] and "root:" not in texts[0]
    assert marks == [("第一节", 0), ("第二节", 1)]
    assert pictures.count((40, 40)) == 1, "only the picture beside it; the others are the sign for what is missing"
    assert (round(size[0]), round(size[1])) == (595, 842)


@pytest.mark.parametrize("setting", ["ws://127.0.0.1:9/", "/nowhere/chromium"])
def test_without_a_browser_of_this_machine_there_is_no_printer(setting: str) -> None:
    assert printing.printer(setting) is None


def test_a_browser_elsewhere_prints_nothing_of_ours(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("a")
    with pytest.raises(BrowserError, match="a browser of this machine prints"):
        printing.to_pdf(tmp_path / "a.html", "ws://127.0.0.1:9/")
