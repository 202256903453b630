"""The completeness guard: what may be said of a capture, asked in the same moment (law 5).

*document*: status, host, charset, not an error, log-in or challenge page. *main*: the region that carries the list and
every response that feeds it. *page*: everything else, recorded and blocking nothing. An answer of None is ignorance,
and ignorance can support no accusation. Details are Chinese: units read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from collector import freshness
from collector.exchange import Exchange
from collector.hosts import host_of as _host_of
from collector.hosts import is_public_address, is_public_name
from collector.hosts import site_of as _site_of
from collector.layers import Layers
from collector.look import Look, same_main
from collector.movement import Movement
from collector.overlay import Uncovered
from collector.scrollboxes import ScrollBox
from collector.settle import Settled
from collector.signs import Sign, mojibake, signs
from evidence.model import Check, Scope

_BIG_FRAME = (400, 200)
"""Width and height from which another site's frame may carry the list."""
ONE_COLOUR = "not one colour"
"""Name of the check that a picture shows something; where it fails, the page is pictured once more."""
_SHELL_TEXT = 200
"""Letters in the main document below which scripts make the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the guard judges: everything known of one page when it was captured."""

    requested_url: str
    final_url: str
    document: Exchange | None
    """The last main document."""
    exchanges: tuple[Exchange, ...]
    """Those of that document: what fed the page."""
    before: Look | None
    """The look before the pictures were taken, and the one after."""
    after: Look | None
    inner: tuple[Look, ...]
    """Looks at the inner frames, after."""
    inner_before: tuple[Look, ...]
    settled: Settled
    loaded: bool
    height: int
    cut_at: int | None
    """Height at which the pictures end, where the page is higher than the limit."""
    one_colour: bool | None = None
    """Whether the pictures show a single colour from end to end."""
    moved: Movement = Movement(watched=True)
    """What moved while the page was pictured."""
    painted: Layers | None = None
    """The layers of a page with large tiles."""
    boxes: tuple[ScrollBox, ...] = ()
    """Boxes that scroll inside the page, and frames higher than their box."""
    uncovered: Uncovered = Uncovered()
    """What lay over the list, and what came of it."""


def guard(seen: Seen) -> tuple[Check, ...]:
    """Return the checks of one capture."""
    return (*_of_document(seen), *_of_main(seen), *_of_page(seen))


def stand_in(seen: Seen) -> dict[Sign, str]:
    """Return the signs that another page stands in the page's place, from the page and its frames."""
    found: dict[Sign, str] = {}
    asked, came = _host_of(seen.requested_url), _host_of(seen.final_url)
    if is_public_name(asked) and is_public_address(came) is False:
        found["own side"] = f"{asked} 转到了内部地址 {came}"
    looks = [look for look in (seen.after or seen.before, *seen.inner) if look]
    if any(look.rows >= 3 for look in looks):
        return found
    framed = len(looks) > 1 and not any(look.plain for look in looks[:1])
    for look in looks if framed else looks[:1]:
        found |= signs(look)
    return found


def _of_document(seen: Seen) -> Iterator[Check]:
    document = seen.document
    if document is None:
        yield _check("status", "document", None, "没有收到主文档")
    else:
        good = document.status is not None and 200 <= document.status < 300
        yield _check("status", "document", good, f"状态码 {document.status}")
        yield _check("document whole", "document", *_whole(document))
    yield _check("host", "document", *_host(seen.requested_url, seen.final_url))
    found = stand_in(seen)
    looked = seen.before is not None
    for sign, name in (
        ("error", "no error page"),
        ("log-in", "no log-in page"),
        ("challenge", "no challenge page"),
        ("maintenance", "no maintenance page"),
        ("own side", "no block page of our own side"),
    ):
        words = next((words for key, words in found.items() if key == sign), None)
        yield _check(
            name, "document", words is None if looked else None, f"页面写着：{words}" if words else "没有这类迹象"
        )
    yield _check("charset", "document", *_charset(seen))
    yield _check("not empty", "document", *_not_empty(seen))
    shown = {True: "全页只有一种颜色", False: "有画面", None: "没有画面"}[seen.one_colour]
    yield _check(ONE_COLOUR, "document", None if seen.one_colour is None else not seen.one_colour, shown)


