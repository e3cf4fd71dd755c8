"""Implements `kernels`: compiles all kernels into a folder that travels, and says what this machine uses."""

import json
from pathlib import Path

import click

from corpusmill.errors import InputError
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.execution.progress import Display, counted
from corpusmill.pipeline.kernels import cache, shipped, table
from corpusmill.pipeline.kernels.target import target
from corpusmill.pipeline.stages import compiling, kernel_uses


def build(folder: Path | None, *, as_json: bool) -> None:
    """Compile every kernel that a job may need, and lay the compiled files in a folder; default: in the package."""
    folder = folder or shipped.folder()
    compiling.compile_kernels(table.table().uses, Display())
    for run in kernel_uses.every_use().values():  # what the table lacks
        run()
    made = cache.choose()
    try:
        count = shipped.write(made, cache.current(made), folder, cache.code_digest())
    except OSError as e:
        told = f"{folder} cannot be written to: {e}; name another: `corpusmill kernels build FOLDER`"
        raise InputError([told]) from e
    size_bytes = sum(path.stat().st_size for path in folder.rglob("*.nb[ic]"))
    if as_json:
        echo_json({"target": str(target()), "kernels": count, "bytes": size_bytes, "folder": str(folder)})
        return
    click.echo(f"{counted(count, 'kernel')} for {target()}, {size_bytes / 1e6:.0f} MB: {folder}")


def status(*, as_json: bool) -> None:
    """Say for which processor kernels are compiled, where they are cached, and whether the package brings them."""
    if as_json:
        echo_json({"target": str(target()), "cache": str(cache.choose()), "with_package": len(shipped.files())})
        return
    click.echo(f"target: {target()}\ncache: {cache.choose()}")
    manifest = shipped.folder() / shipped.MANIFEST
    if shipped.files():
        click.echo(f"with the package: {counted(len(shipped.files()), 'kernel')}")
    elif manifest.is_file():
        made = json.loads(manifest.read_text(encoding="utf-8"))["made"]
        click.echo(f"with the package: not used, they are for {made}; kernels are compiled at their first use")
    else:
        click.echo("with the package: none; kernels are compiled at their first use")
