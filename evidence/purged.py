"""What left the store: lists of digests (purge-list/1), each a blob of its own that one ledger leaf of kind `purge` names.

purge-list/1   {"at", "before", "blobs", "by", "records", "rule", "schema", "size"}   leaf: purge, retention/RULE/COUNT/AT

Records and digests stay for ever; so it can be told of every blob that is not there whether it was taken away by rule or
was lost. A blob may come back: a page that shows it again is captured like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence import canonical, plain, purge
from evidence.errors import CanonicalError, RetentionError, ShapeError
from evidence.holdings import Holdings
from evidence.ledger import Leaf, each_leaf
from evidence.model import Record
from evidence.proof import PURGE, RETENTION
from evidence.quoting import plainly
from evidence.span import local_text

SCHEMA = "purge-list/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeList:
    """What one purge took away."""

    rule: str
    """The span of retention, such as 2y."""
    before: datetime
    """Records that began before this were old enough."""
    at: datetime
    by: str
    records: tuple[str, ...]
    """Whose contents are no longer whole from now on, sorted; headers stay."""
    blobs: tuple[str, ...]
    """SHA-256 of what was removed, sorted."""
    size: int
    """Bytes of them as they lay in the store."""

    @property
    def key(self) -> str:
        """Its key in the ledger."""
        return f"{RETENTION}{self.rule}/{len(self.blobs)}/{plain.instant(self.at)}"

    def plain(self) -> dict[str, Any]:
        """Return the list as plain JSON."""
        return {"schema": SCHEMA, **plain.dump(self)}

    def sentence(self) -> str:
        """Return it in Chinese."""
        return (
            f"{plainly(self.by, 40)}于{local_text(self.at)}按保存期限 {self.rule} 清除了 {len(self.records)} 条记录的内容"
            f"（{len(self.blobs)} 个文件，{self.size} 字节），记录与摘要仍在"
        )


def lists(holdings: Holdings) -> Iterator[tuple[Leaf, PurgeList]]:
    """Yield every list with its leaf, in ledger order; raises RetentionError for one that cannot be read."""
    for leaf in each_leaf(holdings.ledger, PURGE):
        if leaf.key.startswith(RETENTION):
            yield leaf, _load(holdings, leaf)


def digests(holdings: Holdings) -> frozenset[str]:
    """Return the SHA-256 of all that was ever taken away, by rule or by quarantine; some of it may be there again."""
    by_rule = (sha256 for _, one in lists(holdings) for sha256 in one.blobs)
    return frozenset((*by_rule, *(sha256 for _, event in purge.every(holdings) for sha256 in event.blobs)))


def taken(holdings: Holdings) -> Mapping[str, frozenset[str]]:
    """Return which blobs each record may lack, by its id: of one on any list or in quarantine, what ever was taken away."""
    blobs = digests(holdings)
    listed = (id for _, one in lists(holdings) for id in one.records)
    return dict.fromkeys((*listed, *holdings.purged), blobs)


def refusal(holdings: Holdings, record: Record) -> str | None:
    """Return, in Chinese, why the contents of a record cannot be shown any more; None where nothing was taken from it."""
    if all(holdings.store.has(sha256) for sha256 in record.capture.cited):
        return None
    said = next((one.sentence() for _, one in lists(holdings) if record.id in one.records), None)
    return f"记录 {record.id[:12]} 的内容已不在存储中，不能再出具：{said}" if said else None


def require(holdings: Holdings, record: Record) -> Record:
    """Return a record whose contents may be shown; raises RetentionError where they were taken away by rule."""
    if said := refusal(holdings, record):
        raise RetentionError(said)
    return record


def _load(holdings: Holdings, leaf: Leaf) -> PurgeList:
    where = f"账本第 {leaf.index} 条的清除清单不能读取"
    try:
        body = canonical.decode(holdings.store.read(leaf.digest))
        fields = dict(body) if isinstance(body, dict) else {}
        if (found := fields.pop("schema", None)) != SCHEMA:
            raise ShapeError(("schema",), SCHEMA, found)
        return plain.load(PurgeList, fields)
    except (CanonicalError, ShapeError) as error:
        raise RetentionError(f"{where}：{error}：请核对存储（quzheng store check）") from error
