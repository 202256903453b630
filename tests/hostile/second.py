"""A second verifier, written from evidence/FORMAT.md with the standard library and openssl alone.

It shares no line with ours. Where the two disagree about a bundle, one of them or the document is wrong.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path
from typing import Any

TAGS = ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
SEAL = ["seal/seal-sha256.txt", "seal/signer.pem", "seal/tagmanifest-sha256.txt.p7s"]
PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(?<!\.)")


class Refused(Exception):
    """The bundle does not hold."""


def demand(holds: object, why: str) -> None:
    if not holds:
        raise Refused(why)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def document(data: bytes) -> Any:
    value = json.loads(data)
    demand(canonical(value) == data, "not canonical")
    return value


def unzip(data: bytes) -> list[tuple[str, bytes]]:
    """Section 2: read the directory, then write the whole file again and compare."""
    count, _, start = struct.unpack("<HII", data[-12:-2])
    members, position = [], start
    for _ in range(count):
        crc, size, _, length = struct.unpack("<IIIH", data[position + 16 : position + 30])
        (offset,) = struct.unpack("<I", data[position + 42 : position + 46])
        name = data[position + 46 : position + 46 + length]
        body = data[offset + 30 + length : offset + 30 + length + size]
        demand(zlib.crc32(body) == crc, "crc")
        members.append((name, body))
        position += 46 + length
    demand(rezip(members) == data, "zip form")
    return [(name.decode("ascii"), body) for name, body in members]


def rezip(members: list[tuple[bytes, bytes]]) -> bytes:
    local, central = b"", b""
    for name, body in members:
        sizes = struct.pack("<IIIHH", zlib.crc32(body), len(body), len(body), len(name), 0)
        head = struct.pack("<HHHHH", 10, 0, 0, 0, 0x21) + sizes
        central += b"PK\1\2" + struct.pack("<H", 0x0314) + head + struct.pack("<HHHII", 0, 0, 0, 0x81A40000, len(local))
        central += name
        local += b"PK\3\4" + head + name + body
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(central), len(local), 0)
    return local + central + b"PK\5\6" + end


def listing(data: bytes) -> dict[str, str]:
    pairs = [line.split("  ", 1)[::-1] for line in data.decode("ascii").split("\n")[:-1]]
    found = dict(pairs)
    demand("".join(f"{found[p]}  {p}\n" for p in sorted(found)).encode() == data, "list form")
    demand(all(PART.fullmatch(part) for path in found for part in path.split("/")), "path")
    return found


def check_bag(name: str, files: dict[str, bytes]) -> None:
    payload = {path: data for path, data in files.items() if path.startswith("data/")}
    expected = [*TAGS, *sorted(payload), *SEAL]
    demand(list(files) == expected, "names")
    oxum = f"{sum(map(len, payload.values()))}.{len(payload)}"
    info = f"Bag-Software-Agent: quzheng\nExternal-Identifier: {name}\nPayload-Oxum: {oxum}\n"
    demand(files["bag-info.txt"] == info.encode(), "bag-info")
    demand(files["bagit.txt"] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "bagit")
    for tag, paths in ((TAGS[2], payload), (TAGS[3], TAGS[:3]), (SEAL[0], SEAL[1:])):
        listed = listing(files[tag])
        demand(listed == {path: sha256(files[path]) for path in paths}, tag)


def check_manifest(name: str, files: dict[str, bytes]) -> Any:
    manifest = document(files["data/manifest.json"])
    rest = {key: value for key, value in manifest.items() if key != "bundle"}
    demand(manifest["format"] == 0 and manifest["schema"] == "manifest/1", "format")
    demand(manifest["bundle"] == name == f"quzheng-{sha256(canonical(rest))[:12]}", "name")
    paths = sorted(path for path in files if path.startswith("data/") and path != "data/manifest.json")
    demand([entry["path"] for entry in manifest["files"]] == paths, "files")
    for entry in manifest["files"]:
        data = files[entry["path"]]
        found = (len(data), sha256(data), hashlib.new("sm3", data).hexdigest())
        demand(found == (entry["size"], entry["sha256"], entry["sm3"]), entry["path"])
    return manifest


def check_records(manifest: Any, files: dict[str, bytes]) -> dict[str, Any]:
    blobs = {entry["sha256"]: entry for entry in manifest["files"] if entry["role"] == "artifact"}
    records = {path[13:-5]: document(data) for path, data in files.items() if path.startswith("data/records/")}
    for id, record in records.items():
        demand(id == sha256(canonical(record)), "record id")
        for artifact in record["artifacts"]:
            there = blobs[artifact["sha256"]]
            demand((there["size"], there["sm3"]) == (artifact["size"], artifact["sm3"]), "artifact")
        cited = [record["exchanges"], record["times"], record["environment"], record["flow"]["sha256"]]
        cited += [record["cleanliness"]] if record["cleanliness"] else []
        cited += [record["column"]["ledger"]] if record["column"] and record["column"]["ledger"] else []
        demand(all(blobs[one]["path"].startswith(f"data/artifacts/{one}.") for one in cited), "cited")
    purged = {one["record"]: one["event"] for one in manifest.get("purged", [])}
    headers = {id: document(files[f"data/headers/{id}.json"]) for id in purged}
    for id, header in headers.items():
        demand(id == sha256(canonical(header)) and id not in records, "purged")
    findings = [document(data) for path, data in files.items() if path.startswith("data/findings/")]
    heads = [{key: finding[key] for key in manifest["findings"][0]} for finding in findings]
    demand(sorted(map(canonical, heads)) == sorted(map(canonical, manifest["findings"])), "headings")
    for finding in findings:
        owners = {(records.get(id) or headers[id])["target"]["id"] for id in finding["exhibits"]}
        demand(owners == {finding["target"]}, "exhibits")
        demand(finding["target"] in {target["id"] for target in manifest["subject"]["targets"]}, "subject")
    leaves = {id: ("record", record["key"]) for id, record in records.items()}
    leaves |= check_answer(manifest, files, {finding["id"] for finding in findings})
    leaves |= {event: ("purge", id) for id, event in purged.items()}
    for finding in findings:
        digest = sha256(canonical(finding))
        if f"data/ledger/proofs/{digest}.json" in files:
            leaves[digest] = ("finding", finding["id"])
    return leaves


def check_answer(manifest: Any, files: dict[str, bytes], findings: set[str]) -> dict[str, Any]:
    """Section 9."""
    if not {"data/answer.json", "data/answer-zh.txt"} & set(files):
        return {}
    demand("data/answer.json" in files and "data/answer-zh.txt" in files, "half an answer")
    answer = document(files["data/answer.json"])
    keys = {"schema", "number", "finding", "cites", "contested", "ruling", "sheet"}
    demand(set(answer) == keys and answer["schema"] == "answer/1", "answer/1")
    cites, contested, ruling = answer["cites"], answer["contested"], answer["ruling"]
    demand(set(cites) == {"bundle", "manifest"} and cites["bundle"] != manifest["bundle"], "cites")
    demand(re.fullmatch("quzheng-[0-9a-f]{12}", cites["bundle"]), "cited bundle")
    demand(re.fullmatch("[0-9a-f]{64}", cites["manifest"]), "cited manifest")
    demand(findings == {answer["finding"]}, "answered finding")
    demand(contested["finding"] == ruling["finding"] == answer["finding"], "case")
    demand(contested["step"] == "contested" and ruling["step"] in ("upheld", "changed", "overturned"), "steps")
    demand(ruling["previous"] == sha256(canonical(contested)), "ruling on the objection")
    demand(sha256(canonical(answer["sheet"])) in ruling["papers"], "sheet")
    events = (contested, ruling)
    return {sha256(canonical(one)): ("case", f"{one['finding']}/{one['n']:04}") for one in events}


def check_ledger(leaves: dict[str, Any], files: dict[str, bytes], certificate: Path) -> None:
    text, _, signatures = files["data/ledger/checkpoint"].decode().partition("\n\n")
    _, size, root = text.split("\n")
    for id, (kind, key) in leaves.items():
        proof = document(files[f"data/ledger/proofs/{id}.json"])
        demand(proof["leaf"] == {"digest": id, "index": proof["leaf"]["index"], "key": key, "kind": kind}, "leaf")
        demand(proof["size"] == int(size), "size")
        demand(climbed(proof) == base64.b64decode(root), "root")
    check_anchor(text, files)
    lines = [base64.b64decode(line.split(" ")[2]) for line in signatures.split("\n")[:-1]]
    public = openssl("x509", "-in", certificate, "-noout", "-pubkey")
    spki = base64.b64decode(b"".join(public.split(b"\n")[1:-2]))
    name = re.sub(rb"[\s+]+", b"-", common_name(certificate))
    key_id = hashlib.sha256(name + b"\n\xff" + spki).digest()[:4]
    ours = [line[4:] for line in lines if line[:4] == key_id]
    demand(ours, "no signature of the signer on the checkpoint")
    for signature in ours:
        check_raw((text + "\n").encode(), signature, public, certificate.parent)


def check_anchor(text: str, files: dict[str, bytes]) -> None:
    """Section 6: of checkpoint and anchor the larger continues the smaller."""
    there = [f"data/ledger/{name}" in files for name in ("anchor", "anchor.json")]
    demand(there[0] == there[1], "half an anchor")
    if not there[0]:
        return
    note = files["data/ledger/anchor"].decode()
    states = [one.split("\n") for one in (text, note.partition("\n\n")[0])]
    demand(states[0][0] == states[1][0], "another ledger")
    (old, older), (new, newer) = sorted((int(size), base64.b64decode(root)) for _, size, root in states)
    proof = document(files["data/ledger/anchor.json"])
    demand((proof["schema"], proof["old"], proof["new"]) == ("consistency/1", old, new), "sizes")
    demand(0 < old < new and continued(old, new, older, proof["proof"]["path"]) == (older, newer), "consistency")


def continued(old: int, new: int, older: bytes, path: list[str]) -> tuple[bytes, bytes]:
    """RFC 9162, 2.1.4.2: the two roots that the path leads to."""
    steps = [bytes.fromhex(step) for step in path]
    steps = [older, *steps] if old & (old - 1) == 0 else steps
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        demand(last, "path too long")
        if node & 1 or node == last:
            first, second = (hashlib.sha256(b"\1" + step + one).digest() for one in (first, second))
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = hashlib.sha256(b"\1" + second + step).digest()
        node, last = node >> 1, last >> 1
    demand(last == 0, "path too short")
    return first, second


def climbed(proof: Any) -> bytes:
    """RFC 9162, 2.1.3.2."""
    leaf = {key: proof["leaf"][key] for key in ("digest", "key", "kind")}
    node, last = proof["leaf"]["index"], proof["size"] - 1
    hashed = hashlib.sha256(b"\0" + canonical(leaf)).digest()
    for step in map(bytes.fromhex, proof["proof"]["path"]):
        demand(last, "path too long")
        if node & 1 or node == last:
            hashed = hashlib.sha256(b"\1" + step + hashed).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            hashed = hashlib.sha256(b"\1" + hashed + step).digest()
        node, last = node >> 1, last >> 1
    demand(last == 0, "path too short")
    return hashed


def common_name(certificate: Path) -> bytes:
    out = openssl("x509", "-in", certificate, "-noout", "-subject", "-nameopt", "multiline,utf8,-esc_msb")
    return out.decode().split("commonName")[1].split("=", 1)[1].strip().encode()


def check_raw(text: bytes, signature: bytes, public: bytes, folder: Path) -> None:
    for name, data in (("note", text), ("sig", signature), ("pub", public)):
        (folder / name).write_bytes(data)
    openssl("dgst", "-sha256", "-verify", folder / "pub", "-signature", folder / "sig", folder / "note")


def openssl(*arguments: object) -> bytes:
    run = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False)
    demand(run.returncode == 0, run.stderr.decode("utf-8", "replace"))
    return run.stdout


def holds(bundle: Path) -> bool:
    """Tell whether the bundle holds."""
    try:
        check(bundle.read_bytes())
    except (Refused, ValueError, KeyError, IndexError, TypeError, struct.error):
        return False
    return True


def check(data: bytes) -> None:
    members = unzip(data)
    name = members[0][0].partition("/")[0]
    demand(all(path.startswith(f"{name}/") for path, _ in members), "folder")
    files = {path.partition("/")[2]: body for path, body in members}
    demand(len(files) == len(members), "names twice")
    check_bag(name, files)
    leaves = check_records(check_manifest(name, files), files)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for path in (TAGS[3], *SEAL[1:]):
            (place / Path(path).name).write_bytes(files[path])
        signer, signed, signature = place / "signer.pem", place / TAGS[3], place / Path(SEAL[2]).name
        pinned = ("-certfile", signer, "-nointern", "-noverify", "-out", place / "out")
        openssl("cms", "-verify", "-binary", "-inform", "DER", "-in", signature, "-content", signed, *pinned)
        check_ledger(leaves, files, signer)
