"""`quzheng disclose`: give masked fields of a bundle's reading to somebody entitled, and no other field."""

from __future__ import annotations

import os
from pathlib import Path

import click

from evidence import canonical
from evidence.command import json_option, open_house, say, workspace_option
from evidence.errors import BundleError


@click.command()
@workspace_option
@click.option(
    "--field", "fields", multiple=True, metavar="PATH", help="Field to disclose, as listed (may be repeated)."
)
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write, for its owner alone."
)
@json_option
@click.argument("bundle", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("record")
@click.pass_context
def disclose(
    ctx: click.Context,
    workspace: Path,
    fields: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    bundle: Path,
    record: str,
) -> None:
    """List the masked fields of a record's reading in a bundle, or disclose some (出示被遮盖的字段), for `verify --disclosed`."""
    from evidence.disclosing import disclose as make
    from evidence.disclosing import reading_of
    from evidence.files import whole_file
    from evidence.opened import Opened

    if bool(fields) != (out is not None):
        raise click.UsageError("--field and --out go together; without both the masked fields are listed")
    if out is None:
        with bundle.open("rb") as stream:
            read = reading_of(Opened(stream), record)
        if read is None:
            raise BundleError(f"{bundle}：包内没有记录 {record[:12]} 的读取结果")
        for one in read.withheld:
            say({"path": one.path}) if as_json else click.echo(one.path)
        return
    house = open_house(ctx, workspace)
    told = make(bundle, record, fields, holdings=house.holdings(), salting=house.salting)
    with whole_file(out) as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(canonical.encode(told.plain()))
    if as_json:
        say({"path": str(out), "fields": len(told.fields)})
    else:
        click.echo(
            f"{out}：{len(told.fields)} 个字段的原值和盐值，只交给有权知悉的人；用 quzheng verify 证据包 --disclosed {out} 核对"
        )
