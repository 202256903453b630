"""The named checks of a verdict, one function each: what is asked, what was found.

Each check answers for one layer and trusts the one below: the zip's form, the names, the bytes against the bag's lists,
the lists against each other, the documents, the ledger, the signature. So each has damage that it alone can see, and
none may be left out. They may raise: whoever asks turns that into a failed check.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from evidence import after_checks, bag, digest, seal, series_checks, spoken, timestamp
from evidence.case_event import Event
from evidence.errors import EvidenceError
from evidence.manifest import (
    ANCHOR,
    ANCHOR_PROOF,
    FORMAT,
    MANIFEST,
    event_path,
    header_path,
    heading,
    proof_path,
    record_path,
    role_of,
)
from evidence.model import Finding, Record
from evidence.opened import Opened
from evidence.proof import PURGE, Inclusion, check_entry
from evidence.question import Question
from evidence.seal import Answer

SHOWN = 3
"""Faults of one check that its detail names; the rest are counted."""

Fault = str


def zip_form(question: Question) -> Answer:
    """Every byte of the zip outside the members is the one permitted, and the members' checksums are right."""
    return _answer(_zip_faults(question.bundle), "压缩包格式符合规定，首尾及文件之间没有多余内容")


def names(question: Question) -> Answer:
    """The files are exactly those the bag lists, in their order, in one folder with the bundle's name."""
    bundle = question.bundle
    sealed = _seal_paths(question) if bundle.has(bag.SIGNATURE) else ()
    order = (*bag.TAG_FILES, *sorted(bundle.listed), *sealed)
    expected = tuple(f"{bundle.manifest.bundle}/{path}" for path in order)
    return _answer(_order_faults(expected, bundle.order), f"共 {len(order)} 个文件，名称和顺序一致，无缺无多")


def files(question: Question) -> Answer:
    """The bytes of every file have the digest that the bag's lists give."""
    bundle = question.bundle
    listed = {**bundle.listed, **bag.parse_listing(bundle.read(bag.TAG_MANIFEST))}
    if bundle.has(bag.SEAL_LIST):
        listed |= bag.parse_listing(bundle.read(bag.SEAL_LIST))
    return _answer(_listing_faults(bundle, listed), f"{len(listed)} 个文件的 SHA-256 与清单一致")


def bag_form(question: Question) -> Answer:
    """The bag's tag files are what its payload demands, and the seal's list names the seal's files."""
    bundle = question.bundle
    sizes = {path: bundle.measured[path].size for path in bundle.listed if path in bundle.measured}
    expected = bag.tag_files(bundle.manifest.bundle, sizes, bundle.listed)
    faults = [f"{path} 不是规定的写法" for path, data in expected.items() if bundle.read(path, len(data)) != data]
    if bundle.has(bag.SEAL_LIST):
        parts = set(bag.parse_listing(bundle.read(bag.SEAL_LIST)))
        others = set(_seal_paths(question)) - {bag.SEAL_LIST}
        faults += [f"{bag.SEAL_LIST} 应列出 seal 中的其他文件"] if parts != others else []
    return _answer(faults, "符合 BagIt 1.0")


def manifest(question: Question) -> Answer:
    """The manifest lists every file of the payload with its size and both digests, and gives the bundle its name."""
    bundle = question.bundle
    described = bundle.manifest
    if described.format != FORMAT:
        return Answer(passed=False, detail=f"格式版本应为 {FORMAT}，实为 {described.format}；请使用相应版本的核对程序")
    return _answer(_manifest_faults(bundle), f"证据目录 {described.bundle}，列 {len(described.files)} 个文件")


def records(question: Question) -> Answer:
    """Each record is the one its id names, all it cites is there, and the findings cite the records that are there."""
    known = {}
    faults: list[Fault] = []
    for id, record in question.records():
        known[id] = record
        faults += _record_faults(question, id, record)
    found = tuple(question.findings())
    for finding in found:
        faults += _finding_faults(question, finding, known)
    if {heading(finding) for finding in found} != set(question.bundle.manifest.findings):
        faults.append("证据目录所列问题与问题文件不一致")
    if not found or not known:
        faults.append("没有问题或没有记录")
    faults += _withheld_faults(question, known.values())
    faults += _case_faults(question)
    answer = question.answer()
    if answer is not None:
        faults += answer.faults(question.bundle.manifest.bundle, frozenset(finding.id for finding in found))
    faults += _purged_faults(question)
    faults += after_checks.faults(question)
    kept = len(question.withheld)
    whole = "齐全" if not kept else f"齐全，其中 {kept} 个含个人信息，原件留存取证单位，记录里有其摘要"
    cited = f"；答复 {answer.number}，所答复的证据包 {answer.cites.bundle}" if answer is not None else ""
    return _answer(faults, f"{len(found)} 个问题，{len(known)} 条记录，所引文件{whole}{cited}")


