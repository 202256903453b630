"""Saved pages are rendered offline, whatever their scripts try, and read as they were."""

from __future__ import annotations

import json
import socket
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collector.saved import file_answer, file_line, read_files
from evidence.errors import ReadingError
from evidence.model import Reading
from tests.evidence.reading.pages import CRUMB, FOOT, TITLES
from tests.evidence.reading.test_pictures import PNG

ROW = "<li><a href='t{n}.html'>{title}</a><span>2021-06-2{n}</span></li>"
Pair = tuple[dict[str, Any], dict[str, Any]]
"""What a page of the mirrored site holds, and what was read."""
LIST = "<ul>" + "".join(ROW.format(n=n, title=title) for n, title in enumerate(TITLES)) + "</ul>"


def document(content: str, *, head: str = "", charset: str = "utf-8") -> str:
    return (
        f"<!DOCTYPE html><html><head><meta charset='{charset}'><title>通知公告</title>{head}</head>"
        f"<body>{CRUMB}<div>{content}</div>{FOOT}</body></html>"
    )


def saved(folder: Path, text: str, name: str = "index.html", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def one(path: Path, **how: str) -> Reading:
    ((_, reading),) = read_files([path], **how)  # type: ignore[arg-type]
    return reading


def is_the_list(reading: Reading) -> bool:
    return [item.title for item in reading.items] == list(TITLES) and reading.newest == date(2021, 6, 23)


def test_a_list_that_a_script_writes_is_read(tmp_path: Path) -> None:
    written = "".join(f"document.write({json.dumps(part, ensure_ascii=False)});" for part in LIST.split(","))
    assert is_the_list(one(saved(tmp_path, document(f"<script>{written}</script>"))))


def test_a_gbk_page_is_read_in_its_charset(tmp_path: Path) -> None:
    assert is_the_list(one(saved(tmp_path, document(LIST, charset="gb2312"), encoding="gbk")))


def test_a_page_saved_anew_as_utf8_that_still_declares_gbk_is_read_as_utf8(tmp_path: Path) -> None:
    assert is_the_list(one(saved(tmp_path, document(LIST, charset="gb2312"))))


LEADING_AWAY = {
    "meta refresh": "<meta http-equiv='refresh' content='0;url=http://www.example.gov.cn/'>",
    "meta refresh to a file": "<meta http-equiv='refresh' content='0;url=other.html'>",
    "a script before the content": "<script>location.href = 'http://www.example.gov.cn/'</script>",
    "a script after loading": "<script>onload = () => location.replace('other.html')</script>",
    "a script that reloads for ever": "<script>onload = () => location.reload()</script>",
    "a script that goes to nowhere": "<script>onload = () => { location = 'about:blank' }</script>",
    "dialogs": "<script>alert(1); confirm(2); prompt(3); window.open('other.html'); print()</script>",
    "a script that never ends": "<script>onload = () => { for (;;) ; }</script>",
    "a timer that never ends": "<script>setInterval(() => document.title += '.', 1)</script>",
}


@pytest.mark.parametrize("head", LEADING_AWAY.values(), ids=LEADING_AWAY)
def test_a_page_is_not_lost_whatever_its_scripts_do(tmp_path: Path, head: str) -> None:
    saved(tmp_path, document("<p>另一页</p>"), "other.html")
    assert is_the_list(one(saved(tmp_path, document(LIST, head=head))))


def test_nothing_goes_over_the_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        calls = (
            f"<script src='{address}/a.js'></script><img src='{address}/a.png'><iframe src='{address}/'></iframe>"
            f"<script>fetch('{address}/b'); navigator.sendBeacon('{address}/c'); new WebSocket('{address.replace('http', 'ws')}/d');"
            f"new Worker(URL.createObjectURL(new Blob([`fetch('{address}/e')`])))</script>"
        )
        assert is_the_list(one(saved(tmp_path, document(LIST + calls))))
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_parts_of_the_mirror_beside_the_page_are_loaded(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    saved(tmp_path, ".shut { display: none }", "list.css")
    hidden = "<div class='shut'><a href='http://www.gambling.example.com/'>澳门彩票</a></div>"
    page = saved(tmp_path / "site", document(LIST + hidden, head="<link rel='stylesheet' href='../list.css'>"))
    assert [link.href for link in one(page).hidden_links] == ["http://www.gambling.example.com/"]


def test_files_of_this_machine_are_not_shown_to_a_page(tmp_path: Path) -> None:
    saved(tmp_path, "绝密内容不得读取", "secret.txt")
    (tmp_path / "site").mkdir()
    page = saved(tmp_path / "site", document("<iframe src='../secret.txt' width='500' height='200'></iframe>" + LIST))
    assert "绝密" not in json.dumps(one(page).plain(), ensure_ascii=False)


def test_the_address_given_makes_links_absolute(tmp_path: Path) -> None:
    reading = one(saved(tmp_path, document(LIST)), url="http://www.example.gov.cn/zwgk/tzgg/")
    assert reading.items[0].href == "http://www.example.gov.cn/zwgk/tzgg/t0.html"


def test_files_are_answered_in_their_order_and_in_the_shape_of_the_contract(tmp_path: Path) -> None:
    paths = [saved(tmp_path, document(LIST if n % 2 else "<h2>通知公告</h2><ul></ul>"), f"{n}.html") for n in range(6)]
    answers = [file_answer(path, reading) for path, reading in read_files(paths)]
    assert [answer["file"] for answer in answers] == [str(path) for path in paths]
    assert [answer["blank"] for answer in answers] == [True, False] * 3
    assert set(answers[1]) >= {
        "file", "page_kind", "items", "newest", "blank", "published", "hidden_links", "identity", "notes"
    }  # fmt: skip
    assert answers[1]["items"][0] == {"title": TITLES[0], "href": "t0.html", "date": "2021-06-20", "pinned": False}
    assert json.loads(json.dumps(answers)) == answers


def test_a_person_gets_one_line(tmp_path: Path) -> None:
    path = saved(tmp_path, document(LIST))
    assert "4 条，最新 2021-06-23" in file_line(path, one(path))


@pytest.mark.parametrize("content", ["", "\0\0\0", "<", "<html>" * 1000, "\ufeff"])
def test_files_that_are_hardly_pages_are_answered(tmp_path: Path, content: str) -> None:
    assert one(saved(tmp_path, content)).blank is not True


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="nowhere.html"):
        list(read_files([tmp_path / "nowhere.html"]))


def test_one_address_does_not_serve_two_files(tmp_path: Path) -> None:
    path = saved(tmp_path, document(LIST))
    with pytest.raises(ReadingError, match="one file at a time"):
        list(read_files([path, path], url="http://www.example.gov.cn/"))


@pytest.fixture(scope="module")
def mirrored(shared_data: Path) -> dict[str, Pair]:
    folder = shared_data / "gov-daozhen-hrss"
    if not folder.is_dir():
        pytest.skip("the mirrored county site is not here")
    columns = json.loads((folder / "expected_columns.json").read_text("utf-8"))["columns"]
    paths = [folder / "site" / column["file"] for column in columns]
    read = [file_answer(path, reading) for path, reading in read_files(paths)]
    return {column["file"]: (column, answer) for column, answer in zip(columns, read, strict=True)}


def test_every_list_of_a_real_site_has_its_newest_date_and_all_its_items(mirrored: dict[str, Pair]) -> None:
    for file, (column, answer) in mirrored.items():
        if column["kind"] != "list":
            continue
        assert answer["newest"] == column["newest"], file
        assert [item["date"] for item in answer["items"]] == [item["date"] for item in column["items"]], file


def test_exactly_the_four_empty_columns_are_blank(mirrored: dict[str, Pair]) -> None:
    blank = {file for file, (_, answer) in mirrored.items() if answer["blank"]}
    assert blank == {file for file, (column, _) in mirrored.items() if column.get("blank")}
    assert len(blank) == 4


def test_pages_that_lead_on_are_redirects(mirrored: dict[str, Pair]) -> None:
    for file, (column, answer) in mirrored.items():
        assert (answer["page_kind"] == "redirect") == (column["kind"] == "redirect"), file


def test_forty_hidden_links_are_found_and_none_on_the_clean_page(shared_data: Path) -> None:
    folder = shared_data / "gov-daozhen-hrss" / "hidden-links"
    wanted = json.loads((folder / "expected.json").read_text("utf-8"))["external_links"]
    (_, clean), (_, injected) = read_files([folder / "index.clean.html", folder / "index.injected.html"])
    assert clean.hidden_links == ()
    assert {link.href for link in injected.hidden_links} == {link["url"] for link in wanted}


def test_a_link_under_a_lid_is_covered_and_one_beside_it_is_seen(tmp_path: Path) -> None:
    lid = "<div id='lid' style='position:absolute;left:0;top:300px;width:600px;height:200px;background:#fff'></div>"
    under = "<a style='position:absolute;left:20px;top:350px' href='/u'>压住的链接</a>"
    beside = "<a style='position:absolute;left:20px;top:560px' href='/b'>旁边的链接</a>"
    links = {link.text: link.hidden for link in one(saved(tmp_path, document(LIST + under + beside + lid))).links}
    assert links["压住的链接"] == "covered by div#lid"
    assert links["旁边的链接"] == ""


def test_a_link_over_a_ground_or_under_glass_is_seen(tmp_path: Path) -> None:
    ground = "<div style='position:absolute;left:0;top:300px;width:600px;height:100px;background:#eee'></div>"
    over = "<a style='position:absolute;left:20px;top:320px' href='/o'>上面的链接</a>"
    glass = "<div style='position:absolute;left:0;top:300px;width:600px;height:100px;background:rgba(0,0,0,.2)'></div>"
    links = {link.text: link.hidden for link in one(saved(tmp_path, document(LIST + ground + over + glass))).links}
    assert links["上面的链接"] == ""


def test_a_ground_that_is_a_picture_is_read(tmp_path: Path) -> None:
    (tmp_path / "g.png").write_bytes(PNG)
    box = "<div style=\"width:520px;height:120px;background:url('g.png') no-repeat\"></div>"
    shown = one(saved(tmp_path, f"<html><head><meta charset='utf-8'></head><body>{CRUMB}{box}{FOOT}</body></html>"))
    assert [image.text for image in shown.images] == ["关于开展政府网站检查的通知"]


def test_a_list_that_only_the_layout_calls_empty_is_undecided(tmp_path: Path) -> None:
    style = "<style>.rows { display: none }</style>"
    hidden = LIST.replace("<ul>", "<ul class='rows'>")
    found = one(saved(tmp_path, document(f"<h2>通知公告</h2><p>暂无数据</p>{hidden}", head=style)))
    assert found.blank is None
    assert any("DOM 中有内容" in note for note in found.notes)
    assert (
        one(saved(tmp_path, document("<h2>通知公告</h2><p>暂无数据</p><ul class='rows'></ul>", head=style))).blank
        is True
    )


def test_what_a_style_sheet_hides_is_no_text_of_the_page(tmp_path: Path) -> None:
    head = "<style>.gone { display: none }</style>"
    body = "<p>" + "请各单位按时申报，逾期不再受理。" * 30 + "</p>"
    shown = "<p class='gone'>发布时间：2020-01-01</p><p>发布时间：2021-06-29</p>"
    found = one(saved(tmp_path, document(f"<h1>关于开展专项检查工作的通知</h1>{shown}{body}", head=head)))
    assert found.published is not None
    assert [str(day.date) for day in found.dates if day.kind == "displayed"] == ["2021-06-29"]
