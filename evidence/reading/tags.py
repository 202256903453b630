"""Required meta tags (网页标签) that a page lacks: SiteName, ColumnName, ArticleTitle, PubDate …

Names as the page standard of 政府网站发展指引 (国办发〔2017〕47号) has them, from memory: 站点标签 on every page, 栏目标签
on a column's page, 内容标签 on an article. Only those that it demands without condition are asked for.
"""

from __future__ import annotations

from evidence.model import PageKind
from evidence.reading.tree import Tree

SITE = ("SiteName", "SiteDomain", "SiteIDCode")
COLUMN = ("ColumnName", "ColumnType")
ARTICLE = ("ArticleTitle", "PubDate", "ContentSource")


def missing(tree: Tree, kind: PageKind) -> tuple[str, ...]:
    """Return the names of the tags a page of this kind must have and lacks, or has empty; none for errors and the like."""
    wanted = {"home": SITE, "list": (*SITE, *COLUMN), "article": (*SITE, *COLUMN, *ARTICLE)}.get(kind, ())
    given = {
        meta.get("name").strip().lower()
        for meta in tree.find(tree.root, "meta")
        if meta.get("content").strip() and meta.frame == 0
    }
    return tuple(name for name in wanted if name.lower() not in given)
