"""`quzheng checkpoint`: sign for the ledger as it stands, give that out, have it cosigned, prove one state from another."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.command import json_option, open_house, say, workspace_option

if TYPE_CHECKING:
    from evidence.note import Checkpoint
    from evidence.seal import Signer

_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group(invoke_without_command=True)
@workspace_option
@json_option
@click.pass_context
def checkpoint(ctx: click.Context, workspace: Path, as_json: bool) -> None:
    """Sign for the ledger as it stands; export it, have it cosigned, prove that it only grew."""
    if ctx.invoked_subcommand is not None:
        return
    from evidence import checkpoints, spoken

    home = open_house(ctx, workspace)
    signer = home.signing()
    state = checkpoints.present(home.holdings(), signer)
    if as_json:
        say({**_plain(state), "line": spoken.line(state), "fingerprint": _mark(signer)})
    else:
        click.echo(f"台账：{state.origin}\n项数：{state.size}\n根：{state.root.hex()}\n签名证书指纹：{_mark(signer)}")


@checkpoint.command("export")
@workspace_option
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write to."
)
@click.option("--by", default=getpass.getuser, show_default="the system user", help="Who gives it out.")
@json_option
@click.pass_context
def export(ctx: click.Context, workspace: Path, out: Path, by: str, as_json: bool) -> None:
    """Write the signed state as a line to read aloud, a QR code and a note for others to sign."""
    from evidence import checkpoints

    home = open_house(ctx, workspace)
    made = checkpoints.export(home.holdings(), home.signing(), out, by=by, now=datetime.now(UTC))
    if as_json:
        files = [str(path) for path in (made.text, made.code, made.note)]
        say({**_plain(made.state), "line": made.line, "files": files})
        return
    click.echo(made.line)
    held = "签名全文" if made.whole_code else "上面这一行（签名全文过长）"
    click.echo(
        f"{made.text}\n{made.code}：二维码，内容为{held}\n{made.note}：交其他单位联署（quzheng checkpoint cosign）"
    )


@checkpoint.command("cosign")
@click.option("--key", type=_file, required=True, help="Your key (PEM).")
@click.option("--cert", type=_file, required=True, help="Its certificate (PEM).")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write (default: FILE).")
@click.argument("file", type=_file)
def cosign(key: Path, cert: Path, out: Path | None, file: Path) -> None:
    """Add your signature to another office's signed note; its text is printed."""
    from evidence import note
    from evidence.files import write_whole
    from evidence.quoting import plainly
    from evidence.seal import Signer, fingerprint

    signer = Signer.load(key, cert)
    data = _read(file, note.MAX_NOTE)
    signed = note.cosigned(data, signer)
    for line in note.text_of(data).decode().splitlines():
        click.echo(f"　{plainly(line, 200)}")
    write_whole(out or file, signed)
    click.echo(f"已联署：{signer.name}，证书指纹 {fingerprint(signer.certificate)}，写入 {out or file}")


@checkpoint.command("take")
@workspace_option
@json_option
@click.argument("file", type=_file)
@click.pass_context
def take(ctx: click.Context, workspace: Path, as_json: bool, file: Path) -> None:
    """Take back a note that others signed: their signatures are kept beside ours and go into bundles."""
    from evidence import checkpoints, note
    from evidence.quoting import plainly

    home = open_house(ctx, workspace)
    signer = home.signing()
    kept = checkpoints.take(home.holdings(), _read(file, note.MAX_NOTE), signer)
    names = [one.name for one in kept.others((signer.key_id,) if signer else ())]
    if as_json:
        say({**_plain(kept), "cosigners": names})
    else:
        click.echo(f"台账 {kept.size} 项的状态已有联署：{'、'.join(plainly(name, 60) for name in names)}")


@checkpoint.command("prove")
@workspace_option
@click.argument("old", type=click.IntRange(1))
@click.argument("new", type=click.IntRange(1))
@click.pass_context
def prove(ctx: click.Context, workspace: Path, old: int, new: int) -> None:
    """Print the proof that the ledger of NEW leaves begins with that of OLD leaves."""
    from evidence import canonical

    proof = open_house(ctx, workspace).holdings().ledger.consistency(old, new)
    click.echo(canonical.encode(proof.plain()).decode())


@checkpoint.command("check")
@click.argument("old_note", type=_file)
@click.argument("new_note", type=_file)
@click.argument("proof", type=_file)
@click.pass_context
def check(ctx: click.Context, old_note: Path, new_note: Path, proof: Path) -> None:
    """Check that one state of a ledger continues another, by the PROOF that `prove` printed; exits 3 if not."""
    from evidence import checkpoints, note
    from evidence.errors import LedgerError

    notes = (_read(old_note, note.MAX_NOTE), _read(new_note, note.MAX_NOTE))
    try:
        before, after = checkpoints.check(*notes, _read(proof, checkpoints.MAX_PROOF))
    except LedgerError as error:
        click.echo(f"不成立：{error}", err=True)
        ctx.exit(3)
    click.echo(f"成立：{after.size} 项的台账由 {before.size} 项续写而来，前 {before.size} 项没有改动（未核对签名）")


@checkpoint.command("heard")
@click.argument("line", nargs=-1, required=True)
@click.pass_context
def heard(ctx: click.Context, line: tuple[str, ...]) -> None:
    """Check a line that was heard or copied, by its check characters; exits 3 if it is not right."""
    from evidence import spoken
    from evidence.errors import LedgerError

    try:
        size, root = spoken.heard(" ".join(line))
    except LedgerError as error:
        click.echo(f"不成立：{error}", err=True)
        ctx.exit(3)
    click.echo(f"无误：{size} 项，根 {root.hex()}")


def _plain(state: Checkpoint) -> dict[str, object]:
    return {"origin": state.origin, "size": state.size, "root": state.root.hex()}


def _mark(signer: Signer | None) -> str:
    from evidence.seal import fingerprint

    return fingerprint(signer.certificate) if signer else ""


def _read(path: Path, limit: int) -> bytes:
    """Return a file's bytes, of a longer one no more than shows that it is too long."""
    with path.open("rb") as stream:
        return stream.read(limit + 1)
