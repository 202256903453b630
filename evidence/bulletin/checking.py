"""Says whether a bulletin and bundles belong together: named checks, each true, false, or could not be made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from evidence import digest, note
from evidence.bulletin import embedded, printing
from evidence.bulletin.embedded import Embedded
from evidence.bulletin.form import Bulletin
from evidence.bulletin.issue import unfounded
from evidence.bulletin.sealed import short
from evidence.errors import BulletinError, EvidenceError
from evidence.manifest import CHECKPOINT, Manifest
from evidence.model import Verdict, VerdictCheck
from evidence.note import Checkpoint
from evidence.opened import Opened
from evidence.verify import verify


def check(path: Path, bundles: Sequence[Path], *, trust: Path | None = None) -> Verdict:
    """Return the verdict on a bulletin (DOCX or JSON) and some bundles; raises SealError for trust that cannot be read."""
    try:
        read = embedded.read(path)
    except BulletinError as error:
        return Verdict(checks=(VerdictCheck(name="bulletin", passed=False, detail=str(error)),))
    one = read.bulletin
    edition = "内部版" if one.edition == "internal" else "公开版"
    kind = "定稿" if one.final else "草稿"
    checks = [VerdictCheck(name="bulletin", passed=True, detail=f"{one.title}，{edition}，{kind}，摘要{one.id}")]
    checks += [_text(read), _rates(one)]
    checks += _volume(one, path.parent)
    for bundle in bundles:
        checks += _bundle(one, bundle, trust)
    checks.append(_given(one, bundles))
    return Verdict(checks=tuple(checks))


def _text(read: Embedded) -> VerdictCheck:
    """Compare what the document shows with what its data prints."""
    if read.paragraphs is None:
        return _check("text", None, "给出的是 JSON，没有文档文字可比", required=False)
    try:
        with zipfile.ZipFile(io.BytesIO(printing.printed(read.bulletin).bytes())) as packed:
            expected = embedded.paragraphs(packed)
    except (ValueError, LookupError, ArithmeticError) as error:
        return _check("text", False, f"所附数据不能印成文档（{type(error).__name__}）")
    shown = list(read.paragraphs)
    if tuple(shown) == expected:
        return _check("text", True, f"文档{len(shown)}段文字与所附数据一致")
    place = next((n for n, pair in enumerate(zip(shown, expected, strict=False)) if pair[0] != pair[1]), None)
    where = (
        f"自第{place + 1}段起：“{shown[place]:.40}”"
        if place is not None
        else f"多或少了{abs(len(shown) - len(expected))}段"
    )
    return _check("text", False, f"文档文字与所附数据不一致，{where}")


def _rates(bulletin: Bulletin) -> VerdictCheck:
    wrong = list(unfounded(bulletin))
    return _check("rates", not wrong, wrong[0] if wrong else "所印比率均由所列数字得出")


def _volume(bulletin: Bulletin, folder: Path) -> Iterator[VerdictCheck]:
    """Hold the 证据图册 beside a bulletin against what the bulletin says of it; none says nothing."""
    bound = bulletin.volume
    if bound is None:
        return
    path = folder / Path(bound.file).name
    if not path.is_file():
        yield _check("volume", None, f"旁边没有{path.name}，没有核对", required=False)
        return
    try:
        with path.open("rb") as stream:
            same = path.stat().st_size == bound.size and digest.of_stream(stream, "sha256") == bound.sha256
    except OSError as error:
        yield _check("volume", False, f"{path.name}不能读取（{error.strerror}）")
        return
    said = f"{path.name}共{bound.pages}页，与通报所记摘要{'一致' if same else '不同'}（{short(bound.sha256)}）"
    yield _check("volume", same, said)


def _bundle(bulletin: Bulletin, path: Path, trust: Path | None) -> Iterator[VerdictCheck]:
    name = path.name
    try:
        with path.open("rb") as stream:
            opened = Opened(stream)
            manifest = opened.manifest
            checkpoint = note.parse(opened.read(CHECKPOINT))
    except (OSError, EvidenceError) as error:
        yield _check(f"listed: {name}", False, f"不能作为证据包读取：{error}")
        return
    yield _listed(bulletin, manifest, name)
    yield _ledger(bulletin, checkpoint, name)
    verdict = verify(path, trust=trust)
    failed = [one for one in verdict.checks if one.passed is False]
    said = "；".join(f"{one.name}：{one.detail}" for one in failed) or "各项必要核对均通过"
    yield _check(f"holds: {name}", verdict.holds(), said)


def _listed(bulletin: Bulletin, manifest: Manifest, name: str) -> VerdictCheck:
    sha256 = digest.of_value(manifest.plain())
    found = next((one for one in bulletin.bundles if one.sha256 == sha256), None)
    if found is None:
        named = next((one for one in bulletin.bundles if one.file == name or one.bundle == manifest.bundle), None)
        should = f"，通报所列为{short(named.sha256)}" if named else ""
        return _check(f"listed: {name}", False, f"摘要{short(sha256)}不在通报的证据清单里{should}")
    same = set(found.findings) == {one.id for one in manifest.findings}
    said = f"证据编号{found.number}，摘要{found.short}，与通报所列一致" if same else "所含问题与通报所列不同"
    return _check(f"listed: {name}", same, said)


def _ledger(bulletin: Bulletin, checkpoint: Checkpoint, name: str) -> VerdictCheck:
    """Compare the checkpoint of a bundle, which is not later, with the state of the ledger that the bulletin prints."""
    printed = bulletin.ledger
    if checkpoint.origin != printed.origin or checkpoint.size > printed.size:
        return _check(
            f"ledger: {name}", False, f"台账{checkpoint.origin}共{checkpoint.size}项，与通报所印不是同一台账或晚于通报"
        )
    if checkpoint.size < printed.size:
        detail = f"台账到{checkpoint.size}项，早于通报所印的{printed.size}项；两者相续须由发文机关给出一致性证明"
        return _check(f"ledger: {name}", None, detail, required=False)
    same = checkpoint.root.hex() == printed.root
    return _check(f"ledger: {name}", same, "根值与通报所印一致" if same else "根值与通报所印不同")


def _given(bulletin: Bulletin, bundles: Sequence[Path]) -> VerdictCheck:
    left = len(bulletin.bundles) - len(bundles)
    if left > 0:
        return _check(
            "all bundles", None, f"通报列有{len(bulletin.bundles)}个证据包，还有{left}个没有给出", required=False
        )
    return _check("all bundles", True, f"通报所列{len(bulletin.bundles)}个证据包均已给出", required=False)


def _check(name: str, passed: bool | None, detail: str, *, required: bool = True) -> VerdictCheck:
    return VerdictCheck(name=name, passed=passed, detail=detail, required=required)
