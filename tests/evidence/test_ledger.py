"""The ledger: append-only, whole after a kill, and provable at every size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import canonical, digest, merkle, note, plain
from evidence.errors import LedgerError
from evidence.ledger import FileLedger, Leaf
from evidence.note import Checkpoint, NoteSignature
from evidence.proof import check_entry
from tests.conftest import ROOT

D = [digest.sha256(bytes([n])) for n in range(256)]


class Pen:
    """A signer that signs with nothing but its name."""

    def __init__(self, name: str = "office") -> None:
        self.name = name
        self.key_id = digest.sha256(name.encode())[:4].encode()

    def sign_note(self, text: bytes) -> bytes:
        return self.name.encode() + digest.sha256(text).encode()


def filled(root: Path, count: int) -> FileLedger:
    ledger = FileLedger(root)
    for n in range(count):
        ledger.append("record", f"RUN/target/home/{n}", D[n])
    return ledger


def test_a_leaf_is_found_by_its_kind_and_key(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 3)
    leaf = ledger.find("record", "RUN/target/home/1")
    assert leaf == Leaf(index=1, kind="record", key="RUN/target/home/1", digest=D[1])
    assert ledger.find("finding", "RUN/target/home/1") is None
    assert ledger.size == 3


def test_the_same_entry_again_is_the_same_leaf(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 2)
    assert ledger.append("record", "RUN/target/home/0", D[0]).index == 0
    assert ledger.size == 2


def test_a_key_never_stands_for_another_digest(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 1)
    with pytest.raises(LedgerError, match="never changed"):
        ledger.append("record", "RUN/target/home/0", D[9])


@pytest.mark.parametrize(
    ("kind", "key", "sha256"),
    [
        ("other", "k", D[0]),
        ("record", "", D[0]),
        ("record", "a\nb", D[0]),
        ("record", "x" * 1001, D[0]),
        ("record", "\ud800", D[0]),
        ("record", "k", "abc"),
        ("record", "k", D[0].upper()),
    ],
)
def test_what_cannot_be_a_leaf_is_refused(tmp_path: Path, kind: str, key: str, sha256: str) -> None:
    ledger = FileLedger(tmp_path)
    with pytest.raises(LedgerError):
        ledger.append(kind, key, sha256)
    assert ledger.size == 0


@given(key=st.text(min_size=1, max_size=60))
def test_a_leaf_is_written_and_hashed_in_its_canonical_form(key: str) -> None:
    leaf = Leaf(index=7, kind="record", key=key, digest=D[0])
    try:
        check_entry("record", key, D[0])
    except LedgerError:
        return
    assert leaf.line == canonical.encode(plain.dump(leaf))
    assert leaf.hashed == merkle.leaf_hash(canonical.encode({"digest": D[0], "key": key, "kind": "record"}))


@given(kind=st.text(), key=st.text(), sha256=st.text())
def test_a_leaf_that_somebody_else_hands_in_is_hashed_as_its_own_texts_and_no_others(
    kind: str, key: str, sha256: str
) -> None:
    """Quotation marks in it end no text."""
    leaf = Leaf(index=0, kind=kind, key=key, digest=sha256)
    entry = {"digest": sha256, "key": key, "kind": kind}
    assert leaf.line == canonical.encode({**entry, "index": 0})
    assert leaf.hashed == merkle.leaf_hash(canonical.encode(entry))


@pytest.mark.parametrize("text", ['","kind":"record', "\\", '"', "\u2028", "\x00", "网站"])
def test_no_text_in_a_leaf_can_stand_for_another(text: str) -> None:
    one = Leaf(index=0, kind="record", key=text, digest=D[0])
    assert json.loads(one.line) == plain.dump(one)


def test_a_ledger_opens_with_all_it_acknowledged(tmp_path: Path) -> None:
    before = filled(tmp_path, 20)
    after = FileLedger(tmp_path)
    assert after.leaves() == before.leaves()
    assert after.root() == before.root()


@pytest.mark.parametrize("torn", [b"{", b'{"digest":"ab', b"\x00" * 40])
def test_a_torn_tail_is_cut_and_is_never_part_of_an_entry(tmp_path: Path, torn: bytes) -> None:
    root = filled(tmp_path, 3).root()
    with (tmp_path / "ledger" / "leaves").open("ab") as stream:
        stream.write(torn)
    ledger = FileLedger(tmp_path)
    assert (ledger.size, ledger.root()) == (3, root)
    ledger.append("record", "next", D[5])
    assert FileLedger(tmp_path).leaves()[-1].key == "next"


@pytest.mark.parametrize("cut", [1, 30, 80])
def test_a_line_cut_anywhere_was_never_there(tmp_path: Path, cut: int) -> None:
    filled(tmp_path, 3)
    file = tmp_path / "ledger" / "leaves"
    file.write_bytes(file.read_bytes()[:-cut])
    assert FileLedger(tmp_path).size == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [lines[0], *lines],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [lines[0].replace(b'"kind"', b'"kinD"'), *lines[1:]],
        lambda lines: [b"[1]", *lines[1:]],
        lambda lines: [b'{"digest":1,"index":0,"key":2,"kind":[]}', *lines[1:]],
        lambda lines: [lines[0] + b" ", *lines[1:]],
        lambda lines: [b"[" * 100_000, *lines[1:]],
        lambda lines: [lines[0].replace(b"record", b"recorder"), *lines[1:]],
    ],
)
def test_a_line_that_was_touched_is_named(tmp_path: Path, change: object) -> None:
    filled(tmp_path, 3)
    file = tmp_path / "ledger" / "leaves"
    lines = file.read_bytes().split(b"\n")[:-1]
    file.write_bytes(b"\n".join(change(lines)) + b"\n")  # type: ignore[operator]
    with pytest.raises(LedgerError, match=r"leaves, line [123]|repeats"):
        FileLedger(tmp_path)


def test_what_was_signed_for_cannot_be_lost_unseen(tmp_path: Path) -> None:
    filled(tmp_path, 5).checkpoint(Pen())
    file = tmp_path / "ledger" / "leaves"
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:4]))
    with pytest.raises(LedgerError, match="does not continue"):
        FileLedger(tmp_path)


def test_what_was_signed_for_cannot_be_rewritten_unseen(tmp_path: Path) -> None:
    filled(tmp_path, 5).checkpoint(Pen())
    file = tmp_path / "ledger" / "leaves"
    file.write_bytes(file.read_bytes().replace(D[2].encode(), D[9].encode()))
    with pytest.raises(LedgerError, match="does not continue"):
        FileLedger(tmp_path)


def test_two_openings_of_one_ledger_see_each_other(tmp_path: Path) -> None:
    one, other = FileLedger(tmp_path), FileLedger(tmp_path)
    one.append("record", "a", D[0])
    other.append("record", "b", D[1])
    assert one.append("record", "b", D[1]).index == 1
    assert [leaf.key for leaf in one.leaves()] == ["a", "b"]
    assert one.root() == other.root()


def test_a_ledger_that_shrinks_under_us_is_an_error(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 2)
    (tmp_path / "ledger" / "leaves").write_bytes(b"")
    with pytest.raises(LedgerError, match="shrunk"):
        ledger.append("record", "c", D[3])


def test_threads_and_processes_append_without_loss(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from evidence.ledger import FileLedger\n"
        "ledger = FileLedger(Path(sys.argv[1]))\n"
        "for n in range(40): ledger.append('record', f'{sys.argv[2]}/{n}', 'ab' * 32)\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), str(n)], cwd=ROOT) for n in range(2)]
    ledger = FileLedger(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: ledger.append("record", f"thread/{n}", D[n]), range(40)))
    assert [process.wait() for process in running] == [0, 0]
    leaves = FileLedger(tmp_path).leaves()
    assert len({leaf.key for leaf in leaves}) == len(leaves) == 120


def test_several_are_added_in_order_each_once_in_one_wait_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = filled(tmp_path, 1)
    synced: list[int] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(handle), real(handle))[1])
    entries = [("finding", f"F/{n}", D[n]) for n in (3, 1, 3)]
    leaves = ledger.append_all([("record", "RUN/target/home/0", D[0]), *entries])
    assert [leaf.index for leaf in leaves] == [0, 1, 2, 1]
    assert len(synced) == 1
    assert FileLedger(tmp_path).leaves() == ledger.leaves() == tuple(dict.fromkeys(leaves))
    assert ledger.append_all(entries) == leaves[1:]
    assert ledger.append_all([]) == ()
    assert len(synced) == 1, "nothing new waits for nothing"


@pytest.mark.parametrize(
    "wrong", [("record", "RUN/target/home/0", D[9]), ("finding", "F/1", D[9]), ("other", "k", D[0])]
)
def test_of_several_with_one_wrong_none_is_added(tmp_path: Path, wrong: tuple[str, str, str]) -> None:
    ledger = filled(tmp_path, 1)
    with pytest.raises(LedgerError):
        ledger.append_all([("finding", "F/1", D[1]), wrong])
    assert ledger.size == FileLedger(tmp_path).size == 1


@given(st.integers(0, 400))
def test_several_cut_anywhere_leave_the_first_of_them_whole(cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = filled(Path(folder), 1)
        before = ledger.folder.joinpath("leaves").stat().st_size
        leaves = ledger.append_all([("finding", f"F/{n}", D[n]) for n in range(3)])
        os.truncate(ledger.folder / "leaves", before + cut)
        there = FileLedger(Path(folder)).leaves(1)
        assert there == leaves[: len(there)]
        assert FileLedger(Path(folder)).append_all([("finding", f"F/{n}", D[n]) for n in range(3)]) == leaves


def test_a_disk_that_takes_nothing_leaves_no_part_of_the_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = filled(tmp_path, 2)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("evidence.ledger.os.fsync", full)
    with pytest.raises(LedgerError, match="No space left"):
        ledger.append("record", "c", D[3])
    monkeypatch.undo()
    assert ledger.size == FileLedger(tmp_path).size == 2
    assert ledger.append("record", "c", D[3]).index == 2


def test_each_leaf_is_proved_against_each_root(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 13)
    for size in range(1, 14):
        for index in range(size):
            proof = ledger.inclusion(index, size)
            assert proof.holds(ledger.root(size))
            assert not proof.holds(ledger.root(size - 1))


def test_an_impossible_proof_is_an_error_of_ours(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 3)
    for ask in (lambda: ledger.inclusion(3), lambda: ledger.root(4), lambda: ledger.consistency(3, 2)):
        with pytest.raises(LedgerError):
            ask()


def test_a_grown_ledger_is_consistent_with_what_it_was(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 9)
    assert merkle.is_consistent(4, ledger.root(4), 9, ledger.root(9), ledger.consistency(4).proof.steps)


def test_a_hundred_thousand_leaves_are_proved_without_hashing_them_again(tmp_path: Path) -> None:
    """A proof may look at a few hundred nodes, not at all leaves."""
    tree = merkle.Tree()
    for n in range(100_000):
        tree.append(merkle.leaf_hash(n.to_bytes(4, "big")))
    hashed = 0
    plain_hash = merkle.node_hash

    def counted(left: bytes, right: bytes) -> bytes:
        nonlocal hashed
        hashed += 1
        return plain_hash(left, right)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merkle, "node_hash", counted)
        path = tree.inclusion(77_777, 100_000)
        tree.append(merkle.leaf_hash(b"one more"))
    assert hashed < 300
    assert merkle.root_of_inclusion(merkle.leaf_hash((77_777).to_bytes(4, "big")), 77_777, 100_000, path) == tree.root(
        100_000
    )


def test_a_checkpoint_is_kept_as_a_note_that_reads_back(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 4)
    signed = ledger.checkpoint(Pen())
    data = (tmp_path / "ledger" / "checkpoints" / "4").read_bytes()
    assert note.parse(data) == signed
    assert (signed.size, signed.root) == (4, ledger.root())
    lines = data.decode().split("\n")
    assert lines[1] == "4"
    assert lines[3] == ""
    assert lines[4].startswith("— office ")


def test_a_state_is_signed_once_by_each_key(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 4)
    ledger.checkpoint(Pen())
    assert ledger.checkpoint(Pen()) == ledger.checkpoint(Pen())
    both = ledger.checkpoint(Pen("other"))
    assert [signature.name for signature in both.signatures] == ["office", "other"]
    assert ledger.checkpoints() == (both,)


def test_an_empty_ledger_signs_nothing(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="empty"):
        FileLedger(tmp_path).checkpoint(Pen())


def test_a_checkpoint_of_another_ledger_stops_the_opening(tmp_path: Path) -> None:
    filled(tmp_path / "a", 2).checkpoint(Pen())
    other = FileLedger(tmp_path / "b")
    other.append("record", "x", D[0])
    other.append("record", "y", D[1])
    folder = tmp_path / "b" / "ledger" / "checkpoints"
    folder.mkdir()
    (folder / "2").write_bytes((tmp_path / "a" / "ledger" / "checkpoints" / "2").read_bytes())
    with pytest.raises(LedgerError, match="does not continue"):
        FileLedger(tmp_path / "b")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"o\n1\nAA==\n\n",
        b"o\n01\n" + b"A" * 43 + b"=\n\n",
        b"o\n-1\n" + b"A" * 43 + b"=\n\n",
        b"o\n1\n" + b"A" * 43 + b"=\n",
        b"o\n1\n" + b"A" * 43 + b"=\nextra\n\n",
        b"o\n1\n" + b"A" * 43 + b"=\n\nno signature\n",
        b"o\n1\n" + b"A" * 43 + b"=\n\n" + "— a b AAAAAAAA\n".encode(),
        b"o\n1\n" + b"A" * 43 + b"=\n\n" + "— a AAAA\n".encode(),
        b"o\n1\n" + b"A" * 43 + b"=\n\n" + "— a AAAAAAAA".encode(),
        b"o\n1\n" + b"A" * 42 + b"B=\n\n",
        b"\n1\n" + b"A" * 43 + b"=\n\n",
        b"o" * 20_000,
    ],
)
def test_a_note_of_any_other_form_is_refused(data: bytes) -> None:
    with pytest.raises(LedgerError, match="not a checkpoint"):
        note.parse(data)


def test_a_note_with_a_chinese_name_reads_back() -> None:
    signature = NoteSignature(name="示范市政府办", key_id=b"\x00\x01\x02\x03", signature=b"s")
    made = Checkpoint(origin="o", size=0, root=bytes(32), signatures=(signature,))
    assert note.parse(made.encode()) == made
