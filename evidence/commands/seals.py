"""`quzheng seal`: time-stamps by way of a file, for networks without a way out."""

from __future__ import annotations

from pathlib import Path

import click

from evidence.command import json_option, say

_bundle = click.argument("bundle", type=click.Path(path_type=Path, exists=True, dir_okay=False))


@click.group()
def seal() -> None:
    """Get a time-stamp for a bundle by way of a file, where the authority cannot be reached from here."""


@seal.command("request")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The request to write (.tsq)."
)
@click.option("--policy", metavar="OID", help="Policy that the time-stamp must be given under.")
@json_option
@_bundle
def request(out: Path, policy: str | None, as_json: bool, bundle: Path) -> None:
    """Write the request for a time-stamp over a bundle's signature; only a digest is in it."""
    from evidence import relay
    from evidence.files import whole_file

    asked = relay.request(bundle, policy)
    with whole_file(out) as stream:
        stream.write(asked)
    if as_json:
        say({"path": str(out), "bundle": str(bundle)})
    else:
        click.echo(f"{out}：请交时间戳机构签发，再用 quzheng seal attach 装入")


@seal.command("attach")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="The new bundle (default: beside it)."
)
@click.option(
    "--trust",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The authority's certificate, as published (PEM).",
)
@json_option
@_bundle
@click.argument("response", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def attach(out: Path | None, trust: Path | None, as_json: bool, bundle: Path, response: Path) -> None:
    """Write a new bundle with the authority's response in it; refused where it is over anything else."""
    from evidence import relay
    from evidence.timestamp import MAX_RESPONSE

    path = out or bundle.with_name(f"{bundle.name.removesuffix('.zip')}.stamped.zip")
    with response.open("rb") as stream:
        given = stream.read(MAX_RESPONSE + 1)
    relay.attach(bundle, given, path, trust.read_bytes() if trust else None)
    if as_json:
        say({"path": str(path)})
    else:
        click.echo(str(path))
        if trust is None:
            click.echo("注意：未指定时间戳机构的证书（--trust），没有核对是谁签发的", err=True)