def ledger_inclusion(question: Question) -> Answer:
    """Each record stands in the ledger whose root the checkpoint gives; so does each finding that has a proof."""
    faults: list[Fault] = []
    count = 0
    for id, record in question.records():
        faults += _proof_faults(question, "record", id, record.capture.key)
        count += 1
    for finding in question.findings():
        sha256 = digest.of_value(finding.plain())
        if question.bundle.has(proof_path(sha256)):
            faults += _proof_faults(question, "finding", sha256, f"{finding.id}/{sha256}")
            count += 1
    for id, loss in question.losses():
        faults += _proof_faults(question, "loss", id, f"{loss.run}/{loss.target}/{loss.label}")
        count += 1
    for _, event in question.events():
        faults += _proof_faults(question, "case", event.id, event.key)
        count += 1
    answer = question.answer()
    for key, sha256 in answer.leaves() if answer is not None else ():
        faults += _proof_faults(question, "case", sha256, key)
        count += 1
    for id, purged in question.purged.items():
        faults += _proof_faults(question, PURGE, purged.event, id)
        count += 1
    for path, proof in question.chains():
        faults += _leaf_faults(question, proof.leaf, path)
    return _answer(faults, f"{count} 项均在台账（共 {question.checkpoint.size} 项）中")


def checkpoint(question: Question) -> Answer:
    """The signer of the bundle signed the state of the ledger."""
    state, certificate = question.checkpoint, question.certificate
    signatures = state.of_key(seal.key_id(certificate))
    if not signatures:
        return Answer(passed=False, detail="台账状态没有本包签名人的签名")
    if not all(seal.check_note(state.text, one.signature, certificate) for one in signatures):
        return Answer(passed=False, detail="台账状态的签名无效")
    if question.bundle.has(ANCHOR) != question.bundle.has(ANCHOR_PROOF) or not _continues(question):
        return Answer(passed=False, detail="联署的台账状态与本包的台账状态不能前后相续")
    return Answer(passed=True, detail=f"{state.origin}，{spoken.line(state)}")


def signature(question: Question) -> Answer:
    """The tag manifest is signed by exactly the certificate in the bundle."""
    bundle = question.bundle
    if not bundle.has(bag.SIGNATURE):
        return Answer(passed=False, detail="没有签名（UNSEALED），不能作为证据使用")
    der = bundle.read(bag.SIGNATURE, seal.MAX_CERTIFICATE)
    found = seal.check_cms(bundle.read(bag.TAG_MANIFEST), der, question.certificate)
    if found.passed:
        return Answer(passed=True, detail=f"签名有效，证书指纹 {seal.fingerprint(question.certificate)}")
    said = "签名无效" if found.passed is False else "无法核对签名"
    return Answer(passed=found.passed, detail=f"{said}（{found.detail}）")


def signer_trusted(question: Question) -> Answer:
    """The signer is the one the reader trusts."""
    if not question.bundle.has(bag.SIGNER):
        return Answer(passed=None, detail="没有签名人")
    mark = seal.fingerprint(question.certificate)
    if question.trust is None:
        return Answer(passed=None, detail=f"未指定可信证书；请将指纹与通报公布的核对：{mark}")
    ended = [record.capture.ended for _, record in question.records()]
    at = max(ended, default=datetime.now(UTC))
    found = seal.is_trusted(question.certificate, question.trust, at, question.stamped_at)
    return Answer(
        passed=found.passed, detail=f"{'可信' if found.passed else '不能确认可信'}（{found.detail}），证书指纹 {mark}"
    )


def time_stamp(question: Question) -> Answer:
    """A time-stamp is over the signature, and signed by a time-stamping certificate inside it."""
    if not question.stamped:
        return Answer(passed=None, detail="没有时间戳")
    found = question.stamp
    said = {True: "时间戳有效", False: "时间戳无效", None: "无法核对时间戳"}[found.passed]
    return Answer(passed=found.passed, detail=printable(f"{said}（{found.detail}）"))


def time_stamp_trusted(question: Question) -> Answer:
    """The time-stamp is by an authority the reader knows."""
    found = question.stamp_trusted
    if found.passed is None:
        return found
    said = "可信" if found.passed else "不能确认可信"
    return Answer(passed=found.passed, detail=printable(f"时间戳机构{said}（{found.detail}）"))


def order_of_times(question: Question) -> Answer:
    """What must have come first did: begin before end, earlier record before later, record before finding's as-of."""
    return _answer(_time_faults(question), "各时间先后合理")


