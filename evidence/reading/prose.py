"""An article's text as samples, so that it can be told how much of one article stands word for word in another.

A sample is the CRC-32 of twelve characters in a row, letters and digits only; of all those the numbers divisible by four
are kept. The same words give the same samples wherever they stand, so the share of one text's samples that another has,
too, estimates how much of it was copied. Whatever is in doubt counts as the article's own text.
"""

from __future__ import annotations

import itertools
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence

from evidence.model import Prose
from evidence.reading.characters import simplified
from evidence.reading.matter import Matter
from evidence.reading.rows import runs
from evidence.reading.tree import Tree, fold, join

WIDTH = 12
"""Characters of a sample."""
OF = 4
"""One in so many samples is kept."""
MOST = 4000
"""Samples kept of a text; of a longer one the rest counts as not seen."""
QUOTED = 120
"""Characters up to which words in quotation marks are a quotation and not the text itself."""
LONG = 200
"""Characters below a heading from which they are a text of their own."""
_HEADING = 40
_SIGNS = re.compile(r"[^0-9A-Za-z\u3400-\u9fff]+")
_QUOTE = re.compile(rf"[“\"「『][^“”\"「」『』]{{1,{QUOTED}}}[”\"」』]")
_FRAME = re.compile(
    r"^[\[【(（]?\s*(今天是|来源|信息来源|稿件来源|发布(时间|日期|单位|机构)|日期|时间|作者|编辑|责任编辑|责编|审核|索引号|文号|发文机关|浏览|点击|阅读|访问"
    r"|字体|字号|大\s*中\s*小|打印|关闭|分享|收藏|纠错|上一篇|下一篇|返回|扫一扫|主题(词|分类)|有效性|视力保护)"
)
"""What pages put around every article."""
_BELOW = re.compile(
    r"^[\[【(（]?\s*(附件|附录|附\s*[:：]|附表|相关(文件|政策|链接)|(政策|文件)?(原文|全文)|文件链接|《[^》]+》\s*(原文|全文)?\s*[:：]?$)"
    r"|(原文|全文)(如下|附后|见下)?\s*[:：]?$"
)
"""Headings below which a page gives the document itself."""
_ASKS = re.compile(r"[？?]|^(问|Q)\s*\d*\s*[:：.、]", re.I)

_NEXT = re.compile(r"^[\[【(（]?\s*(下一?页|后一页|阅读全文|展开全文|余下全文)\s*[>»›\]】)）]*$")


def read(tree: Tree, matter: Matter) -> Prose:
    """Return the prose of an article, whose content is `matter`."""
    lines = [simplified(fold(join(run))) for run in runs(matter.texts)]
    pieces = [bare(piece) for stretch in _stretches(_own(lines)) for piece in _QUOTE.split(stretch)]
    return Prose(
        length=sum(map(len, pieces)),
        own=samples(pieces),
        whole=samples([bare("".join(lines))]),
        questions=sum(len(_ASKS.findall(line)) for line in lines),
        shown=len(matter.pictures) + len(matter.embeds) + len(matter.files) + goes_on(tree),
        interprets=_interprets(lines),
    )


def goes_on(tree: Tree) -> bool:
    """Tell whether an article goes on over a further page."""
    return any(not link.hidden and _NEXT.match(tree.text(link)) for link in tree.links(tree.root))


def bare(text: str) -> str:
    """Return a text's letters and digits.

    >>> bare("一、总则 （一）本办法……")
    '一总则一本办法'
    """
    return _SIGNS.sub("", text)


def samples(pieces: Iterable[str]) -> tuple[int, ...]:
    """Return the samples of pieces of text that do not run on into each other, each once, smallest first.

    >>> text = "为进一步规范行政许可事项办理流程，提高政务服务水平，制定本办法。"
    >>> samples([bare(text)]) == samples([bare(text.replace("，", " "))]), len(samples(["太短"]))
    (True, 0)
    """
    found = {
        number
        for piece in pieces
        for n in range(len(piece) - WIDTH + 1)
        if (number := zlib.crc32(piece[n : n + WIDTH].encode())) % OF == 0
    }
    return tuple(sorted(found)[:MOST])


def copied(own: Sequence[int], whole: Sequence[int]) -> int:
    """Return how much of a text another has word for word, per mille; 0 for a text without samples.

    >>> copied((4, 8, 12, 16), (4, 8, 12, 99)), copied((), (4,))
    (750, 0)
    """
    return 1000 * len(set(own) & set(whole)) // len(own) if own else 0


def _own(lines: Sequence[str]) -> list[str]:
    """Return the lines above the heading of an annex or of the document itself, where the text begins with others."""
    end = next(
        (n for n, line in enumerate(lines) if n and len(line) <= 2 * _HEADING and _BELOW.search(line)), len(lines)
    )
    return list(lines[:end])


def _stretches(lines: Sequence[str]) -> Iterator[str]:
    """Yield the text between the lines that pages put around articles, lines run together: where one breaks tells nothing."""
    for is_frame, stretch in itertools.groupby(lines, lambda line: _FRAME.match(line) is not None):
        if not is_frame:
            yield "".join(stretch)


def _interprets(lines: Sequence[str]) -> bool:
    for n, line in enumerate(lines):
        if n and "解读" in line and len(line) <= _HEADING:
            return sum(len(bare(below)) for below in lines[n + 1 :]) >= LONG
    return False
