"""The ends of all chains, committed as one leaf: whose chain, and the last record of each label, plan, event of each case.

A leaf `chains` commits to the ends of all chains in the leaves before it: for each target the whole list of its chains is
one entry of a tree in which every target has one place (evidence.keyed). Where that leaf is the last under a checkpoint,
nobody can leave out a chain: the list is what was signed for, and there is one; nor the end of a chain: its head is in the
list; nor its middle: each record, plan and event names the one before it. One list is proved without showing another's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from evidence import canonical, keyed, merkle
from evidence.errors import LedgerError
from evidence.proof import Inclusion, Leaf, Proof

Chained = Literal["record", "plan", "case", "cleanliness"]
RECORD: Chained = "record"
PLAN: Chained = "plan"
CASE: Chained = "case"
CLEANLINESS: Chained = "cleanliness"

KIND = "chains"
"""Kind of the leaf."""
FLAT = "heads"
"""Kind of the leaf in ledgers begun earlier: it commits to the ends one by one, so it cannot show that these are all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One chain by its end."""

    kind: Chained
    label: str
    """Of records; of a case the finding's id; of a run's cleanliness the digest of the record made before; empty for plans."""
    head: str
    """Digest of the last record, plan, event or cleanliness record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainsProof:
    """The proof that a leaf of the ledger committed to these as all chains of a target, and that leaf's own proof (chains/1)."""

    of: str
    """The target, or `of_run`."""
    chains: tuple[Chain, ...]
    """By kind and label."""
    proof: Proof
    leaf: Inclusion

    @property
    def fault(self) -> str | None:
        """What is wrong with it, in Chinese, given that its leaf stands in the ledger; None where it holds."""
        leaf, last = self.leaf.leaf, self.leaf.size - 1
        if leaf.kind == FLAT:
            return "台账状态是旧式的，不能证明各链齐全，请由制作单位重新制作证据包"
        if (leaf.kind, leaf.index, leaf.key) != (KIND, last, str(last)):
            return "台账末项不是各链的承诺"
        names = [(one.kind, one.label) for one in self.chains]
        if names != sorted(set(names)):
            return "各链的排列不是规定的写法"
        found = keyed.root_of_path(self.of, hashed(self.of, self.chains), self.proof.steps)
        return None if found is not None and found.hex() == leaf.digest else "所列各链不是台账承诺的"

    def head(self, kind: Chained, label: str) -> str | None:
        """Return the end of a chain; None where the target has no such chain."""
        return next((one.head for one in self.chains if (one.kind, one.label) == (kind, label)), None)


class Chains:
    """The ends of the chains of a growing ledger."""

    def __init__(self) -> None:
        self._last: dict[str, dict[tuple[Chained, str], str]] = {}
        self._hashed: dict[str, bytes] = {}

    def absorb(self, leaf: Leaf) -> None:
        """Take in the next leaf."""
        if (name := chain_of(leaf.kind, leaf.key)) is not None:
            kind, of, label = name
            self._last.setdefault(of, {})[kind, label] = leaf.digest
            self._hashed.pop(of, None)

    def last(self, kind: Chained, of: str, label: str) -> str | None:
        """Return the end of a chain; None where it has not begun."""
        return self._last.get(of, {}).get((kind, label))

    def of(self, of: str) -> tuple[Chain, ...]:
        """Return all chains of a target, by kind and label."""
        return tuple(
            Chain(kind=kind, label=label, head=head) for (kind, label), head in sorted(self._last.get(of, {}).items())
        )

    @property
    def root(self) -> str:
        """What a leaf commits to, in hexadecimal."""
        return self._tree().root.hex()

    @property
    def flat_root(self) -> str:
        """What a leaf of ledgers begun earlier commits to (kind heads)."""
        tree = merkle.Tree()
        every = ((kind, of, label, head) for of, last in self._last.items() for (kind, label), head in last.items())
        for kind, of, label, head in sorted(every):
            entry = {"head": head, "kind": kind, "label": label, "target": of}
            tree.append(merkle.leaf_hash(canonical.encode(entry)))
        return tree.root(len(tree)).hex()

    def prove(self, wanted: Iterable[str], leaf: Inclusion) -> Mapping[str, ChainsProof]:
        """Return the proof of all chains of each wanted target; raises LedgerError where one has none."""
        tree, found = self._tree(), {}
        for of in wanted:
            if of not in self._last:
                raise LedgerError(f"{of}: nothing in the ledger is of it")
            path = Proof(path=tuple(step.hex() for step in tree.path(of)))
            found[of] = ChainsProof(of=of, chains=self.of(of), proof=path, leaf=leaf)
        return found

    def _tree(self) -> keyed.Keyed:
        for of in self._last.keys() - self._hashed.keys():
            self._hashed[of] = hashed(of, self.of(of))
        return keyed.Keyed(self._hashed)


def hashed(of: str, chains: Iterable[Chain]) -> bytes:
    """Return the leaf hash of a target's entry."""
    listed = [{"head": one.head, "kind": one.kind, "label": one.label} for one in chains]
    return merkle.leaf_hash(canonical.encode({"chains": listed, "of": of}))


def chain_of(kind: str, key: str) -> tuple[Chained, str, str] | None:
    """Return the chain that a leaf continues, as kind, target and label; None for leaves of other kinds.

    Records are RUN/TARGET/LABEL/ATTEMPT, where a label may hold slashes, plans RUN/TARGET, events of cases
    TARGET/FINDING/NUMBER; in ledgers begun earlier FINDING/NUMBER, which names no target: a chain of its own. The
    cleanliness of a run, RUN/BEFORE/NUMBER, is the run's.

    >>> chain_of("record", "N1/shifan/zwgk/page-2/1"), chain_of("plan", "N1/shifan")
    (('record', 'shifan', 'zwgk/page-2'), ('plan', 'shifan', ''))
    >>> chain_of("case", "shifan/a/0001"), chain_of("case", "a/0001")
    (('case', 'shifan', 'a'), ('case', 'a', ''))
    >>> chain_of("cleanliness", "N1/ab/0001")
    ('cleanliness', 'run/N1', 'ab')
    >>> chain_of("bundle", "quzheng-0123456789ab")
    """
    parts = key.split("/")
    if kind == RECORD and len(parts) >= 4:
        return RECORD, parts[1], "/".join(parts[2:-1])
    if kind == PLAN and len(parts) == 2:
        return PLAN, parts[1], ""
    if kind == CASE and len(parts) in (2, 3):
        return CASE, parts[0], "/".join(parts[1:-1])
    if kind == CLEANLINESS and len(parts) == 3:
        return CLEANLINESS, of_run(parts[0]), parts[1]
    return None


def of_run(run: str) -> str:
    """Return under what name a run's chains are listed; no target has such a name, since it holds a slash."""
    return f"run/{run}"


def of_leaves(leaves: Iterable[Leaf]) -> Chains:
    """Return the chains of some leaves, in ledger order."""
    chains = Chains()
    for leaf in leaves:
        chains.absorb(leaf)
    return chains