def series_complete(question: Question) -> Answer:
    """No chain of the targets is left out, no step of a case, and no visit of the claimed series."""
    claimed = [f"{one.target}/{one.label}" for one in question.bundle.manifest.series]
    answer = _answer(series_checks.faults(question), f"{len(claimed)} 个序列自始至终无缺（{_some(claimed)}）")
    if not answer.passed:
        return answer
    whole = f"各对象的链和案卷齐全；{answer.detail}"
    if unclaimed := series_checks.unclaimed(question):
        return Answer(passed=None, detail=printable(f"{whole}；未声明无缺的序列：{_some(unclaimed)}"))
    if beside := series_checks.beside(question):
        whole += f"；另有 {len(beside)} 个页面的记录不在本包内，只列各链末端（{_some(beside)}）"
    return Answer(passed=True, detail=printable(whole))


def _some(names: Sequence[str]) -> str:
    return "、".join(names[:SHOWN]) + ("等" if len(names) > SHOWN else "")


def printable(said: object) -> str:
    """Return text from a hostile bundle as one short printable line."""
    return "".join(c if c.isprintable() else "\ufffd" for c in str(said).replace("\n", " "))[:300]


def _answer(faults: Iterable[Fault], good: str) -> Answer:
    """Return true with `good` where there is no fault, else false with the first few faults and the count of the rest."""
    shown: list[Fault] = []
    more = 0
    for fault in faults:
        if len(shown) < SHOWN:
            shown.append(printable(fault))
        else:
            more += 1
    if not shown:
        return Answer(passed=True, detail=good)
    return Answer(passed=False, detail="；".join(shown) + (f"；另有 {more} 处" if more else ""))


def _seal_paths(question: Question) -> tuple[str, ...]:
    return bag.seal_paths(stamped=question.stamped, sm2=question.bundle.manifest.sm2 is not None)


def _zip_faults(bundle: Opened) -> Iterator[Fault]:
    yield from bundle.survey.faults
    for path, member in bundle.members.items():
        measured = bundle.measured.get(path)
        if measured is None:
            yield f"{path} 不完整"
        elif measured.crc != member.crc:
            yield f"{path} 的校验和不符"


def _order_faults(expected: tuple[str, ...], got: tuple[str, ...]) -> Iterator[Fault]:
    missing, extra = set(expected) - set(got), set(got) - set(expected)
    yield from (f"缺少 {name}" for name in sorted(missing))
    yield from (f"多出 {name}" for name in sorted(extra))
    if len(got) != len(set(got)):
        yield "有重名的文件"
    elif not missing and not extra and expected != got:
        yield "文件的顺序不符合规定"


def _listing_faults(bundle: Opened, listed: Mapping[str, str]) -> Iterator[Fault]:
    for path, sha256 in listed.items():
        measured = bundle.measured.get(path)
        if measured is None:
            yield f"缺少 {path}"
        elif measured.sha256 != sha256:
            yield f"{path} 的内容与清单不符"


def _manifest_faults(bundle: Opened) -> Iterator[Fault]:
    described = bundle.manifest
    if described.bundle != described.derived_name:
        yield f"名称应为 {described.derived_name}，实为 {described.bundle}"
    paths = [entry.path for entry in described.files]
    if paths != sorted(set(bundle.listed) - {MANIFEST}):
        yield "所列文件与 manifest-sha256.txt 不一致"
    for entry in described.files:
        measured = bundle.measured.get(entry.path)
        if entry.role != role_of(entry.path):
            yield f"{entry.path} 不是 {entry.role} 应在的位置"
        if entry.sha256 != bundle.listed.get(entry.path):
            yield f"{entry.path} 的 SHA-256 与 manifest-sha256.txt 不一致"
        elif not measured or measured.sha256 != entry.sha256:
            continue  # the bytes are at fault, not the manifest
        elif (measured.size, measured.sm3 or entry.sm3) != (entry.size, entry.sm3):
            yield f"{entry.path} 的大小或 SM3 与文件不一致"


def _record_faults(question: Question, id: str, record: Record) -> Iterator[Fault]:
    if record.id != id:
        yield f"{record_path(id)} 的内容与编号不符"
    for artifact in record.capture.artifacts:
        entry = question.artifacts.get(artifact.sha256)
        if entry and (entry.size, entry.sm3) != (artifact.size, artifact.sm3):
            yield f"记录 {id[:12]} 所引 {artifact.role} {artifact.n} 与 {entry.path} 不符"
    for sha256 in record.capture.cited:
        if sha256 in question.withheld:
            continue
        entry = question.artifacts.get(sha256)
        if entry is None or not entry.path.startswith(f"data/artifacts/{sha256}."):
            yield f"记录 {id[:12]} 所引文件 {sha256} 不在包内"


