"""What is handed over when a record is quarantined: its blobs in one encrypted file, and a sheet that says so.

The blobs are never in the clear on the disk again: they go from the store through a pipe into the encryption. The file is a
tar, encrypted with age to the recipient's public key; each blob in it is named by its SHA-256.
"""

from __future__ import annotations

import os
import tarfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyrage

from evidence import digest
from evidence.errors import QuarantineError
from evidence.files import whole_file
from evidence.model import Record
from evidence.purge import Purge
from evidence.quoting import plainly
from evidence.span import local_text
from evidence.store import FileStore


def recipient_of(text: str) -> pyrage.x25519.Recipient:
    """Return the public key (age1…) that is written so; raises QuarantineError."""
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise QuarantineError(f"接收方公钥应为 age1…，写的是 {plainly(text, 80)}") from None


def write_encrypted(path: Path, recipient: str, store: FileStore, blobs: Sequence[str]) -> str:
    """Write the blobs as one encrypted file, whole or not at all, for its owner alone; return its SHA-256.

    Raises QuarantineError for a key that is none, what reading a blob raises, and OSError.
    """
    key = recipient_of(recipient)
    with whole_file(path) as out:
        os.fchmod(out.fileno(), 0o600)
        reading, writing = os.pipe()
        packer = _Packer(store, blobs, writing)
        packer.start()
        try:
            with os.fdopen(reading, "rb") as stream:
                pyrage.encrypt_io(stream, out, [key])
        except pyrage.EncryptError as error:
            raise QuarantineError(f"{path} 不能加密写入：{error}") from error
        finally:
            packer.join()
        if packer.fault is not None:
            raise packer.fault
        return digest.of_stream(out, "sha256")


class _Packer(threading.Thread):
    """Writes blobs as a tar into a pipe; what went wrong is for whoever waits to raise."""

    def __init__(self, store: FileStore, blobs: Sequence[str], pipe: int) -> None:
        super().__init__(daemon=True)
        self._store, self._blobs, self._pipe = store, blobs, pipe
        self.fault: Exception | None = None

    def run(self) -> None:
        try:
            with os.fdopen(self._pipe, "wb") as out, tarfile.open(fileobj=out, mode="w|") as tar:
                for sha256 in self._blobs:
                    with self._store.open(sha256) as blob:
                        entry = tarfile.TarInfo(sha256)
                        entry.size = blob.seek(0, os.SEEK_END)
                        blob.seek(0)
                        tar.addfile(entry, blob)
        except Exception as error:  # noqa: BLE001  raised again by write_encrypted
            self.fault = error


def sheet(purge: Purge, record: Record, file: str) -> str:
    """Return the hand-over sheet (移交单) in Chinese; `file` is the encrypted file's name. It shows nothing of the page."""
    return "\n".join(_lines(purge, record, file)) + "\n"


def _lines(purge: Purge, record: Record, file: str) -> Iterator[str]:
    capture = record.capture
    yield from ("涉嫌涉密内容隔离移交单", "", f"记录摘要（SHA-256）：{purge.record}")
    yield f"采集时间：{local_text(capture.started)} 至 {local_text(capture.ended)}（北京时间）"
    yield f"检查对象编号：{purge.target}　标签：{purge.label}"
    yield f"采集位置：{capture.vantage.egress}　采集方式：{capture.flow.name}"
    yield f"隔离时间：{local_text(purge.when)}　经办人：{plainly(purge.by, 60)}"
    yield f"隔离事由：{plainly(purge.why, 500)}"
    yield from ("", f"一、移出存储的文件共 {len(purge.moved)} 个：")
    for one in purge.moved:
        yield f"　{one.sha256}　" + ("已损坏" if one.size is None else f"{one.size} 字节")
    if purge.handed:
        yield f"　以上文件已加密为 {file}（age 格式，接收方公钥 {purge.recipient}）"
        yield f"　加密文件的 SHA-256：{purge.handed}"
    else:
        yield "　以上文件经确认不留存，已从存储中删除。"
    if purge.said:
        yield f"　案卷中述及该记录内容的判定 {len(purge.said)} 份，一并删除。"
    if purge.stays:
        yield from (
            "",
            f"二、另有 {len(purge.stays)} 个文件因下列未隔离的记录也引用而仍在存储中；内容相同的，请一并隔离：",
        )
        keepers = dict.fromkeys(id for one in purge.stays for id in one.records)
        yield from (f"　记录 {id}" for id in keepers)
    yield from ("", "三、本程序不能代为处理，请经办人核对：")
    yield "　□ 存储的备份、磁盘快照及被删除文件所在的存储介质"
    yield "　□ 此前生成或送出的证据包、报告、导出文件（WARC、WACZ、PNG）"
    yield "　□ 采集所用电脑的浏览器缓存、下载文件夹和打印件"
    yield "　□ 按保密规定停止传输、保存有关记录并向保密行政管理部门报告"
    yield from ("", "移交人：　　　　　　　接收人：　　　　　　　日期：")