def _whole(document: Exchange) -> tuple[bool | None, str]:
    if document.error:
        return False, f"主文档中断：{document.error}"
    if document.body_state in ("too_large", "lost"):
        return False, "没有收到主文档的结尾"
    if document.pieced:
        return None, "主文档分段读取，无法确认是否收到结尾"
    return True, "完整收到"


def _host(requested: str, final: str) -> tuple[bool | None, str]:
    asked, came = _host_of(requested), _host_of(final)
    if not asked or not came:
        return None, "网址没有主机名"
    if asked == came or _site_of(asked) == _site_of(came):
        return True, came
    return False, f"访问 {asked}，却到了 {came}"


def _charset(seen: Seen) -> tuple[bool | None, str]:
    looks = [look for look in (seen.after, *seen.inner) if look]
    if not looks:
        return None, "没有见到文字"
    fault = next((fault for look in looks if (fault := mojibake(look.text))), None)
    return fault is None, fault or "文字正常"


def _not_empty(seen: Seen) -> tuple[bool | None, str]:
    looks = [look for look in (seen.after, *seen.inner) if look]
    if not looks:
        return None, "页面无法查看"
    filled = any(look.plain or look.links or look.drawn for look in looks)
    return filled, "有内容显示" if filled else "没有任何显示"


def _of_main(seen: Seen) -> Iterator[Check]:
    parsed = seen.after is not None and seen.after.state in ("interactive", "complete")
    yield _check("parsed", "main", parsed if seen.after else None, seen.after.state if seen.after else "未能查看")
    missing = [e for e in seen.exchanges if _feeds_main(e, seen) and _unanswered(e)]
    doubtful = [e for e in seen.exchanges if _may_feed_main(e, seen) and _unanswered(e)]
    detail = "; ".join(_told(e) for e in (missing or doubtful)[:5]) or "框架和数据请求均有应答"
    yield _check("list data answered", "main", False if missing else None if doubtful else True, detail)
    yield _check("main stands still", "main", *still(seen))
    if seen.painted is not None:
        yield _check("all layers painted", "main", seen.painted.fit, seen.painted.said)


def still(seen: Seen) -> tuple[bool | None, str]:
    """Tell whether the list said the same before and after, and whether anything moved over it in between."""
    if seen.before is None or seen.after is None:
        return None, "页面未能前后看两次"
    pairs = ((seen.before, seen.after), *zip(seen.inner_before, seen.inner, strict=False))
    if len(seen.inner_before) != len(seen.inner) or not all(same_main(one, other) for one, other in pairs):
        return False, "采集期间有变化"
    still, why = seen.moved.of_main()
    if still is not True and seen.uncovered.clean:
        return True, f"前后两次所见一致；{why}；{seen.uncovered.said}"
    return still, f"前后两次所见一致；{why}" if still else why


def _shown(seen: Seen) -> Check:
    """Return the check whether what scrolls inside the page was pictured to its end; of *main* where it is the list's."""
    short = [box for box in seen.boxes if not box.whole]
    told = [box.said for box in (short or seen.boxes)[:4]]
    if len(seen.boxes) > 4:
        told.append(f"共{len(seen.boxes)}处")
    closed = _closed_frames(seen)
    listless = not any(look.rows for look in (seen.after, *seen.inner) if look)
    if closed:
        told.append(f"有{closed}个框架无法查看，高度不明")
    in_main = any(box.carries_list for box in short or seen.boxes) or (closed and listless)
    passed = False if short else None if closed else True
    return _check("all content shown", "main" if in_main else "page", passed, "；".join(told) or "没有单独滚动的区域")


def _closed_frames(seen: Seen) -> int:
    """Count the big frames that the page has beyond those we could look into: browsers keep some in another process."""
    held = seen.after.frames if seen.after else ()
    return max(0, sum(w >= _BIG_FRAME[0] and h >= _BIG_FRAME[1] for _, w, h in held) - len(seen.inner))