def _withheld_faults(question: Question, records: Iterable[Record]) -> Iterator[Fault]:
    """What stays in the house must be cited by a record whose pages show personal data, and every copy be of such."""
    private = {
        sha256 for record in records if record.capture.flow.private is not None for sha256 in record.capture.cited
    }
    copies = {entry.path for entry in question.bundle.manifest.files if entry.role == "masked"}
    for sha256, one in question.withheld.items():
        if sha256 not in private:
            yield f"未附原件的 {sha256} 不属于含个人信息的记录"
        if sha256 in question.artifacts:
            yield f"{sha256} 列为未附原件，却在包内"
        if one.copy is not None and one.copy not in copies:
            yield f"{sha256} 的遮盖副本 {one.copy} 不在包内"
    for path in sorted(copies - {one.copy for one in question.withheld.values()}):
        yield f"{path} 不是任何文件的遮盖副本"


def _finding_faults(question: Question, finding: Finding, known: Mapping[str, Record]) -> Iterator[Fault]:
    if finding.target not in {target.id for target in question.bundle.manifest.subject.targets}:
        yield f"问题 {finding.id[:12]} 的对象 {finding.target} 不是本包的对象"
    for id in finding.exhibits:
        record = known.get(id) or (question.header(id) if id in question.purged else None)
        if record is None:
            yield f"问题 {finding.id[:12]} 所引记录 {id} 不在包内"
        elif record.capture.target.id != finding.target:
            yield f"问题 {finding.id[:12]} 所引记录 {id[:12]} 属于其他对象"
    if not finding.exhibits:
        yield f"问题 {finding.id[:12]} 没有引用任何记录"


def _case_faults(question: Question) -> Iterator[Fault]:
    """Each case is a chain of events on a finding of one of the targets, from the first on."""
    targets = {target.id for target in question.bundle.manifest.subject.targets}
    last: dict[str, Event] = {}
    for path, event in question.events():
        before = last.get(event.finding)
        follows = (event.n, event.previous) == ((before.n + 1, before.id) if before else (1, None))
        if path != event_path(event.finding, event.n) or event.target not in targets or not follows:
            yield f"{path} 不是本包对象的案卷中的下一步"
        last[event.finding] = event


def _proof_faults(question: Question, kind: str, sha256: str, key: str) -> Iterator[Fault]:
    proof = question.inclusion(sha256)
    if (proof.leaf.kind, proof.leaf.key, proof.leaf.digest) != (kind, key, sha256):
        yield f"{sha256[:12]} 的台账证明是另一项的"
    yield from _leaf_faults(question, proof, sha256[:12])


def _leaf_faults(question: Question, proof: Inclusion, where: str) -> Iterator[Fault]:
    state = question.checkpoint
    check_entry(proof.leaf.kind, proof.leaf.key, proof.leaf.digest)
    if proof.size != state.size or not proof.holds(state.root):
        yield f"{where} 的台账证明得不出台账的根"


def _continues(question: Question) -> bool:
    """Tell whether checkpoint and anchor, if there is one, are two states of one ledger: the larger continues the smaller."""
    if question.anchor is None:
        return True
    older, newer = sorted((question.checkpoint, question.anchor), key=lambda state: state.size)
    return older.size < newer.size and question.consistency.holds(older, newer)


def _purged_faults(question: Question) -> Iterator[Fault]:
    """What is named as quarantined must be there as a header under its own id, and without contents."""
    for id in question.purged:
        header = question.header(id)
        if header is None or question.bundle.has(record_path(id)):
            yield f"已隔离的记录 {id[:12]} 应只有记录头"
        elif header.id != id:
            yield f"{header_path(id)} 的内容与编号不符"


def _time_faults(question: Question) -> Iterator[Fault]:
    started: dict[str, datetime] = {}
    follows: list[tuple[str, str]] = []
    stamped = _time_of_stamp(question)
    for id, record in question.records():
        capture = record.capture
        started[id] = capture.started
        if stamped is not None and timestamp.too_early(stamped, capture.ended):
            yield f"时间戳的时间早于记录 {id[:12]} 的结束时间"
        if record.previous:
            follows.append((id, record.previous))
        moments = [a.taken for a in capture.artifacts if a.role in ("tile", "region", "dom", "layout")]
        if (
            not capture.started
            <= min(moments, default=capture.started)
            <= max(moments, default=capture.ended)
            <= capture.ended
        ):
            yield f"记录 {id[:12]} 的起止时间与所存文件不符"
    for later, earlier in follows:
        if earlier in started and started[earlier] > started[later]:
            yield f"记录 {later[:12]} 早于它的前一条记录"
    for finding in question.findings():
        if finding.as_of and finding.as_of > finding.at:
            yield f"问题 {finding.id[:12]} 依据的记录晚于监测时间点"


def _time_of_stamp(question: Question) -> datetime | None:
    try:
        return timestamp.read(question.response).at if question.stamped else None
    except EvidenceError:
        return None  # `time-stamp` says that it cannot be read
