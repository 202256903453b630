"""Who runs a site, by its own word: name, 标识码, ICP and police filing, 主办 and 承办单位, from metadata and foot."""

from __future__ import annotations

import re
from collections.abc import Mapping

from evidence.reading.tree import Tree, fold

_METAS = {
    "sitename": "site_name",
    "sitedomain": "site_domain",
    "siteidcode": "site_code",
    "columnname": "column_name",
    "columntype": "column_type",
    "contentsource": "content_source",
}
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
    operator, telephone. Where metadata and foot name different codes, the foot's stands under site_code_shown.
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
    return said
