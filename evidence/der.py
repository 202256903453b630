"""Reads and writes DER, the one encoding of ASN.1 that leaves no choice, as far as time-stamps need it.

Strict: definite lengths in their shortest form, nothing cut off, nothing behind. What is in any other form is refused,
so that we and `openssl`, which is more lenient, never read two things out of the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from evidence.errors import FormError

INTEGER, OCTETS, NULL, OID, TIME, SEQUENCE, SET = 0x02, 0x04, 0x05, 0x06, 0x18, 0x30, 0x31
EXPLICIT = 0xA0
"""Tag of what is marked [0], constructed."""

_TIME_DIGITS = 14
"""Of YYYYMMDDhhmmss."""


class Element(NamedTuple):
    """One element: its tag and its content."""

    tag: int
    content: bytes


def elements(data: bytes) -> tuple[Element, ...]:
    """Return the elements that `data` is a row of; raises FormError.

    >>> elements(bytes.fromhex("0201050500"))
    (Element(tag=2, content=b'\\x05'), Element(tag=5, content=b''))
    """
    found, rest = [], data
    while rest:
        one, rest = _first(rest)
        found.append(one)
    return tuple(found)


def only(data: bytes, tag: int) -> bytes:
    """Return the content of the one element that `data` is; raises FormError where its tag is another."""
    found = elements(data)
    if len(found) != 1:
        raise FormError(f"应为一个 DER 元素，实为 {len(found)} 个")
    return found[0].content if found[0].tag == tag else _unexpected(tag, found[0])


def part(found: Sequence[Element], n: int, tag: int) -> bytes:
    """Return the content of element `n`; raises FormError where it is missing or its tag is another."""
    if n >= len(found):
        raise FormError(f"缺少第 {n + 1} 个 DER 元素")
    return found[n].content if found[n].tag == tag else _unexpected(tag, found[n])


def encode(tag: int, content: bytes) -> bytes:
    """Return the element of a tag and content, which has one form only.

    >>> encode(SEQUENCE, encode(INTEGER, b"\\x05")).hex()
    '3003020105'
    """
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    written = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(written)]) + written + content


def integer(content: bytes) -> int:
    """Return a whole number; raises FormError for one not in its shortest form."""
    if not content or len(content) > 1 and content[0] in (0, 0xFF) and content[0] >> 7 == content[1] >> 7:
        raise FormError(f"不是规范的整数：{content.hex():.40}")
    return int.from_bytes(content, "big", signed=True)


def oid(content: bytes) -> str:
    """Return an object identifier in dots; raises FormError.

    >>> oid(bytes.fromhex("608648016503040201"))
    '2.16.840.1.101.3.4.2.1'
    """
    if not content or content[-1] & 0x80:
        raise FormError(f"不是对象标识符：{content.hex():.40}")
    numbers, value, fresh = [], 0, True
    for byte in content:
        if fresh and byte == 0x80:
            raise FormError(f"不是规范的对象标识符：{content.hex():.40}")
        value, fresh = value << 7 | byte & 0x7F, not byte & 0x80
        if fresh:
            numbers.append(value)
            value = 0
    top = min(numbers[0] // 40, 2)
    return ".".join(map(str, (top, numbers[0] - 40 * top, *numbers[1:])))


def time(content: bytes) -> datetime:
    """Return a GeneralizedTime in UTC (fractions below a microsecond are cut); raises FormError.

    >>> time(b"20210629020631.5Z").isoformat()
    '2021-06-29T02:06:31.500000+00:00'
    """
    whole, point, fraction = content.removesuffix(b"Z").partition(b".")
    digits = whole + fraction
    well = content.endswith(b"Z") and digits.isdigit() and len(whole) == _TIME_DIGITS
    if not well or bool(point) != bool(fraction) or fraction.endswith(b"0"):
        raise FormError(f"不是规范的时间：{content!r:.60}")
    try:
        moment = datetime.strptime(whole.decode("ascii"), "%Y%m%d%H%M%S")
    except ValueError as error:
        raise FormError(f"没有这个时间：{content!r:.60}") from error
    return moment.replace(tzinfo=UTC, microsecond=int(fraction[:6].ljust(6, b"0") or b"0"))


def _first(data: bytes) -> tuple[Element, bytes]:
    if len(data) < 2 or data[0] & 0x1F == 0x1F:
        raise FormError("不是 DER：开头不完整")
    tag, length, start = data[0], data[1], 2
    if length >= 0x80:
        start += length & 0x7F
        written = data[2:start]
        length = int.from_bytes(written, "big")
        if not 1 <= len(written) <= 4 or start > len(data) or written[0] == 0 or length < 0x80:
            raise FormError("不是 DER：长度不是最短的写法")
    if start + length > len(data):
        raise FormError("不是 DER：内容不完整")
    return Element(tag, data[start : start + length]), data[start + length :]


def _unexpected(tag: int, got: Element) -> bytes:
    raise FormError(f"DER 元素的类型应为 {tag:#04x}，实为 {got.tag:#04x}")
