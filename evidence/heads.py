"""The heads of all chains, committed as one leaf: the last record of each target and label, plan of each target, event of
each case.

A leaf `heads` commits to the heads of all leaves before it, by the Merkle root over their sorted entries. Where it is the
last leaf under a checkpoint, nobody can leave out the end of a chain: the head is what was signed for; and nobody can leave
out its middle: each record and plan names the one before it. One entry is proved without showing another target's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from evidence import canonical, merkle
from evidence.errors import LedgerError
from evidence.proof import Inclusion, Leaf, Proof

Chained = Literal["record", "plan", "case"]
RECORD: Chained = "record"
PLAN: Chained = "plan"
CASE: Chained = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of one chain."""

    kind: Chained
    target: str
    """Of a case, the finding's id."""
    label: str
    """Empty for plans, which are chained by target, and cases."""
    head: str
    """Digest of the last record, plan or event."""

    @property
    def hashed(self) -> bytes:
        """The Merkle leaf hash of the entry."""
        entry = {"head": self.head, "kind": self.kind, "label": self.label, "target": self.target}
        return merkle.leaf_hash(canonical.encode(entry))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadProof:
    """The proof that a head was committed to by a leaf of the ledger, and that leaf's own proof (the form bundles carry)."""

    head: Head
    index: int
    """Its place among the sorted entries."""
    size: int
    """How many entries there are."""
    proof: Proof
    leaf: Inclusion

    @property
    def fault(self) -> str | None:
        """What is wrong with it, in Chinese, given that its leaf stands in the ledger; None where it holds."""
        leaf, last = self.leaf.leaf, self.leaf.size - 1
        if (leaf.kind, leaf.index, leaf.key) != ("heads", last, str(last)):
            return "台账末项不是各链末端的承诺"
        found = merkle.root_of_inclusion(self.head.hashed, self.index, self.size, self.proof.steps)
        return None if found is not None and found.hex() == leaf.digest else "链末端不在承诺之内"


class Chains:
    """The heads of a growing ledger."""

    def __init__(self) -> None:
        self._last: dict[tuple[Chained, str, str], str] = {}

    def absorb(self, leaf: Leaf) -> None:
        """Take in the next leaf."""
        if (name := chain_of(leaf.kind, leaf.key)) is not None:
            self._last[name] = leaf.digest

    def last(self, kind: Chained, target: str, label: str) -> str | None:
        """Return the head of a chain; None where it has not begun."""
        return self._last.get((kind, target, label))

    def sorted(self) -> tuple[Head, ...]:
        """Return the heads in the order in which they are committed to."""
        return tuple(
            Head(kind=kind, target=target, label=label, head=head)
            for (kind, target, label), head in sorted(self._last.items())
        )


def chain_of(kind: str, key: str) -> tuple[Chained, str, str] | None:
    """Return the chain that a leaf continues: of records RUN/TARGET/LABEL/ATTEMPT, of plans RUN/TARGET; None for others.

    A label may hold slashes. Events of a case are FINDING/NUMBER.

    >>> chain_of("record", "N1/shifan/zwgk/page-2/1"), chain_of("plan", "N1/shifan"), chain_of("case", "a/0001")
    (('record', 'shifan', 'zwgk/page-2'), ('plan', 'shifan', ''), ('case', 'a', ''))
    >>> chain_of("bundle", "quzheng-0123456789ab")
    """
    parts = key.split("/")
    if kind == RECORD and len(parts) >= 4:
        return RECORD, parts[1], "/".join(parts[2:-1])
    if kind == PLAN and len(parts) == 2:
        return PLAN, parts[1], ""
    if kind == CASE and len(parts) == 2:
        return CASE, parts[0], ""
    return None


def of_leaves(leaves: Iterable[Leaf]) -> tuple[Head, ...]:
    """Return the heads of some leaves, in ledger order, sorted."""
    chains = Chains()
    for leaf in leaves:
        chains.absorb(leaf)
    return chains.sorted()


def root(heads: Iterable[Head]) -> bytes:
    """Return the Merkle root over sorted heads."""
    tree = _tree(heads)
    return tree.root(len(tree))


def prove(heads: tuple[Head, ...], wanted: Iterable[Head], leaf: Inclusion) -> Mapping[Head, HeadProof]:
    """Return the proof of each wanted head; raises LedgerError where one is not among the heads."""
    tree, places = _tree(heads), {head: n for n, head in enumerate(heads)}
    found = {}
    for head in wanted:
        if head not in places:
            raise LedgerError(f"{head.target}/{head.label}: {head.head} is not the end of its chain")
        path = Proof(path=tuple(step.hex() for step in tree.inclusion(places[head], len(heads))))
        found[head] = HeadProof(head=head, index=places[head], size=len(heads), proof=path, leaf=leaf)
    return found


def _tree(heads: Iterable[Head]) -> merkle.Tree:
    tree = merkle.Tree()
    for head in heads:
        tree.append(head.hashed)
    return tree