def _feeds_main(exchange: Exchange, seen: Seen) -> bool:
    """Tell whether the list may rest on this response: own frames and data; others' only in a big frame.

    Where scripts make the page, they and every data request count, wherever they come from.
    """
    if exchange is seen.document or exchange.method == "OPTIONS" or 300 <= (exchange.status or 0) < 400:
        return False
    own = _site_of(_host_of(exchange.url)) == _site_of(_host_of(seen.final_url))
    if exchange.resource_type == "Document":
        return own and not _is_small_frame(exchange, seen) or _is_big_frame(exchange, seen)
    if _made_by_script(seen):
        return exchange.resource_type in ("XHR", "Script") and (own or exchange.resource_type == "XHR")
    return own and exchange.resource_type == "XHR" and exchange.method in ("GET", "POST")


def _may_feed_main(exchange: Exchange, seen: Seen) -> bool:
    """Tell whether, on a page that shows no list, one may have come by this response: nobody can know.

    Data from anywhere, and own scripts that failed for the moment; a script that is not there (404) is the page's own
    state, and other hosts' scripts are counters and badges.
    """
    if exchange is seen.document or any(look.rows for look in (seen.after, *seen.inner) if look):
        return False
    own = _site_of(_host_of(exchange.url)) == _site_of(_host_of(seen.final_url))
    passing = exchange.status is None or exchange.status >= 500
    return exchange.resource_type == "XHR" or (own and passing and exchange.resource_type == "Script")


def _made_by_script(seen: Seen) -> bool:
    body = (seen.document.body or b"") if seen.document else b""
    text = re.sub(rb"(?is)<(script|style|noscript|title)\b.*?</\1>|<!--.*?-->|<[^>]*>|\s+", b"", body[:2_000_000])
    return len(text) < _SHELL_TEXT and not (seen.after and seen.after.frames)


def _is_big_frame(exchange: Exchange, seen: Seen) -> bool:
    return any(w >= _BIG_FRAME[0] and h >= _BIG_FRAME[1] for w, h in _frame_sizes(exchange, seen))


def _is_small_frame(exchange: Exchange, seen: Seen) -> bool:
    sizes = _frame_sizes(exchange, seen)
    return bool(sizes) and all(w < _BIG_FRAME[0] or h < _BIG_FRAME[1] for w, h in sizes)


def _frame_sizes(exchange: Exchange, seen: Seen) -> list[tuple[int, int]]:
    if seen.after is None:
        return []
    return [(w, h) for source, w, h in seen.after.frames if source.partition("#")[0] == exchange.url]


def _unanswered(exchange: Exchange) -> bool:
    return exchange.failed or exchange.ended is None


def _of_page(seen: Seen) -> Iterator[Check]:
    yield _check("load event", "page", seen.loaded, "已触发" if seen.loaded else "未按时触发")
    yield _check("network quiet", "page", seen.settled.quiet, "已静止" if seen.settled.quiet else "始终有请求")
    yield _check(
        "pictures decoded", "page", seen.settled.decoded, "均已解码" if seen.settled.decoded else "未全部按时解码"
    )
    bottom = seen.settled.bottom and seen.cut_at is None
    cut = f"页面高 {seen.height} 像素，截到 {seen.cut_at} 像素" if seen.cut_at else f"页面高 {seen.height} 像素"
    yield _check(
        "whole height", "page", bottom, cut if seen.settled.bottom or seen.cut_at else f"{cut}；页面随滚动增长"
    )
    yield _check("nothing moves", "page", not seen.moved.said, seen.moved.said or "没有见到活动内容")
    yield _shown(seen)
    yield seen.uncovered.check()
    feeding = [e for e in seen.exchanges if e is seen.document or _feeds_main(e, seen)]
    yield _check(freshness.CHECK, "page", *freshness.told(feeding))
    failed = [e for e in seen.exchanges if _unanswered(e) and e is not seen.document and not _feeds_main(e, seen)]
    detail = "; ".join(_told(e) for e in failed[:5]) + (f"；另有{len(failed) - 5}项" if len(failed) > 5 else "")
    yield _check("other requests", "page", not failed, detail or "均有应答")


def _told(exchange: Exchange) -> str:
    parts = urlsplit(exchange.url)
    what = exchange.error or (f"状态码 {exchange.status}" if exchange.status else "无应答")
    return f"{exchange.resource_type} {parts.netloc}{parts.path}"[:160] + f": {what}"


def _check(name: str, scope: Scope, passed: bool | None, detail: str) -> Check:
    return Check(name=name, scope=scope, passed=passed, detail=detail)
