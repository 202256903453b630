"""`store check`: every stored byte read again, and everything the ledger names looked for; damage is located."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

from evidence import casebook, checkpoints, digest, heads, purge, purged, quarantine
from evidence.errors import EvidenceError
from evidence.holdings import Holdings
from evidence.ledger import Leaf, each_leaf
from evidence.proof import EXPORT, PURGE
from evidence.purge import Purge
from evidence.quarantine import Remains
from evidence.quoting import plainly
from evidence.span import local_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Soundness:
    """What a full examination of the holdings found."""

    blobs: int
    size: int
    """Uncompressed bytes of the sound blobs."""
    leaves: int
    root: str
    """Merkle root of the ledger, hexadecimal; of an empty ledger the digest of nothing."""
    faults: tuple[str, ...]
    """One sentence each, with the place."""
    leftovers: int
    """Temporary files of writes that were cut off; harmless."""
    purged: tuple[str, ...] = ()
    """What left the store by quarantine or by rule, one sentence each: no fault."""

    @property
    def clean(self) -> bool:
        """Whether nothing is damaged or missing."""
        return not self.faults

    def sentence(self) -> str:
        """Return the result in Chinese, faults one a line."""
        head = f"存储检查：{self.blobs} 个文件，{self.size} 字节，账本 {self.leaves} 条，根 {self.root[:16]}"
        head = "\n".join((head, *self.purged))
        if self.clean:
            return f"{head}\n完好"
        return "\n".join((head, f"发现 {len(self.faults)} 处问题：", *self.faults))


def examine(holdings: Holdings, trust: bytes | None = None) -> Soundness:
    """Return what is damaged or missing in the holdings; changes nothing.

    `trust` (PEM) names the authority that time-stamps should be by.
    """
    stored = holdings.store.check()
    faults = [f"{damage.path}：内容与摘要不符，应为 {damage.expected}，实为 {damage.got}" for damage in stored.damaged]
    faults += [f"{path}：不是证据文件，不应出现在这里" for path in stored.strays]
    events = tuple(purge.every(holdings))
    try:
        taken, told = purged.taken(holdings), tuple(one.sentence() for _, one in purged.lists(holdings))
    except EvidenceError as error:  # then all that was taken away counts as missing
        taken, told = {}, ()
        faults.append(str(error))
    for leaf in each_leaf(holdings.ledger, "record"):
        faults += record_faults(leaf, holdings, taken.get(leaf.digest, frozenset()))
    remains = {one.event.record: one for one in quarantine.remains(holdings)}
    faults += [
        f"记录 {id[:12]} 的隔离没有做完，仍有 {'、'.join(one.left)}：请再次运行 quzheng quarantine {id[:12]}"
        for id, one in remains.items()
        if one.left
    ]
    faults += document_faults(holdings)
    faults += _case_faults(holdings)
    faults += _heads_faults(holdings.ledger.leaves())
    faults += checkpoints.faults(holdings.ledger, trust)
    leaves = holdings.ledger.size
    return Soundness(
        blobs=stored.blobs,
        size=stored.size,
        leaves=leaves,
        root=holdings.ledger.root().hex() if leaves else digest.EMPTY,
        faults=tuple(dict.fromkeys(faults)),
        leftovers=stored.leftovers,
        purged=(*(_told(leaf, event, remains.get(event.record)) for leaf, event in events), *told),
    )


def _told(leaf: Leaf, event: Purge, remains: Remains | None) -> str:
    said = (
        f"账本第 {leaf.index} 条：记录 {event.record} 已由{plainly(event.by, 40)}于{local_text(event.when)}隔离，移出 "
    )
    said += "、".join(sorted(event.blobs)) or "0 个文件"
    again = "、".join(id[:12] for id in remains.again) if remains else ""
    return said + (f"；其中有的又被记录 {again} 采集，请一并隔离" if again else "")


def document_faults(holdings: Holdings) -> Iterator[str]:
    """Yield what the ledger names besides records and is not in the store: case events, plans, losses,
    cleanliness records, exports, purges."""
    for leaf in holdings.ledger.leaves():
        if leaf.kind in ("case", "plan", "loss", "cleanliness", EXPORT, PURGE) and not holdings.store.has(leaf.digest):
            yield f"账本第 {leaf.index} 条（{leaf.key}）所指的文件 {leaf.digest} 不在存储中"


def _case_faults(holdings: Holdings) -> Iterator[str]:
    """Yield the events of cases that cannot be read, or were entered as those of another target or case."""
    for leaf in each_leaf(holdings.ledger, "case"):
        if holdings.store.has(leaf.digest):
            try:
                casebook.event_of(holdings, leaf)
            except EvidenceError as error:
                yield f"账本第 {leaf.index} 条：{error}"


def _heads_faults(leaves: Iterable[Leaf]) -> Iterator[str]:
    """Yield the leaves that commit to other heads than those of the leaves before them."""
    chains = heads.Chains()
    for leaf in leaves:
        flat = leaf.kind == heads.FLAT and chains.flat_root != leaf.digest
        if flat or (leaf.kind == heads.KIND and chains.root != leaf.digest):
            yield f"账本第 {leaf.index} 条承诺的各链末端与它之前的各条不符"
        chains.absorb(leaf)


def record_faults(leaf: Leaf, holdings: Holdings, taken: Set[str]) -> list[str]:
    """Return what a record lacks, one sentence each; `taken` are the blobs that it may lack."""
    where = f"账本第 {leaf.index} 条（{leaf.key}）"
    try:
        record = holdings.record(leaf.digest)
    except EvidenceError as error:
        return [f"{where}：记录读不出：{error}"]
    missing = [sha256 for sha256 in record.capture.cited if not holdings.store.has(sha256) and sha256 not in taken]
    return [f"{where}：缺少所引用的文件 {sha256}" for sha256 in missing]
