"""Bad outbound links (不良外链) and hijacked titles: words of gambling and pornography where they cannot belong.

A listed word alone accuses nobody: a site warns of gambling, reports of raids, and its titles say so. It counts on a
link only where the link leads to a stranger and does not speak of fighting it, and in the head of a page only where
nothing on the page says the same. What is found is for a person to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evidence.model import BadLink, HiddenLink
from evidence.reading import addresses, blocks
from evidence.reading.hidden import is_strange, own_hosts
from evidence.reading.links import text_of
from evidence.reading.page import PageInput
from evidence.reading.tree import Tree, fold
from evidence.reading.wordlist import WordList

_AGAINST = re.compile(
    r"打击|整治|治理|查处|查获|取缔|禁|严[查惩厉]|防范|预防|警[示惕方]|反[诈赌黄]|扫黄|揭[秘露]|曝光|举报|案|骗|犯罪|违法|非法|宣传|拒绝|远离|危害|通告|判"
)
_ENGINES = re.compile(r"baidu|sogou|so\.com|haosou|sm\.cn|google|bing", re.I)
_REFERRED = re.compile(r"document\.referrer")
_JUMP = re.compile(r"location(?:\.href)?\s*=|location\.(?:replace|assign)\s*\(")
_GOAL = re.compile(
    r"location(?:\.href)?\s*=\s*[\"'`]([^\"'`]{4,200})|location\.(?:replace|assign)\(\s*[\"'`]([^\"'`]{4,200})"
)
_HEAD = ("keywords", "description")


def find(page: PageInput, tree: Tree, words: WordList, hidden: tuple[HiddenLink, ...]) -> tuple[BadLink, ...]:
    """Return the signs, shown links first; hidden links are told of elsewhere and not told of twice."""
    own = own_hosts(page, tree)
    known = {link.href for link in hidden}
    return (*_links(tree, words, own, known), *_head(page, tree, words), *_jumps(page, tree, own))


def _links(tree: Tree, words: WordList, own: frozenset[str], known: set[str]) -> Iterator[BadLink]:
    for link in tree.links(tree.root):
        href = fold(link.get("href"))
        if href in known or not is_strange(href, own):
            continue
        said = text_of(link, tree)
        word = None if _AGAINST.search(said) else words.find(f"{said} {addresses.host(href)}")
        if word is not None:
            known.add(href)
            why = f"指向外站，文字或域名含“{word}”（{words.kind_of(word)}）"
            yield BadLink(
                href=href, text=said[:120], word=word, why=why, block=blocks.around(link, tree, own), box=link.box
            )


def _head(page: PageInput, tree: Tree, words: WordList) -> Iterator[BadLink]:
    """Yield listed words in the page's title, key words and description that nothing shown on the page repeats."""
    shown = tree.text(tree.root)
    title = tree.first("title")
    said = [("title", fold("".join(child.value for child in title.children)) if title is not None else "")]
    said += [
        (meta.get("name").lower(), fold(meta.get("content")))
        for meta in tree.find(tree.root, "meta")
        if meta.get("name").lower() in _HEAD and meta.frame == 0
    ]
    for where, text in said:
        word = None if _AGAINST.search(text) else words.find(text)
        if word is not None and word not in shown.lower():
            written = "，且以字符编码写成" if _is_coded(page, where) else ""
            why = f"页面{where}含“{word}”（{words.kind_of(word)}），页面上没有这样的文字{written}"
            yield BadLink(href=None, text=text[:120], word=word, why=why, block=where)


def _is_coded(page: PageInput, where: str) -> bool:
    """Tell whether a title was written in character references, as injected ones are, to pass an editor's eye."""
    return where == "title" and any(re.search(r"<title[^>]*>\s*(?:&#x?\w+;){4}", frame.html) for frame in page.frames)


def _jumps(page: PageInput, tree: Tree, own: frozenset[str]) -> Iterator[BadLink]:
    """Yield scripts that send only those elsewhere who come from a search engine."""
    for script in tree.find(tree.root, "script"):
        source = "".join(child.value for child in script.children)[:100_000]
        engine = _ENGINES.search(source)
        if not (engine and _REFERRED.search(source) and _JUMP.search(source)):
            continue
        goal = _GOAL.search(source)
        href = addresses.absolute(page.url, (goal[1] or goal[2])) if goal else None
        if href is not None and not is_strange(href, own):
            continue
        why = "脚本只把从搜索引擎来的访客转到外站" if href else "脚本按访客是否来自搜索引擎决定去向"
        yield BadLink(href=href, text=fold(source)[:120], word=engine[0].lower(), why=why, block="script")
