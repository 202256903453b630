"""Signs that strangers changed a page (篡改、挂马): hidden links, gambling and pornography on shown ones, hijacked titles.

A hidden link counts only if it leads to a stranger and has a word of the list or came with a foreign script or block.
"""

from __future__ import annotations

from evidence.look import Look
from evidence.quoting import plainly
from evidence.signs import Sign


def find(look: Look) -> tuple[Sign, ...]:
    """Return the signs that one look shows."""
    reading = look.reading
    if reading is None:
        return ()
    hidden = (
        Sign(
            key=link.href,
            said=f"暗链“{plainly(link.text, 40)}”指向{plainly(link.href, 120)}（{link.why}{_with(link.word, link.block)}）",
            told=(("href", link.href), ("block", link.block)),
        )
        for link in reading.hidden_links
        if link.word or link.block
    )
    shown = (
        Sign(
            key=f"{bad.href}{bad.word}",
            said=f"{bad.why}：“{plainly(bad.text, 60)}”{_with(None, bad.block)}",
            told=(("href", bad.href), ("block", bad.block)),
        )
        for bad in reading.bad_links
    )
    return (*hidden, *shown)


def _with(word: str | None, block: str | None) -> str:
    said = [f"含“{word}”" if word else "", f"所在：{plainly(block, 80)}" if block else ""]
    return "".join(f"，{one}" for one in said if one)
