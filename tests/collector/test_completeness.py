"""The guard answers for a claim: what carries the list must be whole, what stands beside it blocks nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.completeness import Seen, guard
from collector.exchange import Exchange
from collector.look import Look, same_main
from collector.scrollboxes import ScrollBox
from collector.settle import Settled
from collector.signs import mojibake, signs
from evidence.model import Scope

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ADDRESS = "http://rsj.shifan.gov.cn/tzgg/"


def look(*plain: str, **more: object) -> Look:
    values: dict[str, object] = {
        "title": "通知公告 - 示范区",
        "state": "complete",
        "rows": 0,
        "links": 40,
        "main": "\n".join(plain),
        "plain": plain,
        "frames": (),
        "password": False,
        "drawn": 3,
    }
    return Look(**{**values, **more})  # type: ignore[arg-type]


def exchange(url: str = ADDRESS, kind: str = "Document", status: int | None = 200, **more: object) -> Exchange:
    values: dict[str, object] = {
        "url": url,
        "method": "GET",
        "resource_type": kind,
        "frame_id": "F",
        "loader_id": "L",
        "started": NOW,
        "ended": NOW,
        "hop": 0,
        "status": status,
        "body": ("<p>" + "示范区人民政府通知公告栏目" * 40).encode(),
        "body_state": "kept",
    }
    return Exchange(**{**values, **more})  # type: ignore[arg-type]


def passed(
    scope: Scope, *others: Exchange, seen: Look | None = None, final: str = ADDRESS, **more: object
) -> bool | None:
    document = more.pop("document", exchange())
    page = seen or look("示范区人民政府", rows=6)
    checks = guard(
        Seen(
            requested_url=ADDRESS,
            final_url=final,
            document=document,  # type: ignore[arg-type]
            exchanges=(document, *others),  # type: ignore[arg-type]
            before=page,
            after=page,
            inner=(),
            inner_before=(),
            settled=Settled(quiet=True, decoded=True, bottom=True),
            loaded=True,
            height=2000,
            cut_at=None,
            one_colour=False,
        )
    )
    answers = [check.passed for check in checks if check.scope == scope]
    return False if False in answers else None if None in answers else True


def test_a_page_that_is_all_there_passes_in_every_scope() -> None:
    assert [passed(scope) for scope in ("document", "main", "page")] == [True, True, True]


@pytest.mark.parametrize(
    "failed",
    [
        exchange("http://rsj.shifan.gov.cn/js/counter.js", "Script", 404),
        exchange("http://rsj.shifan.gov.cn/dead.png", "Image", 404),
        exchange("http://stat.example/hit", "XHR", None, error="net::ERR_NAME_NOT_RESOLVED"),
        exchange("http://weather.example/", "Document", 500),
    ],
    ids=["own script", "own picture", "another host's data", "another host's small frame"],
)
def test_what_fails_beside_the_list_is_recorded_and_blocks_nothing(failed: Exchange) -> None:
    assert [passed(scope, failed) for scope in ("document", "main", "page")] == [True, True, False]


@pytest.mark.parametrize(
    "failed",
    [
        exchange("http://rsj.shifan.gov.cn/api/list", "XHR", 500),
        exchange("http://api.shifan.gov.cn/list", "XHR", None, ended=None),
        exchange("http://rsj.shifan.gov.cn/frame.html", "Document", 500),
    ],
    ids=["own data", "own data not answered", "own frame"],
)
def test_what_feeds_the_list_and_fails_makes_main_incomplete(failed: Exchange) -> None:
    assert passed("main", failed) is False


def test_a_big_frame_of_another_host_may_carry_the_list() -> None:
    frame = exchange("http://unified.example/list", "Document", 502)
    page = look("示范区", frames=(("http://unified.example/list", 900, 600),))
    assert passed("main", frame, seen=page) is False


def test_a_page_that_scripts_make_rests_on_its_scripts() -> None:
    shell = exchange(body=b"<div id=app></div><script src=/app.js></script>")
    script = exchange("http://rsj.shifan.gov.cn/app.js", "Script", 404)
    assert passed("main", script, document=shell) is False


@pytest.mark.parametrize(
    ("failed", "answer"),
    [
        (exchange("http://data.example/list", "XHR", None, error="net::ERR_NAME_NOT_RESOLVED"), None),
        (exchange("http://rsj.shifan.gov.cn/list.js", "Script", 503), None),
        (exchange("http://rsj.shifan.gov.cn/gone.js", "Script", 404), True),
        (exchange("http://stat.example/hit.js", "Script", None, error="net::ERR_TIMED_OUT"), True),
    ],
    ids=["data from elsewhere", "own script, for the moment", "own script that is not there", "another's script"],
)
def test_of_a_page_without_a_list_nobody_knows_whether_failed_data_would_have_brought_one(
    failed: Exchange, answer: bool | None
) -> None:
    assert passed("main", failed, seen=look("示范区人民政府", "通知公告", rows=0)) is answer


@pytest.mark.parametrize(
    ("final", "answer"),
    [
        ("https://rsj.shifan.gov.cn/", True),
        ("http://www.shifan.gov.cn/", True),
        ("http://www.other.gov.cn/", False),
        ("http://10.0.0.1/block", False),
        ("http://shifan.gov.cn.example.com/", False),
    ],
)
def test_another_authoritys_host_is_not_this_column(final: str, answer: bool) -> None:
    assert passed("document", final=final) is answer


@pytest.mark.parametrize(
    "words",
    [
        "抱歉，您访问的页面不存在",
        "404 Not Found",
        "系统维护中，请稍后访问",
        "您的访问请求被拦截",
        "请完成安全验证",
        "Internal Server Error",
    ]
    + ["This page is under construction", "域名已过期", "当前环境异常，完成验证后即可继续访问。"],
)
def test_a_page_that_says_it_is_not_the_page_is_known_by_its_words(words: str) -> None:
    assert passed("document", seen=look(words, links=2)) is False


def test_a_list_may_hold_a_notice_about_errors_and_maintenance() -> None:
    listed = look("关于网站系统维护暂停访问的公告", "404 Not Found 的处理", rows=6)
    assert signs(listed) == {}


def test_an_article_about_maintenance_is_not_a_maintenance_page() -> None:
    text = "为做好网络安全工作，全区政务网站将进行系统维护，期间暂停访问，请广大市民提前安排办理事项。" * 20
    assert signs(look(text, "系统维护", title="关于系统维护的公告 - 示范区")) == {}


def test_a_portal_with_a_small_log_in_box_is_not_a_log_in_page() -> None:
    assert signs(look("登录", "密码", *("政务公开栏目说明文字" * 5 for _ in range(40)), password=True, links=80)) == {}


@pytest.mark.parametrize("wrong", ["gb18030", "cp1252"])
def test_utf8_read_in_another_charset_is_known(wrong: str) -> None:
    assert mojibake("关于开展清理整顿人力资源市场秩序专项行动的通知。".encode().decode(wrong, "replace")) is not None


def test_gbk_read_as_utf8_is_known() -> None:
    assert mojibake("关于开展清理整顿人力资源市场秩序".encode("gb18030").decode("utf-8", "replace")) is not None


@given(
    st.text(
        "的一是不了在人有我他这中大来上国关于印发开展通知公告年度工作人力资源和社会保障局", min_size=4, max_size=300
    )
)
def test_chinese_text_is_never_taken_for_another_charset(text: str) -> None:
    assert mojibake(text) is None


@pytest.mark.parametrize(
    "text", ["Café Zürich naïve façade", "Straße, Größe, Übermut", "བོད་ཡིག་གི་དྲ་ཚིགས།", "ئۇيغۇرچە تور بېكەت", ""]
)
def test_other_languages_are_never_taken_for_another_charset(text: str) -> None:
    assert mojibake(text) is None


def test_clocks_and_counters_may_go_on_while_the_list_stands_still() -> None:
    earlier = look("今天是2026年11月22日 星期日 12:00:01", "关于开展检查的通知 2021-01-04", "访问量：100人次")
    later = look("今天是2026年11月22日 星期日 12:00:02", "关于开展检查的通知 2021-01-04", "访问量：101人次")
    assert same_main(earlier, later)


def test_a_list_that_changes_while_it_is_taken_does_not_stand_still() -> None:
    assert not same_main(look("第一条 2021-01-04"), look("第二条 2021-01-05"))


def shown(*boxes: ScrollBox, page: Look | None = None, inner: tuple[Look, ...] = ()) -> tuple[Scope, bool | None]:
    seen = page or look("示范区人民政府", rows=6)
    (check,) = [
        check
        for check in guard(
            Seen(
                requested_url=ADDRESS,
                final_url=ADDRESS,
                document=exchange(),
                exchanges=(exchange(),),
                before=seen,
                after=seen,
                inner=inner,
                inner_before=inner,
                settled=Settled(quiet=True, decoded=True, bottom=True),
                loaded=True,
                height=2000,
                cut_at=None,
                boxes=boxes,
            )
        )
        if check.name == "all content shown"
    ]
    return check.scope, check.passed


def scroll_box(*, carries_list: bool, whole: bool) -> ScrollBox:
    return ScrollBox(
        frame="F", n=0, box=(0, 0, 700, 500), inner=(700, 3000), carries_list=carries_list, reachable=True, whole=whole
    )


def test_what_is_hidden_in_a_box_counts_where_the_list_is() -> None:
    side, main = scroll_box(carries_list=False, whole=False), scroll_box(carries_list=True, whole=False)
    shown_whole = scroll_box(carries_list=True, whole=True)
    assert shown() == ("page", True)
    assert shown(shown_whole) == ("main", True)
    assert shown(shown_whole, side) == ("page", False)
    assert shown(main, side) == ("main", False)


def test_a_big_frame_that_nobody_could_look_into_may_hide_anything() -> None:
    frames = (("http://unified.example/list", 900, 600),)
    assert shown(page=look("示范区", rows=6, frames=frames)) == ("page", None)
    assert shown(page=look("示范区", rows=0, frames=frames)) == ("main", None)
    assert shown(page=look("示范区", rows=0, frames=frames), inner=(look("列表", rows=6),)) == ("page", True)
