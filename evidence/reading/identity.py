"""Who runs a site, by its own word: name, 标识码, ICP and police filing, 主办 and 承办单位, from metadata and foot."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from evidence.reading import addresses
from evidence.reading.tree import Tree, fold

_METAS = {
    "sitename": "site_name",
    "sitedomain": "site_domain",
    "siteidcode": "site_code",
    "columnname": "column_name",
    "columntype": "column_type",
    "contentsource": "content_source",
}
_ASKED = re.compile(r"[?&]site_code=(\w{7,12})")
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("site_code", re.compile(r"网站标识码\s*[:：]?\s*([a-zA-Z]{0,2}\d{7,10})")),
    ("icp", re.compile(r"([\u4e00-\u9fff]ICP[备证]\s*\d{6,10}号(?:\s*-\s*\d{1,3})?)", re.I)),
    ("police_filing", re.compile(r"([\u4e00-\u9fff]公网安备\s*\d{10,16}\s*号?)")),
    ("organiser", re.compile(r"主办(?:单位)?\s*[:：]\s*([^\s:：|｜，,。]{2,40})")),
    ("operator", re.compile(r"承办(?:单位)?\s*[:：]\s*([^\s:：|｜，,。]{2,40})")),
    ("telephone", re.compile(r"(?:联系)?电话\s*[:：]\s*((?:\d{3,4}-)?\d{7,8}|1\d{10})")),
)


def read(tree: Tree) -> Mapping[str, str]:
    """Return what a page says of its site, under fixed ASCII keys; what it does not say is left out.

    Keys: site_name, site_domain, site_code, column_name, column_type, content_source, icp, police_filing, organiser,
    operator, telephone, emblem and error_report (addresses). Where metadata and foot name different codes, the foot's stands under site_code_shown.
    """
    said: dict[str, str] = {}
    for meta in tree.find(tree.root, "meta"):
        key = _METAS.get(meta.get("name").strip().lower())
        value = fold(meta.get("content"))
        if key and value:
            said.setdefault(key, value[:200])
    text = tree.text(tree.root)[-3000:]
    for key, words in _WORDS:
        match = words.search(text)
        if match and key in said and said[key] != fold(match[1]):
            said[f"{key}_shown"] = fold(match[1])
        elif match:
            said.setdefault(key, fold(match[1]))
    for key, link in _entries(tree):
        said.setdefault(key, link[:300])
    return said


def doubts(said: Mapping[str, str], address: str) -> tuple[str, ...]:
    """Return what a page says of its site that does not fit together, or not with where it was found; a sentence each.

    A page of another host than it names may be a copy: that tells of its provenance, and nothing against the unit.
    """
    found = []
    if shown := said.get("site_code_shown"):
        found.append(f"元数据的网站标识码 {said['site_code']} 与页面所示 {shown} 不一致")
    named = _ASKED.search(said.get("error_report", ""))
    asked = named[1] if named else ""
    code = said.get("site_code_shown") or said.get("site_code", "")
    if asked and code and asked != code:
        found.append(f"找错入口的网站标识码 {asked} 与页面的 {code} 不一致")
    own, here = _host(said.get("site_domain", "")), _host(address)
    if own and here and not _kin(own, here):
        found.append(f"页面自称的域名 {own} 与所访问的 {here} 不同，可能是镜像或抄录，来源须核对")
    return tuple(found)


def _entries(tree: Tree) -> Iterator[tuple[str, str]]:
    """Yield the links by which a government site is known: its emblem (党政机关标识) and the error-report entry (找错)."""
    for link in tree.links(tree.root):
        href = link.get("href").strip()
        leads_to = addresses.host(href)
        if leads_to == "conac.cn" or leads_to.endswith(".conac.cn"):
            yield "emblem", href
        said = tree.text(link, hidden=True) + "".join(
            f"{inner.get('alt')} {inner.get('title')}" for inner in tree.find(link, "img", "a")
        )
        if leads_to == "zfwzgl.www.gov.cn" or "网站找错" in said or "网站纠错" in said:
            yield "error_report", href


def _host(address: str) -> str:
    """Return the name in an address or bare domain; nothing for a number or a machine's own name."""
    name = addresses.host(address if "//" in address else f"//{address}").removeprefix("www.")
    return name if "." in name and not name.rpartition(".")[2].isdigit() else ""


def _kin(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
